"""How adjustments are counted: 批, 第N次动态调整, 调整事项数. One rule, printed wherever the numbers stand.

The numbers come from what was published: 首次公布, 更正, 紧急暂停 and 续行 are no adjustments, 随动 sub-items and withheld items are not counted.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from departments.models import Region
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionChange
from reviews.models import Directive

RULES = (
    "批：国务院或者省的一个决定连同逐级落实它的文件算一批，按成文日期计；市里自行发文的不另计批。",
    "第N次动态调整：只数动态调整（含补录的），首次公布、更正、紧急暂停、续行不计次，按公布日期计。",
    "调整事项数（累计）：各次动态调整的事项数相加，同一事项调整几次计几次。",
    "调整事项数（去重）：期间内调整过的不同事项，同一事项只计一个。",
    "随大项改变而改变的子项（随动）、部门职责的调整和依法不予公开的事项不计入。",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The four numbers of a period."""

    batches: int
    rounds: int
    summed: int
    distinct: int


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a table: what it counts, summed over adjustments and as distinct items."""

    label: str
    summed: int
    distinct: int


def adjusted_items(
    region: Region, *, since: datetime.date | None = None, until: datetime.date | None = None
) -> QuerySet[EditionChange]:
    """The counted changes of the adjustments of ``region`` published in [since, until]; either end may be open."""
    changes = EditionChange.objects.filter(
        edition__region=region, edition__adjustment_no__isnull=False, follows=False, not_public=False
    ).order_by()
    if since:
        changes = changes.filter(edition__published_on__gte=since)
    if until:
        changes = changes.filter(edition__published_on__lte=until)
    return changes


def adjustments(region: Region, *, since: datetime.date | None = None, until: datetime.date | None = None) -> QuerySet[Edition]:
    """The editions counted as 第N次动态调整, in order."""
    editions = Edition.objects.of(region).light().filter(adjustment_no__isnull=False)
    if since:
        editions = editions.filter(published_on__gte=since)
    if until:
        editions = editions.filter(published_on__lte=until)
    return editions.order_by("number")


def figures(region: Region, *, since: datetime.date | None = None, until: datetime.date | None = None) -> Figures:
    """批, 次, and 调整事项数 both ways."""
    changes = adjusted_items(region, since=since, until=until)
    batches = Directive.objects.batches(region, until or datetime.date.max)
    if since:
        batches = batches.filter(decided_on__gte=since)
    return Figures(
        batches=batches.count(),
        rounds=adjustments(region, since=since, until=until).count(),
        summed=changes.count(),
        distinct=changes.values("item").distinct().count(),
    )


def by_kind(changes: QuerySet[EditionChange]) -> list[Share]:
    """By kind of change, in the order of the kinds. An item adjusted in two ways is in two lines."""
    found = {row["kind"]: row for row in changes.values("kind").annotate(summed=Count("pk"), distinct=Count("item", distinct=True))}
    return [Share(kind.label, found[kind]["summed"], found[kind]["distinct"]) for kind in ChangeKind if kind in found]


def by_department(changes: QuerySet[EditionChange]) -> list[Share]:
    """By the department that the item belonged to, in official order."""
    rows = changes.values("department__name", "department__order", "department__code")
    counted = rows.annotate(summed=Count("pk"), distinct=Count("item", distinct=True))
    return [
        Share(row["department__name"], row["summed"], row["distinct"])
        for row in counted.order_by("department__order", "department__code")
    ]
