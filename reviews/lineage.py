"""合并 and 拆分: one change leads, others come along with it; how they become placements that name each other.

The result of a merger names its sources by code (terms ``sources``); each source then has a change of its own that ends it. A split item's
change leads; what it makes are changes that name it by code (terms ``split_from``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qingdan.errors import Violation
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Item
from qingdan.items.placing import Placement
from reviews.kind_terms import KEEP, is_partial
from reviews.models import Change


def is_lead_of_merger(change: Change) -> bool:
    return change.kind == ChangeKind.MERGE and bool(change.terms.get("sources"))


def lead_of(change: Change, beside: Iterable[Change]) -> Change | None:
    """The change that brings ``change`` along: of a merged source the result, of what a split makes the split item's change."""
    if change.kind == ChangeKind.MERGE and change.item_id and change.ends:
        return next((each for each in beside if change.item.code in each.terms.get("sources", ())), None)
    if change.kind == ChangeKind.SPLIT and change.item_id is None:
        origin = change.terms.get("split_from")
        return next((each for each in beside if each.kind == ChangeKind.SPLIT and each.item_id and each.item.code == origin), None)
    return None


def lineage_faults(changes: Sequence[Change]) -> list[Violation]:
    """Q12: a merger without one of its sources or of one item only, a split into fewer than two, a part without its lead."""
    faults = []
    ended = {change.item.code for change in changes if change.kind == ChangeKind.MERGE and change.item_id and change.ends}
    for change in changes:
        if change.kind not in (ChangeKind.MERGE, ChangeKind.SPLIT):
            continue
        if is_lead_of_merger(change):
            sources = change.terms["sources"]
            if len(sources) + bool(change.item_id) < 2:
                faults.append(Violation("Q12", "合并须有两个以上事项", change.name))
            faults += [Violation("Q12", f"并入的事项 {code} 不在本申请内", change.name) for code in sources if code not in ended]
        elif change.kind == ChangeKind.SPLIT and change.item_id:
            made = sum(1 for each in changes if each.item_id is None and each.terms.get("split_from") == change.item.code)
            if made + (change.terms.get("source") == KEEP) < 2:
                faults.append(Violation("Q12", "拆分须成为两个以上事项，请写明拆分出的事项名称", change.name))
        elif lead_of(change, changes) is None:
            faults.append(Violation("Q12", f"本申请内没有它所属的{change.get_kind_display()}", change.name))
    return faults


def placements_from(changes: Sequence[Change]) -> list[Placement]:
    """The changes of items among ``changes`` (item and request selected along) as the door takes them, lineage included."""
    items: dict[str, Item] = {change.item.code: change.item for change in changes if change.item_id}
    made: dict[int, Placement] = {}
    for change in changes:
        if change.kind != ChangeKind.DEPARTMENT and not _merged_away(change):
            made[change.pk] = _placement(change, split_from=items.get(str(change.terms.get("split_from", ""))))
    into: dict[str, Placement] = {}
    for change in changes:
        for code in change.terms.get("sources", ()) if change.pk in made else ():
            into[code] = made[change.pk]
    for change in changes:
        if _merged_away(change):
            made[change.pk] = _placement(change, merged_into=into.get(change.item.code))
    return [made[change.pk] for change in changes if change.pk in made]


def _merged_away(change: Change) -> bool:
    return change.kind == ChangeKind.MERGE and bool(change.item_id) and change.ends


def _placement(change: Change, *, merged_into: Placement | None = None, split_from: Item | None = None) -> Placement:
    return Placement(
        kind=change.kind,
        content=change.content,
        item=change.item,
        base_version_id=change.base_version_id,
        reason=change.reason or change.request.reason,
        document=change.document or change.request.document,
        partial=is_partial(change.kind, change.terms, new=change.item_id is None),
        merged_into=merged_into,
        split_from=split_from,
    )
