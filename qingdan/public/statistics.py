"""Look rather than read: each chart answers one question, with the same numbers as a table under it and as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.safestring import SafeString

from qingdan.items import reads
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionChange, EditionCount
from qingdan.items.spreadsheets.published import plain_cell
from qingdan.public.charts import Series, bars, lines
from qingdan.public.frame import Frame, NotHere, page

COUNTING = "大项没有子项的，计 1 大项、1 项；有子项的，计 1 大项，子项有几项计几项。只计在用、公开并计入总数的事项。"
ADJUSTING = "一次公布对一个事项的一处调整计 1 项；部门或大项改名引起的随动不计。“第N次”只数动态调整，不数首次公布和更正。"


@dataclass(frozen=True, slots=True)
class Table:
    """One question with its picture and numbers. ``rule``: how it is counted; the last row may be the total."""

    key: str
    question: str
    head: tuple[str, ...]
    rows: list[tuple]
    rule: str
    chart: SafeString | str = ""


@page()
def statistics(frame: Frame) -> HttpResponse:
    if frame.edition is None:
        return frame.no_list()
    tables = [
        (make(frame, frame.edition), f"{frame.links.base}statistics/{key}.csv{frame.links.dated}") for key, make in TABLES.items()
    ]
    return frame.page("statistics.html", title="统计", today_url=f"{frame.links.base}statistics/", tables=tables)


@page()
def statistics_csv(frame: Frame, key: str) -> HttpResponse:
    """The numbers of one table: UTF-8 with BOM, as spreadsheets want it."""
    if frame.edition is None or key not in TABLES:
        raise NotHere("没有这张统计表", way_out=("看统计", f"{frame.links.base}statistics/"))
    table = TABLES[key](frame, frame.edition)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.head)
    writer.writerows([plain_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows)
    writer.writerow([])
    writer.writerow([f"{frame.region.name}，{frame.day} 有效的清单（{frame.edition.title}）。{table.rule}"])
    name = f"statistics-{frame.region.code}-{frame.day}-{key}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)


def _categories(frame: Frame, edition: Edition) -> Table:
    kept = _by_category(reads.counts(edition))
    rows = [(name, *kept[code]) for code, name in reads.categories()]
    chart = bars([(name, items) for name, _, items in rows], "各类别的项数，由多到少")
    return Table("categories", "每一类有多少？", ("类别", "大项", "项"), _with_total(rows), COUNTING, chart)


def _departments(frame: Frame, edition: Edition) -> Table:
    categories = reads.categories()
    counts = reads.counts(edition)
    rows = []
    for key, _, name in reads.departments(edition):
        kept = _by_category([row for row in counts if row[0] == key])
        rows.append((name, *(number for code, _ in categories for number in kept[code])))
    head = ("部门", *(f"{name}{unit}" for _, name in categories for unit in ("大项", "项")), "大项合计", "项合计")
    rows = [(*row, sum(row[1::2]), sum(row[2::2])) for row in rows]
    chart = bars([(row[0], row[-1]) for row in rows], "各部门的项数，由多到少")
    return Table("departments", "每个部门有多少？", head, _with_total(rows), COUNTING, chart)


def _regions(frame: Frame, edition: Edition) -> Table:
    categories = reads.categories()
    rows = []
    for code, name in reads.regions_with_lists():
        theirs = reads.list_of_day(code, frame.day)
        kept = _by_category(reads.counts(theirs)) if theirs else {}
        if theirs:
            rows.append((name, *(kept[category][1] for category, _ in categories), *map(sum, zip(*kept.values(), strict=True))))
    head = ("地区", *(f"{name}（项）" for _, name in categories), "大项合计", "项合计")
    chart = bars([(row[0], row[-1]) for row in rows], "各地区的项数，由多到少")
    return Table("regions", "各地区各有多少？", head, rows, COUNTING, chart)


def _editions(frame: Frame, edition: Edition) -> Table:
    """The totals of every edition until the one shown: one query for all their kept counts."""
    found = list(reversed([each for each in reads.editions(frame.region) if each.number <= edition.number]))
    totals: dict[int, list[int]] = {each.pk: [0, 0] for each in found}
    for key, majors, items in EditionCount.objects.filter(edition__in=totals).values_list("edition_id", "majors", "items"):
        totals[key][0] += majors
        totals[key][1] += items
    rows = [(each.title, each.effective_on.isoformat(), *totals[each.pk]) for each in found]
    series = [Series("项", [row[3] for row in rows]), Series("大项", [row[2] for row in rows])]
    chart = lines([each.effective_on.strftime("%Y-%m") for each in found], series, "历次公布后的项数和大项数")
    return Table("editions", "历次公布后总数怎样变化？", ("公布版本", "生效日期", "大项", "项"), rows, COUNTING, chart)


def _kinds(frame: Frame, edition: Edition) -> Table:
    """What the adjustments until the one shown did, by kind and year."""
    found = EditionChange.objects.filter(
        edition__region=frame.region,
        edition__number__lte=edition.number,
        edition__adjustment_no__isnull=False,
        not_public=False,
        follows=False,
    )
    numbers = Counter((kind, day.year) for kind, day in found.values_list("kind", "edition__effective_on"))
    years = sorted({year for _, year in numbers})
    rows = [
        (kind.label, *(numbers[kind, year] for year in years), sum(numbers[kind, year] for year in years))
        for kind in ChangeKind
        if any(numbers[kind, year] for year in years)
    ]
    chart = bars([(row[0], row[-1]) for row in rows], "各类调整的事项数，由多到少") if rows else ""
    return Table(
        "kinds", "都作了哪些调整？", ("调整类型", *(f"{year}年" for year in years), "合计"), _with_total(rows), ADJUSTING, chart
    )


TABLES: dict[str, Callable[[Frame, Edition], Table]] = {
    "categories": _categories,
    "departments": _departments,
    "regions": _regions,
    "editions": _editions,
    "kinds": _kinds,
}


def _by_category(counts: list[tuple[int, str, int, int]]) -> dict[str, list[int]]:
    """Category → [大项, 项], of every category."""
    kept = {code: [0, 0] for code, _ in reads.categories()}
    for _, category, majors, items in counts:
        kept[category][0] += majors
        kept[category][1] += items
    return kept


def _with_total(rows: list[tuple]) -> list[tuple]:
    if not rows:
        return rows
    return [*rows, ("合计", *(sum(column) for column in zip(*(row[1:] for row in rows), strict=True)))]
