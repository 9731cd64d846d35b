"""不经常务会审议: what a rule of the region lets stop after legality is published without a meeting, and every paper says by what rule."""

import datetime
import io
import json
from dataclasses import replace
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.timezone import localdate

from departments.models import Notice, Posting, User
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.models import Edition
from qingdan.items.verifying import verify
from qingdan.paper.word import write_word
from reviews.archiving import write_archive
from reviews.batches import add_to_batch, create_batch, freeze_batch, reopen_batch, settle_batch
from reviews.meetings import add_to_agenda, call_meeting, record_meeting
from reviews.models import Batch, DeskSetting, ShortRoute
from reviews.papers.kept import papers_of_batch
from reviews.papers.publication import filing_paper, notice_paper
from reviews.publication import publish_batch
from reviews.requests import Proposal
from reviews.short_routes import routes_of
from reviews.suspending import confirm_measure, propose_measure
from tests.paper.reading import word_text
from tests.world import add, amend, decide_batch, freeze, fresh, propose, publish, review

BASIS = "《襄阳市权责清单管理办法》（襄政规〔2020〕3号）第十四条"


@pytest.fixture
def ruled(world):
    """The city lets 变更其他要素 stop after legality; its decided batch still waits for publication."""
    ShortRoute.objects.create(region=world.city, kind="elements", basis=BASIS, in_use=True)
    return world


def read_back(paper) -> str:
    to = io.BytesIO()
    write_word(paper, to)
    return word_text(to.getvalue())


def phone(world, name="劳务派遣经营许可", number="0710-3699999"):
    return amend(world.version(name), supervision_phone=number)


def correction(world) -> Proposal:
    return replace(amend(world.version("劳务派遣经营许可"), kind="correct", note="文字"), terms={"wrong": "备注有错字"})


def short_batch(world, *proposals, title="要素批"):
    request = review(world, propose(world, list(proposals) or [phone(world)]))
    batch = create_batch(actor=world.publisher, region=world.city, title=title, requests=[request], without_meeting=True)
    return request, freeze_batch(actor=world.publisher, batch=batch)


def settled(world, *proposals):
    request, batch = short_batch(world, *proposals)
    settle_batch(actor=world.publisher, batch=batch, seen_hash=batch.submission_hash)
    return request, fresh(batch)


def published(world, batch) -> Edition:
    return publish_batch(
        actor=world.publisher,
        batch=batch,
        notice_title="关于调整权责清单部分要素的通知",
        notice_no="襄政办函〔2026〕9号",
        published_on=localdate(),
        effective_on=localdate(),
        seen_hash=batch.submission_hash,
    )


def test_without_a_rule_in_use_every_request_goes_to_the_meeting(world):
    request = review(world, propose(world, [phone(world)]))
    ShortRoute.objects.create(region=world.city, kind="elements", basis=BASIS)
    assert routes_of([request]) == {}
    with pytest.raises(RuleBroken, match="B17.*没有启用|没有启用") as refused:
        create_batch(actor=world.publisher, region=world.city, title="要素批", requests=[request], without_meeting=True)
    assert [each.rule for each in refused.value.violations] == ["B17"]


def test_a_pure_change_of_elements_is_published_without_a_meeting(ruled):
    request, batch = settled(ruled)
    assert (batch.state, batch.short_basis, batch.settled_on, batch.meeting) == ("decided", BASIS, localdate(), None)
    assert fresh(request).state == "approved"
    edition = published(ruled, batch)
    assert (edition.adjustment_no, edition.meeting, edition.decided_on) == (2, "", localdate())
    assert ruled.version("劳务派遣经营许可").content.supervision_phone == "0710-3699999"
    assert fresh(request).state == "published"
    said = [each for each in json.loads(bytes(edition.manifest))["decisions"] if each["stage"] == "without_meeting"]
    assert [(each["basis"], each["hash"]) for each in said] == [(BASIS, batch.submission_hash)]
    assert (verify().exit_code, verify().findings) == (0, [])


@pytest.mark.parametrize(
    ("proposal", "why"),
    [
        (lambda world: add("新事项"), "有新增，须经常务会审议"),
        (lambda world: amend(world.version("劳务派遣经营许可"), kind="rename", name="劳务派遣许可"), "有变更名称，须经常务会审议"),
        (lambda world: correction(world), "有更正，须经常务会审议"),
        # Called 变更其他要素, but it changes the name and the powers: substance, whatever it is called.
        (lambda world: amend(world.version("劳务派遣经营许可"), name="劳务派遣许可"), "第1项改变了事项名称"),
        (lambda world: amend(world.version("劳务派遣经营许可"), powers="全市的许可"), "第1项改变了职责权限"),
    ],
)
def test_what_is_of_substance_takes_the_long_route(ruled, proposal, why):
    request = review(ruled, propose(ruled, [proposal(ruled)]))
    assert routes_of([request])[request.pk].basis == "" and why in routes_of([request])[request.pk].why
    with pytest.raises(RuleBroken, match=why):
        create_batch(actor=ruled.publisher, region=ruled.city, title="要素批", requests=[request], without_meeting=True)
    assert fresh(request).state == "awaiting" and not Batch.objects.filter(title="要素批").exists()


def test_a_mixed_request_takes_the_long_route_whole(ruled):
    request = review(ruled, propose(ruled, [phone(ruled), add("同一申请的新事项")]))
    with pytest.raises(RuleBroken, match="有新增"):
        create_batch(actor=ruled.publisher, region=ruled.city, title="要素批", requests=[request], without_meeting=True)


def test_the_rule_of_another_region_is_none_here(world):
    ShortRoute.objects.create(region=world.county, kind="elements", basis=BASIS, in_use=True)
    request = review(world, propose(world, [phone(world)]))
    assert routes_of([request]) == {}


def test_it_is_open_beside_the_batch_for_the_meeting_and_may_be_published_first(ruled):
    """The meeting's batch, decided on an earlier day, is published after it: its earlier day is no fault."""
    waiting = ruled.batch("decided")
    _request, batch = settled(ruled)
    published(ruled, batch)
    edition = published(ruled, waiting)
    assert (edition.adjustment_no, edition.decided_on) == (3, datetime.date(2020, 2, 10))
    _request, again = short_batch(ruled, phone(ruled, number="0710-3600008"))
    with pytest.raises(WrongState, match="尚未公布或解散"):
        other = review(ruled, propose(ruled, [phone(ruled, "工伤认定")]))
        create_batch(actor=ruled.publisher, region=ruled.city, title="再一批", requests=[other], without_meeting=True)
    assert fresh(again).state == "frozen"


def test_a_suspension_between_meeting_and_publication_does_not_stop_it(world):
    batch = world.batch("decided")
    measure = propose_measure(
        actor=world.publisher, region=world.city, kind="suspension", item=world.item("工伤认定"), reason="依据失效",
        notice_title="关于暂停的公告", notice_no="襄审改办〔2026〕1号",
    )  # fmt: skip
    confirm_measure(actor=world.legality, measure=measure, seen_hash=measure.content_hash)
    assert published(world, batch).decided_on == datetime.date(2020, 2, 10)


def test_two_meetings_still_publish_in_their_order(world):
    """Of two decided by meetings the later meeting is not published before: P03."""
    publish(world, world.batch("decided"), "襄政发〔2020〕8号", published_on=localdate(), effective_on=localdate())
    request = review(world, propose(world, [add("旧会")]))
    batch = decide_batch(world, [request], "旧会批次", held_on=datetime.date(2020, 1, 5))
    with pytest.raises(RuleBroken, match="早于上一版本的审议日期"):
        published(world, batch)


def test_a_rule_taken_out_of_use_meanwhile_no_longer_settles(ruled):
    request, batch = short_batch(ruled)
    ShortRoute.objects.update(in_use=False)
    with pytest.raises(RuleBroken, match="没有启用"):
        settle_batch(actor=ruled.publisher, batch=batch, seen_hash=batch.submission_hash)
    assert (fresh(batch).state, fresh(request).state) == ("frozen", "batched")


def test_settling_binds_the_text_that_was_seen_and_is_for_its_own_office(ruled):
    _request, batch = short_batch(ruled)
    with pytest.raises(WrongState, match="已变化"):
        settle_batch(actor=ruled.publisher, batch=batch, seen_hash="0" * 64)
    with pytest.raises(NotAllowed):
        settle_batch(actor=ruled.council, batch=batch, seen_hash=batch.submission_hash)
    reopen_batch(actor=ruled.publisher, batch=batch)
    with pytest.raises(WrongState):
        settle_batch(actor=ruled.publisher, batch=fresh(batch), seen_hash="")


def test_no_meeting_decides_it_and_no_other_batch_is_settled(ruled):
    _request, batch = short_batch(ruled)
    with pytest.raises(WrongState, match="不经常务会审议"):
        record_meeting(
            actor=ruled.council, batch=batch, meeting_title="市政府第80次常务会议", held_on=localdate(), outcome="agreed",
            seen_hash=batch.submission_hash,
        )  # fmt: skip
    meeting = call_meeting(actor=ruled.council, region=ruled.city, title="市政府第80次常务会议", held_on=localdate())
    with pytest.raises(RuleBroken, match="不经常务会审议"):
        add_to_agenda(actor=ruled.council, meeting=meeting, subject="要素批", batch=batch)
    publish(ruled, ruled.batch("decided"), "襄政发〔2020〕8号", published_on=localdate(), effective_on=localdate())
    long = freeze(ruled, [review(ruled, propose(ruled, [add("上会事项")]))], "上会批")
    with pytest.raises(WrongState, match="须经常务会审议"):
        settle_batch(actor=ruled.publisher, batch=long, seen_hash=long.submission_hash)


def test_only_what_needs_no_meeting_is_added_to_it(ruled):
    request, batch = short_batch(ruled)
    reopen_batch(actor=ruled.publisher, batch=batch)
    other = review(ruled, propose(ruled, [add("混进来的新事项")]))
    with pytest.raises(RuleBroken, match=f"申请 {other.number} 有新增"):
        add_to_batch(actor=ruled.publisher, batch=fresh(batch), request=other)
    assert fresh(other).state == "awaiting" and fresh(request).state == "batched"


def test_the_department_is_told_of_no_meeting_and_the_office_that_it_is_its_turn(ruled):
    second = User.objects.create_user("publisher.second", "第二人", None)
    Posting.objects.create(user=second, post="publisher", region=ruled.city, from_on="2016-01-01")
    request, batch = short_batch(ruled)
    waiting = Notice.objects.filter(recipient=second, read_at=None)
    assert "批次“要素批”公布稿已定，按规定不经常务会审议，等待定稿公布" in set(waiting.values_list("title", flat=True))
    settle_batch(actor=ruled.publisher, batch=batch, seen_hash=batch.submission_hash)
    told = set(Notice.objects.filter(recipient__username="clerk").values_list("title", flat=True))
    assert f"申请 {request.number} 按规定不经常务会审议，等待公布" in told
    assert not Notice.objects.filter(recipient__username="council", title__contains="要素批").exists()


def test_notice_and_filing_say_so_with_the_basis_and_there_is_no_paper_for_a_meeting(ruled):
    _request, batch = settled(ruled)
    published(ruled, batch)
    batch = fresh(batch)
    sentence = f"按规定未经常务会审议（依据：{BASIS}）"
    for paper in (notice_paper(batch), filing_paper(batch)):
        words = read_back(paper)
        assert sentence in words and "审议通过" not in words
    assert {paper.kind.key for paper in papers_of_batch(batch)} == {"submission", "notice", "filing"}


def test_the_public_page_of_the_edition_and_the_data_say_so(ruled):
    _request, batch = settled(ruled)
    edition = published(ruled, batch)
    page = Client().get(f"/editions/{edition.number}/").content.decode()
    assert f"按规定未经常务会审议（依据：{BASIS}）" in page
    assert "按规定未经常务会审议" not in Client().get("/editions/2/").content.decode()
    of = {number: Client().get(f"/api/v1/editions/{number}/").json()["without_meeting_basis"] for number in (2, edition.number)}
    assert of == {2: "", edition.number: BASIS}


def test_the_archive_holds_the_basis_instead_of_minutes(ruled, tmp_path, settings):
    settings.LOG_HEAD_FILE = str(tmp_path / "head")
    _request, batch = settled(ruled)
    published(ruled, batch)
    call_command("sign_heads", new_head_file=True)
    with override_settings(MEDIA_ROOT=tmp_path / "media"):
        to = io.BytesIO()
        write_archive(fresh(batch), to)
    package = ZipFile(to)
    assert json.loads(package.read("04 会议/按规定未经常务会审议.json"))["basis"] == BASIS
    assert not [name for name in package.namelist() if name.startswith("04 会议/") and "审议结果" in name]


def test_the_database_keeps_the_rule_to_elements_and_a_basis(world):
    for wrong in ({"kind": "repeal", "basis": BASIS}, {"kind": "elements", "basis": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShortRoute.objects.create(region=world.city, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=world.batch("decided").pk).update(short_basis=BASIS, settled_on=localdate())


def at_desk(world, name: str) -> Client:
    client = Client()
    client.force_login(getattr(world, name).user)
    return client


def test_the_pages_show_the_route_and_lead_through_it(ruled):
    request = review(ruled, propose(ruled, [phone(ruled)]))
    mixed = review(ruled, propose(ruled, [phone(ruled, "工伤认定"), add("新事项")]))
    clerk, publisher = at_desk(ruled, "clerk"), at_desk(ruled, "publisher")
    page = clerk.get(reverse("admin:request", args=[request.pk])).content.decode()
    assert "按规定不经常务会审议" in page and BASIS in page
    assert (
        "合规审查、合法性审查、常务会审议（有新增，须经常务会审议）"
        in clerk.get(reverse("admin:request", args=[mixed.pk])).content.decode()
    )
    listed = publisher.get(reverse("admin:batch_list")).content.decode()
    assert f'id="short-{request.pk}"' in listed and f'id="short-{mixed.pk}"' not in listed
    form = {"title": "要素批", "requests": [request.pk], "without_meeting": "yes"}
    publisher.post(reverse("admin:batch_list"), form)
    batch = Batch.objects.get(title="要素批")
    publisher.post(reverse("admin:batch_freeze", args=[batch.pk]))
    page = publisher.get(reverse("admin:batch", args=[batch.pk])).content.decode()
    assert "定稿（按规定不经常务会审议）" in page and "记录审议结果" not in page and "公布稿已定" in page
    assert "已汇总待定稿" in page and "待审议" not in page and "送审稿" not in page
    assert "定稿（按规定" not in at_desk(ruled, "council").get(reverse("admin:batch", args=[batch.pk])).content.decode()
    publisher.post(reverse("admin:batch_settle", args=[batch.pk]), {"seen_hash": fresh(batch).submission_hash})
    page = publisher.get(reverse("admin:batch", args=[batch.pk])).content.decode()
    assert "按规定未经常务会审议" in page and BASIS in page and "审议通过" not in page
    assert publisher.get(reverse("admin:batch_publish", args=[batch.pk])).status_code == 200


def test_the_security_administrator_turns_it_on_and_it_is_in_the_trail(world):
    from qingdan.ledger.models import AuditEvent

    client = at_desk(world, "security_admin")
    page = reverse("admin:reviews_shortroute_add")
    client.post(page, {"region": world.city.pk, "kind": "elements", "basis": BASIS, "in_use": "on"})
    rule = ShortRoute.objects.get()
    assert rule.in_use and AuditEvent.objects.filter(act="add_reference", object_id=str(rule.pk)).exists()
    assert at_desk(world, "publisher").get(page).status_code == 403
    assert DeskSetting.objects.count() == 0
