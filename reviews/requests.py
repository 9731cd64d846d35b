"""Change requests: how a department proposes. Acts: create, replace the draft's changes, submit, withdraw, return before a batch."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from departments.acting import act
from departments.models import Department, Region
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.insertion import insert_rows
from qingdan.items.content import DepartmentContent, ItemContent
from qingdan.items.kinds import BEGINNING, ChangeKind
from qingdan.items.models import Category, ItemVersion
from qingdan.ledger.canonical import sha256_hex
from reviews.approvals import unapproved
from reviews.bound import bound_changes, check_removable, overwrite
from reviews.checks import check_request
from reviews.consents import consents_missing
from reviews.conversation import unanswered
from reviews.guards import check_can_act_on_request, move_request
from reviews.kind_terms import AMENDING, clean_terms, rule_of
from reviews.lineage import lineage_faults
from reviews.manifests import manifest_bytes
from reviews.models import Change, ChangeRequest, Directive, Upload
from reviews.opinions import ask_touched
from reviews.proposals import Proposal
from reviews.returning import Comeback, comeback_of, record_revision
from reviews.states import RequestAction, RequestState, Stage
from reviews.trail import ADDED, CHANGED, record_history

# How the history of a request names the warnings that its department saw and submitted with.
WARNED = "自动校验提醒 "


@act("create_request")
def create_request(
    *,
    actor: Actor,
    department: Department,
    reason: str,
    proposals: Sequence[Proposal],
    document: str = "",
    directive: Directive | None = None,
    source: str = ChangeRequest.Source.FORM,
    upload: Upload | None = None,
) -> ChangeRequest:
    """A draft request of ``department`` with its changes. Raises NotAllowed, or RuleBroken Q01…Q08 naming each faulty change."""
    posting = actor.must_hold((Post.CLERK, Post.HEAD), department=department, message="只能为本部门提出调整申请")
    if not reason.strip():
        raise RuleBroken(Violation("Q01", "须写明调整理由", "调整理由"))
    region = Region.objects.select_for_update().get(pk=department.region_id)
    check_proposals(department, proposals)
    request = ChangeRequest(
        region=region,
        department=department,
        number=next_number(region),
        reason=reason.strip(),
        document=document.strip(),
        directive=directive,
        source=source,
        upload=upload,
        created_by=actor.user,
    )
    _save_with(request, proposals, actor, "新建")
    actor.record(
        act="create_request", post=posting.post, obj=request, after_hash=request.proposed_hash, detail=f"{len(proposals)} 项"
    )
    return request


@act("replace_changes")
def replace_changes(
    *, actor: Actor, request: ChangeRequest, reason: str, proposals: Sequence[Proposal], document: str = "", seen_hash: str
) -> ChangeRequest:
    """Put another set of changes into a draft or returned request; what was before stays in its history. Raises as ``create_request``.

    Q41: a change that evidence names is written into and goes first; it cannot be left out.
    """
    Region.objects.select_for_update().get(pk=request.region_id)
    ChangeRequest.objects.select_for_update().get(pk=request.pk)
    request.refresh_from_db()
    _row, posting = check_can_act_on_request(actor=actor, request=request, action=RequestAction.EDIT)
    check_seen(request, seen_hash)
    before = request.proposed_hash
    bound, given = bound_changes(request), {proposal.item.pk: proposal for proposal in proposals if proposal.item}
    check_removable([change for change in bound if change.item_id not in given], bound)
    check_proposals(request.department, proposals, request=request)
    request.changes.exclude(pk__in=[change.pk for change in bound]).delete()
    request.reason, request.document = reason.strip() or request.reason, document.strip()
    first = [given.pop(change.item_id) for change in bound]
    _save_with(request, [*first, *(each for each in proposals if each not in first)], actor, "修改", bound)
    actor.record(act="replace_changes", post=posting.post, obj=request, before_hash=before, after_hash=request.proposed_hash)
    return request


@act("submit_request")
def submit_request(*, actor: Actor, request: ChangeRequest, seen_hash: str) -> ChangeRequest:
    """The head hands a draft or a corrected request in. A corrected one becomes the next revision.

    If only what was marked is corrected it goes back to the stage that returned it, else it starts again at compliance
    (``reviews.returning``); the history says which.
    """
    check_can_act_on_request(actor=actor, request=request, action=RequestAction.SUBMIT)
    comeback = comeback_of(request) if request.state == RequestState.RETURNED else None
    back = comeback is not None and comeback.limited and comeback.stage == Stage.LEGALITY
    action = RequestAction.HAND_BACK if back else RequestAction.SUBMIT
    row, posting = check_can_act_on_request(actor=actor, request=request, action=action)
    check_seen(request, seen_hash)
    warned = check_ready(request, actor)
    revision = request.revision + (1 if comeback else 0)
    told = _comeback_told(comeback)
    record_revision(request=request, number=revision, person=actor.user, comeback=comeback)
    move_request(
        request=request, target=row.target, actor=actor, reason=f"提交{told}{warned}", revision=revision, submitted_by=actor.user
    )
    ask_touched(actor=actor, post=posting.post, request=request)
    actor.record(
        act="submit_request",
        post=posting.post,
        obj=request,
        after_hash=request.proposed_hash,
        detail=f"第{revision}次修订{told}{warned}",
    )
    return request


def _comeback_told(comeback: Comeback | None) -> str:
    """How the history names the way of a corrected request."""
    if comeback is None:
        return ""
    return "（限于所标要素，送回退回的阶段）" if comeback.limited else "（重新从合规审查开始）"


@act("withdraw_request")
def withdraw_request(*, actor: Actor, request: ChangeRequest, opinion: str = "") -> ChangeRequest:
    """The department takes its request back; its items are free for another one."""
    row, posting = check_can_act_on_request(actor=actor, request=request, action=RequestAction.WITHDRAW, opinion=opinion)
    move_request(request=request, target=row.target, actor=actor, reason=f"撤回：{opinion}")
    close_changes(actor, request)
    actor.record(act="withdraw_request", post=posting.post, obj=request, before_hash=request.proposed_hash, detail=opinion)
    return request


@act("return_before_batch")
def return_before_batch(*, actor: Actor, request: ChangeRequest, opinion: str, seen_hash: str) -> ChangeRequest:
    """审改办 sends a request that waits for a batch back to its department (a base conflict, say). Raises RuleBroken S01."""
    row, posting = check_can_act_on_request(actor=actor, request=request, action=RequestAction.RETURN, opinion=opinion)
    if posting.post != Post.PUBLISHER:
        raise WrongState(f"申请 {request.number} 正在审查，由审查人退回")
    check_seen(request, seen_hash)
    move_request(request=request, target=row.target, actor=actor, reason=f"退回补正：{opinion.strip()}"[:500])
    actor.record(
        act="return_before_batch", post=posting.post, obj=request, after_hash=request.proposed_hash, detail=opinion.strip()
    )
    return request


def check_seen(request: ChangeRequest, seen_hash: str) -> None:
    """An act binds what was seen: another hash means that the content changed meanwhile."""
    if seen_hash != request.proposed_hash:
        raise WrongState(f"申请 {request.number} 的内容已变化，请重新查看后再办理")


def check_proposals(
    department: Department, proposals: Sequence[Proposal], *, request: ChangeRequest | None = None, beside: Sequence[Change] = ()
) -> None:
    """Q02…Q08, Q10: own items only, no item in two open requests, base as published, and what the kind asks for.

    ``request``: the one that the proposals join, ``beside``: its changes that stay as they are.
    """
    broken = []
    if not proposals:
        broken.append(Violation("Q02", "没有任何调整内容"))
    held = _open_requests_of([p.item.pk for p in proposals if p.item], request)
    profile_held = _open_profile_request(department) if any(p.kind == ChangeKind.DEPARTMENT for p in proposals) else ""
    versions = {p.base_version.pk for p in proposals if p.base_version}
    owners = dict(ItemVersion.objects.filter(pk__in=versions).values_list("pk", "department_id"))
    seen: set[int] = {change.item_id for change in beside if change.item_id}
    receiving = _receiving_departments(department, proposals)
    for proposal in proposals:
        name, item = proposal.content.name, proposal.item
        broken += _terms_broken(proposal, receiving)
        if _department_code(proposal.content) != (proposal.terms.get("to_department") or department.code):
            broken.append(Violation("Q03", f"只能调整本部门（{department.name}）的事项", name))
        if proposal.base_version and owners.get(proposal.base_version.pk) != department.pk:
            broken.append(Violation("Q03", "该事项属于其他部门，不能由本部门调整", name))
        if (item is None) != (proposal.base_version is None):
            broken.append(Violation("Q04", "须同时指明现行事项和它的版本", name))
        if item is None and proposal.kind not in BEGINNING and proposal.kind != ChangeKind.DEPARTMENT:
            broken.append(Violation("Q04", f"{ChangeKind(proposal.kind).label}须指明现行事项", name))
        if item is not None and item.pk in held:
            broken.append(Violation("Q05", f"该事项已在申请 {held[item.pk]} 中办理，待其办结后再提", name))
        if proposal.kind == ChangeKind.DEPARTMENT and profile_held:
            broken.append(Violation("Q05", f"本部门职责已在申请 {profile_held} 中办理，待其办结后再提", name))
        if item is not None and item.pk in seen:
            broken.append(Violation("Q06", "同一事项在一个申请内只能调整一次", name))
        if item is not None:
            seen.add(item.pk)
        rule = rule_of(proposal.kind, new=item is None, ends=proposal.ends)
        if rule and rule.documented and not (proposal.reason.strip() and proposal.document.strip()):
            broken.append(Violation("Q07", f"{ChangeKind(proposal.kind).label}须写明理由和依据文件", name))
        if (
            isinstance(proposal.content, ItemContent)
            and proposal.content.not_public
            and not proposal.content.not_public_basis.strip()
        ):
            broken.append(Violation("Q08", "依法不予公开须写明理由和依据", name))
    if broken:
        raise RuleBroken(*broken)


def _receiving_departments(department: Department, proposals: Sequence[Proposal]) -> set[str]:
    """Codes of the other departments of the region, in being, to which ``proposals`` transfer items."""
    codes = {str(p.terms["to_department"]) for p in proposals if p.terms.get("to_department")}
    found = Department.objects.in_being().filter(region=department.region_id, code__in=codes).exclude(pk=department.pk)
    return set(found.values_list("code", flat=True)) if codes else set()


def _terms_broken(proposal: Proposal, receiving: set[str]) -> list[Violation]:
    """Q10: what the kind asks for, each with its label; the name of the item goes before where several changes are proposed."""
    kept, wrong = clean_terms(proposal.kind, proposal.terms, new=proposal.item is None, ends=proposal.ends)
    to = kept.get("to_department")
    if to and to not in receiving:
        wrong.append(Violation("Q10", "须是本地区的另一个部门", "划转给"))
    if unknown := set(proposal.terms) - set(kept):
        wrong += [Violation("Q10", f"{ChangeKind(proposal.kind).label}不使用这一项：{'、'.join(sorted(unknown))}")] * (not wrong)
    return wrong


def check_ready(request: ChangeRequest, actor: Actor) -> str:
    """What stops at submission: the numbered rules that stop, Q09 a deviation from the category's default 依申请/依职权 without its reason,
    Q11 a 划转 that the receiving department has not agreed to, Q12 a change that changes nothing, or a merger or split that is not whole,
    Q32 and Q33 the second person and the paper that are wanted (``approvals``), Q38 remarks without an answer.

    Returns the warnings to be kept with the submission (；自动校验提醒 R25 12 处), or "". Raises RuleBroken with all that stops.
    """
    defaults = dict(Category.objects.values_list("code", "default_initiation"))
    broken = []
    for change in request.changes.exclude(initiation="").exclude(category_code=""):
        if defaults.get(change.category_code) != change.initiation and not change.content.initiation_reason.strip():
            broken.append(Violation("Q09", "行使方式与该类别的默认值不同，须在“行使方式调整理由”中写明理由", change.name))
    changes = list(request.changes.select_related("item", "base_version").order_by("position"))
    if not changes:
        broken.append(Violation("Q02", "没有任何调整内容"))
    broken += [
        Violation("Q12", "与现行内容一致，没有要调整的内容；不调整的，从申请中去掉", change.name)
        for change in changes
        if change.kind in (*AMENDING, ChangeKind.CORRECT) and change.content_hash == change.base_version.content_hash
    ]
    broken += [*consents_missing(request, changes), *lineage_faults(changes)]
    stopping, warnings = check_request(request)
    broken += [*stopping, *unapproved(request, actor.user), *unanswered(request)]
    if broken:
        raise RuleBroken(*broken)
    return f"；{WARNED}{warnings}" if warnings else ""


def close_changes(actor: Actor, request: ChangeRequest) -> None:
    """Free the items of a request that is over."""
    held = request.changes.filter(open=True)
    keys = list(held.values_list("pk", flat=True))
    if keys:
        held.update(open=False)
        record_history(Change.objects.filter(pk__in=keys), kind=CHANGED, actor=actor, reason="办结")


def _department_code(content: ItemContent | DepartmentContent) -> str:
    return content.code if isinstance(content, DepartmentContent) else content.department_code


def _open_requests_of(items: Sequence[int], besides: ChangeRequest | None) -> dict[int, str]:
    found = Change.objects.filter(item__in=items, open=True)
    found = found.exclude(request=besides) if besides else found
    return dict(found.values_list("item_id", "request__number"))


def _open_profile_request(department: Department) -> str:
    """Number of the open request that changes what the list says of ``department`` itself; empty if there is none."""
    found = Change.objects.filter(kind=ChangeKind.DEPARTMENT, open=True, request__department=department)
    return found.values_list("request__number", flat=True).first() or ""


def next_number(region: Region) -> str:
    year = timezone.localdate().year
    return f"{year}-{ChangeRequest.objects.filter(region=region, number__startswith=f'{year}-').count() + 1:04d}"


def _save_with(
    request: ChangeRequest, proposals: Sequence[Proposal], actor: Actor, reason: str, kept: Sequence[Change] = ()
) -> None:
    """Save the request and its changes; ``reason`` goes into its history. ``kept``: changes for the first of ``proposals``."""
    request.proposed_hash = _hash_of(request, proposals)
    request._change_reason, request._history_user = reason, actor.user
    request.save()
    for position, (change, proposal) in enumerate(zip(kept, proposals, strict=False), start=1):
        change.position = position
        overwrite(change, proposal, actor)
    if proposals[len(kept) :]:
        add_changes(actor, request, proposals[len(kept) :], first=len(kept) + 1)


def _hash_of(request: ChangeRequest, proposals: Sequence[Proposal]) -> str:
    """The hash that every later decision binds (``reviews.manifests``)."""
    lines = [
        [
            position,
            str(proposal.kind),
            proposal.item.code if proposal.item else None,
            proposal.base_version.number if proposal.base_version else None,
            proposal.content.content_hash,
            proposal.reason,
            proposal.document,
            proposal.terms_text,
        ]
        for position, proposal in enumerate(proposals, start=1)
    ]
    return sha256_hex(manifest_bytes(request.reason, request.document, lines))


# As ``add_changes`` puts the values.
_COLUMNS = ["request_id", "position", "kind", "item_id", "base_version_id", "content_bytes", "content_hash", "name", "category_code", "initiation", "reason", "document", "terms_text", "source_row", "open", "outcome", "outcome_note"]  # fmt: skip


def add_changes(actor: Actor, request: ChangeRequest, proposals: Sequence[Proposal], *, first: int) -> None:
    """Write ``proposals`` as changes of ``request``, numbered from ``first``, each with its history row. Checks nothing."""
    rows = [
        (
            request.pk,
            position,
            str(proposal.kind),
            proposal.item.pk if proposal.item else None,
            proposal.base_version.pk if proposal.base_version else None,
            proposal.content.canonical,
            proposal.content.content_hash,
            proposal.content.name,
            getattr(proposal.content, "category", ""),
            getattr(proposal.content, "initiation", ""),
            proposal.reason,
            proposal.document,
            proposal.terms_text,
            proposal.source_row,
            True,
            Change.Outcome.PENDING.value,
            "",
        )
        for position, proposal in enumerate(proposals, start=first)
    ]
    insert_rows(Change, _COLUMNS, rows)
    record_history(request.changes.filter(position__gte=first), kind=ADDED, actor=actor, reason="列入申请")
