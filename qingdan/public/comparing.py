"""Two editions of a region side by side: what the one lists and the other does not, what says something else, what moved elsewhere."""

from __future__ import annotations

from django.http import HttpResponse

from qingdan.items import comparing
from qingdan.items.comparing import Kind
from qingdan.public.editions import PAGE_SIZE, wanted
from qingdan.public.frame import Frame, NotHere, page
from qingdan.public.links import Links

_TONES = {Kind.ADDED: "added", Kind.GONE: "removed", Kind.MOVED: "info", Kind.AMENDED: "changed"}


@page("page", dated=False)
def compare_editions(frame: Frame, number: int, other: int) -> HttpResponse:
    old, new = wanted(frame, number), wanted(frame, other)
    found = comparing.compare(old, new)
    last = max(1, -(-len(found) // PAGE_SIZE))
    text = frame.query.get("page", "") or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= last):
        raise NotHere(
            f"没有第“{text[:20]}”页，对照共 {last} 页", way_out=("回到第一页", frame.links.compare_editions(number, other))
        )
    at = int(text)
    rows = comparing.read(found[(at - 1) * PAGE_SIZE : at * PAGE_SIZE])
    return frame.page(
        "edition_compare.html",
        title=f"{old.title}与{new.title}对照",
        old=old,
        new=new,
        old_url=frame.links.edition(number),
        new_url=frame.links.edition(other),
        swap_url=frame.links.compare_editions(other, number),
        total=len(found),
        counted=[(kind.label, sum(each.kind == kind for each in found)) for kind in Kind],
        rows=[_row(frame.links, row) for row in rows],
        at=at,
        last=last,
        earlier=frame.links.compare_editions(number, other, at - 1) if at > 1 else "",
        later=frame.links.compare_editions(number, other, at + 1) if at < last else "",
    )


def _row(links: Links, row: comparing.Compared) -> dict:
    shown = row.new or row.old
    code = shown.item.code
    return {
        "kind": row.kind.label,
        "tone": _TONES[row.kind],
        "name": shown.name,
        "department": shown.department_name,
        "before": [
            (label, before)
            for label, before, after in (
                ("原名称", row.old.name, shown.name),
                ("原部门", row.old.department_name, shown.department_name),
            )
            if before != after
        ]
        if row.old
        else [],
        "url": links.version(code, shown.number),
        "compare_url": links.compare(code, row.old.number, row.new.number) if row.old and row.new else "",
    }
