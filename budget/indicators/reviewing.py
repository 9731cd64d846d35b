"""Indicators counted from how requests went: applied for in time, reviewed in time, passed at the first reading."""

from __future__ import annotations

from django.utils import timezone

from budget.indicators.figures import Count, Period, Row, share
from reviews.models import ChangeRequest, Decision, Limit
from reviews.models.limits import Duty
from reviews.states import RequestState, Stage
from reviews.timeliness import applications, review_stays


def applied_in_time(period: Period) -> Count:
    days = Limit.objects.days(Duty.APPLY)
    if days is None:
        return Count(None, f"办理时限表没有“{Duty.APPLY.label}”的时限")
    found = applications(period.region, period.since, period.until, days)
    names = _names(each.request for each in found)
    rows = [
        Row(
            names[each.request],
            f"{each.directive.number}（{each.directive.decided_on:%Y-%m-%d}），应于 {each.due:%Y-%m-%d} 前提出，{each.submitted:%Y-%m-%d} 提交",
            each.on_time,
            request=each.request,
        )
        for each in found
    ]
    return share(rows, f"{days} 个工作日内提出", "因上级决定提出的申请", nothing=f"{period.words} 没有因上级决定提出的申请")


def reviewed_in_time(period: Period) -> Count:
    found = review_stays(period.region, period.since, period.until)
    names = _names(each.request for each in found)
    rows = [
        Row(
            names[each.request],
            f"{RequestState(each.state).label}，{each.entered:%Y-%m-%d} 收到，应于 {each.due:%Y-%m-%d} 前办结，"
            + (f"{each.left:%Y-%m-%d} 办结" if each.left else "没有办结"),
            each.on_time,
            request=each.request,
        )
        for each in found
    ]
    return share(rows, "按时办结", "应办结的审查", nothing=f"{period.words} 没有办结的审查")


def passed_at_first(period: Period) -> Count:
    first: dict[int, Decision] = {}
    spoken = Decision.objects.filter(stage=Stage.LEGALITY, request__region=period.region).order_by("at", "pk")
    for decision in spoken.select_related("request__department"):
        first.setdefault(decision.request_id, decision)
    rows = [
        Row(
            _name(each.request),
            f"{timezone.localdate(each.at):%Y-%m-%d} 首次合法性审查：{each.get_outcome_display()}",
            each.outcome == Decision.Outcome.PASSED,
            request=each.request_id,
        )
        for each in first.values()
        if period.since <= timezone.localdate(each.at) <= period.until
    ]
    return share(rows, "首次即通过", "首次合法性审查", nothing=f"{period.words} 没有合法性审查")


def _name(request: ChangeRequest) -> str:
    return f"{request.number} {request.department}"


def _names(keys) -> dict[int, str]:
    return {each.pk: _name(each) for each in ChangeRequest.objects.filter(pk__in=set(keys)).select_related("department")}
