"""The acts on supporting materials and regulations.

Rules: Z01 a field left out, Z02 entered already, Z03 a day that has not come; what a file may be is Q31 and Q35 of ``reviews.attachments``.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from budget.guards import FundAct, check_can_act, locked
from budget.models import Evidence, Fund, Regulation
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint, keep
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from reviews.attachments import keep_file
from reviews.models import Attachment


@act("ask_evidence")
def ask_evidence(
    *, actor: Actor, fund: Fund, indicator: str, needed: str, owed_by: str, due_on: datetime.date | None = None
) -> Evidence:
    """One material more in the list: for which indicator, what, from whom, by when. Raises NotAllowed, RuleBroken Z01, Z02."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.KEEP_EVIDENCE)
    given = {"指标": indicator.strip(), "所需材料": needed.strip(), "提供单位或人": owed_by.strip()}
    _filled(given)
    indicator, needed, owed_by = given.values()
    if Evidence.objects.filter(fund=fund, indicator=indicator, needed=needed).exists():
        raise RuleBroken(Violation("Z02", f"“{indicator}”的“{needed}”已在目录中", "所需材料"))
    row = Evidence(fund=fund, indicator=indicator, needed=needed, owed_by=owed_by, due_on=due_on, made_by=actor.user)
    keep(row, actor=actor, reason="列入目录")
    actor.record(
        act="ask_evidence", post=posting.post, obj=row, after_hash=fingerprint(row), detail=f"{fund} {row}，由{owed_by}提供"
    )
    return row


@act("register_regulation")
def register_regulation(
    *, actor: Actor, fund: Fund, name: str, number: str, issued_on: datetime.date, file_name: str = "", data: bytes = b""
) -> Regulation:
    """One 业务制度 of the fund's department, with its text if there is one. Raises NotAllowed, RuleBroken Z01, Z02, Z03, Q31."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.KEEP_EVIDENCE)
    given = {"制度名称": name.strip(), "文号": number.strip()}
    _filled(given)
    name, number = given.values()
    if issued_on > timezone.localdate():
        raise RuleBroken(Violation("Z03", f"{issued_on} 尚未到", "日期"))
    if Regulation.objects.filter(department=fund.department, number=number).exists():
        raise RuleBroken(Violation("Z02", f"{number} 已登记", "文号"))
    row = Regulation(department=fund.department, name=name, number=number, issued_on=issued_on, made_by=actor.user)
    keep(row, actor=actor, reason="登记")
    actor.record(
        act="register_regulation", post=posting.post, obj=row, after_hash=fingerprint(row), detail=f"{fund.department} {row}"
    )
    if data:
        made = keep_file(actor=actor, post=posting.post, owner=row, file_name=file_name, data=data)
        actor.record(act="bring_evidence", post=posting.post, obj=row, after_hash=made.sha256, detail=f"{row}：{made.file_name}")
    return row


@act("bring_evidence")
def bring_evidence(
    *, actor: Actor, fund: Fund, owner: Evidence | Regulation, file_name: str, data: bytes, note: str = ""
) -> Attachment:
    """A file that came. Raises NotAllowed, RuleBroken Q31 (what it is), Q35 (twice, or too many)."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.KEEP_EVIDENCE)
    _check_belongs(fund, owner)
    made = keep_file(actor=actor, post=posting.post, owner=owner, file_name=file_name, data=data, note=note)
    actor.record(act="bring_evidence", post=posting.post, obj=owner, after_hash=made.sha256, detail=f"{owner}：{made.file_name}")
    return made


@act("void_evidence")
def void_evidence(*, actor: Actor, fund: Fund, owner: Evidence | Regulation, attachment: Attachment, reason: str) -> Attachment:
    """Declare a file void: it stays, marked, with the reason. Raises NotAllowed, WrongState, RuleBroken Z01."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.KEEP_EVIDENCE)
    _check_belongs(fund, owner)
    row = Attachment.objects.of(owner).select_for_update().filter(pk=attachment.pk).first()
    if row is None:
        raise NotAllowed("没有这个文件", stranger=True)
    if row.voided_at is not None:
        raise WrongState(f"“{row.file_name}”已经作废")
    _filled({"作废理由": reason.strip()})
    row.voided_at, row.voided_by, row.void_reason = timezone.now(), actor.user, reason.strip()[:300]
    keep(row, actor=actor, reason=f"作废：{row.void_reason}")
    actor.record(
        act="void_evidence", post=posting.post, obj=owner, before_hash=row.sha256, detail=f"{row.file_name} 作废：{row.void_reason}"
    )
    return row


def _filled(given: dict[str, str]) -> None:
    broken = [Violation("Z01", "未填写", name) for name, value in given.items() if not value]
    if broken:
        raise RuleBroken(*broken)


def _check_belongs(fund: Fund, owner: Evidence | Regulation) -> None:
    theirs = owner.fund_id == fund.pk if isinstance(owner, Evidence) else owner.department_id == fund.department_id
    if not theirs:
        raise NotAllowed("不属于这项资金", stranger=True)
