"""Campaigns: who opens one, what its board counts, what departments report; and 催办 with its record."""

import datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.content import read_content
from qingdan.items.display import text_of
from qingdan.items.elements import ELEMENTS
from qingdan.items.models import Category, Edition, EditionEntry
from reviews.campaigns import close_campaign, open_campaign, reopen_scope, report_scope
from reviews.completeness import CHECKABLE, board_of
from reviews.models import Campaign, CampaignScope, Urge
from reviews.requests import withdraw_request
from reviews.states import SCOPE_TRANSITIONS, ScopeAction, ScopeState
from reviews.tasks import answer_not_concerned
from reviews.urging import raised_requests, raised_scopes, raised_tasks, urge
from tests.racing import race
from tests.reviews.directives import LATE, LATER, task
from tests.world import amend, fresh, propose

ELEMENT_KEYS = ["setting_basis", "supervision_phone", "duties", "remedies"]


def campaign(world, *, number="襄审改办〔2026〕3号", departments=("420600-RSJ", "420600-SCJ"), elements=(), **given) -> Campaign:
    given = {"kind": "clearance", "title": "全面清理", "due_on": LATER, **given}
    offices = [world.department(code) for code in departments]
    return open_campaign(actor=world.publisher, region=world.city, number=number, departments=offices, elements=elements, **given)


def scope(world, row: Campaign, department="420600-RSJ") -> CampaignScope:
    return row.scopes.select_related("campaign").get(department__code=department)


def test_only_the_office_that_publishes_opens_a_campaign(world):
    for name in ("compliance", "legality", "head", "clerk", "county_publisher"):
        with pytest.raises(NotAllowed):
            open_campaign(
                actor=getattr(world, name),
                region=world.city,
                kind="clearance",
                number="甲",
                title="乙",
                due_on=LATER,
                departments=[world.department()],
            )
    row = campaign(world)
    assert row.scopes.count() == 2
    assert world.head.user.notices.filter(event="task").count() == 1


def test_a_faulty_campaign_is_refused_whole(world):
    campaign(world)
    with pytest.raises(RuleBroken) as refusal:
        campaign(world, kind="completion", title=" ", due_on=datetime.date(2020, 1, 1), departments=["420602-MZJ"], elements=[])
    assert {(each.rule, each.where) for each in refusal.value.violations} == {
        ("C01", "名称"),
        ("C02", "通知文号"),
        ("C03", "期限"),
        ("C04", "部门"),
        ("C05", "须完善的要素"),
    }
    with pytest.raises(RuleBroken, match="没有这样的要素：name"):
        campaign(world, number="二号", elements=["name"])


def brute_force(world, department: str, categories: set[str], elements) -> tuple[int, dict[str, int]]:
    """(items, label → how many lack it), by reading every item of the list in force once more, without the board's code."""
    today = timezone.localdate()
    editions = [e for e in Edition.objects.filter(region=world.city) if e.effective_on <= today]
    newest = max(editions, key=lambda e: (e.effective_on, e.number))
    entries = list(EditionEntry.objects.filter(edition=newest).select_related("version__department"))
    parents = {entry.version.parent_id for entry in entries}
    items, missing = 0, {}
    for entry in entries:
        version = entry.version
        if entry.item_id in parents or version.department.code != department:
            continue
        if categories and version.category_id not in categories:
            continue
        items += 1
        content = read_content(bytes(version.content_bytes))
        for element in ELEMENTS:
            if element.key in elements and not text_of(element, content):
                missing[element.label] = missing.get(element.label, 0) + 1
    return items, missing


@pytest.mark.parametrize("categories", [[], ["01"], ["01", "02"], ["09"]])
@pytest.mark.parametrize("elements", [ELEMENT_KEYS, [element.key for element in CHECKABLE]])
def test_missing_elements_equal_a_brute_force_scan(world, categories, elements):
    row = campaign(world, elements=elements, categories=list(Category.objects.filter(pk__in=categories)), kind="completion")
    for line in board_of(row):
        items, missing = brute_force(world, line.scope.department.code, set(categories), elements)
        assert (line.items, dict(line.missing)) == (items, missing)
        assert line.complete + line.to_do + line.in_hand == items


def test_what_a_submitted_request_fills_is_in_hand_and_a_draft_is_not(world):
    row = campaign(world, elements=["supervision_phone"], kind="completion")
    before = board_of(row)[0]
    filled = amend(world.version("对用人单位不办理社会保险登记的处罚"), supervision_phone="0710-3600005")
    request = propose(world, [filled], submit=False)
    assert board_of(row)[0].in_hand == 0
    withdraw_request(actor=world.clerk, request=fresh(request))
    request = propose(world, [filled])
    after = board_of(row)[0]
    assert (after.in_hand, after.to_do, after.complete) == (1, before.to_do - 1, before.complete)
    assert [gap.request for gap in after.gaps if gap.request] == [request.number]


def test_the_board_takes_the_same_queries_for_one_department_and_for_many(world, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    one = campaign(world, departments=["420600-RSJ"], elements=ELEMENT_KEYS)
    many = campaign(world, number="二号", departments=["420600-RSJ", "420600-SCJ", "420600-MZJ"], elements=ELEMENT_KEYS)
    board_of(one)
    with CaptureQueriesContext(connection) as few:
        board_of(one)
    with django_assert_num_queries(len(few)):
        board_of(many)


def test_done_is_refused_while_elements_are_missing_and_nothing_to_adjust_needs_its_reason(world):
    row = campaign(world, elements=["supervision_phone"], kind="completion")
    part = scope(world, row)
    with pytest.raises(RuleBroken, match="还有 .* 项缺少要素"):
        report_scope(actor=world.head, scope=part, action=ScopeAction.REPORT_DONE, seen_revision=1)
    with pytest.raises(RuleBroken, match="须写明意见"):
        report_scope(actor=world.head, scope=part, action=ScopeAction.REPORT_NOTHING, seen_revision=1)
    report_scope(
        actor=world.head, scope=part, action=ScopeAction.REPORT_NOTHING, words="监督电话统一由市长热线受理", seen_revision=1
    )
    assert (part.state, part.reported_by) == (ScopeState.NOTHING, world.head.user)
    reopen_scope(actor=world.publisher, scope=part, words="须各自公布", seen_revision=2)
    assert part.state == ScopeState.OPEN


@pytest.mark.parametrize("state", ScopeState.values)
def test_every_state_of_a_part_allows_exactly_what_the_table_says(world, state):
    part = scope(world, campaign(world))
    if state != ScopeState.OPEN:
        first = ScopeAction.REPORT_DONE if state == ScopeState.DONE else ScopeAction.REPORT_NOTHING
        report_scope(actor=world.head, scope=part, action=first, words="已清理", seen_revision=1)
    for action in ScopeAction.values:
        for name in ("clerk", "head", "publisher", "compliance", "legality", "auditor", "outsider"):
            allowed = any(
                t.source == state and t.action == action and name in [p.value for p in t.posts] for t in SCOPE_TRANSITIONS
            )
            refused = False
            row = fresh(part)
            try:
                with transaction.atomic():
                    given = {"actor": getattr(world, name), "scope": row, "words": "说明", "seen_revision": row.revision}
                    if action == ScopeAction.REOPEN:
                        reopen_scope(**given)
                    else:
                        report_scope(action=action, **given)
                    raise _Undo
            except _Undo:
                pass
            except (NotAllowed, WrongState):
                refused = True
            assert refused != allowed, (action, name)


class _Undo(Exception):
    pass


def test_closing_needs_a_note_while_departments_have_not_reported_and_ends_reports(world):
    row = campaign(world)
    with pytest.raises(RuleBroken, match="还有 2 个部门没有报告"):
        close_campaign(actor=world.publisher, campaign=row)
    with pytest.raises(NotAllowed):
        close_campaign(actor=world.compliance, campaign=row, note="结束")
    close_campaign(actor=world.publisher, campaign=row, note="转入年度清理")
    with pytest.raises(WrongState):
        close_campaign(actor=world.publisher, campaign=row, note="再结束")
    part = scope(world, row)
    with pytest.raises(WrongState, match="已经结束"):
        report_scope(actor=world.head, scope=part, action=ScopeAction.REPORT_DONE, seen_revision=1)


def test_a_department_sees_its_own_part_only(world):
    row = campaign(world)
    assert set(CampaignScope.objects.visible_to(world.clerk.user)) == {scope(world, row)}
    assert CampaignScope.objects.visible_to(world.compliance.user).count() == 2
    for name in ("county_clerk", "county_publisher", "system_admin"):
        user = getattr(world, name).user
        assert not Campaign.objects.visible_to(user).exists() and not CampaignScope.objects.visible_to(user).exists()


# -- 催办 ------------------------------------------------------------------------------------------------------------------------


def test_each_urge_is_recorded_with_its_number_and_told_to_the_department(world):
    row = task(world, due_on=LATE)
    first = urge(actor=world.compliance, subject=row, text="请尽快答复", due_on=LATER)
    second = urge(actor=world.publisher, subject=fresh(row), text="请尽快答复", due_on=LATER)
    assert [(each.number, each.person, each.post) for each in (first, second)] == [
        (1, world.compliance.user, "compliance"),
        (2, world.publisher.user, "publisher"),
    ]
    assert "第1项（取消）取消民办职业培训学校章程核准" in first.matter
    assert world.head.user.notices.filter(event="urged").count() == world.clerk.user.notices.filter(event="urged").count() == 2
    assert world.compliance.user.notices.filter(event="urged").count() == 1, "only the second one goes to the 编办"


def test_twice_unanswered_shows_until_the_answer_comes(world):
    row, part, request = task(world, due_on=LATE), scope(world, campaign(world)), world.request("returned")
    for subject in (row, part, request):
        urge(actor=world.publisher, subject=subject, text="请办理", due_on=LATER)
    assert not raised_tasks().exists() and not raised_scopes().exists() and not raised_requests().exists()
    for subject in (row, part, request):
        urge(actor=world.publisher, subject=fresh(subject), text="请办理", due_on=LATER)
    assert (list(raised_tasks()), list(raised_scopes()), list(raised_requests())) == ([row], [part], [request])
    answer_not_concerned(actor=world.head, task=fresh(row), reason="没有这项职权", seen_revision=1)
    report_scope(actor=world.head, scope=fresh(part), action=ScopeAction.REPORT_DONE, seen_revision=1)
    withdraw_request(actor=world.clerk, request=fresh(request))
    assert not raised_tasks().exists() and not raised_scopes().exists() and not raised_requests().exists()


def test_nobody_urges_what_is_answered_or_without_the_right(world):
    row = task(world)
    for name, status in (("head", 403), ("legality", 403), ("outsider", 404), ("county_compliance", 404)):
        with pytest.raises(NotAllowed) as refusal:
            urge(actor=getattr(world, name), subject=row, text="请办理", due_on=LATER)
        assert refusal.value.status == status
    with pytest.raises(RuleBroken) as refusal:
        urge(actor=world.publisher, subject=row, text=" ", due_on=datetime.date(2020, 1, 1))
    assert {each.rule for each in refusal.value.violations} == {"G01", "G02"}
    answer_not_concerned(actor=world.head, task=row, reason="没有这项职权", seen_revision=1)
    with pytest.raises(WrongState, match="不需要催办"):
        urge(actor=world.publisher, subject=row, text="请办理", due_on=LATER)
    with pytest.raises(WrongState):
        urge(actor=world.publisher, subject=world.request("legality"), text="请办理", due_on=LATER)
    assert not Urge.objects.exists()


def test_two_urges_at_once_are_the_first_and_the_second(committed_world):
    world, _ = committed_world
    row = task(world, due_on=LATE)
    outcomes = race(
        lambda: urge(actor=world.compliance, subject=fresh(row), text="请答复", due_on=LATER),
        lambda: urge(actor=world.publisher, subject=fresh(row), text="请答复", due_on=LATER),
    )
    assert all(outcome.won or isinstance(outcome.error, WrongState) for outcome in outcomes), outcomes
    numbers = sorted(Urge.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1)) and numbers
