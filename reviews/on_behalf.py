"""编办代提: the 编办 opens a request itself where a department is late; the department is told, and reviews go their usual way."""

from __future__ import annotations

from collections.abc import Sequence

from departments.acting import act
from departments.models import Department, Region
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import RuleBroken, Violation
from reviews.manifests import stored_hash
from reviews.models import ChangeRequest
from reviews.proposals import Proposal
from reviews.requests import add_changes, check_proposals, next_number
from reviews.returning import record_revision
from reviews.states import RequestState
from reviews.waivers import examine


@act("propose_on_behalf")
def propose_on_behalf(
    *, actor: Actor, department: Department, reason: str, document: str, notified: str, proposals: Sequence[Proposal]
) -> ChangeRequest:
    """A request of ``department`` opened and handed in by the 编办. Whoever opens it passes no part of it (as with every author).

    ``notified``: when and how the department was told; it sees the request, may withdraw it with a reason, and corrects it if it is
    returned. Raises NotAllowed, RuleBroken Q01, Q02…Q10, Q34 the department was not told, or R… what stops it.
    """
    posting = actor.must_hold(Post.COMPLIANCE, region=department.region, message="代部门提出须由编办审查办理")
    region = Region.objects.select_for_update().get(pk=department.region_id)
    broken = [
        Violation(rule, message, where)
        for rule, message, where, text in (
            ("Q01", "须写明调整理由", "调整理由", reason),
            ("Q07", "代部门提出须写明依据文件", "依据文件", document),
            ("Q34", "须写明何时、以何种方式告知了部门", "告知部门", notified),
        )
        if not text.strip()
    ]
    if broken:
        raise RuleBroken(*broken)
    check_proposals(department, proposals)
    request = ChangeRequest(
        region=region,
        department=department,
        number=next_number(region),
        reason=reason.strip(),
        document=document.strip(),
        on_behalf=True,
        notified=notified.strip(),
        state=RequestState.COMPLIANCE,
        created_by=actor.user,
        submitted_by=actor.user,
    )
    request._change_reason, request._history_user = "编办代提", actor.user
    request.save()
    add_changes(actor, request, proposals, first=1)
    request.proposed_hash = stored_hash(request)
    request._change_reason = "提交（编办代提）"
    request.save(update_fields=["proposed_hash"])
    if stopping := examine(request).stopping:
        raise RuleBroken(*stopping)
    record_revision(request=request, number=1, person=actor.user)
    actor.record(
        act="propose_on_behalf",
        post=posting.post,
        obj=request,
        after_hash=request.proposed_hash,
        detail=f"{department} {len(proposals)} 项；告知：{notified.strip()}",
    )
    return request
