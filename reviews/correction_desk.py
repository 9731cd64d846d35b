"""纠错, the desk's side: the department answers, an adjustment goes out from a report and comes back with its edition; words and contacts go.

No act writes the reader's words or his contact into an audit event, a request, a notice or a history.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from departments.acting import act
from departments.notices import settle
from departments.people import Actor
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.models import Edition, EditionChange
from qingdan.ledger import audit
from reviews.corrections import report_url
from reviews.editing import open_draft
from reviews.kind_terms import clean_text
from reviews.later_guards import check_can_act_on_report
from reviews.later_states import REPORT_TRANSITIONS, ReportAction, ReportState
from reviews.models import Batch, Change, ChangeRequest, DeskSetting, ReaderReport, ReportContact, ReportStep, ReportTally
from reviews.states import find

ANSWER_LIMIT = 1_000
# A contact of a report that nobody answered goes as well.
UNANSWERED_DAYS = 365
ANSWERS = (ReportAction.ACCEPT, ReportAction.REJECT, ReportAction.SETTLE)
PARTS = {"text": "读者所述", "answer": "答复"}


@act("answer_report")
def answer_report(*, actor: Actor, report: ReaderReport, action: str, answer: str, seen_revision: int) -> ReaderReport:
    """The department's answer, which the holder of the query number reads. 已更正拟办 opens the change request that corrects the item.

    The request remembers the report; one that holds the item already is taken for it. Raises NotAllowed, WrongState, RuleBroken S01, E04.
    """
    if action not in ANSWERS:
        raise RuleBroken(Violation("E04", "选择已更正拟办、不属实或已处理", "结论"))
    row, posting = check_can_act_on_report(actor=actor, report=report, action=action, opinion=answer)
    _check_seen(report, seen_revision)
    answer = clean_text(answer)
    if len(answer) > ANSWER_LIMIT:
        raise RuleBroken(Violation("E04", f"有 {len(answer)} 字，超过 {ANSWER_LIMIT} 字", "答复内容"))
    request = _request_for(actor, report) if action == ReportAction.ACCEPT else None
    move_report(
        report=report,
        target=row.target,
        action=action,
        actor=actor,
        post=posting.post,
        answer=answer,
        answered_by=actor.user,
        answered_at=timezone.now(),
        request=request,
    )
    settle(report_url(report))
    detail = f"{report}：{ReportAction(action).label}" + (f"，申请 {request.number}" if request else "")
    actor.record(act="answer_report", post=posting.post, obj=report, detail=detail)
    return report


def _request_for(actor: Actor, report: ReaderReport) -> ChangeRequest:
    """The open request that holds the item, or a new draft; its reason names the report and none of its words."""
    held = Change.objects.filter(item=report.item_id, open=True).select_related("request").first()
    if held is not None:
        return held.request
    reason = f"根据{report}核对更正“{report.version.name}”的{report.get_about_display()}"
    return open_draft(actor=actor, department=_department_now(report), reason=reason)


def _department_now(report: ReaderReport):
    """The department that the report went to, or the one that took it over."""
    department = report.department
    while department.successor_id and department.abolished_on and department.abolished_on <= timezone.localdate():
        department = department.successor
    return department


@act("read_contact")
def read_contact(*, actor: Actor, report: ReaderReport) -> str:
    """How the reader can be reached, for the department that has to answer; that it was looked at is kept. Raises WrongState if there is none."""
    _row, posting = check_can_act_on_report(actor=actor, report=report, action=ReportAction.CONTACT)
    contact = ReportContact.objects.filter(report=report).first()
    if contact is None:
        raise WrongState("读者没有留联系方式，或者已到期删除")
    ReportStep.objects.create(report=report, action=ReportAction.CONTACT, state=report.state, person=actor.user, post=posting.post)
    actor.record(act="read_contact", post=posting.post, obj=report, detail=str(report))
    return contact.text


@act("redact_report")
def redact_report(*, actor: Actor, report: ReaderReport, parts: Collection[str], reason: str, seen_revision: int) -> ReaderReport:
    """审改办 takes the reader's words or the answer out for good, and his contact with them. Raises RuleBroken S01, E05.

    What was there is kept nowhere, not even as a hash: a short text could be guessed from it. ``reason`` must not repeat it.
    """
    row, posting = check_can_act_on_report(actor=actor, report=report, action=ReportAction.REDACT, opinion=reason)
    _check_seen(report, seen_revision)
    chosen = [part for part in PARTS if part in parts]
    if not chosen:
        raise RuleBroken(Violation("E05", "选择要遮蔽的内容", "遮蔽"))
    if len(reason) > ANSWER_LIMIT:
        raise RuleBroken(Violation("E05", f"超过 {ANSWER_LIMIT} 字", "理由"))
    ReportContact.objects.filter(report=report).delete()
    # The state itself stays, also that of an adjustment that came to nothing.
    emptied = dict.fromkeys(chosen, "")
    move_report(
        report=report,
        target=report.state,
        action=row.action,
        actor=actor,
        post=posting.post,
        redacted_at=timezone.now(),
        **emptied,
    )
    names = "、".join(PARTS[part] for part in chosen)
    actor.record(act="redact_report", post=posting.post, obj=report, detail=f"{report}遮蔽{names}：{reason.strip()}")
    return report


def move_report(*, report: ReaderReport, target: str, action: str, actor: Actor | None, post: str = "", **fields: object) -> None:
    """Conditional update on (state, revision) with its step; no history row, for a reader's words leave no trace once taken out."""
    found = ReaderReport.objects.filter(pk=report.pk, state=report.state, revision=report.revision)
    if found.update(state=target, revision=report.revision + 1, **fields) != 1:
        raise WrongState(f"{report}已由他人处理，请刷新后再看")
    report.refresh_from_db()
    ReportStep.objects.create(report=report, action=action, state=target, person=actor.user if actor else None, post=post)


def _check_seen(report: ReaderReport, seen_revision: int) -> None:
    if report.revision != seen_revision:
        raise WrongState(f"{report}已有新的办理，请重新查看后再办理")


def publish_reports(*, actor: Actor, batch: Batch, edition: Edition, post: str) -> int:
    """The step of ``publication.publish_batch``: reports whose adjustment the edition carries get it; how many.

    An adjustment may come by a request that was split off the one that the report opened.
    """
    line = set(batch.requests.values_list("pk", flat=True))
    for _ in range(2):
        origins = ChangeRequest.objects.filter(pk__in=line).exclude(origin=None).values_list("origin_id", flat=True)
        line |= set(origins)
    changed = EditionChange.objects.filter(edition=edition).values("item")
    found = ReaderReport.objects.filter(state=ReportState.ACCEPTED, request__in=line, item__in=changed)
    rows = list(found.order_by("pk"))
    step = find(REPORT_TRANSITIONS, ReportState.ACCEPTED, ReportAction.PUBLISH)
    for report in rows:
        move_report(report=report, target=step.target, action=step.action, actor=actor, post=post, edition=edition)
    return len(rows)


def erase_contacts(day: datetime.date) -> int:
    """Delete the contacts whose time is over on ``day``, and the counts of earlier days; how many contacts. In the caller's transaction."""
    kept = dict(DeskSetting.objects.values_list("region_id", "contact_days"))
    default = DeskSetting._meta.get_field("contact_days").default
    over = Q(report__received_at__date__lte=day - datetime.timedelta(days=UNANSWERED_DAYS))
    usual = Q(report__answered_at__date__lte=day - datetime.timedelta(days=default))
    over |= usual & ~Q(report__region__in=kept) if kept else usual
    for region, days in kept.items():
        over |= Q(report__region=region, report__answered_at__date__lte=day - datetime.timedelta(days=days))
    gone, _ = ReportContact.objects.filter(over).delete()
    ReportTally.objects.filter(day__lt=day).delete()
    if gone:
        audit.record(actor_id="-", actor_name="定时任务", act="erase_contacts", detail=f"{day} 删除到期的读者联系方式 {gone} 条")
    return gone
