"""套用新版本: a change whose base was published over meanwhile. Where both touched different elements it is carried onto the new base.

The change keeps what it proposed; everything else becomes what is published now. Legality then looks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from departments.acting import act
from departments.people import Actor
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.content import ItemContent
from qingdan.items.elements import label_of
from qingdan.items.models import Edition, EditionEntry, ItemVersion
from reviews.guards import check_can_act_on_request, move_request
from reviews.manifests import stored_hash
from reviews.models import Change, ChangeRequest, Rebase
from reviews.requests import check_seen
from reviews.states import BatchState, RequestAction, RequestState


@dataclass(frozen=True, slots=True)
class Conflict:
    """A change whose base is no longer the newest version. ``newest`` None: the item is no longer in the list.

    ``published`` and ``proposed``: labels of the elements that each side changed; ``clashing`` those that both changed differently.
    """

    change: Change
    newest: ItemVersion | None
    published: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    clashing: tuple[str, ...] = ()

    @property
    def can_carry(self) -> bool:
        return self.newest is not None and not self.clashing

    @property
    def sentence(self) -> str:
        if self.newest is None:
            return "该事项已不在现行清单内，须退回"
        now = f"已公布到第{self.newest.number}版（改了{'、'.join(self.published)}），申请基于第{self.change.base_version.number}版"
        if self.clashing:
            return f"{now}；双方都改了{'、'.join(self.clashing)}，须退回按现行内容重新提出"
        return f"{now}；与本申请改的{'、'.join(self.proposed)}不重叠，可以套用新版本"


def conflicts_of(changes: QuerySet[Change]) -> list[Conflict]:
    """Of open ``changes`` of one region, those that are out of date, in their order. Five queries; only what is out of date is read."""
    held = {pk: (item, base) for pk, item, base in changes.values_list("pk", "item_id", "base_version_id") if item}
    if not held:
        return []
    region = changes.values_list("request__region", flat=True).first()
    newest = Edition.objects.of(region).order_by("-number").values("pk")[:1]
    entries = EditionEntry.objects.filter(edition=newest, item__in={item for item, _ in held.values()})
    current = dict(entries.values_list("item_id", "version_id"))
    stale = {pk: current.get(item) for pk, (item, base) in held.items() if current.get(item) != base}
    if not stale:
        return []
    versions = ItemVersion.objects.in_bulk([version for version in stale.values() if version])
    related = ("item", "base_version", "request__department__successor")
    rows = changes.filter(pk__in=stale).select_related(*related).defer("base_version__search_text")
    return [conflict_with(change, versions.get(stale[change.pk])) for change in rows]


def conflict_with(change: Change, newest: ItemVersion | None) -> Conflict:
    if newest is None:
        return Conflict(change, None)
    base, theirs, mine = change.base_version.content, newest.content, change.content
    published, proposed = differing(base, theirs), differing(base, mine)
    clashing = {name for name in published & proposed if getattr(theirs, name) != getattr(mine, name)}
    owner = change.request.department
    if theirs.department_code not in {owner.code, owner.successor.code if owner.successor else owner.code}:
        clashing |= {"department_code"}
    return Conflict(change, newest, _labels(published), _labels(proposed), _labels(clashing))


def differing(one: ItemContent, other: ItemContent) -> set[str]:
    """Names of the elements in which two contents differ."""
    return {name for name in ItemContent.model_fields if getattr(one, name) != getattr(other, name)}


def carried(base: ItemContent, newest: ItemContent, mine: ItemContent) -> ItemContent:
    """``newest`` with what ``mine`` changed of ``base``."""
    return newest.changed(**{name: getattr(mine, name) for name in differing(base, mine)})


def _labels(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({label_of(name) for name in names}))


@act("rebase_request")
def rebase_request(*, actor: Actor, request: ChangeRequest, seen_hash: str) -> ChangeRequest:
    """Carry every out-of-date change of a request that waits for the meeting onto the newest version; legality confirms it then.

    Raises WrongState (its 送审稿 is fixed already), or RuleBroken B10 nothing to do, B11 naming each change that cannot be carried.
    """
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("batch").get(pk=request.pk)
    row, posting = check_can_act_on_request(actor=actor, request=request, action=RequestAction.REBASE)
    if request.state == RequestState.BATCHED and request.batch.state != BatchState.DRAFT:
        raise WrongState(f"申请 {request.number} 所在批次的送审稿已定，须先重新汇总")
    check_seen(request, seen_hash)
    found = conflicts_of(request.changes.order_by("position"))
    if not found:
        raise RuleBroken(Violation("B10", "各项所基于的都是最新版本，不需要套用", request.number))
    if stuck := [conflict for conflict in found if not conflict.can_carry]:
        raise RuleBroken(*(Violation("B11", conflict.sentence, conflict.change.name) for conflict in stuck))
    before = request.proposed_hash
    revision = carry(actor=actor, post=posting.post, request=request, conflicts=found)
    move_request(
        request=request,
        target=row.target,
        actor=actor,
        reason=f"套用新版本（{len(found)} 项），等待合法性审查确认",
        proposed_hash=stored_hash(request),
        revision=revision,
        batch=None,
    )
    actor.record(
        act="rebase_request",
        post=posting.post,
        obj=request,
        before_hash=before,
        after_hash=request.proposed_hash,
        detail="、".join(conflict.change.name for conflict in found),
    )
    return request


def carry(*, actor: Actor, post: str, request: ChangeRequest, conflicts: Iterable[Conflict]) -> int:
    """Write the carried contents and what was before beside them; the revision that the request becomes. The caller moves the request."""
    revision = request.revision + 1
    made = []
    for conflict in conflicts:
        change, newest = conflict.change, conflict.newest
        content = carried(change.base_version.content, newest.content, change.content)
        made.append((conflict, change.base_version, change.content_hash))
        change.base_version, change.content_bytes, change.content_hash = newest, content.canonical, content.content_hash
        change.name, change.category_code, change.initiation = content.name, content.category, content.initiation
        change._change_reason, change._history_user = "套用新版本", actor.user
        change.save()
    after = stored_hash(request)
    for conflict, old_base, old_hash in made:
        Rebase.objects.create(
            request=request,
            change=conflict.change,
            old_base=old_base,
            new_base=conflict.newest,
            old_hash=old_hash,
            new_hash=conflict.change.content_hash,
            old_request_hash=request.proposed_hash,
            new_request_hash=after,
            revision=revision,
            carried="、".join(conflict.published)[:500],
            person=actor.user,
            post=post,
        )
    return revision
