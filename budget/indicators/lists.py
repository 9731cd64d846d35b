"""Indicators counted from the published list: rounds, items, departments, completeness, bases in force, publications, cost."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from budget.indicators.figures import Count, Period, Row, share
from budget.money import CENT, yuan_text
from qingdan.items.content import read_content
from qingdan.items.elements import BY_KEY
from qingdan.items.models import Edition, EditionChange, EditionEntry, RequiredElement
from qingdan.laws.standing import Word
from reviews.basis_reading import readings_of
from reviews.completeness import lacking
from reviews.counting import adjusted_items, adjustments, figures
from reviews.models import Directive
from reviews.timeliness import publications

_NO_LIST = "期末还没有公布过清单"


def rounds(period: Period) -> Count:
    editions = adjustments(period.region, since=period.since, until=period.until).select_related("region")
    rows = [
        Row(each.title, f"{each.notice_no}，{each.published_on:%Y-%m-%d} 公布，{each.changed_count} 项", url=_edition_url(each))
        for each in editions
    ]
    return _number(period, len(rows), f"{period.words} 公布的动态调整 {len(rows)} 次", rows)


def directives(period: Period) -> Count:
    found = Directive.objects.batches(period.region, period.until).filter(decided_on__gte=period.since).order_by("decided_on", "pk")
    rows = [Row(each.number, f"{each.issuer}，{each.decided_on:%Y-%m-%d}，《{each.title}》") for each in found]
    counted = figures(period.region, since=period.since, until=period.until).batches
    return _number(period, counted, f"{period.words} 成文的国务院、省决定 {counted} 批", rows)


def items_summed(period: Period) -> Count:
    rows = _change_rows(_changes(period))
    counted = figures(period.region, since=period.since, until=period.until)
    return _number(period, counted.summed, f"{counted.rounds} 次动态调整的事项数相加 = {counted.summed}", rows)


def items_distinct(period: Period) -> Count:
    latest = {change.item_id: change for change in _changes(period)}
    counted = figures(period.region, since=period.since, until=period.until)
    return _number(
        period, counted.distinct, f"累计 {counted.summed} 项，去掉重复 {counted.summed - counted.distinct} = {counted.distinct}",
        _change_rows(latest.values()),
    )  # fmt: skip


def departments(period: Period) -> Count:
    found: dict[int, list[EditionChange]] = {}
    for change in _changes(period):
        found.setdefault(change.department_id, []).append(change)
    touched = sorted(found.values(), key=lambda changes: (changes[0].department.order, changes[0].department.code))
    rows = [Row(str(changes[0].department), f"调整 {len(changes)} 项") for changes in touched]
    return _number(period, len(rows), f"{period.words} 有事项调整的部门 {len(rows)} 个", rows)


def complete(period: Period) -> Count:
    required: dict[str, list[str]] = {}
    for category, element in RequiredElement.objects.order_by("pk").values_list("category_id", "element"):
        required.setdefault(category, []).append(element)
    rows = []
    for code, name, category, content in _listed(period):
        if category in required:
            missing = lacking(content, required[category])
            told = f"缺：{'、'.join(BY_KEY[key].label for key in missing)}" if missing else "齐全"
            rows.append(Row(f"{code} {name}", told, not missing, _item_url(code)))
    return share(rows, "必填要素齐全", "事项", nothing=_nothing(period, "清单里没有设了必填要素的事项"))


def in_force(period: Period) -> Count:
    listed = list(_listed(period))
    rows, unknown = [], 0
    for (code, name, _category, _content), read in zip(
        listed, readings_of([content.legal_bases for *_, content in listed], day=period.until), strict=True
    ):
        for each in read:
            if each.standing.word == Word.UNKNOWN:
                unknown += 1
                continue
            told = "，".join(filter(None, (str(each.standing.word), each.standing.note)))
            rows.append(
                Row(f"{code} {name}：《{each.title}》{each.places}", told, each.standing.word == Word.IN_FORCE, _item_url(code))
            )
    more = f"；另有 {unknown} 条法律库未收录，未计入" if unknown else ""
    return share(rows, "现行有效", "法律库收录的依据", nothing=_nothing(period, "没有法律库收录的依据"), more=more)


def published_on_time(period: Period) -> Count:
    rows = [
        Row(
            each.edition.title,
            f"{each.edition.decided_on:%Y-%m-%d} 审议通过，应于 {each.due:%Y-%m-%d} 前公布，{each.edition.published_on:%Y-%m-%d} 公布",
            each.on_time,
            _edition_url(each.edition),
        )
        for each in publications(period.region, period.since, period.until)
    ]
    return share(rows, "按时公布", "公布的动态调整", nothing=f"{period.words} 没有公布动态调整")


def cost(period: Period) -> Count:
    changes = list(_changes(period))
    if not changes:
        return Count(None, f"{period.words} 没有调整事项")
    if period.spent is None:
        return Count(None, "本资金没有登记支出")
    value = (period.spent / len(changes)).quantize(CENT, rounding=ROUND_HALF_UP)
    return Count(
        value, f"支出 {yuan_text(period.spent)} 元 ÷ 调整事项 {len(changes)} = {yuan_text(value)} 元", _change_rows(changes)
    )


def _changes(period: Period) -> QuerySet[EditionChange]:
    """The counted changes of the period, the oldest first."""
    found = adjusted_items(period.region, since=period.since, until=period.until)
    related = ("edition__region", "item", "old_version", "new_version", "department")
    heavy = [f"{version}__{column}" for version in ("old_version", "new_version") for column in ("content_bytes", "search_text")]
    return found.select_related(*related).defer("edition__manifest", *heavy).order_by("edition__number", "position")


def _change_rows(changes) -> list[Row]:
    return [
        Row(
            f"{each.item.code} {(each.new_version or each.old_version).name}",
            f"{each.department}，{each.get_kind_display()}，{each.edition.title}（{each.edition.published_on:%Y-%m-%d}）",
            url=_item_url(each.item.code),
        )
        for each in changes
    ]


def _listed(period: Period):
    """(code, name, category, content) of the public items in force at the period's end that are not a split 大项."""
    edition = Edition.objects.light().in_force(period.region, period.until)
    columns = ("item__code", "item_id", "version__parent_id", "version__name", "version__category_id", "version__content_bytes")
    rows = list(EditionEntry.objects.of(edition).public().values_list(*columns)) if edition else []
    split = {row[2] for row in rows}
    for code, item, _parent, name, category, stored in rows:
        if item not in split:
            yield code, name, category, read_content(bytes(stored))


def _has_list(period: Period) -> bool:
    return Edition.objects.of(period.region).filter(published_on__lte=period.until).exists()


def _number(period: Period, value: int, formula: str, rows: list[Row]) -> Count:
    """A plain count; before the first list was published there is nothing to count."""
    return Count(Decimal(value), formula, rows) if _has_list(period) else Count(None, _NO_LIST)


def _nothing(period: Period, otherwise: str) -> str:
    return otherwise if Edition.objects.in_force(period.region, period.until) else "期末还没有生效的清单"


def _item_url(code: str) -> str:
    return reverse("public:item", args=[code])


def _edition_url(edition: Edition) -> str:
    region = [] if edition.region.code == settings.HOME_REGION else [edition.region.code]
    return reverse("public:edition", args=[*region, edition.number])
