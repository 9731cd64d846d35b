"""纠错 on the citizens' side: a form without cookie, a number, an answer; nothing kept, nothing indexed, nothing shown of who wrote."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from qingdan.public import keeping
from tests.public.office import links_of, text_of
from tests.reviews import correcting as t

FORM = "application/x-www-form-urlencoded"
ORIGIN = "http://testserver"


@pytest.fixture
def address(code_of):
    return f"/items/{code_of(t.ITEM)}/report/"


def token_of(response) -> str:
    return re.search(r'name="token" value="([^"]+)"', response.content.decode())[1]


def post(client: Client, address: str, fields: dict, **headers: str):
    from urllib.parse import urlencode

    return client.post(address, urlencode(fields), content_type=FORM, headers={"Origin": ORIGIN, **headers})


def send(client: Client, address: str, **fields: str):
    typed = {"about": "phone", "text": t.TEXT, "contact": t.CONTACT, "token": token_of(client.get(address))}
    return post(client, address, {**typed, **fields})


def number_in(response) -> str:
    return re.search(r"<code>([0-9A-Z-]{19})</code>", response.content.decode())[1]


def test_the_item_leads_to_the_form_of_its_own_list_only(world, client, address):
    item = address.removesuffix("report/")
    assert address in links_of(client.get(item))
    assert address not in links_of(client.get(f"{item}?on=2016-06-01"))
    page = client.get(address)
    assert page.status_code == 200
    assert "提交后得到一个查询号" in text_of(page) and "不用上传文件" in text_of(page)


def test_a_reader_gets_a_number_and_asks_with_it(world, client, address):
    page = send(client, address)
    assert page.status_code == 200
    number = number_in(page)
    found = post(client, "/reports/", {"number": number.lower()})
    shown = text_of(found)
    assert "待答复" in shown and t.ITEM in shown and "市人力资源和社会保障局" in shown
    report = t.ReaderReport.objects.get()
    t.answer(world, report, "reject", "电话无误，中午无人接听")
    answered = text_of(post(client, "/reports/", {"number": number}))
    assert "不属实" in answered and "电话无误，中午无人接听" in answered
    for response in (page, found):
        assert "13871234567" not in response.content.decode() and "打不通" not in response.content.decode()


def test_neither_session_nor_cookie_nor_keeping_nor_index(world, client, address, settings, tmp_path):
    settings.KEPT_MB, settings.KEPT_DIR = 50, tmp_path / "kept"
    keeping._room.forget()
    responses = [client.get(address), client.get(address), send(client, address), client.get("/reports/")]
    responses += [post(client, "/reports/", {"number": "0"}), post(client, address, {"token": "x"})]
    for response in responses:
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
        assert 'name="robots" content="noindex"' in response.content.decode()
        assert not response.cookies and "Cookie" not in response.get("Vary", "")
        assert "ETag" not in response.headers
    assert not list(settings.KEPT_DIR.rglob("*.gz"))
    assert token_of(responses[0]) != token_of(responses[1])
    assert "report" not in client.get("/sitemap.xml").content.decode()


@pytest.mark.parametrize("origin", ["https://testserver", "http://evil.example", "null", "http://testserver.evil.example", ""])
def test_a_form_from_elsewhere_is_not_taken(world, client, address, origin):
    token = token_of(client.get(address))
    fields = {"about": "phone", "text": t.TEXT, "token": token}
    response = post(client, address, fields, Origin=origin)
    assert response.status_code == 403 and "没有提交" in text_of(response)
    assert post(client, "/reports/", {"number": "0"}, Origin=origin).status_code == 403
    assert not t.ReaderReport.objects.exists()


def test_a_browser_that_sends_no_origin_is_known_by_where_it_came_from(world, client, address):
    fields = {"about": "phone", "text": t.TEXT, "token": token_of(client.get(address))}
    from urllib.parse import urlencode

    def plain(**headers):
        return client.post(address, urlencode(fields), content_type=FORM, headers=headers).status_code

    assert plain() == 403
    assert plain(Referer="http://evil.example/items/") == 403
    assert plain(Referer=f"http://testserver{address}") == 200


def test_files_and_long_forms_are_not_read(world, client, address):
    token = token_of(client.get(address))
    whole = {"about": "phone", "text": t.TEXT, "token": token}
    assert client.post(address, whole, headers={"Origin": ORIGIN}).status_code == 415
    assert post(client, address, {**whole, "text": "长" * 30_000}).status_code == 413
    assert client.post(address, b"text=1", content_type=f"{FORM}; charset=utf-7", headers={"Origin": ORIGIN}).status_code == 400
    assert not t.ReaderReport.objects.exists()


def test_what_was_typed_stays_in_a_form_that_has_to_be_mended(world, client, address):
    page = send(client, address, about="", text="<b>电话</b>错了")
    assert page.status_code == 422
    assert "选择问题出在哪里" in text_of(page) and "&lt;b&gt;电话&lt;/b&gt;错了" in page.content.decode()
    stale = send(client, address, token="of-another-time")
    assert stale.status_code == 409 and "您写的内容还在" in text_of(stale)
    assert post(client, address, {"about": "phone", "text": t.TEXT, "token": token_of(stale)}).status_code == 200


def test_a_form_sent_again_gives_the_same_number(world, client, address):
    token = token_of(client.get(address))
    first, second = send(client, address, token=token), send(client, address, token=token)
    assert number_in(first) == number_in(second) and "没有重复登记" in text_of(second)
    assert t.ReaderReport.objects.count() == 1


def test_too_many_are_refused_with_the_way_out(world, client, address, settings):
    settings.REPORTS_PER_ADDRESS, settings.REPORT_MISSES_PER_ADDRESS = 1, 1
    send(client, address)
    page = send(client, address)
    assert page.status_code == 429 and "请明天再提交；急事请按事项页上的电话直接联系部门" in text_of(page)
    assert post(client, "/reports/", {"number": "0000-0000-0000-0000"}).status_code == 404
    assert post(client, "/reports/", {"number": "0000-0000-0000-0000"}).status_code == 429


def test_a_wrong_or_empty_number_says_so(world, client):
    assert "没有这个查询号" in text_of(post(client, "/reports/", {"number": "\x00<script>"}))
    assert "请填写查询号" in text_of(post(client, "/reports/", {"number": " "}))
    assert client.get("/reports/?number=1").status_code == 302


@pytest.mark.parametrize("name", ["专项保密检查", "对用人单位遵守劳动保障法律的检查"])
def test_what_the_list_does_not_show_cannot_be_reported(world, client, name):
    assert client.get(f"/items/{world.item(name).code}/report/").status_code == 404


def test_the_edition_links_back_and_shows_nothing_of_the_reader(world, client, address):
    number = number_in(send(client, address))
    t.clear_the_table(world)
    report = t.answer(world, t.ReaderReport.objects.get(), "accept", "已核对，电话改为 0710-3611111")
    under_way = text_of(post(client, "/reports/", {"number": number}))
    assert "已更正拟办" in under_way and "正在按程序调整清单" in under_way
    edition = t.correct(world, report)
    page = client.get(f"/editions/{edition.number}/")
    assert "采纳的读者纠错（1 件）" in text_of(page) and address.removesuffix("report/") in links_of(page)
    assert "打不通" not in page.content.decode() and "1387" not in page.content.decode()
    answered = post(client, "/reports/", {"number": number})
    assert f"/editions/{edition.number}/" in links_of(answered)
    assert "0710-3611111" in text_of(client.get(address.removesuffix("report/")))


def test_every_page_has_an_elder_form(world, client, address):
    client.cookies["mode"] = "elder"
    assert 'class="elder"' in client.get(address).content.decode()
    assert 'class="elder"' in send(client, address).content.decode()
