"""One item: what it says on the day, a version of it, two versions side by side."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from django.http import HttpResponse

from qingdan.items import reads
from qingdan.items.content import STATES
from qingdan.items.display import differences, sections_of, sentence
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import CodeScheme, Edition, Item, ItemVersion, RequiredElement
from qingdan.public.facts import facts_of
from qingdan.public.flow_chart import NARROW, flow_chart
from qingdan.public.frame import Elsewhere, Frame, NotHere, page
from qingdan.public.links import Links
from qingdan.public.questions import answers_of

# How an ended item's page says so.
ENDED = {
    ChangeKind.REPEAL: "取消",
    ChangeKind.DELEGATE: "下放",
    ChangeKind.MERGE: "合并到其他事项",
    ChangeKind.SPLIT: "拆分为其他事项",
}


@page()
def item(frame: Frame, code: str) -> HttpResponse:
    entry = reads.entry(frame.edition, code)
    if entry is None:
        return _not_in_the_list(frame, code)
    marks = reads.timeline(entry.item)
    subs = [] if entry.version.parent_id else reads.sub_items(frame.edition, entry.item)
    before, after = reads.neighbours(frame.edition, entry.position)
    ahead = [mark for mark in marks if mark.edition.effective_on > max(frame.day, frame.today)]
    return _item_page(
        frame,
        entry.item,
        entry.version,
        marks,
        stamp=frame.edition,
        report_url="" if frame.on else frame.links.report(code),
        ahead=ahead[0] if ahead else None,
        ahead_url=ahead and frame.links.version(code, ahead[0].number),
        subs=[(name, frame.links.item(sub), "" if state == "in_use" else STATES[state]) for sub, name, state in subs],
        before=before and (before[1], frame.links.item(before[0])),
        after=after and (after[1], frame.links.item(after[0])),
        elsewhere=[
            (region, Links(place, frame.on).item(its_code))
            for place, region, its_code in reads.same_elsewhere(entry.version, frame.day)
        ],
    )


def _not_in_the_list(frame: Frame, code: str) -> HttpResponse:
    """The item is not in the list of the day: under another address, not yet, no longer, or never public."""
    known = reads.item_named(code)
    if known is None:
        return _by_official_code(frame, code)
    if known.region_id != frame.region.pk:
        raise Elsewhere(Links(known.region.code, frame.on).item(code))
    marks = reads.timeline(known)
    until = [mark for mark in marks if mark.edition.effective_on <= frame.day]
    if not marks or (until and reads.is_withheld_on(known, frame.edition)):
        raise _no_item(frame, code)
    if not until:
        first = reads.version_of(known, marks[0].number)
        day = marks[0].edition.effective_on
        return _item_page(frame, known, first, marks, not_yet=marks[0], not_yet_url=frame.links.on_day(day).item(code))
    last = until[-1]
    if known.merged_into and not reads.is_withheld_now(known.merged_into):
        raise Elsewhere(Links(known.merged_into.region.code, frame.on).item(known.merged_into.code))
    ended = {"mark": last, "word": ENDED.get(last.kind, "取消")}
    ended_url = frame.links.edition(last.edition.number)
    return _item_page(frame, known, reads.version_of(known, last.number), marks, ended=ended, ended_url=ended_url)


def _by_official_code(frame: Frame, code: str) -> HttpResponse:
    """301 to the item that carries an official code; a page to choose from where several regions' items do."""
    found = reads.items_with_official_code(unicodedata.normalize("NFKC", code).strip())
    here = [each for each in found if each.region_id == frame.region.pk]
    if not frame.links.is_home and here:
        found = here
    if not found:
        raise _no_item(frame, code)
    if len(found) == 1:
        raise Elsewhere(Links(found[0].region.code, frame.on).item(found[0].code))
    names = reads.names_of_newest(found)
    return frame.page(
        "choose.html",
        title=f"编码 {code} 对应的事项",
        code=code,
        choices=[
            (names[each.pk], each.region.name, each.code, Links(each.region.code, frame.on).item(each.code)) for each in found
        ],
    )


def _no_item(frame: Frame, code: str) -> NotHere:
    return NotHere(f"没有编码为“{code}”的事项", way_out=("看全部事项", frame.links.all_items))


def _item_page(
    frame: Frame,
    known: Item,
    version: ItemVersion,
    marks: list[reads.VersionMark],
    *,
    stamp: Edition | None = None,
    **context: object,
) -> HttpResponse:
    """``stamp`` is the edition that the page shows; where it shows a version apart from any list, the one that version came with."""
    content = version.content
    category = version.category.public_name
    required = set(RequiredElement.objects.filter(category=version.category_id).order_by().values_list("element", flat=True))
    initiation = content.initiation or version.category.default_initiation
    sections, unfilled = sections_of(content, category, initiation, required)
    links = frame.links
    mended = next((m for m in marks if m.number > version.number and m.edition.kind == EditionKind.CORRECTION), None)
    return frame.page(
        "item.html",
        mended=mended,
        mended_url=mended and links.version(known.code, mended.number),
        title=content.name,
        item=known,
        version=version,
        content=content,
        category=category,
        sentence=sentence(content, category, initiation),
        state=STATES[content.state] if content.state != "in_use" else "",
        facts=facts_of(content, version.department),
        answers=answers_of(sections, version.category_id),
        chart="" if frame.is_elder else flow_chart(content.flow),
        small_chart=flow_chart(content.flow, NARROW),
        unfilled=unfilled,
        schemes=dict(CodeScheme.objects.values_list("code", "name")) if content.codes else {},
        department_url=links.department(version.department.code),
        category_url=links.items(category=version.category_id),
        department_items_url=links.items(category=version.category_id, department=version.department.code),
        major_url=links.item(version.parent.code) if version.parent else "",
        timeline=_timeline(links, known, marks, version.number),
        lineage=[(relation, name, links.item(code)) for relation, code, name in reads.lineage(known, frame.day)],
        item_url=links.item(known.code),
        proof_url=links.item_proof(known.code, version.number),
        today_url=links.on_day(None).item(known.code),
        stamp=stamp or version.edition,
        stamp_url=links.edition((stamp or version.edition).number),
        **context,
    )


def _timeline(links: Links, known: Item, marks: list[reads.VersionMark], shown: int) -> list[dict]:
    """Newest first: each version, the edition it came with, the address of what it changed."""
    earlier = {mark.number: before.number for before, mark in pairwise(marks)}
    return [
        {
            "mark": mark,
            "url": links.version(known.code, mark.number),
            "edition_url": links.edition(mark.edition.number),
            "compare_url": links.compare(known.code, earlier[mark.number], mark.number) if mark.number in earlier else "",
            "shown": mark.number == shown,
        }
        for mark in reversed(marks)
    ]


@page(dated=False)
def version(frame: Frame, code: str, number: int) -> HttpResponse:
    known = _known(frame, code, lambda links: links.version(code, number))
    wanted = reads.version_of(known, number)
    if wanted is None:
        raise NotHere(f"这个事项没有第 {number} 版", way_out=("看现行内容", frame.links.item(code)))
    marks = reads.timeline(known)
    following = next((mark for mark in marks if mark.number > number), None)
    return _item_page(frame, known, wanted, marks, only_version=True, following=following)


@page(dated=False)
def compare(frame: Frame, code: str, old: int, new: int) -> HttpResponse:
    known = _known(frame, code, lambda links: links.compare(code, old, new))
    versions = {number: reads.version_of(known, number) for number in {old, new}}
    for number, found in versions.items():
        if found is None:
            raise NotHere(f"这个事项没有第 {number} 版", way_out=("看现行内容", frame.links.item(code)))
    before, after = versions[old], versions[new]
    found = differences(before.content, after.content, dict(reads.categories()))
    return frame.page(
        "compare.html",
        title=f"{after.name}：第 {old} 版与第 {new} 版对照",
        item=known,
        name=after.name,
        old=before,
        new=after,
        changed=[each for each in found if each.mark],
        same=[each for each in found if not each.mark],
        old_url=frame.links.version(code, old),
        new_url=frame.links.version(code, new),
        item_url=frame.links.item(code),
        swap_url=frame.links.compare(code, new, old),
    )


def _known(frame: Frame, code: str, address) -> Item:
    known = reads.item_named(code)
    if known is None:
        raise _no_item(frame, code)
    if known.region_id != frame.region.pk:
        raise Elsewhere(address(Links(known.region.code)))
    return known
