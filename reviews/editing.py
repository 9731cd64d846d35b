"""Editing a draft (or returned) request change by change: open it, describe it, put a change in or amend it, take one out.

What 合并 and 拆分 bring along is written in the same act (``completed``), so that a request never holds half of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from departments.acting import act
from departments.models import Department, Region
from departments.people import Actor
from departments.posts import Post
from departments.trail import keep
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionEntry, ItemVersion
from reviews.bound import bound_changes, check_removable, overwrite
from reviews.guards import check_can_act_on_request
from reviews.kind_terms import clean_terms
from reviews.lineage import lead_of
from reviews.manifests import stored_hash
from reviews.models import Change, ChangeRequest, Directive
from reviews.proposals import Proposal
from reviews.requests import add_changes, check_proposals, next_number
from reviews.states import RequestAction


@act("open_draft")
def open_draft(
    *, actor: Actor, department: Department, reason: str, document: str = "", directive: Directive | None = None
) -> ChangeRequest:
    """A draft request of ``department`` without changes yet. Raises NotAllowed, or RuleBroken Q01."""
    posting = actor.must_hold((Post.CLERK, Post.HEAD), department=department, message="只能为本部门提出调整申请")
    _check_described(department, reason, directive)
    region = Region.objects.select_for_update().get(pk=department.region_id)
    request = ChangeRequest(
        region=region,
        department=department,
        number=next_number(region),
        reason=reason.strip(),
        document=document.strip(),
        directive=directive,
        source=ChangeRequest.Source.FORM,
        created_by=actor.user,
    )
    _reseal(request, actor, "新建")
    actor.record(act="open_draft", post=posting.post, obj=request, after_hash=request.proposed_hash)
    return request


@act("describe_request")
def describe_request(
    *,
    actor: Actor,
    request: ChangeRequest,
    reason: str,
    document: str = "",
    directive: Directive | None = None,
    seen_hash: str,
) -> ChangeRequest:
    """Other words for why a draft or returned request is made, and by which document or decision from above."""
    posting = _open_to_edit(actor, request)
    if seen_hash != request.proposed_hash:
        raise WrongState(f"申请 {request.number} 的内容已变化，请重新查看后再修改")
    _check_described(request.department, reason, directive)
    before = request.proposed_hash
    request.reason, request.document, request.directive = reason.strip(), document.strip(), directive
    _reseal(request, actor, "修改事由")
    actor.record(act="describe_request", post=posting.post, obj=request, before_hash=before, after_hash=request.proposed_hash)
    return request


@act("put_change")
def put_change(
    *, actor: Actor, request: ChangeRequest, proposal: Proposal, change: Change | None = None, seen_seal: str = ""
) -> Change:
    """Add ``proposal`` to a draft or returned request, or put it in the place of ``change``, of which ``seen_seal`` was seen.

    The sources of a merger and the parts of a split come along. Raises WrongState where somebody else changed it meanwhile, RuleBroken
    Q03…Q10; nothing is written then.
    """
    posting = _open_to_edit(actor, request)
    stored = list(request.changes.select_related("item", "base_version").order_by("position"))
    own = next((each for each in stored if change is not None and each.pk == change.pk), None)
    if change is not None and (own is None or own.seal != seen_seal):
        raise WrongState(f"“{change.name}”已由他人修改或去掉，没有覆盖；请核对现在的内容后再保存")
    if own is not None and own.kind == ChangeKind.MERGE and lead_of(own, stored) is not None:
        raise RuleBroken(Violation("Q12", "它由合并带出，请在合并后的事项中修改", own.name))
    lead, *others = completed(request.department, proposal)
    brought = [each for each in stored if own is not None and lead_of(each, [own]) is not None]
    sources = {other.item.pk for other in others if other.item}
    dropped = [each for each in brought if (each.item_id not in sources if each.item_id else lead.kind != ChangeKind.SPLIT)]
    kept = {each.item_id for each in brought if each.item_id} & sources
    come = [other for other in others if other.item is None or other.item.pk not in kept]
    beside = [each for each in stored if each is not own and each not in dropped]
    check_proposals(request.department, [lead, *come], request=request, beside=beside)
    before = request.proposed_hash
    _delete(dropped, actor, "不再并入")
    for each in brought:
        if each.item_id in kept:
            each.reason, each.document = lead.reason, lead.document
            keep(each, actor=actor, reason="随合并修改")
    first = max((each.position for each in stored), default=0) + 1
    if own is None:
        add_changes(actor, request, [lead, *come], first=first)
        own = request.changes.get(position=first)
    else:
        overwrite(own, lead, actor)
        add_changes(actor, request, come, first=first)
    _reseal(request, actor, f"修改 {own.name}"[:500])
    actor.record(
        act="put_change",
        post=posting.post,
        obj=request,
        before_hash=before,
        after_hash=request.proposed_hash,
        detail=f"{own.get_kind_display()} {own.name}"[:300],
    )
    return own


@act("put_changes")
def put_changes(*, actor: Actor, request: ChangeRequest, proposals: Sequence[Proposal]) -> ChangeRequest:
    """Many amendments behind the changes of a draft or returned request, which stay as they are. Raises RuleBroken Q03…Q10."""
    posting = _open_to_edit(actor, request)
    stored = list(request.changes.order_by("position"))
    check_proposals(request.department, proposals, request=request, beside=stored)
    before = request.proposed_hash
    add_changes(actor, request, proposals, first=max((each.position for each in stored), default=0) + 1)
    _reseal(request, actor, f"补入 {len(proposals)} 项")
    actor.record(
        act="put_changes",
        post=posting.post,
        obj=request,
        before_hash=before,
        after_hash=request.proposed_hash,
        detail=f"{len(proposals)} 项",
    )
    return request


@act("remove_change")
def remove_change(*, actor: Actor, request: ChangeRequest, change: Change, seen_seal: str) -> ChangeRequest:
    """Take one change out of a draft or returned request, and what came along with it; its history stays."""
    posting = _open_to_edit(actor, request)
    stored = list(request.changes.select_related("item", "base_version").order_by("position"))
    own = next((each for each in stored if each.pk == change.pk), None)
    if own is None or own.seal != seen_seal:
        raise WrongState(f"“{change.name}”已由他人修改或去掉，请重新查看")
    if own.kind == ChangeKind.MERGE and lead_of(own, stored) is not None:
        raise RuleBroken(Violation("Q12", "它由合并带出，请在合并后的事项中去掉", own.name))
    before = request.proposed_hash
    gone = [own, *(each for each in stored if lead_of(each, [own]) is not None)]
    check_removable(gone, bound_changes(request))
    told = "、".join(f"{each.get_kind_display()} {each.name}" for each in gone)
    _delete(gone, actor, "从申请中去掉")
    _reseal(request, actor, f"去掉 {told}"[:500])
    actor.record(
        act="remove_change",
        post=posting.post,
        obj=request,
        before_hash=before,
        after_hash=request.proposed_hash,
        detail=told[:300],
    )
    return request


def completed(department: Department, proposal: Proposal) -> list[Proposal]:
    """``proposal`` with its terms made whole, then what it brings along: the sources that a merger ends, the parts that a split makes.

    Raises RuleBroken Q10 for a source that is not in the department's list.
    """
    terms, wrong = clean_terms(proposal.kind, proposal.terms, new=proposal.item is None, ends=proposal.ends)
    parts = terms.pop("parts", [])
    versions = []
    if terms.get("sources"):
        versions, unknown = find_own(department, terms["sources"])
        versions = [version for version in versions if proposal.item is None or version.item_id != proposal.item.pk]
        wrong += [Violation("Q10", f"“{text}”不是本部门的现行事项", "并入的事项") for text in unknown]
        if not versions and not unknown:
            wrong.append(Violation("Q10", "须是另外的事项", "并入的事项"))
        terms["sources"] = [version.item.code for version in versions]
    if wrong:
        raise RuleBroken(*wrong)
    lead = replace(proposal, terms=terms)
    ended = [
        Proposal(
            kind=ChangeKind.MERGE,
            content=version.content.changed(state="repealed"),
            item=version.item,
            base_version=version,
            reason=lead.reason,
            document=lead.document,
        )
        for version in versions
    ]
    made = [
        Proposal(
            kind=ChangeKind.SPLIT,
            content=lead.base_version.content.changed(name=name, codes=(), state="in_use"),
            reason=lead.reason,
            document=lead.document,
            terms={"split_from": lead.item.code},
        )
        for name in parts
        if lead.item is not None
    ]
    return [lead, *ended, *made]


def own_versions(department: Department):
    """The versions of ``department``'s items in the newest list of its region, in official order."""
    edition = Edition.objects.light().newest(department.region)
    listed = (
        EditionEntry.objects.filter(edition=edition, version__department=department) if edition else EditionEntry.objects.none()
    )
    return listed.order_by("position")


def find_own(department: Department, wanted: Iterable[str]) -> tuple[list[ItemVersion], list[str]]:
    """(versions of own items named by code or by whole name, what names none or several), in the order asked for."""
    wanted = list(wanted)
    listed = own_versions(department)
    rows = listed.filter(item__code__in=wanted) | listed.filter(version__name__in=wanted)
    by_text: dict[str, set[int]] = {}
    for code, name, version in rows.values_list("item__code", "version__name", "version_id"):
        by_text.setdefault(code, set()).add(version)
        by_text.setdefault(name, set()).add(version)
    clear = {text: next(iter(found)) for text, found in by_text.items() if len(found) == 1}
    keys = list(dict.fromkeys(clear[text] for text in wanted if text in clear))
    versions = ItemVersion.objects.select_related("item").defer("search_text").in_bulk(keys)
    return [versions[key] for key in keys], [text for text in wanted if text not in clear]


def _open_to_edit(actor: Actor, request: ChangeRequest):
    """Lock the request, see it as it is now, and ask the guard; the posting that gives the right."""
    if not ChangeRequest.objects.visible_to(actor.user).filter(pk=request.pk).exists():
        raise NotAllowed("没有这个调整申请", stranger=True)
    Region.objects.select_for_update().get(pk=request.region_id)
    ChangeRequest.objects.select_for_update().get(pk=request.pk)
    request.refresh_from_db()
    _row, posting = check_can_act_on_request(actor=actor, request=request, action=RequestAction.EDIT)
    return posting


def _check_described(department: Department, reason: str, directive: Directive | None) -> None:
    broken = []
    if not reason.strip():
        broken.append(Violation("Q01", "须写明调整理由", "调整理由"))
    if directive is not None and not Directive.objects.open_to([department]).filter(pk=directive.pk).exists():
        broken.append(Violation("Q01", "不是本地区的或者交办本部门的上级决定", "上级决定"))
    if broken:
        raise RuleBroken(*broken)


def _delete(changes: Sequence[Change], actor: Actor, reason: str) -> None:
    for change in changes:
        change._change_reason, change._history_user = reason, actor.user
        change.delete()


def _reseal(request: ChangeRequest, actor: Actor, reason: str) -> None:
    """The hash of what the request proposes now, saved with its history row."""
    request.proposed_hash = stored_hash(request)
    keep(request, actor=actor, reason=reason)
