"""机构改革 and the list in one act: the department ends or gets another name, its people and all its items go along in one edition.

审改办 proposes, 编办 (another person) confirms with the password. Items go to the successor as 划转; where only the name changes they follow
(随动). Nothing is orphaned; earlier editions show the names of then.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from departments.acting import act
from departments.models import Department, Region
from departments.offices import end_into, faults, give_name
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import DepartmentVersion, Edition, EditionDepartment, EditionEntry
from qingdan.items.placing import DepartmentPlacement, Placement, plain_profile
from reviews.later_announcements import tell_of_reform
from reviews.later_guards import check_can_act_on_reform, move_reform
from reviews.later_states import MeasureAction
from reviews.models import ChangeRequest, Reform
from reviews.publication import publish_reform
from reviews.states import RequestState

# Requests so far advanced that the list they were decided on must not move under them.
_DECIDED = (RequestState.BATCHED, RequestState.APPROVED)


@act("propose_reform")
def propose_reform(
    *,
    actor: Actor,
    region: Region,
    kind: str,
    department: Department,
    into: Department | None = None,
    new_name: str = "",
    reason: str,
    meeting: str,
    decided_on: datetime.date,
    notice_title: str,
    notice_no: str,
) -> Reform:
    """审改办 proposes. Raises RuleBroken G01…G04 and D03 naming each field."""
    posting = actor.must_hold(Post.PUBLISHER, region=region, message="机构改革的清单划转由本地区审改办提出")
    kind = Reform.Kind(kind)
    texts = {"依据": reason, "审议会议": meeting, "公布文件标题": notice_title, "公布文号": notice_no}
    broken = [Violation("G01", "须填写", label) for label, text in texts.items() if not text.strip()]
    broken += _check_offices(region, kind, department, into, new_name.strip())
    if decided_on > timezone.localdate():
        broken.append(Violation("G02", f"审议日期 {decided_on} 尚未到", "审议日期"))
    if broken:
        raise RuleBroken(*broken)
    reform = Reform(
        region=region,
        kind=kind,
        department=department,
        into=into if kind == Reform.Kind.MERGE else None,
        new_name=new_name.strip() if kind == Reform.Kind.RENAME else "",
        reason=reason.strip(),
        meeting=meeting.strip(),
        decided_on=decided_on,
        notice_title=notice_title.strip(),
        notice_no=notice_no.strip(),
        proposed_by=actor.user,
    )
    reform._change_reason, reform._history_user = "提出", actor.user
    reform.save()
    tell_of_reform(reform=reform, actor=actor)
    actor.record(act="propose_reform", post=posting.post, obj=reform, detail=f"{reform}；{reason.strip()}")
    return reform


def _check_offices(region: Region, kind: str, department: Department, into: Department | None, name: str) -> list[Violation]:
    broken = []
    if department.region_id != region.pk or department.abolished_on:
        broken.append(Violation("G03", "不是本地区在设的部门", "部门"))
    if kind == Reform.Kind.MERGE:
        if into is None or into.region_id != region.pk or into.abolished_on or into.pk == department.pk:
            broken.append(Violation("G03", "须是本地区另一个在设的部门", "承接部门"))
    elif not name or name == department.name:
        broken.append(Violation("G03", "须填写与现名不同的新名称", "新名称"))
    else:
        broken += [
            Violation("D03", fault.message, "新名称") for fault in faults(region=region, code="-", name=name) if fault.rule == "D03"
        ]
    return broken


@act("carry_out_reform", durable=True)
def carry_out_reform(*, actor: Actor, reform: Reform) -> Edition:
    """编办 agrees: department, posts and items change at once, in one edition in force today. One durable transaction.

    Raises NotAllowed (who proposed it), WrongState (settled, a pending edition, decided requests of the department), RuleBroken D…, P….
    """
    reform = Reform.objects.select_for_update(of=("self",)).select_related("region", "department", "into").get(pk=reform.pk)
    row, posting = check_can_act_on_reform(actor=actor, reform=reform, action=MeasureAction.CONFIRM)
    if reform.proposed_by_id == actor.user.pk:
        raise NotAllowed("提出人不能自己核对，须由另一人核对")
    Region.objects.select_for_update().get(pk=reform.region_id)
    check_nothing_under_way(reform)
    today, why = timezone.localdate(), f"{reform.notice_no} {reform.reason}"
    placements, profiles = placements_of(reform)
    if reform.kind == Reform.Kind.MERGE:
        end_into(actor=actor, department=reform.department, into=reform.into, on=today, reason=why)
    else:
        give_name(actor=actor, department=reform.department, name=reform.new_name, on=today, reason=why)
    edition = publish_reform(actor=actor, reform=reform, placements=placements, departments=profiles, post=posting.post)
    move_reform(reform=reform, target=row.target, actor=actor, reason=f"公布 {reform.notice_no}", edition=edition)
    actor.record(
        act="carry_out_reform",
        post=posting.post,
        obj=reform,
        after_hash=edition.manifest_hash,
        detail=f"{reform}，划转 {len(placements)} 项",
    )
    return edition


@act("decline_reform")
def decline_reform(*, actor: Actor, reform: Reform, opinion: str) -> Reform:
    """编办 does not agree. Raises RuleBroken S01 without a reason."""
    row, posting = check_can_act_on_reform(actor=actor, reform=reform, action=MeasureAction.DECLINE, opinion=opinion)
    move_reform(reform=reform, target=row.target, actor=actor, reason=opinion.strip()[:500], opinion=opinion.strip())
    actor.record(act="decline_reform", post=posting.post, obj=reform, detail=opinion.strip())
    return reform


@act("withdraw_reform")
def withdraw_reform(*, actor: Actor, reform: Reform) -> Reform:
    """审改办 takes its proposal back."""
    row, posting = check_can_act_on_reform(actor=actor, reform=reform, action=MeasureAction.WITHDRAW)
    move_reform(reform=reform, target=row.target, actor=actor, reason="撤回")
    actor.record(act="withdraw_reform", post=posting.post, obj=reform)
    return reform


def check_nothing_under_way(reform: Reform) -> None:
    """WrongState where a pending edition, or decided requests of the department, still build on the list as it is."""
    today = timezone.localdate()
    if (pending := Edition.objects.light().pending(reform.region, today).first()) is not None:
        raise WrongState(f"{pending.notice_no} 尚未生效（{pending.effective_on}），请在它生效之后办理")
    decided = ChangeRequest.objects.filter(department=reform.department, state__in=_DECIDED).order_by("number")
    if numbers := list(decided.values_list("number", flat=True)):
        raise WrongState(f"{reform.department}的申请 {'、'.join(numbers)} 已列入批次，请先办结或移出")


def placements_of(reform: Reform) -> tuple[list[Placement], list[DepartmentPlacement]]:
    """What goes through the door: 划转 of every item of the department, withheld ones too; or its new name, which its items follow."""
    edition = Edition.objects.light().newest(reform.region)
    if reform.kind == Reform.Kind.RENAME:
        said = EditionDepartment.objects.filter(edition=edition, department=reform.department).select_related("version").first()
        present = said.version.content if said else plain_profile(reform.department)
        content = present.model_copy(update={"name": reform.new_name})
        return [], [DepartmentPlacement(department=reform.department, content=content, reason=reform.reason)]
    entries = EditionEntry.objects.filter(edition=edition, version__department=reform.department).order_by("position")
    name = _name_of(reform.into)
    return [
        Placement(
            kind=ChangeKind.TRANSFER,
            content=entry.version.content.changed(department_code=reform.into.code, department_name=name),
            item=entry.item,
            base_version_id=entry.version_id,
            reason=reform.reason,
            document=reform.notice_no[:300],
        )
        for entry in entries.select_related("item", "version")
    ], []


def _name_of(department: Department) -> str:
    """The name by which the list knows a department now."""
    known = DepartmentVersion.objects.filter(department=department).order_by("-number").values_list("name", flat=True).first()
    return known or department.name
