"""The list and its search: every filter stands in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpResponse

from qingdan.errors import RuleBroken
from qingdan.items import listing, reads, words
from qingdan.items.content import INITIATIONS, STATES, read_content
from qingdan.items.models import Edition
from qingdan.items.placing import LEVEL_LENGTH
from qingdan.items.search import marked, needle_of, passage
from qingdan.public.frame import Elsewhere, Frame, NotHere, page
from qingdan.public.links import Links

# How many rows of each kind stand in for a result that is empty; how many other regions are asked.
INSTEAD, REGIONS = 5, 20


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for, checked: codes that exist, a needle that can be looked for."""

    q: str
    needle: str
    category: str
    department: str
    department_key: int | None
    initiation: str
    level: str
    state: str

    @property
    def choice(self) -> listing.Choice:
        return listing.Choice(
            self.department_key, self.category or None, self.initiation or None, self.level or None, self.state or None
        )

    @property
    def narrowed(self) -> bool:
        return self.choice != listing.EVERYTHING

    def address(self, links: Links, **others: object) -> str:
        chosen = {name: getattr(self, name) for name in ("q", "category", "department", "initiation", "level", "state")}
        return links.items(**(chosen | others))


@page("q", "category", "department", "region", "initiation", "level", "state", "page")
def item_list(frame: Frame) -> HttpResponse:
    if "region" in frame.query:
        raise Elsewhere(_in_region(frame), permanent=False)
    edition = frame.edition
    if edition is None:
        return frame.no_list()
    categories, departments = dict(reads.categories()), reads.departments(edition)
    try:
        filters = filters_of(frame, categories, departments)
    except RuleBroken as refusal:
        return frame.page(
            "items.html",
            status=400,
            title="权责事项",
            violations=refusal.violations,
            q=frame.query.get("q", "").replace("\x00", ""),
        )
    found = _find(edition, filters)
    number = _page_number(frame, filters, found)
    rows = listing.rows(edition, found.page(number), with_content=bool(filters.needle))
    terms = words.official_terms(filters.needle) if filters.needle else []
    instead = _instead(edition, filters, terms) if filters.needle and not found.total and not filters.narrowed else []
    return frame.page(
        "items.html",
        title=f"“{filters.q}”的搜索结果" if filters.q else "权责事项",
        q=filters.q,
        today_url=filters.address(frame.links.on_day(None)),
        filters=filters,
        found=found,
        number=number,
        first=(number - 1) * listing.PAGE_SIZE + 1,
        rows=[_row(frame.links, row, filters.needle, categories) for row in rows],
        totals=_totals(edition, filters) if not (filters.needle or filters.initiation or filters.level or filters.state) else None,
        chips=_chips(frame.links, filters, categories, departments),
        meant=[(term, frame.links.items(q=term)) for term in terms],
        instead=[_row(frame.links, row, "", categories) for row in instead],
        facets=_facets(frame.links, filters, found, categories, departments),
        elsewhere=_elsewhere(frame, filters),
        categories=categories.items(),
        departments=departments,
        initiations=INITIATIONS.items(),
        pages=_pages(frame.links, filters, number, found.pages),
        ended=[
            (marked(name, filters.needle), frame.links.item(code), how, day)
            for code, name, how, day in (listing.ended_holding(edition, filters.needle) if filters.needle and number == 1 else [])
        ],
        suggestions=[] if found.total else _suggestions(frame.links, edition, filters),
    )


def _in_region(frame: Frame) -> str:
    """The same question in another region's tree."""
    others = {name: value for name, value in frame.query.items() if name != "region" and value}
    region = frame.query["region"]
    path = Links(region).items_path if region else frame.links.items_path
    return f"{path}?{urlencode(others)}" if others else path


def filters_of(frame: Frame, categories: dict[str, str], departments: list[tuple[int, str, str]]) -> Filters:
    """Raises NotHere for a category, department or 行使方式 that this list does not have; RuleBroken for the query."""
    query = frame.query
    category, department, initiation = (query.get(name, "") for name in ("category", "department", "initiation"))
    keys = {code: key for key, code, _ in departments}
    whole = ("看全部事项", frame.links.all_items)
    if category and category not in categories:
        raise NotHere(f"没有代码为“{category}”的权力类别", way_out=whole)
    if department and department not in keys:
        raise NotHere(f"这份清单里没有代码为“{department}”的部门", way_out=whole)
    if initiation and initiation not in INITIATIONS:
        raise NotHere("行使方式只有依申请和依职权两种", way_out=whole)
    q = query.get("q", "")
    state = query.get("state", "")
    if state and state not in STATES:
        raise NotHere("事项状态只有在用、暂停和取消", way_out=whole)
    return Filters(
        q, needle_of(q), category, department, keys.get(department), initiation, query.get("level", "")[:LEVEL_LENGTH], state
    )


def _find(edition: Edition, filters: Filters) -> listing.Found:
    return listing.search(edition, filters.needle, filters.choice) if filters.needle else listing.browse(edition, filters.choice)


def _instead(edition: Edition, filters: Filters, terms: list[str]) -> list[listing.ListRow]:
    """Where nothing holds what was typed: what holds the official terms of its 俗称, then what is called most like it."""
    places: dict[int, None] = {}
    for term in terms:
        places |= dict.fromkeys(listing.search(edition, needle_of(term)).places(0, INSTEAD))
    places |= dict.fromkeys(listing.similar(edition, filters.needle, INSTEAD))
    if not places:
        words.keep_missed(filters.needle)
    return listing.rows(edition, list(places)[: 2 * INSTEAD])


def _facets(
    links: Links, filters: Filters, found: listing.Found, categories: dict[str, str], departments: list[tuple[int, str, str]]
) -> list[tuple[str, list[tuple[str, int, str, bool]]]]:
    """(heading, [(value, entries that have it under the other filters, address, is chosen)]); a heading with one value only is left out."""
    if not found.counts:
        return []
    by_department = found.by("department")
    named = {
        "类别": [
            (name, found.by("category").get(code, 0), {"category": code}, code == filters.category)
            for code, name in categories.items()
        ],
        "行使方式": [
            (name, found.by("initiation").get(code, 0), {"initiation": code}, code == filters.initiation)
            for code, name in INITIATIONS.items()
        ],
        "行使层级": [
            (level, number, {"level": level}, level == filters.level)
            for level, number in sorted(found.by("level").items())
            if level
        ],
        "状态": [(name, found.by("state").get(code, 0), {"state": code}, code == filters.state) for code, name in STATES.items()],
        "部门": [
            (name, by_department.get(key, 0), {"department": code}, code == filters.department)
            for key, code, name in departments
            if by_department.get(key) or code == filters.department
        ],
    }
    return [
        (heading, [(name, number, filters.address(links, **value), chosen) for name, number, value, chosen in values])
        for heading, values in named.items()
        if sum(1 for _, number, _, chosen in values if number or chosen) > 1 or heading == "类别"
    ]


def _elsewhere(frame: Frame, filters: Filters) -> list[tuple[str, int, str]]:
    """(region, entries, address) of the other regions whose list of the same day holds what was searched for."""
    if not filters.needle or filters.department:
        return []
    others = []
    for code, name in reads.regions_with_lists()[:REGIONS]:
        if code == frame.region.code:
            continue
        edition = reads.list_of_day(code, frame.day)
        choice = replace(filters.choice, department=None)
        number = listing.search(edition, filters.needle, choice).total if edition else 0
        if number:
            others.append((name, number, filters.address(Links(code, frame.on))))
    return others


def _page_number(frame: Frame, filters: Filters, found: listing.Found) -> int:
    text = frame.query.get("page", "") or "1"
    last = (f"去最后一页（第 {found.pages} 页）", filters.address(frame.links, page=found.pages if found.pages > 1 else ""))
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= found.pages):
        raise NotHere(f"没有第“{text[:20]}”页，这个列表共 {found.pages} 页", way_out=last)
    return int(text)


def _totals(edition: Edition, filters: Filters) -> tuple[int, int]:
    """(大项, 项) under the filters, from the kept counts."""
    majors = items = 0
    for department, category, kept_majors, kept_items in reads.counts(edition):
        if filters.department_key in (None, department) and filters.category in ("", category):
            majors, items = majors + kept_majors, items + kept_items
    return majors, items


def _row(links: Links, row: listing.ListRow, needle: str, categories: dict[str, str]) -> dict:
    name = marked(row.name, needle)
    summary = marked(row.summary, needle)
    field, around = "", None
    if needle and not any(hit for _, hit in (*name, *summary)):
        field, around = passage(read_content(row.content), row.code, needle) or ("", None)
    return {
        "url": links.item(row.code),
        "name": name,
        "department": row.department,
        "category": categories[row.category],
        "major": row.major,
        "summary": summary if row.summary else None,
        "field": field,
        "passage": around,
        "state": "" if row.state == "in_use" else STATES[row.state],
        "counted": row.counted,
    }


def _chips(
    links: Links, filters: Filters, categories: dict[str, str], departments: list[tuple[int, str, str]]
) -> list[tuple[str, str]]:
    """(what is filtered, the address without it)."""
    chips = []
    if filters.q:
        chips.append((f"含“{filters.q}”", filters.address(links, q="")))
    if filters.category:
        chips.append((categories[filters.category], filters.address(links, category="")))
    if filters.department:
        name = next(name for _, code, name in departments if code == filters.department)
        chips.append((name, filters.address(links, department="")))
    if filters.initiation:
        chips.append((INITIATIONS[filters.initiation], filters.address(links, initiation="")))
    if filters.level:
        chips.append((f"行使层级：{filters.level}", filters.address(links, level="")))
    if filters.state:
        chips.append((STATES[filters.state], filters.address(links, state="")))
    return chips


def _pages(links: Links, filters: Filters, number: int, last: int) -> list[tuple[str, str, bool]]:
    """(label, address, is this one): first, the neighbours, last; an empty address is a gap."""
    shown = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    pages, before = [], 0
    for each in shown:
        if each != before + 1:
            pages.append(("…", "", False))
        pages.append((str(each), filters.address(links, page=each if each > 1 else ""), each == number))
        before = each
    return pages


def _suggestions(links: Links, edition: Edition, filters: Filters, limit: int = 3) -> list[tuple[str, str]]:
    """What to try instead; each of them finds something."""
    tries = []
    if filters.needle and filters.narrowed:
        everywhere = listing.search(edition, filters.needle).total
        if everywhere:
            tries.append((f"在全部事项中找“{filters.q}”（{everywhere:,} 条）", links.items(q=filters.q)))
    if filters.needle:
        pieces = listing.pieces_that_hit(edition, filters.needle, limit - len(tries))
        tries += [(piece, links.items(q=piece)) for piece in pieces]
    elif filters.narrowed:
        tries.append(("看全部事项", links.all_items))
    names = dict(reads.categories())
    largest = sorted(listing.browse(edition).by("category").items(), key=lambda each: -each[1])
    tries += [(f"{names[code]}（{n:,} 条）", links.items(category=code)) for code, n in largest]
    return tries[:limit]
