"""The pages of campaigns and of 催办: opening one, its board, reports, the printed form; who sees what; hostile posts."""

import io

import docx
import pytest
from django.urls import reverse

from reviews.models import Campaign, Urge
from reviews.states import ScopeState
from reviews.urging import urge
from tests.reviews.directives import LATE, LATER, task
from tests.reviews.test_campaigns import campaign, scope
from tests.world import fresh

NOTICE = {"kind": "completion", "number": "襄审改办〔2026〕9号", "title": "要素完善", "due_on": "2099-06-30", "text": "各部门……"}


def test_a_campaign_is_opened_by_form_and_its_board_counts(at_desk, world):
    client = at_desk("publisher")
    assert "须完善的要素" in client.get(reverse("admin:campaign_new")).content.decode()
    given = {**NOTICE, "departments": [world.department().pk], "elements": ["supervision_phone", "remedies"]}
    made = client.post(reverse("admin:campaign_new"), given)
    row = Campaign.objects.get(number=NOTICE["number"])
    assert made["Location"] == reverse("admin:campaign", args=[row.pk])
    text = client.get(made["Location"]).content.decode()
    assert "市人力资源和社会保障局" in text and "监督电话" in text and "救济渠道" in text
    assert "已报告 <b>0</b> / 1 个部门" in text
    assert "要素完善" in client.get(reverse("admin:campaign_list")).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {**NOTICE, "departments": ["999999"]},
        {**NOTICE, "departments": ["x"], "elements": ["name"], "categories": ["99"]},
        {**NOTICE, "departments": ["\x00"], "due_on": "²"},
        {**NOTICE, "title": "长" * 5000},
    ],
)
def test_strange_notices_are_told(at_desk, world, given):
    response = at_desk("publisher").post(reverse("admin:campaign_new"), given)
    assert response.status_code == 422
    assert not Campaign.objects.exists()


def test_the_head_reports_from_the_list_of_what_is_missing(at_desk, world):
    part = scope(world, campaign(world, elements=["supervision_phone"], kind="completion"))
    client, page = at_desk("head"), reverse("admin:scope", args=[part.pk])
    assert "专项清理 · 1 件" in client.get(reverse("admin:index")).content.decode()
    text = client.get(page).content.decode()
    assert "对用人单位不办理社会保险登记的处罚" in text and "劳务派遣经营许可" not in text
    assert "没有" not in client.get(page, {"element": "监督电话"}).content.decode().split("要素不全的事项")[1][:20]
    done = client.post(reverse("admin:scope_act", args=[part.pk, "report_done"]), {"words": "", "seen_revision": 1})
    assert done.status_code == 422 and "项缺少要素" in done.content.decode()
    stale = client.post(reverse("admin:scope_act", args=[part.pk, "report_nothing"]), {"words": "统一受理", "seen_revision": 9})
    assert stale.status_code == 409 and "统一受理" in stale.content.decode()
    ok = client.post(reverse("admin:scope_act", args=[part.pk, "report_nothing"]), {"words": "统一受理", "seen_revision": 1})
    assert ok["Location"] == page and fresh(part).state == ScopeState.NOTHING
    assert "无需调整" in at_desk("publisher").get(reverse("admin:campaign", args=[part.campaign_id])).content.decode()


@pytest.mark.parametrize(
    "given", [{}, {"seen_revision": "x"}, {"seen_revision": "1", "words": "长" * 3000}, {"seen_revision": "1", "words": "\x00"}]
)
def test_hostile_reports_are_told(at_desk, world, given):
    part = scope(world, campaign(world))
    assert at_desk("head").post(reverse("admin:scope_act", args=[part.pk, "report_nothing"]), given).status_code == 422
    assert at_desk("head").post(reverse("admin:scope_act", args=[part.pk, "anything"]), given).status_code == 404
    assert at_desk("publisher").post(reverse("admin:urge_new", args=["scope", part.pk]), given).status_code == 422
    assert at_desk("publisher").post(reverse("admin:urge_new", args=["user", part.pk]), given).status_code == 404
    assert fresh(part).state == ScopeState.OPEN and not Urge.objects.exists()


def test_a_campaign_is_closed_with_a_note(at_desk, world):
    row = campaign(world)
    client, address = at_desk("publisher"), reverse("admin:campaign_close", args=[row.pk])
    refused = client.post(address, {"words": ""})
    assert refused.status_code == 422 and "写明结束的说明" in refused.content.decode()
    assert client.post(address, {"words": "转入年度清理"}).status_code == 302
    assert client.post(address, {"words": "再次"}).status_code == 409
    assert "已结束" in client.get(reverse("admin:campaign", args=[row.pk])).content.decode()


def test_who_may_open_what(at_desk, world):
    row = campaign(world, departments=["420600-RSJ"])
    part = scope(world, row)
    pages = [reverse("admin:campaign", args=[row.pk]), reverse("admin:scope", args=[part.pk])]
    for page in pages:
        for name in ("clerk", "head", "publisher", "compliance", "auditor"):
            assert at_desk(name).get(page).status_code == 200
        for name in ("outsider", "county_publisher"):
            assert at_desk(name).get(page).status_code == 404
    assert at_desk("clerk").post(reverse("admin:scope_act", args=[part.pk, "report_done"]), {}).status_code == 403
    assert at_desk("compliance").get(reverse("admin:campaign_new")).status_code == 403
    assert at_desk("other_head").post(reverse("admin:scope_act", args=[part.pk, "report_done"]), {}).status_code == 404


def test_an_urge_is_written_printed_and_after_the_second_raised(at_desk, world):
    row = task(world, due_on=LATE)
    client = at_desk("compliance")
    assert reverse("admin:urge_new", args=["task", row.pk]) in client.get(reverse("admin:task", args=[row.pk])).content.decode()
    address = reverse("admin:urge_new", args=["task", row.pk])
    assert "至今没有办理" in client.get(address).content.decode()
    for number in (1, 2):
        sent = client.post(address, {"text": "请尽快答复", "due_on": "2099-01-05"})
        form = client.get(sent["Location"]).content.decode()
        assert f"第 {number} 次催办" in form and "2099年1月5日" in form and "市人力资源和社会保障局" in form
    for name in ("head", "compliance"):
        assert "两次催办未办 · 1 件" in at_desk(name).get(reverse("admin:index")).content.decode()
    for name in ("clerk", "publisher", "other_head", "county_compliance"):
        assert "两次催办未办" not in at_desk(name).get(reverse("admin:index")).content.decode()
    made = Urge.objects.first()
    assert at_desk("clerk").get(reverse("admin:urge", args=[made.pk])).status_code == 200
    assert at_desk("outsider").get(reverse("admin:urge", args=[made.pk])).status_code == 404
    paper = at_desk("clerk").get(reverse("admin:urge_paper", args=[made.pk]))
    words = "".join(paragraph.text for paragraph in docx.Document(io.BytesIO(paper.content)).paragraphs)
    assert "请尽快答复" in words and f"第 {made.number} 次催办" in words
    assert at_desk("outsider").get(reverse("admin:urge_paper", args=[made.pk])).status_code == 404


def test_a_returned_request_may_be_urged_from_its_page(at_desk, world):
    request = world.request("returned")
    page = reverse("admin:request", args=[request.pk])
    assert reverse("admin:urge_new", args=["request", request.pk]) in at_desk("publisher").get(page).content.decode()
    urge(actor=world.publisher, subject=request, text="请补正", due_on=LATER)
    text = at_desk("clerk").get(page).content.decode()
    assert "第1次催办" in text and reverse("admin:urge_new", args=["request", request.pk]) not in text


def test_the_board_takes_as_many_queries_with_many_departments_as_with_few(at_desk, world, queries_of):
    client = at_desk("publisher")
    few = campaign(world, departments=["420600-RSJ"], elements=["remedies"])
    many = campaign(world, number="二号", departments=["420600-RSJ", "420600-SCJ", "420600-MZJ"], elements=["remedies"])
    pages = [reverse("admin:campaign", args=[row.pk]) for row in (few, many)]
    assert queries_of(client, pages[0]) == queries_of(client, pages[1])
