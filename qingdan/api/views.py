"""The addresses of the API: each fills one shape from the reads that the pages use."""

from __future__ import annotations

import datetime
from collections import Counter
from urllib.parse import urlencode

from qingdan.api import shapes
from qingdan.api.answering import Bad, page_number, region_of, resource
from qingdan.items import listing, reads
from qingdan.items.content import INITIATIONS, STATES
from qingdan.items.models import Edition, EditionChange, ItemVersion
from qingdan.public.editions import short_basis
from qingdan.public.frame import Frame, NotHere
from qingdan.public.items import filters_of
from qingdan.public.links import Links

ROOT = "/api/v1/"
PAGE_SIZE = listing.PAGE_SIZE


@resource(shapes.Departments)
def department_list(frame: Frame) -> shapes.Departments:
    """部门及各类别的大项数、项数"""
    edition = _list_of(frame)
    kept = reads.counts(edition)
    rows = [
        _department(frame, code, name, [row for row in kept if row[0] == key]) for key, code, name in reads.departments(edition)
    ]
    return shapes.Departments(
        region=region_of(frame),
        edition=_edition(frame, edition),
        majors=sum(row.majors for row in rows),
        items=sum(row.items for row in rows),
        categories=[shapes.Named(code=code, name=name) for code, name in reads.categories()],
        departments=rows,
    )


@resource(shapes.DepartmentDetail)
def department_detail(frame: Frame, code: str) -> shapes.DepartmentDetail:
    """一个部门：职责和各类别的大项数、项数"""
    edition = _list_of(frame)
    shown = edition.departments.select_related("version", "department").filter(department__code=code).first()
    if shown is None:
        raise NotHere(f"这份清单里没有代码为“{code}”的部门", way_out=(f"{ROOT}departments/", ""))
    kept = [row for row in reads.counts(edition) if row[0] == shown.department_id]
    row = _department(frame, code, shown.version.name, kept)
    return shapes.DepartmentDetail(
        **row.model_dump(), region=region_of(frame), edition=_edition(frame, edition), content=shown.version.content
    )


@resource(shapes.Items, "q", "category", "department", "initiation", "level", "state", "page")
def item_list(frame: Frame) -> shapes.Items:
    """权责事项：浏览和搜索，条件与网页相同"""
    edition = _list_of(frame)
    categories, departments = dict(reads.categories()), reads.departments(edition)
    try:
        filters = filters_of(frame, categories, departments)
    except NotHere as unknown:
        raise Bad(str(unknown)) from None
    found = listing.search(edition, filters.needle, filters.choice) if filters.needle else listing.browse(edition, filters.choice)
    number = page_number(frame, found.pages)
    rows = listing.rows(edition, found.page(number))
    names = {
        "category": list(categories.items()),
        "department": [(key, name) for key, _, name in departments],
        "initiation": list(INITIATIONS.items()),
        "level": [(level, level) for level in sorted(found.by("level")) if level],
        "state": list(STATES.items()),
    }
    codes = {key: code for key, code, _ in departments}
    return shapes.Items(
        region=region_of(frame),
        edition=_edition(frame, edition),
        total=found.total,
        page=number,
        pages=found.pages,
        next=_page_address(frame, "items/", number + 1) if number < found.pages else None,
        previous=_page_address(frame, "items/", number - 1) if number > 1 else None,
        facets={
            dimension: [
                shapes.Facet(value=codes.get(value, value), name=name, count=found.by(dimension)[value])
                for value, name in values
                if value in found.by(dimension)
            ]
            for dimension, values in names.items()
        },
        items=[_row(frame, row) for row in rows],
    )


@resource(shapes.Item)
def item_detail(frame: Frame, code: str) -> shapes.Item:
    """一个事项当日的全部要素和各版本"""
    known = reads.item_named(code)
    if known is None or known.region_id != frame.region.pk:
        raise NotHere(f"本地区没有编码为“{code}”的事项", way_out=(f"{ROOT}items/?q={code}", ""))
    marks = reads.timeline(known)
    until = [mark for mark in marks if mark.edition.effective_on <= frame.day]
    entry = reads.entry(frame.edition, code)
    if entry is None and (not marks or (until and reads.is_withheld_on(known, frame.edition))):
        raise NotHere(f"本地区没有编码为“{code}”的事项")
    shown = (until or marks[:1])[-1]
    version = entry.version if entry else reads.version_of(known, shown.number)
    edition = frame.edition if entry else shown.edition
    return shapes.Item(
        region=region_of(frame),
        code=code,
        standing="in_list" if entry else "ended" if until else "not_yet",
        version=version.number,
        edition=_edition(frame, edition),
        content=version.content,
        content_hash=version.content_hash,
        versions=[_mark(frame, code, mark) for mark in marks],
        url=frame.links.item(code),
    )


@resource(shapes.Version, dated=False)
def item_version(frame: Frame, code: str, number: int) -> shapes.Version:
    """一个事项的某一版"""
    known = reads.item_named(code)
    version = reads.version_of(known, number) if known and known.region_id == frame.region.pk and number < 2**31 else None
    if version is None:
        raise NotHere(f"本地区没有编码为“{code}”的事项，或没有第 {number} 版")
    return shapes.Version(
        region=region_of(frame),
        code=code,
        version=version.number,
        edition=_edition(frame, version.edition),
        content=version.content,
        content_hash=version.content_hash,
        url=frame.links.version(code, version.number),
    )


@resource(shapes.Editions, dated=False)
def edition_list(frame: Frame) -> shapes.Editions:
    """全部公布版本，新的在前"""
    found = reads.editions(frame.region)
    last = reads.last_days(found)
    return shapes.Editions(region=region_of(frame), editions=[_edition(frame, each, last) for each in found])


@resource(shapes.EditionDetail, dated=False)
def edition_detail(frame: Frame, number: int) -> shapes.EditionDetail:
    """一个公布版本：文件、日期、总数、各类调整的事项数"""
    found = _wanted(frame, number)
    majors, items = reads.totals(found)
    kinds: Counter[str] = Counter()
    for kind, follows, number_of_items in reads.changes_by_kind(found):
        kinds[kind] += 0 if follows else number_of_items
    hashes = Edition.objects.filter(pk=found.pk).values_list("manifest_hash", flat=True)
    return shapes.EditionDetail(
        **_edition(frame, found).model_dump(),
        majors=majors,
        items=items,
        manifest_hash=hashes[0],
        without_meeting_basis=short_basis(found),
        changes_by_kind=dict(+kinds),
    )


@resource(shapes.Changes, "page", dated=False)
def edition_changes(frame: Frame, number: int) -> shapes.Changes:
    """一个公布版本的逐项调整"""
    found = _wanted(frame, number)
    everything = reads.public_changes(found)
    total = everything.count()
    pages = max(1, -(-total // PAGE_SIZE))
    at = page_number(frame, pages)
    shown = everything.select_related("item", "old_version", "new_version")
    shown = shown.defer(
        *(f"{version}__{name}" for version in ("old_version", "new_version") for name in ("content_bytes", "search_text"))
    )
    address = f"editions/{number}/changes/"
    return shapes.Changes(
        region=region_of(frame),
        edition=_edition(frame, found),
        total=total,
        page=at,
        pages=pages,
        next=_page_address(frame, address, at + 1) if at < pages else None,
        previous=_page_address(frame, address, at - 1) if at > 1 else None,
        changes=[_change(frame, change) for change in shown[(at - 1) * PAGE_SIZE : at * PAGE_SIZE]],
    )


def _list_of(frame: Frame) -> Edition:
    if frame.edition is None:
        raise NotHere(f"{frame.day} 清单尚未生效", way_out=(f"{ROOT}editions/", ""))
    return frame.edition


def _wanted(frame: Frame, number: int) -> Edition:
    found = reads.edition_numbered(frame.region, number) if number < 2**31 else None
    if found is None:
        raise NotHere(f"没有第 {number} 个公布版本", way_out=(f"{ROOT}editions/", ""))
    return found


def _edition(frame: Frame, edition: Edition, last: dict[int, datetime.date | None] | None = None) -> shapes.EditionShape:
    columns = ("number", "title", "kind", "notice_title", "notice_no", "meeting", "decided_on", "published_on", "effective_on", "entered_afterwards", "demo", "changed_count")  # fmt: skip
    values = {name: getattr(edition, name) for name in columns}
    last_day = last[edition.number] if last else reads.last_day(edition)
    return shapes.EditionShape(**values, last_day=last_day, url=frame.links.edition(edition.number))


def _department(frame: Frame, code: str, name: str, kept: list[tuple[int, str, int, int]]) -> shapes.DepartmentShape:
    return shapes.DepartmentShape(
        code=code,
        name=name,
        majors=sum(majors for _, _, majors, _ in kept),
        items=sum(items for _, _, _, items in kept),
        categories={category: (majors, items) for _, category, majors, items in kept},
        url=frame.links.department(code),
    )


def _row(frame: Frame, row: listing.ListRow) -> shapes.ItemRow:
    return shapes.ItemRow(
        code=row.code,
        name=row.name,
        major_name=row.major,
        department=row.department,
        category=row.category,
        state=row.state,
        counted=row.counted,
        basis=row.summary,
        url=frame.links.item(row.code),
    )


def _mark(frame: Frame, code: str, mark: reads.VersionMark) -> shapes.VersionMarkShape:
    return shapes.VersionMarkShape(
        number=mark.number,
        kind=mark.kind,
        reason=mark.reason,
        document=mark.document,
        follows=mark.follows,
        edition=mark.edition.number,
        effective_on=mark.edition.effective_on,
        url=frame.links.version(code, mark.number),
    )


def _change(frame: Frame, change: EditionChange) -> shapes.ChangeShape:
    old, new = (_number_of(version) for version in (change.old_version, change.new_version))
    shown = change.new_version or change.old_version
    return shapes.ChangeShape(
        kind=change.kind,
        kind_name=change.get_kind_display(),
        code=change.item.code if change.item else "",
        name=shown.name,
        department=shown.department_name,
        follows=change.follows,
        reason=change.reason,
        document=change.document,
        old_version=old,
        new_version=new,
        compare_url=Links(frame.region.code).compare(change.item.code, old, new) if change.item and old and new else None,
    )


def _number_of(version: ItemVersion | None) -> int | None:
    return version.number if version and not version.not_public else None


def _page_address(frame: Frame, path: str, page: int) -> str:
    return f"{ROOT}{path}?{urlencode({**frame.query, 'page': page})}"
