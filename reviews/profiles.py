"""部门职责 (主要职责, 职责边界, 事中事后监管制度): what the list says of a department itself is proposed and reviewed like an item."""

from __future__ import annotations

from departments.models import Department
from departments.people import Actor
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.content import DepartmentContent
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import DepartmentVersion
from qingdan.items.placing import plain_profile
from reviews.models import ChangeRequest
from reviews.proposals import Proposal
from reviews.requests import create_request


def current_profile(department: Department) -> DepartmentContent:
    """What the newest published list says of ``department``; its name and kind where it has said nothing yet."""
    newest = DepartmentVersion.objects.filter(department=department).order_by("-number").first()
    return newest.content if newest else plain_profile(department)


def propose_profile(
    *, actor: Actor, department: Department, content: DepartmentContent, reason: str, document: str = "", seen_hash: str
) -> ChangeRequest:
    """A draft request that changes a department's own entry. ``seen_hash``: of the content that the editor began from.

    Raises WrongState where another edition changed it meanwhile, RuleBroken Q02 where nothing differs, Q05 where one is open.
    """
    before = current_profile(department)
    if seen_hash != before.content_hash:
        raise WrongState("本部门职责已由其后公布的版本改变，请按现行内容重新修改")
    if content == before:
        raise RuleBroken(Violation("Q02", "与现行内容一致，没有要调整的内容"))
    proposal = Proposal(kind=ChangeKind.DEPARTMENT, content=content)
    return create_request(actor=actor, department=department, reason=reason, document=document, proposals=[proposal])
