"""``manage.py demo``: three worlds built through services and the door, found again, refused where they may not be."""

import datetime
import io
import json

import pytest
from django.core.management import CommandError, call_command

from departments.models import Department, Region, User
from departments.posts import Post
from qingdan.items import reads
from qingdan.items.content import ItemContent
from qingdan.items.models import Edition, EditionChange, EditionEntry, ItemVersion
from qingdan.items.verifying import verify
from reviews.demo import people
from reviews.demo.real import bases_of
from reviews.demo.real import rows as real_rows
from reviews.models import ChangeRequest, Directive
from reviews.route import missing_parts
from reviews.states import BatchState, RequestState
from tests.databases import switch_to
from tests.reviews.test_demo_composing import REPORT

CITY = "420600"


def demo(scale: str = "demo") -> dict:
    out = io.StringIO()
    call_command("demo", "--scale", scale, "--json", stdout=out)
    return json.loads(out.getvalue())


def fingerprint() -> list:
    """Every version of every item: code, number, hash."""
    return list(ItemVersion.objects.order_by("item__code", "number").values_list("item__code", "number", "content_hash"))


def home() -> Region:
    return Region.objects.get(code=CITY)


# -- scale demo ----------------------------------------------------------------------------------------------------------------------


def test_the_small_world_has_every_state_and_post_and_is_the_same_in_every_database(databases, django_db_blocker):
    with django_db_blocker.unblock():
        with databases.copy():
            told = demo()
            assert told["region"] == CITY
            assert verify().exit_code == 0
            assert all(told["objects"]["request"][state] for state in RequestState.values)
            # One batch is open in a region at a time, and there are three regions: these two pass between the others.
            shown = set(BatchState) - {BatchState.RECORDED, BatchState.AMENDING}
            assert all(told["objects"]["batch"][state] for state in shown)
            assert all(told["objects"]["fund"].values())
            assert set(told["accounts"]) == set(Post.values)
            for region in told["regions"]:
                for post, account in {**told["accounts"], **told["county_accounts"].get(region, {})}.items():
                    user = User.objects.get(username=account["username"])
                    assert user.check_password(account["password"]) and not user.must_change_password
                    assert [posting.post for posting in user.postings.held()] == [post]
            half = [r for r in ChangeRequest.objects.filter(state="compliance") if r.decisions.exists()]
            assert [[rule.part for rule in missing_parts(r)] for r in half] == [["platform"]]
            assert [e["title"] for e in told["editions"] if e["region"] == CITY] == ["首次公布", "第1次动态调整"]
            assert told["counts"]["directives"] == 1
            first = fingerprint()

            assert demo() == told
            assert fingerprint() == first
            _every_real_row_is_shown_with_its_source()
            _only_the_demo_changed_real_rows(told)
        with databases.copy():
            assert demo() == told
            assert fingerprint() == first


def _every_real_row_is_shown_with_its_source():
    shown = {}
    for version in ItemVersion.objects.filter(number=1):
        content = version.content
        shown.setdefault((content.major_name, content.name), []).append(content)
    held_back = {change.content.name for request in ChangeRequest.objects.all() for change in request.changes.filter(item=None)}
    for row in real_rows("items_sample.csv"):
        name, major = (row["sub_item"], row["major_item"]) if row["sub_item"] else (row["major_item"], "")
        found = [c for c in shown.get((major, name), []) if f"（{row['source']}）" in c.note]
        assert found or name in held_back, name
        for content in found[:1]:
            if len(found) == 1:
                assert content.bases_text() == row["legal_basis"]
                assert content.accountability == row["accountability"]
                assert (content.supervision, content.remedies, content.powers, content.flow) == ("", "", "", ())
            assert not content.demo


def _only_the_demo_changed_real_rows(told):
    assert all(Edition.objects.values_list("demo", flat=True))
    assert told["counts"]["adjusted"] == EditionChange.objects.filter(edition__adjustment_no=1, follows=False).count()


def test_bases_of_a_real_row_join_to_its_text_again():
    for row in real_rows("items_sample.csv"):
        assert "".join(basis.as_written for basis in bases_of(row["legal_basis"])) == row["legal_basis"]


# -- scales city and report ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(databases, django_db_blocker):
    """What the report's world tells, and its database: built once for the tests below."""
    with django_db_blocker.unblock(), databases.copy() as database:
        told = demo("report")
        switch_to(databases.main)
        yield told, database.name


@pytest.fixture
def in_report(report, databases, django_db_blocker):
    """Connected to the report's world while the test runs."""
    told, name = report
    with django_db_blocker.unblock():
        switch_to(name)
        yield told
        switch_to(databases.main)


def test_the_first_publication_is_the_table_of_the_report(in_report):
    for day in (datetime.date(2016, 4, 11), datetime.date(2016, 12, 31)):
        edition = Edition.objects.in_force(home(), day)
        counts = {}
        for _department, category, majors, items in reads.counts(edition):
            so_far = counts.get(category, (0, 0))
            counts[category] = (so_far[0] + majors, so_far[1] + items)
        assert counts == REPORT
        assert reads.totals(edition) == (2932, 3928)
        assert len(reads.departments(edition)) == 44


def test_the_history_ends_as_the_report_says(in_report):
    newest = Edition.objects.newest(home())

    assert in_report["counts"]["items"] == reads.totals(newest)[1] == 3903
    assert in_report["counts"]["departments"] == len(reads.departments(newest)) == 42
    assert reads.adjustments(newest) == (14, 199)
    assert Directive.objects.batches(home(), datetime.date(2019, 12, 31)).count() == 5
    assert EditionChange.objects.filter(edition__adjustment_no__gt=0, follows=False).count() == 199
    assert newest.decided_on.year == 2019


def test_departments_in_being_are_those_of_the_newest_edition(in_report):
    newest = Edition.objects.newest(home())

    assert {code for _, code, _ in reads.departments(newest)} == set(
        Department.objects.filter(region=home(), abolished_on=None).values_list("code", flat=True)
    )
    holding = set(EditionEntry.objects.of(newest).values_list("version__department__code", flat=True))
    assert holding == {code for _, code, _ in reads.departments(newest)}


def test_the_reform_moves_items_without_counting_them(in_report):
    reform = Edition.objects.get(region=home(), adjustment_no=11)
    follows = EditionChange.objects.filter(edition=reform, follows=True)

    assert follows.count() > 1000
    moved = follows.filter(kind="transfer").select_related("old_version", "new_version").first()
    assert moved.old_version.department_id != moved.new_version.department_id
    assert moved.new_version.content.department_name in moved.new_version.content.supervision
    assert not EditionChange.objects.filter(follows=True).exclude(edition=reform).exclude(kind="elements").exists()


def test_what_carries_out_a_decision_from_above_names_it(in_report):
    numbers = set(Directive.objects.filter(parent=None).values_list("number", flat=True))
    for change in EditionChange.objects.filter(kind__in=["delegate", "take_over"], follows=False):
        assert change.document.split("《")[0] in numbers
        assert change.reason


def test_no_two_items_of_the_last_list_share_a_name_and_all_are_marked(in_report):
    contents: list[ItemContent] = [
        entry.version.content for entry in EditionEntry.objects.of(Edition.objects.newest(home())).select_related("version")
    ]
    assert len({content.name for content in contents}) == len(contents)
    assert all(content.demo for content in contents)
    assert all(Edition.objects.values_list("demo", flat=True))


def test_every_edition_of_the_past_says_that_it_was_entered_afterwards(in_report):
    assert all(Edition.objects.filter(region=home()).values_list("entered_afterwards", flat=True))


def test_its_evidence_is_sound_and_every_edition_signed(in_report):
    report = verify()
    assert (report.findings, report.unchecked) == ([], [])
    assert report.figures["editions"] == report.figures["signed_heads"] == 15


def test_the_built_world_is_found_again_and_another_scale_refused(in_report):
    assert demo("report") == in_report
    with pytest.raises(CommandError, match="本库已有规模为 report 的演示数据；要换成 city"):
        demo("city")


def test_the_city_alone_is_the_report_before_its_history(databases, django_db_blocker):
    with django_db_blocker.unblock():
        with databases.copy():
            told = demo("city")
        assert {code: tuple(pair) for code, pair in told["counts"]["categories"].items()} == REPORT
        assert [told["counts"][key] for key in ("departments", "majors", "items", "adjustments")] == [44, 2932, 3928, 0]


# -- refusals ------------------------------------------------------------------------------------------------------------------------


def test_it_refuses_a_database_that_somebody_uses(db):
    User.objects.create_user("someone", "某人", "Chang-Qing-2016")

    with pytest.raises(CommandError, match="库中已有数据"):
        demo()


def test_it_refuses_production_where_the_passwords_would_be_known(db, settings):
    settings.LOCAL = False

    with pytest.raises(CommandError, match="MODE=local"):
        demo()
    assert not User.objects.exists()


def test_it_refuses_a_home_region_that_is_no_city(db, settings):
    settings.HOME_REGION = "420602"

    with pytest.raises(CommandError, match="HOME_REGION=420602"):
        demo()


def test_a_changed_password_is_not_told(databases, django_db_blocker):
    with django_db_blocker.unblock(), databases.copy():
        demo()
        clerk = User.objects.get(username=people.HOME[Post.CLERK][0])
        clerk.set_password("Ling-Wai-2020")
        clerk.save()

        assert demo()["accounts"]["clerk"]["password"] == ""
        assert demo()["accounts"]["head"]["password"] == people.PASSWORD


def test_without_json_it_tells_people_who_may_log_in(databases, django_db_blocker):
    out = io.StringIO()
    with django_db_blocker.unblock(), databases.copy():
        call_command("demo", stdout=out)

    assert "经办人 李文静：jingban" in out.getvalue()
