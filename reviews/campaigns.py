"""Campaigns of the office: opening one with its notice and scope, what departments report, and closing it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from departments.acting import act
from departments.models import Department, Notice, Region
from departments.notices import Desk, notify
from departments.people import Actor
from departments.posts import Post
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.models import Category
from reviews.completeness import CHECKABLE, board_of
from reviews.guards import check_can_act_on_scope, move_scope
from reviews.models import Campaign, CampaignScope
from reviews.states import ScopeAction, ScopeState

TEXT_LIMIT = 10_000
WORDS_LIMIT = 2_000


@act("open_campaign")
def open_campaign(
    *,
    actor: Actor,
    region: Region,
    kind: str,
    number: str,
    title: str,
    due_on: datetime.date,
    departments: Sequence[Department],
    text: str = "",
    categories: Sequence[Category] = (),
    elements: Sequence[str] = (),
) -> Campaign:
    """审改办 opens a campaign; each department named has to report by ``due_on``. Raises RuleBroken C01…C05."""
    posting = actor.must_hold(Post.PUBLISHER, region=region, message="专项清理由本地区审改办发起")
    Region.objects.select_for_update().get(pk=region.pk)
    broken = _faults(region, kind, number, title, text, due_on, departments, elements)
    if broken:
        raise RuleBroken(*broken)
    campaign = Campaign(
        region=region,
        kind=kind,
        number=number.strip(),
        title=title.strip(),
        text=text.strip(),
        element_keys=",".join(element.key for element in CHECKABLE if element.key in elements),
        due_on=due_on,
        opened_by=actor.user,
    )
    keep(campaign, actor=actor, reason="发起")
    campaign.categories.set(categories)
    for department in dict.fromkeys(departments):
        scope = CampaignScope(campaign=campaign, department=department)
        keep(scope, actor=actor, reason="列入范围")
        notify(
            event=Notice.Event.TASK,
            to=[Desk(post, department=department) for post in (Post.CLERK, Post.HEAD)],
            title=f"{campaign.title}，{due_on} 前报告",
            detail=f"{campaign.get_kind_display()} {campaign.number}",
            url=reverse("admin:scope", args=[scope.pk]),
            key=f"scope:{scope.pk}:given",
            by=actor,
        )
    actor.record(
        act="open_campaign",
        post=posting.post,
        obj=campaign,
        after_hash=fingerprint(campaign),
        detail=f"{number} {len(departments)} 个部门",
    )
    return campaign


@act("report_scope")
def report_scope(*, actor: Actor, scope: CampaignScope, action: str, words: str = "", seen_revision: int) -> CampaignScope:
    """部门负责人 reports 已完成, or 无需调整 with reasons. Raises RuleBroken S01, C06 (已完成 while elements are missing)."""
    if action not in (ScopeAction.REPORT_DONE, ScopeAction.REPORT_NOTHING):
        raise WrongState("没有这种报告")
    row, posting = check_can_act_on_scope(actor=actor, scope=scope, action=action, opinion=words)
    _check_open(scope, seen_revision)
    _check_words(words)
    if row.target == ScopeState.DONE:
        (standing,) = board_of(scope.campaign, [scope])
        if standing.to_do:
            raise RuleBroken(
                Violation(
                    "C06",
                    f"还有 {standing.to_do} 项缺少要素，也没有提交申请；补齐后再报告已完成，确实不需要补的报告无需调整并写明理由",
                    "",
                )
            )
    move_scope(
        scope=scope,
        target=row.target,
        actor=actor,
        reason=f"{ScopeAction(action).label}：{words.strip()}".rstrip("："),
        explanation=words.strip(),
        reported_by=actor.user,
        reported_at=timezone.now(),
    )
    actor.record(act="report_scope", post=posting.post, obj=scope, after_hash=fingerprint(scope), detail=row.target)
    return scope


@act("reopen_scope")
def reopen_scope(*, actor: Actor, scope: CampaignScope, words: str, seen_revision: int) -> CampaignScope:
    """审改办 does not accept the report; the department reports again."""
    row, posting = check_can_act_on_scope(actor=actor, scope=scope, action=ScopeAction.REOPEN, opinion=words)
    _check_open(scope, seen_revision)
    _check_words(words)
    move_scope(scope=scope, target=row.target, actor=actor, reason=f"退回报告：{words.strip()}", reported_by=None, reported_at=None)
    actor.record(act="reopen_scope", post=posting.post, obj=scope, after_hash=fingerprint(scope), detail=words.strip())
    return scope


@act("close_campaign")
def close_campaign(*, actor: Actor, campaign: Campaign, note: str = "") -> Campaign:
    """End a campaign. Raises RuleBroken C07 where departments have not reported and no note says why it ends."""
    posting = actor.must_hold(Post.PUBLISHER, region=campaign.region, message="专项清理由本地区审改办结束")
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    campaign.refresh_from_db()
    if not campaign.is_open:
        raise WrongState(f"“{campaign}”已经结束")
    _check_words(note)
    waiting = campaign.scopes.filter(state=ScopeState.OPEN).count()
    if waiting and not note.strip():
        raise RuleBroken(Violation("C07", f"还有 {waiting} 个部门没有报告，写明结束的说明", "说明"))
    campaign.closed_at, campaign.closing_note = timezone.now(), note.strip()
    keep(campaign, actor=actor, reason="结束")
    actor.record(
        act="close_campaign", post=posting.post, obj=campaign, after_hash=fingerprint(campaign), detail=f"未报告 {waiting} 个部门"
    )
    return campaign


def _check_open(scope: CampaignScope, seen_revision: int) -> None:
    campaign = Campaign.objects.select_for_update().get(pk=scope.campaign_id)
    if not campaign.is_open:
        raise WrongState(f"“{campaign}”已经结束")
    if scope.revision != seen_revision:
        raise WrongState("任务已有新的办理，请重新查看后再办理")


def _check_words(words: str) -> None:
    if len(words) > WORDS_LIMIT:
        raise RuleBroken(Violation("C05", f"超过 {WORDS_LIMIT} 字", "说明"))


def _faults(region, kind, number, title, text, due_on, departments, elements) -> list[Violation]:
    broken = []
    if kind not in Campaign.Kind.values:
        broken.append(Violation("C01", "选择类型", "类型"))
    for where, words, limit in (("通知文号", number, 100), ("名称", title, 200)):
        if not words.strip():
            broken.append(Violation("C01", "未填写", where))
        elif len(words.strip()) > limit:
            broken.append(Violation("C01", f"超过 {limit} 字", where))
    if len(text) > TEXT_LIMIT:
        broken.append(Violation("C01", f"超过 {TEXT_LIMIT} 字", "通知内容"))
    if Campaign.objects.filter(region=region, number=number.strip()).exists():
        broken.append(Violation("C02", f"已有文号为{number.strip()}的专项清理", "通知文号"))
    if due_on < timezone.localdate():
        broken.append(Violation("C03", f"{due_on} 已过", "期限"))
    if not departments:
        broken.append(Violation("C04", "选择部门", "部门"))
    broken += [
        Violation("C04", f"“{department}”不是{region}的在设部门", "部门")
        for department in departments
        if department.region_id != region.pk or (department.abolished_on and department.abolished_on <= timezone.localdate())
    ]
    unknown = set(elements) - {element.key for element in CHECKABLE}
    if unknown:
        broken.append(Violation("C05", f"没有这样的要素：{'、'.join(sorted(unknown))}"[:200], "须完善的要素"))
    if kind == Campaign.Kind.COMPLETION and not elements:
        broken.append(Violation("C05", "要素完善须选择要素", "须完善的要素"))
    return broken
