"""The editions: which there were, what each one decided, and what it changed: old beside new."""

from __future__ import annotations

import datetime

from django.http import HttpResponse
from django.utils import timezone

from qingdan.items import reads
from qingdan.items.display import differences
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionChange
from qingdan.ledger import heads
from qingdan.public.frame import Frame, NotHere, page
from qingdan.public.links import Links
from reviews.models import Batch, ReaderReport

PAGE_SIZE = 20


@page(dated=False)
def edition_list(frame: Frame) -> HttpResponse:
    found = reads.editions(frame.region) if frame.region.pk else []
    if not found:
        return frame.no_list()
    current = frame.edition.number if frame.edition else 0
    return frame.page(
        "editions.html",
        title="公布版本",
        editions=[(each, frame.links.edition(each.number), _standing(each, current, frame)) for each in found],
    )


def _standing(edition: Edition, current: int, frame: Frame) -> str:
    if edition.effective_on > frame.today:
        return "待生效"
    return "现行" if edition.number == current else ""


@page(dated=False)
def edition(frame: Frame, number: int) -> HttpResponse:
    found = wanted(frame, number)
    kinds = dict(ChangeKind.choices)
    later = reads.last_day(found)
    in_force_once = later is None or later >= found.effective_on
    overtaken = Edition.objects.of(frame.region).filter(effective_on=found.effective_on, number__gt=number).exists()
    return frame.page(
        "edition.html",
        title=f"{found.title}：{found.notice_title}",
        edition=found,
        standing=_standing(found, frame.edition.number if frame.edition else 0, frame),
        last_day=later,
        before=reads.totals(found.before),
        after=reads.totals(found),
        kinds=[(kinds[kind], follows, n) for kind, follows, n in reads.changes_by_kind(found)],
        profiles=[
            (each.name, frame.links.on_day(found.effective_on).department(each.department.code))
            for each in reads.profiles_changed(found)
        ],
        changes_url=frame.links.changes(number),
        reports=_reports(frame.links, found),
        signed=heads.head_of(found.log_index),
        proof_url=frame.links.edition_proof(number),
        list_url=frame.links.on_day(found.effective_on).home if in_force_once and not overtaken else "",
        previous=found.before and (found.before.title, frame.links.edition(found.before.number)),
        renews=found.kind == EditionKind.RENEWAL,
        short_basis=short_basis(found),
        following=_following(frame.links, found),
        compare_url=frame.links.compare_editions(number, frame.edition.number)
        if frame.edition and frame.edition.number != number
        else "",
    )


def short_basis(edition: Edition) -> str:
    """By what rule it went to no meeting; empty where a meeting decided it, none was needed or it came about otherwise."""
    if edition.meeting:
        return ""
    return Batch.objects.filter(edition=edition, without_meeting=True).values_list("short_basis", flat=True).first() or ""


def _reports(links: Links, edition: Edition) -> list[tuple[str, str, str, datetime.date]]:
    """(item, its address, what was wrong, day of receipt) of each 读者纠错 that the edition carried: nothing of what the reader wrote."""
    found = ReaderReport.objects.published_with(edition).select_related("item", "version").order_by("received_at", "pk")
    found = found.only("about", "received_at", "item__code", "version__name")
    return [
        (each.version.name, links.item(each.item.code), each.get_about_display(), timezone.localdate(each.received_at))
        for each in found
    ]


def _following(links: Links, edition: Edition) -> tuple[str, str] | None:
    after = Edition.objects.of(edition.region_id).light().filter(number=edition.number + 1).first()
    return after and (after.title, links.edition(after.number))


def wanted(frame: Frame, number: int) -> Edition:
    """The edition of this region with this number. Raises NotHere."""
    found = reads.edition_numbered(frame.region, number) if frame.region.pk and number < 2**31 else None
    if found is None:
        raise NotHere(f"没有第 {number} 个公布版本", way_out=("看全部公布版本", frame.links.editions))
    return found


@page("page", dated=False)
def changes(frame: Frame, number: int) -> HttpResponse:
    found = wanted(frame, number)
    everything = reads.public_changes(found)
    total = everything.count()
    last = max(1, -(-total // PAGE_SIZE))
    text = frame.query.get("page", "") or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= last):
        raise NotHere(f"没有第“{text[:20]}”页，新旧对照表共 {last} 页", way_out=("回到第一页", frame.links.changes(number)))
    at = int(text)
    shown = everything.select_related("item", "old_version", "new_version", "department")[(at - 1) * PAGE_SIZE : at * PAGE_SIZE]
    categories = dict(reads.categories())
    return frame.page(
        "changes.html",
        title=f"{found.title}新旧对照表",
        edition=found,
        edition_url=frame.links.edition(number),
        total=total,
        rows=[_row(frame.links, change, categories) for change in shown],
        at=at,
        last=last,
        earlier=frame.links.changes(number, at - 1) if at > 1 else "",
        later=frame.links.changes(number, at + 1) if at < last else "",
    )


# What is shown of an item that an edition adds or ends, in this order.
_OF_A_WHOLE_ITEM = ("事项名称", "大项名称", "权力类别", "设定依据")


def _row(links: Links, change: EditionChange, categories: dict[str, str]) -> dict:
    """One change: its item, and the elements that differ; of a new or an ended item only what identifies it."""
    old, new = (
        version.content if version and not version.not_public else None for version in (change.old_version, change.new_version)
    )
    ends = new is not None and new.state == "repealed"
    whole = old is None or new is None or ends
    if whole:
        kept = old if ends and old else new
        found = {each.label: each for each in differences(*((kept, None) if ends else (None, kept)), categories)}
        differing = [found[label] for label in _OF_A_WHOLE_ITEM if label in found]
    else:
        differing = [each for each in differences(old, new, categories) if each.mark]
    version = change.new_version or change.old_version
    return {
        "kind": change.get_kind_display(),
        "tone": "removed" if ends else "added" if old is None else "changed",
        "follows": change.follows,
        "name": version.name,
        "department": version.department_name,
        "url": links.item(change.item.code) if change.item else "",
        "compare_url": links.compare(change.item.code, change.old_version.number, change.new_version.number)
        if old and new and change.item
        else "",
        "reason": change.reason,
        "document": change.document,
        "differences": differing,
        "blank": "—" if whole else "",
    }
