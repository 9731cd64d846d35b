"""读者纠错 at the desk: the number open, the answer that leads on to the item's form, the contact asked for, words taken out."""

from __future__ import annotations

import pytest

from tests.public.office import text_of
from tests.reviews import correcting as t
from tests.world import fresh


@pytest.fixture
def report(world):
    return t.send(world).report


def page(report) -> str:
    return f"/admin/reports/{report.pk}/"


def answer(client, report, action: str, words: str = "已核对"):
    typed = {"action": action, "answer": words, "seen_revision": report.revision}
    return client.post(f"{page(report)}answer/", typed)


@pytest.mark.parametrize("who", ["clerk", "head", "compliance", "publisher"])
def test_the_workbench_shows_how_many_are_open(world, at_desk, report, who):
    t.answer(world, t.send(world).report, "reject")
    t.send(world)
    shown = text_of(at_desk(who).get("/admin/"))
    assert "读者纠错 · 2 件" in shown and "还剩 5 个工作日" in shown


@pytest.mark.parametrize("who", ["outsider", "legality", "council", "county_compliance", "county_clerk"])
def test_whoever_has_no_part_in_it_sees_nothing(world, at_desk, report, who):
    client = at_desk(who)
    assert "读者纠错 ·" not in text_of(client.get("/admin/"))
    assert client.get(page(report)).status_code in (403, 404)
    for act in ("answer", "contact", "redact"):
        assert client.post(f"{page(report)}{act}/", {}).status_code in (403, 404)


@pytest.mark.parametrize(
    ("who", "act"), [("compliance", "answer"), ("compliance", "contact"), ("auditor", "contact"), ("head", "redact")]
)
def test_the_guard_comes_before_the_form(world, at_desk, report, who, act):
    assert at_desk(who).post(f"{page(report)}{act}/", {}).status_code == 403


def test_the_list_shows_the_open_ones_and_all_on_demand(world, at_desk, report):
    t.answer(world, report, "settle")
    other = t.send(world).report
    client = at_desk("compliance")
    first, every = text_of(client.get("/admin/reports/")), text_of(client.get("/admin/reports/?show=all"))
    assert f"第{other.pk}号" in first and f"第{report.pk}号" not in first
    assert f"第{report.pk}号" in every and "已处理" in every


def test_accepted_leads_to_the_items_form_in_a_new_draft(world, at_desk, report):
    client = at_desk("clerk")
    response = answer(client, report, "accept")
    draft = fresh(report).request
    assert response["Location"] == f"/admin/items/change/?item={report.item.code}&department=420600-RSJ&request={draft.pk}"
    assert client.get(response["Location"]).status_code == 200
    beside = text_of(client.get(f"/admin/requests/{draft.pk}/"))
    assert "据以提出的读者纠错 1 件" in beside and f"读者纠错第{report.pk}号" in beside


def test_a_stale_or_empty_answer_is_refused_with_what_was_typed(world, at_desk, report):
    client = at_desk("clerk")
    empty = answer(client, report, "reject", "")
    assert empty.status_code == 422 and "写明答复" in text_of(empty)
    lost = client.post(f"{page(report)}answer/", {"action": "reject", "answer": "电话无误"})
    assert lost.status_code == 422 and "页面已过期" in text_of(lost) and "电话无误" in text_of(lost)
    t.answer(world, report, "settle")
    assert answer(client, report, "reject").status_code == 409


def test_the_contact_is_on_no_page_until_the_department_asks_for_it(world, at_desk, report):
    client = at_desk("head")
    for address in ("/admin/", "/admin/reports/", "/admin/notices/", page(report)):
        assert "13871234567" not in client.get(address).content.decode()
    shown = client.post(f"{page(report)}contact/")
    assert t.CONTACT in text_of(shown) and shown["Cache-Control"] == "no-store, private"
    assert "13871234567" not in client.get(page(report)).content.decode()
    assert "查看联系方式" in text_of(client.get(page(report)))


def test_the_office_takes_words_out(world, at_desk, report):
    client = at_desk("publisher")
    typed = {"parts": ["text"], "reason": "含他人住址", "seen_revision": report.revision}
    assert client.post(f"{page(report)}redact/", {**typed, "reason": ""}).status_code == 422
    assert client.post(f"{page(report)}redact/", typed).status_code == 302
    shown = text_of(client.get(page(report)))
    assert "打不通" not in shown and "已遮蔽" in shown
    assert "读者没有留联系方式，或者已到期删除" in text_of(at_desk("clerk").post(f"{page(report)}contact/"))


def test_the_list_takes_as_many_queries_for_one_as_for_many(world, at_desk, report, queries_of):
    client = at_desk("compliance")
    one = queries_of(client, "/admin/reports/")
    for n in range(6):
        t.send(world, address=f"10.1.0.{n}")
    assert queries_of(client, "/admin/reports/") == one
