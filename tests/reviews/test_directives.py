"""Decisions from above: entering them, giving tasks, answering, and what stands at the end of each line."""

import datetime

import pytest
from django.db import transaction

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.ledger.models import AuditEvent
from reviews.cascade import End, board_of, cascade_of
from reviews.directives import LineDraft, add_lines, give_tasks, level_of, record_directive, taking_over
from reviews.meetings import ItemOutcome, record_meeting
from reviews.models import Batch, Change, Directive, DirectiveTask
from reviews.proposals import Proposal
from reviews.requests import submit_request, withdraw_request
from reviews.states import TASK_TRANSITIONS, TaskAction, TaskState
from reviews.tasks import (
    answer_by_request,
    answer_not_concerned,
    cancel_task,
    propose_not_concerned,
    receive_task,
    reopen_task,
    send_back_answer,
)
from tests.racing import race
from tests.reviews.directives import DECIDED, LATE, LATER, directive, task, tasks
from tests.world import add, decide_batch, freeze, fresh, propose, publish, review

WHY = "我局没有这项职权"


def test_only_the_offices_that_give_tasks_enter_a_decision(world):
    for name in ("clerk", "head", "service", "legality", "council", "county_publisher", "system_admin"):
        with pytest.raises(NotAllowed):
            record_directive(
                actor=getattr(world, name),
                region=world.city,
                issuer="国务院",
                number="国发〔2020〕1号",
                title="决定",
                decided_on=DECIDED,
            )
    made = record_directive(
        actor=world.compliance, region=world.city, issuer="国务院", number="国发〔2020〕1号", title="决定", decided_on=DECIDED
    )
    assert made.level == Directive.Level.STATE
    assert AuditEvent.objects.filter(act="record_directive", outcome="denied").count() == 7


def test_the_level_is_read_from_the_issuer():
    assert [level_of(name) for name in ("国务院办公厅", "国家发展改革委", "湖北省人民政府", "襄阳市人民政府")] == [
        "state",
        "state",
        "province",
        "city",
    ]


def test_a_decision_is_refused_whole_with_every_fault_named(world):
    above = directive(world)
    with pytest.raises(RuleBroken) as refusal:
        directive(
            world,
            above.number,
            issuer="国务院",
            parent=above,
            decided_on=datetime.date(2020, 3, 1),
            lines=[LineDraft(kind="x", text=" "), LineDraft(kind="repeal", text="甲", departments=(world.department(),))],
        )
    broken = {(each.rule, each.where) for each in refusal.value.violations}
    assert broken == {
        ("D2", "文号"),
        ("D3", "成文日期"),
        ("D4", "发文层级"),
        ("D5", "第1项"),
        ("T03", "第2项"),
    }
    assert Directive.objects.filter(number=above.number).count() == 1


def test_one_batch_is_a_decision_of_state_or_province_with_its_cascade(world):
    today = datetime.date(2021, 1, 1)
    before = Directive.objects.batches(world.city, today).count()
    above = directive(world, "国发〔2020〕6号", issuer="国务院")
    directive(world, "鄂政发〔2020〕7号", parent=above)
    directive(world, "襄政发〔2020〕8号", issuer="襄阳市人民政府")
    assert Directive.objects.batches(world.city, today).count() == before + 1


def test_tasks_go_to_departments_of_the_city_and_its_counties_only_once(world):
    row = directive(world, lines=["甲", "乙"])
    made = tasks(world, row, "420600-RSJ", "420602-MZJ")
    assert len(made) == 4
    assert tasks(world, row, "420600-RSJ", "420600-SCJ") and DirectiveTask.objects.filter(directive=row).count() == 6
    assert {each.line.text for each in made} == {"甲", "乙"}


def test_it_refuses_tasks_without_department_or_before_the_decision(world):
    row = directive(world)
    with pytest.raises(RuleBroken) as refusal:
        give_tasks(actor=world.publisher, directive=row, departments=[], due_on=datetime.date(2019, 1, 1))
    assert {each.rule for each in refusal.value.violations} == {"T01", "T03"}
    with pytest.raises(NotAllowed):
        give_tasks(actor=world.head, directive=row, departments=[world.department()], due_on=LATER)
    abolished = world.department("420600-SCJ")
    abolished.abolished_on = DECIDED
    abolished.save()
    with pytest.raises(RuleBroken, match="已撤销"):
        tasks(world, row, "420600-SCJ")


def test_a_county_takes_over_through_the_department_of_the_same_name(world):
    found = taking_over([world.department("420600-MZJ")], [world.county, world.other_county])
    assert [each.name for each in found] == ["襄城区民政局", "枣阳市民政局"]
    with pytest.raises(RuleBroken, match="没有与“市人力资源和社会保障局”对应的部门"):
        taking_over([world.department()], [world.county])


def test_further_lines_go_on_numbering(world):
    row = directive(world, lines=["甲"])
    made = add_lines(actor=world.compliance, directive=row, lines=[LineDraft(kind="adjust", text="乙")])
    assert [each.position for each in made] == [2]
    with pytest.raises(RuleBroken):
        add_lines(actor=world.compliance, directive=row, lines=[])


def test_the_head_answers_alone_and_the_clerk_with_the_head(world):
    alone = answer_not_concerned(actor=world.head, task=task(world), reason=WHY, seen_revision=1)
    assert (alone.state, alone.explanation, alone.answered_by) == (TaskState.NOT_CONCERNED, WHY, world.head.user)
    second = task(world, number="鄂政发〔2020〕6号")
    with pytest.raises(NotAllowed):
        answer_not_concerned(actor=world.clerk, task=second, reason=WHY, seen_revision=1)
    propose_not_concerned(actor=world.clerk, task=second, reason=WHY, seen_revision=1)
    assert second.is_unanswered
    send_back_answer(actor=world.head, task=second, opinion="再核实", seen_revision=2)
    propose_not_concerned(actor=world.clerk, task=second, reason=WHY, seen_revision=3)
    answer_not_concerned(actor=world.head, task=second, reason=second.explanation, seen_revision=4)
    assert fresh(second).state == TaskState.NOT_CONCERNED
    assert [each.history_change_reason[:5] for each in second.history.order_by("history_id")] == [
        "交办",
        "拟答不涉及",
        "退回重拟：",
        "拟答不涉及",
        "答复不涉及",
    ]


def test_not_concerned_needs_its_reason(world):
    with pytest.raises(RuleBroken, match="须写明意见"):
        answer_not_concerned(actor=world.head, task=task(world), reason="  ", seen_revision=1)
    assert DirectiveTask.objects.get().state == TaskState.OPEN


def test_an_answer_binds_what_was_seen(world):
    row = task(world)
    receive_task(actor=world.clerk, task=row)
    with pytest.raises(WrongState):
        answer_not_concerned(actor=world.head, task=row, reason=WHY, seen_revision=1)
    with pytest.raises(WrongState, match="已由李文静签收"):
        receive_task(actor=world.head, task=row)


def test_whoever_gave_the_task_may_refuse_the_answer_or_cancel_it(world):
    row = answer_not_concerned(actor=world.head, task=task(world), reason=WHY, seen_revision=1)
    with pytest.raises(RuleBroken):
        reopen_task(actor=world.compliance, task=row, opinion="", seen_revision=row.revision)
    reopen_task(actor=world.compliance, task=row, opinion="三定规定第三条有此职责", seen_revision=row.revision)
    assert (row.state, row.answered_at) == (TaskState.OPEN, None)
    cancel_task(actor=world.publisher, task=row, opinion="应由市场监管局办理", seen_revision=row.revision)
    with pytest.raises(WrongState):
        answer_not_concerned(actor=world.head, task=row, reason=WHY, seen_revision=row.revision)
    assert tasks(world, row.directive, "420600-RSJ"), "a cancelled task may be given again"


def test_a_stranger_does_not_know_of_a_task(world):
    row = task(world)
    for name in ("outsider", "county_clerk", "county_publisher", "other_head"):
        actor = getattr(world, name)
        assert not DirectiveTask.objects.visible_to(actor.user).exists()
        assert not Directive.objects.visible_to(actor.user).filter(pk=row.directive_id).exists() or name == "outsider"
        with pytest.raises(NotAllowed) as refusal:
            answer_not_concerned(actor=actor, task=row, reason=WHY, seen_revision=1)
        assert refusal.value.status == 404
    with pytest.raises(NotAllowed) as refusal:
        answer_not_concerned(actor=world.legality, task=row, reason=WHY, seen_revision=1)
    assert refusal.value.status == 403


def test_a_county_sees_its_task_the_decision_and_the_citys_part_of_the_same_line(world):
    row = directive(world, lines=[LineDraft(kind="delegate", text="收养登记"), LineDraft(kind="repeal", text="地名核准")])
    city = tasks(world, row, "420600-MZJ")
    county = give_tasks(
        actor=world.publisher, directive=row, lines=[row.lines.first()], departments=[world.department("420602-MZJ")], due_on=LATER
    )
    for name in ("county_clerk", "county_compliance"):
        user = getattr(world, name).user
        assert set(DirectiveTask.objects.visible_to(user)) == {city[0], county[0]}
        assert row in Directive.objects.visible_to(user)
    assert not DirectiveTask.objects.visible_to(world.other_clerk.user).exists()


def test_a_request_answers_several_lines_of_one_decision(world):
    row = directive(world, lines=["甲", "乙", "丙"])
    first, second, _third = tasks(world, row, "420600-RSJ")
    request = propose(world, [add("承接样本")], submit=False)
    answer_by_request(actor=world.clerk, request=request, tasks=[first, second])
    assert fresh(request).directive == row
    assert set(request.answers.all()) == {first, second}
    cascade = cascade_of(row)
    assert [each.end for each in cascade.lines] == [End.UNDER_WAY, End.UNDER_WAY, End.UNANSWERED]
    assert cascade.ended == 0
    assert not cascade.standings[0].changes, "a draft is the department's own affair"


def test_it_refuses_a_request_of_another_department_or_decision(world):
    row, other = task(world), task(world, number="鄂政发〔2020〕6号")
    request = propose(world, [add("承接样本")], submit=False)
    with pytest.raises(RuleBroken, match="一个申请只答复一个上级决定"):
        answer_by_request(actor=world.clerk, request=request, tasks=[row, other])
    foreign = propose(world, [add("他局样本", "420600-SCJ")], clerk="outsider", submit=False)
    with pytest.raises(RuleBroken, match="须由任务所在的部门提出"):
        answer_by_request(actor=world.clerk, request=foreign, tasks=[row])
    with pytest.raises(WrongState, match="已办结"):
        answer_by_request(actor=world.clerk, request=world.request("withdrawn"), tasks=[row])


def test_a_request_that_came_to_nothing_leaves_its_task_unanswered(world):
    row = task(world, due_on=LATE)
    request = propose(world, [add("承接样本")], submit=False)
    answer_by_request(actor=world.clerk, request=request, tasks=[row])
    assert not DirectiveTask.objects.overdue().filter(pk=row.pk).exists()
    withdraw_request(actor=world.clerk, request=fresh(request))
    assert DirectiveTask.objects.overdue().filter(pk=row.pk).exists()
    assert cascade_of(row.directive).lines[0].end == End.OVERDUE
    row = fresh(row)
    answer_not_concerned(actor=world.head, task=row, reason=WHY, seen_revision=row.revision)
    assert cascade_of(row.directive).lines[0].end == End.NOT_CONCERNED


def carried_out(world, answered):
    """A request of 人社局 that repeals an item, answers these tasks and has passed legality."""
    gone = world.version("劳务派遣经营许可")
    request = propose(
        world,
        [
            Proposal(
                kind=ChangeKind.REPEAL,
                content=gone.content.changed(state="repealed"),
                item=gone.item,
                base_version=gone,
                reason="上级取消",
                document="鄂政发〔2020〕5号",
            )
        ],
        submit=False,
    )
    answer_by_request(actor=world.clerk, request=request, tasks=answered)
    submit_request(actor=world.head, request=fresh(request), seen_hash=request.proposed_hash)
    review(world, fresh(request))
    return request


def test_the_end_of_a_line_is_its_published_edition(world):
    row = task(world)
    request = carried_out(world, [row])
    assert cascade_of(row.directive).lines[0].end == End.UNDER_WAY
    waiting = Batch.objects.get(state="decided", region=world.city)
    publish(world, waiting, "襄政发〔2020〕1号", published_on=datetime.date(2020, 2, 20), effective_on=datetime.date(2020, 3, 1))
    batch = decide_batch(world, [fresh(request)], "落实省决定", held_on=datetime.date(2020, 4, 10))
    edition = publish(
        world, batch, "襄政发〔2020〕9号", published_on=datetime.date(2020, 4, 20), effective_on=datetime.date(2020, 5, 1)
    )
    line = cascade_of(row.directive).lines[0]
    assert (line.end, line.editions) == (End.PUBLISHED, [edition])
    assert [change.name for change in line.standings[0].changes] == ["劳务派遣经营许可"]


def test_what_lower_levels_pass_on_counts_for_the_upper_line(world):
    above = directive(world, "国发〔2020〕6号", issuer="国务院", lines=["取消甲"])
    origin = above.lines.get()
    below = directive(world, "鄂政发〔2020〕7号", parent=above, lines=[LineDraft(kind="repeal", text="取消甲", origin=origin)])
    assert cascade_of(above).lines[0].end == End.UNGIVEN
    (row,) = tasks(world, below, "420600-RSJ")
    assert cascade_of(above).lines[0].end == End.UNANSWERED
    answer_not_concerned(actor=world.head, task=row, reason=WHY, seen_revision=1)
    cascade = cascade_of(above)
    assert (cascade.ended, cascade.children[0].ended) == (1, 1)


def test_the_board_shows_who_is_late_first(world):
    row = directive(world, lines=["甲"])
    tasks(world, row, "420600-RSJ", due_on=LATER)
    tasks(world, row, "420600-SCJ", due_on=LATE)
    board = board_of(cascade_of(row).standings)
    assert [(each.department.code, each.counts[End.OVERDUE], each.counts[End.UNANSWERED]) for each in board] == [
        ("420600-SCJ", 1, 0),
        ("420600-RSJ", 0, 1),
    ]


STEPS = {
    TaskAction.RECEIVE: lambda actor, row, request: receive_task(actor=actor, task=row),
    TaskAction.PROPOSE: lambda actor, row, request: propose_not_concerned(
        actor=actor, task=row, reason=WHY, seen_revision=row.revision
    ),
    TaskAction.ANSWER: lambda actor, row, request: answer_not_concerned(
        actor=actor, task=row, reason=WHY, seen_revision=row.revision
    ),
    TaskAction.SEND_BACK: lambda actor, row, request: send_back_answer(
        actor=actor, task=row, opinion=WHY, seen_revision=row.revision
    ),
    TaskAction.REQUEST: lambda actor, row, request: answer_by_request(actor=actor, request=request, tasks=[row]),
    TaskAction.REOPEN: lambda actor, row, request: reopen_task(actor=actor, task=row, opinion=WHY, seen_revision=row.revision),
    TaskAction.CANCEL: lambda actor, row, request: cancel_task(actor=actor, task=row, opinion=WHY, seen_revision=row.revision),
}


@pytest.mark.parametrize("state", TaskState.values)
def test_every_state_allows_exactly_what_the_table_says(world, state):
    request = propose(world, [add("承接样本")], submit=False)
    row = task(world)
    way = {
        TaskState.PROPOSED: [TaskAction.PROPOSE],
        TaskState.NOT_CONCERNED: [TaskAction.ANSWER],
        TaskState.REQUESTED: [TaskAction.REQUEST],
        TaskState.CANCELLED: [TaskAction.CANCEL],
    }.get(state, [])
    who = {TaskAction.PROPOSE: "clerk", TaskAction.ANSWER: "head", TaskAction.REQUEST: "clerk", TaskAction.CANCEL: "compliance"}
    for action in way:
        STEPS[action](getattr(world, who[action]), row, request)
    for action, step in STEPS.items():
        for name in ("clerk", "head", "compliance", "publisher", "service", "council", "auditor", "outsider"):
            allowed = any(
                t.source == state and t.action == action and name in [post.value for post in t.posts] for t in TASK_TRANSITIONS
            )
            before = fresh(row).state
            refused = False
            try:
                with transaction.atomic():
                    step(getattr(world, name), fresh(row), fresh(request))
                    raise _Undo
            except _Undo:
                pass
            except (NotAllowed, WrongState):
                refused = True
            assert refused != allowed, (state, action, name)
            assert fresh(row).state == before


class _Undo(Exception):
    pass


def test_of_two_answers_at_once_one_counts(committed_world):
    world, _ = committed_world
    for number in range(5):
        row = task(world, number=f"鄂政发〔2020〕{number + 10}号")
        request = propose(world, [add(f"竞态{number}")], submit=False)
        outcomes = race(
            lambda row=row: answer_not_concerned(actor=world.head, task=fresh(row), reason=WHY, seen_revision=1),
            lambda row=row, request=request: answer_by_request(actor=world.clerk, request=request, tasks=[fresh(row)]),
        )
        assert all(outcome.won or isinstance(outcome.error, WrongState) for outcome in outcomes), outcomes
        row = fresh(row)
        assert row.state in (TaskState.NOT_CONCERNED, TaskState.REQUESTED)
        assert bool(row.request_id) == (row.state == TaskState.REQUESTED)


def test_what_the_meeting_put_off_keeps_the_line_under_way_until_it_is_published(world):
    row = task(world)
    request = propose(world, [add("承接甲"), add("承接乙")], submit=False)
    answer_by_request(actor=world.clerk, request=request, tasks=[row])
    submit_request(actor=world.head, request=fresh(request), seen_hash=request.proposed_hash)
    review(world, fresh(request))
    publish(
        world,
        world.batch("decided"),
        "襄政发〔2020〕1号",
        published_on=datetime.date(2020, 2, 20),
        effective_on=datetime.date(2020, 3, 1),
    )
    batch = freeze(world, [fresh(request)], "落实省决定")
    put_off = Change.objects.get(request=request, name="承接乙")
    record_meeting(
        actor=world.council,
        batch=batch,
        meeting_title="市政府常务会议",
        held_on=datetime.date(2020, 4, 10),
        minutes_no="〔2020〕9号",
        outcome="agreed",
        exceptions={put_off.pk: ItemOutcome("deferred", "再研究")},
        seen_hash=batch.submission_hash,
    )
    edition = publish(
        world, fresh(batch), "襄政发〔2020〕9号", published_on=datetime.date(2020, 4, 20), effective_on=datetime.date(2020, 5, 1)
    )
    line = cascade_of(row.directive).lines[0]
    assert (line.end, line.editions) == (End.UNDER_WAY, [edition])
    followup = fresh(request).followups.get()
    batch = decide_batch(world, [followup], "暂缓的再审议", held_on=datetime.date(2020, 6, 1))
    later = publish(
        world, batch, "襄政发〔2020〕11号", published_on=datetime.date(2020, 6, 10), effective_on=datetime.date(2020, 7, 1)
    )
    line = cascade_of(row.directive).lines[0]
    assert (line.end, line.editions) == (End.PUBLISHED, [later])
    assert not DirectiveTask.objects.unanswered().filter(pk=row.pk).exists()
