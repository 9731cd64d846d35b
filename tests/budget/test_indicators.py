"""Every computed indicator equals a count written plainly over all rows, and says 无数据 where there is nothing to count."""

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
import time_machine
from django.utils import timezone

from budget.indicators import INDICATORS, compute, compute_all
from departments.models import WorkingDay
from qingdan.items.models import Edition, EditionChange, EditionEntry, RequiredElement
from qingdan.laws.library import matching_title
from qingdan.laws.models import Act, ActVersion
from reviews.models import Change, ChangeRequest, Decision, Directive, DirectiveTask, Limit
from reviews.requests import create_request, submit_request, withdraw_request
from tests.budget.books import add_line, enter, open_fund, reverse
from tests.budget.pages import entered, text
from tests.reviews.directives import directive
from tests.world import add, amend, basis, decide, decide_batch, fresh, propose, publish, review

DAY = datetime.timedelta(days=1)
FAR = datetime.date(2099, 1, 1)


def at(year: int, month: int, day: int) -> datetime.datetime:
    return datetime.datetime(year, month, day, 10, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


@pytest.fixture
def busy(world):
    """More acts: late and early publications, and in 2021 requests on time and late, returned, refused, withdrawn, left lying."""
    publish(world, world.batch("decided"), "襄政发〔2020〕1号", published_on=datetime.date(2020, 2, 20), effective_on=datetime.date(2020, 3, 1))  # fmt: skip
    again = [
        amend(world.version("劳务派遣经营许可"), supervision_phone="0710-3600003", legal_bases=[basis("《中华人民共和国劳动法》第六十九条"), basis("《一部没有收录的办法》第三条")]),
        amend(world.version("民办职业技能培训学校设立"), "rename", name="民办职业技能培训学校审批"),
        amend(world.version("专项保密检查"), supervision_phone="0710-3600004", legal_bases=[basis("《中华人民共和国劳动法》第一条")]),
        amend(world.version("状态样本·待公布"), legal_bases=[basis("《中华人民共和国广告法》第五十五条")]),
    ]  # fmt: skip
    request = propose(world, again)
    review(world, request)
    batch = decide_batch(world, [request], "再调整", held_on=datetime.date(2020, 5, 1))
    publish(world, batch, "襄政发〔2020〕9号", published_on=datetime.date(2020, 8, 20), effective_on=datetime.date(2020, 9, 1))
    for title, status in (("中华人民共和国劳动法", "in_force"), ("中华人民共和国广告法", "repealed")):
        act = Act.objects.create(title=title, normal_title=matching_title(title), kind="法律")
        ActVersion.objects.create(
            act=act, effective_on=datetime.date(1995, 1, 1), promulgated_on=datetime.date(1994, 7, 5), status=status
        )
    RequiredElement.objects.exclude(element__in=["setting_basis", "name"]).delete()
    _year_2021(world)
    return world


def _year_2021(world) -> None:
    with time_machine.travel(at(2021, 3, 8), tick=False) as clock:
        above = directive(world, "鄂政发〔2021〕2号", decided_on=datetime.date(2021, 3, 1))
        later = directive(world, "国发〔2021〕3号", issuer="国务院", decided_on=datetime.date(2021, 3, 8))
        prompt, tardy, tasked = _draft(world, "及时", above), _draft(world, "迟", above), _draft(world, "答复", None)
        for one in (above, later):
            line = one.lines.first()
            DirectiveTask.objects.create(directive=one, line=line, department=tasked.department, due_on=FAR, state="requested", request=tasked, given_by=world.publisher.user)  # fmt: skip
        clock.move_to(at(2021, 3, 15))
        _submit(world, prompt)
        clock.move_to(at(2021, 3, 16))
        _submit(world, tasked)
        decide(world.compliance, prompt)
        decide(world.service, prompt)
        clock.move_to(at(2021, 3, 29))
        decide(world.legality, prompt)
        decide(world.compliance, tasked)
        decide(world.service, tasked)
        clock.move_to(at(2021, 4, 1))
        decide(world.legality, tasked, "refused", "于法无据")
        clock.move_to(at(2021, 4, 20))
        _submit(world, tardy)
        decide(world.compliance, tardy)
        decide(world.service, tardy)
        clock.move_to(at(2021, 4, 22))
        decide(world.legality, tardy, "returned", "请补充依据")
        clock.move_to(at(2021, 6, 1))
        _submit(world, fresh(tardy))
        review(world, tardy, until="legality")
        clock.move_to(at(2021, 6, 7))
        decide(world.legality, tardy)
        clock.move_to(at(2021, 7, 1))
        gone = propose(world, [add("撤回了的")])
        clock.move_to(at(2021, 9, 1))
        withdraw_request(actor=world.clerk, request=fresh(gone), opinion="暂不调整")
        propose(world, [add("放着的")])
        clock.move_to(at(2021, 12, 30))
        propose(world, [add("年底的")])


def _draft(world, name: str, above: Directive | None) -> ChangeRequest:
    return create_request(
        actor=world.clerk, department=world.department(), reason="依法调整", proposals=[add(name)], directive=above
    )


def _submit(world, request: ChangeRequest) -> None:
    submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)


def spent_fund(world, year: int, name: str = "行政审批制度改革"):
    fund = open_fund(world, name, year=year)
    line = add_line(world, fund, "办公费", "5000")
    enter(world, line, "记-1", "1000", spent_on=datetime.date(year, 2, 1))
    reverse(world, enter(world, line, "记-2", "100.01", spent_on=datetime.date(year, 2, 1)), "记-3")
    enter(world, line, "记-4", "0.02", spent_on=datetime.date(year, 2, 1))
    return fund


# -- the plain counts ----------------------------------------------------------------------------------------------------------------


def rate(good: list[bool]) -> Decimal | None:
    return (Decimal(sum(good)) * 100 / len(good)).quantize(Decimal("0.01"), ROUND_HALF_UP) if good else None


def working_days_after(start: datetime.date, days: int) -> datetime.date:
    kinds = {row.date: row.kind for row in WorkingDay.objects.all()}
    day = start
    while days > 0:
        day += DAY
        days -= kinds.get(day, "rest" if day.weekday() >= 5 else "work") == "work"
    return day


def days_allowed(state: str, kinds: set[str]) -> int:
    general = Limit.objects.get(state=state, kind="").days
    own = {row.kind: row.days for row in Limit.objects.filter(state=state).exclude(kind="")}
    return max(own.get(kind, general) for kind in kinds)


def steps(request: ChangeRequest) -> list[tuple[str, datetime.date]]:
    found = []
    for row in sorted(request.history.all(), key=lambda each: (each.history_date, each.history_id)):
        if not found or found[-1][0] != row.state:
            found.append((row.state, timezone.localdate(row.history_date)))
    return found


def by_hand(fund) -> dict[str, Decimal | None]:
    """One figure an indicator, each counted over every row of its tables without any query of the room."""
    region, year = fund.department.region, fund.year
    end = min(datetime.date(year, 12, 31), timezone.localdate())
    editions = [each for each in Edition.objects.all() if each.region == region]
    listed = any(each.published_on <= end for each in editions)
    adjusted = [each for each in editions if each.kind in ("adjustment", "backfill") and each.published_on.year == year]
    changes = [
        each for each in EditionChange.objects.all() if each.edition in adjusted and not each.follows and not each.not_public
    ]
    above = [each for each in Directive.objects.all() if each.region == region and each.decided_on.year == year]
    counts = {
        "rounds": len(adjusted),
        "directives": len([each for each in above if each.level != "city" and each.parent is None]),
        "items_summed": len(changes),
        "items_distinct": len({each.item_id for each in changes}),
        "departments": len({each.department_id for each in changes}),
    }
    found = {name: Decimal(count) if listed else None for name, count in counts.items()}

    in_force = sorted((each.effective_on, each.number) for each in editions if each.effective_on <= end)
    entries = []
    if in_force:
        number = in_force[-1][1]
        rows = [each for each in EditionEntry.objects.all() if each.edition.region == region and each.edition.number == number]
        rows = [each for each in rows if not each.version.not_public]
        parents = {each.version.parent_id for each in rows}
        entries = [each.version for each in rows if each.item_id not in parents]
    required = {(row.category_id, row.element) for row in RequiredElement.objects.all()}
    complete, sound = [], []
    for version in entries:
        content = version.content
        filled = {"setting_basis": any(each.use == "setting" for each in content.legal_bases), "name": bool(content.name)}
        wanted = [element for category, element in required if category == version.category_id]
        complete.append(all(filled.get(element, False) for element in wanted))
        for each in content.legal_bases:
            act = Act.objects.filter(title=re.search("《(.*?)》", each.as_written)[1]).first()
            if act:
                sound.append(all(row.status != "repealed" for row in act.versions.all()))
    found["complete"], found["in_force"] = rate(complete), rate(sound)

    on_time = []
    for each in adjusted:
        kinds = {change.kind for change in EditionChange.objects.all() if change.edition == each}
        on_time.append(each.published_on <= working_days_after(each.decided_on, days_allowed("approved", kinds)))
    found["published_on_time"] = rate(on_time)

    applied, reviewed, first = [], [], []
    for request in [each for each in ChangeRequest.objects.all() if each.region == region]:
        walked = steps(request)
        causes = [task.directive.decided_on for task in DirectiveTask.objects.all() if task.request_id == request.pk]
        causes += [request.directive.decided_on] if request.directive else []
        handed_in = [day for state, day in walked if state == "compliance"]
        if causes and handed_in and not request.origin and handed_in[0].year == year:
            applied.append(handed_in[0] <= working_days_after(min(causes), 10))
        kinds = {each.kind for each in Change.objects.all() if each.request_id == request.pk}
        used = {"compliance": 0, "legality": 0}
        for (state, came), (then, left) in zip(walked, [*walked[1:], ("", FAR)], strict=True):
            if state not in used:
                continue
            due = working_days_after(came, days_allowed(state, kinds) - used[state])
            spent = len([n for n in range(1, 99) if working_days_after(came, n) <= left]) if then == "returned" else 0
            used[state] = used[state] + spent if spent else 0
            if left.year == year and then != "withdrawn":
                reviewed.append(left <= due)
            elif came <= end < left and due < end:
                reviewed.append(False)
        spoken = sorted(
            (each.at, each.outcome) for each in Decision.objects.all() if each.request == request and each.stage == "legality"
        )
        if spoken and timezone.localdate(spoken[0][0]).year == year:
            first.append(spoken[0][1] == "passed")
    found["applied_in_time"], found["reviewed_in_time"], found["passed_at_first"] = rate(applied), rate(reviewed), rate(first)
    spent = [-each.amount if each.reversal_of else each.amount for each in fund.expenditures.all()]
    has_both = bool(changes) and bool(spent)
    found["cost"] = (sum(spent) / len(changes)).quantize(Decimal("0.01"), ROUND_HALF_UP) if has_both else None
    return found


def computed(fund) -> dict[str, Decimal | None]:
    return {figure.indicator.name: figure.value for figure in compute_all(fund)}


# -- what users rely on --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2016, 2019, "now"])
def test_every_indicator_equals_the_plain_count_over_the_world(world, year):
    year = timezone.localdate(ChangeRequest.history.latest("history_date").history_date).year if year == "now" else year
    fund = spent_fund(world, year)
    assert computed(fund) == by_hand(fund)


def test_every_indicator_equals_the_plain_count_after_more_acts_and_known_years_have_known_figures(busy):
    found = {}
    for year in (2019, 2020, 2021):
        fund = spent_fund(busy, year)
        found[year] = computed(fund)
        assert found[year] == by_hand(fund), year
    of_2020, of_2021 = found[2020], found[2021]
    assert (of_2020["rounds"], of_2020["items_summed"], of_2020["items_distinct"]) == (2, 4, 3)
    assert of_2020["published_on_time"] == Decimal("50.00")
    assert of_2020["cost"] == Decimal("250.01"), "1000.02 元 over 4 items, half up"
    assert of_2021["directives"] == 2
    assert of_2021["applied_in_time"] == Decimal("33.33"), "one of three: the task's earlier decision counts"
    assert of_2021["passed_at_first"] == Decimal("33.33")
    assert of_2021["cost"] is None and of_2021["published_on_time"] is None


def test_each_figure_is_the_count_of_the_rows_that_it_shows(busy):
    for year in (2019, 2020, 2021):
        for figure in compute_all(spent_fund(busy, year)):
            assert not any("专项保密检查" in row.label for row in figure.rows), "withheld items are in no row"
            if figure.value is None:
                assert not figure.rows and figure.text == "无数据"
            elif figure.indicator.unit == "%":
                assert figure.value == rate([row.good for row in figure.rows])
                assert (
                    f"{sum(row.good for row in figure.rows)} ÷ " in figure.formula
                    and f"{len(figure.rows)} × 100%" in figure.formula
                )
            elif figure.indicator.unit != "元":
                assert figure.value == len(figure.rows) and str(len(figure.rows)) in figure.formula


def test_by_when_to_apply_is_a_row_of_the_table_of_limits(busy):
    """Another limit, another figure; without a row no data, and it says why."""

    fund = spent_fund(busy, 2021)

    def applied():
        return next(each for each in compute_all(fund) if each.indicator.name == "applied_in_time")

    assert "10 个工作日内提出 1 ÷ " in applied().formula
    Limit.objects.filter(state="apply").update(days=400)
    figure = applied()
    assert "400 个工作日内提出" in figure.formula and figure.value > Decimal("33.33")
    Limit.objects.filter(state="apply").delete()
    figure = applied()
    assert figure.value is None and "办理时限表没有" in figure.formula


def test_a_year_with_nothing_in_it_says_so_and_never_a_hundred_per_cent(world):
    for year in (2015, timezone.localdate().year + 1):
        for figure in compute_all(open_fund(world, year=year)):
            assert (figure.value, figure.text, list(figure.rows)) == (None, "无数据", []), figure.indicator.name
    quiet = {figure.indicator.name: figure for figure in compute_all(open_fund(world, "别的", year=2018))}
    assert quiet["rounds"].value == 0 and quiet["items_summed"].value == 0
    for name in ("published_on_time", "reviewed_in_time", "applied_in_time", "passed_at_first", "cost"):
        assert quiet[name].value is None, name


def test_an_adjustment_without_an_entry_has_no_cost_yet(world):
    figure = compute("cost", open_fund(world))
    assert (figure.value, figure.formula) == (None, "本资金没有登记支出")


def test_the_office_reads_values_rules_and_formulas_and_the_rows_behind_them(busy):
    fund = spent_fund(busy, 2020)
    clerk = entered("fund_clerk")
    page = text(clerk.get(f"/admin/funds/{fund.pk}/indicators/"))
    for figure in compute_all(fund):
        assert figure.indicator.title in page and figure.indicator.rule in page and figure.text in page
        rows = clerk.get(figure.rows_url)
        assert rows.status_code == 200
        assert all(row.label in text(rows) for row in figure.rows if not row.request), figure.indicator.name
    assert f'href="/admin/funds/{fund.pk}/indicators/"' in text(clerk.get(f"/admin/funds/{fund.pk}/"))
    assert clerk.get(f"/admin/funds/{fund.pk}/indicators/unknown/").status_code == 404


def test_the_number_of_a_request_is_told_to_whoever_may_see_the_request_only(busy):
    fund = spent_fund(busy, 2021)
    number = compute("passed_at_first", fund).rows[0].label.split()[0]
    address = f"/admin/funds/{fund.pk}/indicators/passed_at_first/"
    finance, auditor = text(entered("fund_clerk").get(address)), text(entered("auditor").get(address))
    assert number in auditor and number not in finance and "不在您可以查看的范围" in finance
    assert "首次合法性审查" in finance


def test_strangers_learn_of_no_figure(world):
    fund = spent_fund(world, 2020)
    for who, status in {"publisher": 403, "county_clerk": 404, "security_admin": 403, "head": 200, "auditor": 200}.items():
        for name in INDICATORS:
            assert entered(who).get(f"/admin/funds/{fund.pk}/indicators/{name}/").status_code == status, (who, name)
