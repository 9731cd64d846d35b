"""划转: the word of the receiving department, given by its head while the request is still with its own department."""

from __future__ import annotations

from collections.abc import Sequence

from departments.acting import act
from departments.models import Department
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from qingdan.items.kinds import ChangeKind
from reviews.models import Change, ChangeRequest, TransferConsent
from reviews.states import RequestState

OPEN_TO_CONSENT = (RequestState.DRAFT, RequestState.RETURNED)


@act("answer_transfer")
def answer_transfer(*, actor: Actor, change: Change, outcome: str, opinion: str = "", seen_seal: str) -> TransferConsent:
    """The receiving department's head agrees to take an item over, or does not. A later word on the same content replaces an earlier one.

    Raises NotAllowed, WrongState (already submitted, or changed since it was seen), RuleBroken S01 (a refusal without its reason).
    """
    department = receiving_department(change)
    posting = actor.holding(Post.HEAD, department=department) if department else None
    if posting is None:
        if department is None or actor.holding(Post.CLERK, department=department) is None:
            raise NotAllowed("没有这项划转", stranger=True)
        raise NotAllowed(f"划转由接收部门的{Post.HEAD.label}确认")
    request = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=change.request_id)
    change.refresh_from_db()
    if request.state not in OPEN_TO_CONSENT:
        raise WrongState(f"申请 {request.number} 已提交或者办结，不再需要确认")
    if seen_seal != change.seal or change.kind != ChangeKind.TRANSFER:
        raise WrongState("划转的内容已变化，请重新查看后再确认")
    if outcome not in TransferConsent.Outcome.values:
        raise RuleBroken(Violation("S01", "选择结论", "结论"))
    if outcome == TransferConsent.Outcome.REFUSED and not opinion.strip():
        raise RuleBroken(Violation("S01", "不同意接收须写明理由", "意见"))
    consent = TransferConsent.objects.create(
        request=request,
        item=change.item,
        department=department,
        outcome=outcome,
        opinion=opinion.strip(),
        change_seal=change.seal,
        person=actor.user,
        post=posting.post,
    )
    actor.record(act="answer_transfer", post=posting.post, obj=request, after_hash=change.seal, detail=f"{consent} {change.name}")
    return consent


def receiving_department(change: Change) -> Department | None:
    """The department that takes the item of a 划转 over; None for every other change."""
    if change.kind != ChangeKind.TRANSFER:
        return None
    return Department.objects.filter(code=str(change.terms.get("to_department", "")), region=change.request.region_id).first()


def consents_of(request: ChangeRequest, changes: Sequence[Change]) -> dict[int, TransferConsent | None]:
    """Change key → the receiving department's last word on it as it stands now, for the 划转 among ``changes``; None while it is silent."""
    transfers = [change for change in changes if change.kind == ChangeKind.TRANSFER]
    if not transfers:
        return {}
    said = {
        (consent.item_id, consent.change_seal): consent
        for consent in request.consents.select_related("person", "department").order_by("at", "pk")
    }
    return {change.pk: said.get((change.item_id, change.seal)) for change in transfers}


def consents_missing(request: ChangeRequest, changes: Sequence[Change]) -> list[Violation]:
    """Q11: each 划转 that the receiving department has not agreed to."""
    names = {change.pk: change.name for change in changes}
    missing = []
    for key, consent in consents_of(request, changes).items():
        if consent is None:
            missing.append(Violation("Q11", "接收部门尚未确认；请其部门负责人在工作台“划转确认”中确认", names[key]))
        elif consent.outcome == TransferConsent.Outcome.REFUSED:
            missing.append(Violation("Q11", f"接收部门不同意接收：{consent.opinion}", names[key]))
    return missing
