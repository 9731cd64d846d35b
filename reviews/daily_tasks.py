"""Daily tasks of this room: those who can act are told what is due soon and overdue; readers' contacts go when their time is over."""

from __future__ import annotations

import datetime

from django.urls import reverse

from departments.models import Notice, Region
from departments.notices import Desk, notify
from departments.posts import Post
from departments.working_days import Calendar
from qingdan.outbox.tasks import daily_task
from reviews.announcements import about_request, desks_waiting, not_independent
from reviews.correction_desk import erase_contacts
from reviews.corrections import report_url
from reviews.deadlines import SOON, deadlines_of
from reviews.filings import due_dates, to_be_filed
from reviews.models import ChangeRequest, ReaderReport
from reviews.models.limits import TIMED
from reviews.route import missing_parts_of


@daily_task("临期和逾期通知", at=datetime.time(7, 30))
def tell_of_deadlines(day: datetime.date) -> str:
    """One notice for each request and deadline when it is due soon, and one when it is overdue; none on rest days."""
    calendar = Calendar()
    if not calendar.is_working_day(day):
        return "休息日"
    requests = list(ChangeRequest.objects.filter(state__in=TIMED).select_related("department", "region"))
    deadlines, missing = deadlines_of(requests, calendar=calendar, today=day), missing_parts_of(requests)
    told = 0
    for request in requests:
        deadline = deadlines.get(request.pk)
        if deadline is None or not (deadline.late or deadline.soon):
            continue
        event = Notice.Event.OVERDUE if deadline.late else Notice.Event.DUE_SOON
        told += notify(
            event=event,
            to=desks_waiting(request, missing.get(request.pk, [])),
            title=f"{request.department}的申请 {request.number} 在“{request.get_state_display()}”{deadline.words}",
            detail=deadline.source,
            but=not_independent(request) if request.pk in missing else (),
            **{**about_request(request), "key": f"{about_request(request)['key']}:{event}:{deadline.due}"},
        )
    return f"通知 {told} 人次"


@daily_task("纠错答复期限通知", at=datetime.time(7, 40))
def tell_of_reports(day: datetime.date) -> str:
    """The department, of each 读者纠错 that it has to answer by today; 编办 too, of those that are overdue. None on rest days."""
    if not Calendar().is_working_day(day):
        return "休息日"
    told = 0
    for report in ReaderReport.objects.awaiting().filter(due_on__lte=day).select_related("department", "region", "version"):
        late = report.due_on < day
        desks = [Desk(post, department=report.department) for post in (Post.CLERK, Post.HEAD)]
        told += notify(
            event=Notice.Event.OVERDUE if late else Notice.Event.DUE_SOON,
            to=[*desks, Desk(Post.COMPLIANCE, region=report.region)] if late else desks,
            title=f"{report.department}的{report}{'超期未答复' if late else '今天到期'}：{report.version.name}",
            url=report_url(report),
            key=f"report:{report.pk}:{'late' if late else 'due'}:{report.due_on}",
        )
    return f"通知 {told} 人次"


@daily_task("备案报送期限通知", at=datetime.time(7, 45))
def tell_of_filing_deadlines(day: datetime.date) -> str:
    """审改办, of each edition that it has to file within three working days, and once more when that day is past. None on rest days."""
    calendar = Calendar()
    if not calendar.is_working_day(day):
        return "休息日"
    editions = list(to_be_filed(Region.objects.all()))
    due_by, told = due_dates(editions), 0
    for edition in editions:
        due = due_by[edition.pk]
        late = day > due
        if not late and calendar.between(day, due) > SOON:
            continue
        told += notify(
            event=Notice.Event.OVERDUE if late else Notice.Event.DUE_SOON,
            to=[Desk(Post.PUBLISHER, region=edition.region)],
            title=f"{edition.title}（{edition.notice_no}）{'超期未' if late else f'须在 {due} 前'}报送备案",
            url=reverse("admin:edition_filing", args=[edition.pk]),
            key=f"filing-due:{edition.pk}:{'late' if late else 'soon'}:{due}",
        )
    return f"通知 {told} 人次"


@daily_task("删除读者联系方式", at=datetime.time(3, 10))
def erase_readers_contacts(day: datetime.date) -> int:
    """纠错: contacts whose time is over (审查办理设置), and what was counted on earlier days."""
    return erase_contacts(day)
