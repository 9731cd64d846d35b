"""A decision from above goes down to departments and counties, comes back as editions, and what 备案审查 faults leaves the list again."""

from __future__ import annotations

import datetime

import time_machine
from django.test import Client
from django.utils.timezone import localdate

from departments.models import Department, Notice, Posting, Region, User
from departments.posts import Post
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.verifying import verify
from reviews.cascade import End, cascade_of
from reviews.conversation import answer_comment, conversation_of, raise_comment, resolve_comment
from reviews.directives import LineDraft, record_directive
from reviews.filings import Fault, conclude_filing, file_edition, register_filing
from reviews.models import ChangeRequest, DirectiveTask
from reviews.proposals import Proposal
from reviews.requests import replace_changes
from reviews.tasks import answer_by_request, answer_not_concerned
from reviews.urging import urge
from tests.journeys import city
from tests.journeys.city import code_of, person, version
from tests.journeys.desk import both_parts, decide, fresh, gather, hand_in, meet, propose, publish, suspend_at_once

LATE, LATER, DAY = datetime.date(2020, 4, 1), datetime.date(2099, 12, 31), localdate() + datetime.timedelta(days=10)
COUNTIES = {"420602": "襄城区第00行业管理局", "420683": "枣阳市第00行业管理局"}
BY_REQUEST, BY_WORD, OVERDUE = range(5), range(5, 7), 7


def offices() -> list[Department]:
    """Eight departments of the city, and one in each of two counties with its head."""
    city.build()
    User.objects.create_user("examiner", "备案审查人", "Chang-Qing-2016")
    Posting.objects.create(
        user=person("examiner").user,
        post=Post.LEGALITY,
        region=Region.objects.get(code=city.CITY),
        from_on=datetime.date(2016, 1, 1),
    )
    for code, name in COUNTIES.items():
        county = Region.objects.get(code=code)
        office = Department.objects.create(
            code=f"{code}-J00", region=county, name=name, order=1, established_on=datetime.date(2001, 1, 1)
        )
        head = User.objects.create_user(f"head{code}", "负责人", "Chang-Qing-2016")
        Posting.objects.create(user=head, post=Post.HEAD, department=office, from_on=datetime.date(2016, 1, 1))
    return [Department.objects.get(code=code_of(number)) for number in range(8)]


def twelve_lines(departments: list[Department]) -> list[LineDraft]:
    """Seven 取消 (one long due), one 下放 that two counties take over, four 调整."""
    counties = tuple(Department.objects.filter(region__code__in=COUNTIES))
    drafts = [
        LineDraft(kind="repeal", text=f"取消事项{n}", departments=(office,), due_on=LATE if n == OVERDUE else LATER)
        for n, office in enumerate(departments)
    ]
    drafts.append(LineDraft(kind="delegate", text="日常检查", departments=(departments[0], *counties), due_on=LATER))
    return drafts + [LineDraft(kind="adjust", text=f"调整事项{n}", departments=(departments[n],), due_on=LATER) for n in (1, 2, 3)]


def not_concerned(who: str, tasks) -> None:
    for task in tasks:
        answer_not_concerned(actor=person(who), task=task, reason="我局没有这项职权", seen_revision=task.revision)


def answered(number: int, tasks) -> ChangeRequest:
    """A request of a department that repeals one item, alters another, and answers all its tasks."""
    gone, altered = version(number, "专项检查"), version(number, "年度许可")
    repeal = Proposal(
        kind=ChangeKind.REPEAL,
        content=gone.content.changed(state="repealed"),
        item=gone.item,
        base_version=gone,
        reason="落实决定",
        document="鄂政发〔2020〕5号",
    )
    alter = Proposal(
        kind=ChangeKind.ELEMENTS, content=altered.content.changed(note="改为网上办理"), item=altered.item, base_version=altered
    )
    request = propose(number, [repeal, alter])
    answer_by_request(actor=person(f"clerk{number:02}"), request=request, tasks=list(tasks))
    return hand_in(number, request)


def talked_over(number: int, request: ChangeRequest) -> None:
    """司法 asks about one element; the department answers, 司法 is content."""
    change = request.changes.get(kind=ChangeKind.ELEMENTS)
    asked = raise_comment(
        actor=person("legality"),
        request=request,
        text="网上办理的地址？",
        seen_hash=fresh(request).proposed_hash,
        change=change,
        element="备注",
    )
    clerk = person(f"clerk{number:02}")
    assert Notice.objects.filter(recipient=clerk.user, url__contains=f"/{request.pk}/").exists()
    answer_comment(actor=clerk, request=request, comment=asked, text="市政务服务网。")
    resolve_comment(actor=person("legality"), request=request, comment=asked)
    assert not any(thread.open for thread in conversation_of(request))


def page(code: str) -> str:
    return Client().get(f"/items/{code}/").content.decode()


def test_a_decision_from_above_ends_in_editions_and_a_fault_leaves_the_list(committed_db):
    departments = offices()
    region = Region.objects.get(code=city.CITY)
    decision = record_directive(
        actor=person("publisher"),
        region=region,
        issuer="湖北省人民政府",
        number="鄂政发〔2020〕5号",
        title="关于取消和下放一批行政权力事项的决定",
        decided_on=datetime.date(2020, 3, 2),
        lines=twelve_lines(departments),
    )
    tasks = {office: DirectiveTask.objects.filter(directive=decision, department=office) for office in departments}
    for number in BY_WORD:
        not_concerned(f"head{number:02}", tasks[departments[number]])
    requests = [answered(number, tasks[departments[number]]) for number in BY_REQUEST]

    # The late one is urged until it answers.
    assert [each.end for each in cascade_of(decision).lines].count(End.OVERDUE) == 1
    late = tasks[departments[OVERDUE]].get()
    for times in (1, 2):
        made = urge(actor=person("compliance"), subject=late, text="请尽快答复", due_on=localdate())
        assert made.number == times
    assert Notice.objects.filter(recipient=person(f"head{OVERDUE:02}").user, event=Notice.Event.URGED).count() == 2
    not_concerned(f"head{OVERDUE:02}", [fresh(late)])
    for code in COUNTIES:
        not_concerned(f"head{code}", DirectiveTask.objects.filter(department__region__code=code))

    # Two reviews with a question on the way, the meeting, publication: every line has its end.
    for number, request in enumerate(requests):
        both_parts(request)
        if number == 0:
            talked_over(number, request)
        decide("legality", request)
    assert cascade_of(decision).ended == 3
    edition = publish(meet(gather("第1批调整", requests)), "襄政发〔2026〕30号")
    cascade = cascade_of(decision)
    assert (cascade.ended, len(cascade.lines)) == (12, 12)
    assert {each.pk for line in cascade.lines for each in line.editions} == {edition.pk}

    # 备案审查 by another person faults one item: suspended at once by two people, and the page says so.
    faulty = version(1, "年度许可")
    filing = file_edition(
        actor=person("publisher"), edition=edition, number="襄备〔2026〕1号", report="报告", explanation="说明", basis="依据"
    )
    register_filing(actor=person("legality"), filing=filing, registered_no="B2026-1")
    fault = Fault(faulty.item, "substantive", "没有法律法规依据")
    conclude_filing(
        actor=person("examiner"),
        filing=fresh(filing),
        outcome="advised",
        number="襄司备〔2026〕1号",
        opinion="建议取消",
        faults=[fault],
    )
    suspend_at_once(faulty, "襄审改发〔2026〕1号")
    assert "暂停" in page(faulty.item.code)
    suspended = version(1, "年度许可")
    assert suspended.content.state == "suspended"

    # The department repeals it in the request that the fault opened; the next edition takes effect later, and nobody acts on the day.
    request = ChangeRequest.objects.get(state="draft", department=departments[1])
    replace_changes(
        actor=person("clerk01"),
        request=request,
        reason=request.reason,
        proposals=[
            Proposal(
                kind=ChangeKind.REPEAL,
                content=suspended.content.changed(state="repealed"),
                item=suspended.item,
                base_version=suspended,
                reason="没有依据",
                document="襄司备〔2026〕1号",
            )
        ],
        seen_hash=request.proposed_hash,
    )
    request = hand_in(1, request)
    decide("compliance", request)
    if fresh(request).state == "compliance":
        decide("service", request)
    decide("legality", request)
    last = publish(meet(gather("第2批调整", [request])), "襄政发〔2026〕31号", effective_on=DAY)
    assert "待生效" in page(faulty.item.code)
    assert Edition.objects.in_force(region, localdate()) != last
    with time_machine.travel(datetime.datetime.combine(DAY, datetime.time(1), datetime.UTC), tick=False):
        assert Edition.objects.in_force(region, DAY) == last
        shown = page(faulty.item.code)
        assert "待生效" not in shown and "取消" in shown
    assert not EditionEntry.objects.filter(edition=last, item=faulty.item).exists()
    assert verify().exit_code == 0
