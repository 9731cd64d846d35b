"""Daily tasks of this room: on each working day, those who can act are told what is due soon and what is overdue."""

from __future__ import annotations

import datetime

from departments.models import Notice
from departments.notices import notify
from departments.working_days import Calendar
from qingdan.outbox.tasks import daily_task
from reviews.announcements import about_request, desks_waiting, not_independent
from reviews.deadlines import deadlines_of
from reviews.models import ChangeRequest
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
