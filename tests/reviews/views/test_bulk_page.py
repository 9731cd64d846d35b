"""批量修改 as a page: the choice in the address, the preview, the request, and what hostile or hasty hands send."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from reviews.models import ChangeRequest
from tests.world import amend, propose

PAGE = "/admin/bulk/"
PHONE = {"do": "element", "element": "supervision_phone", "value": "0710-3600009"}


def ticks(page: str) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', page)


def preview(client, **typed) -> str:
    found = client.get(PAGE).content.decode()
    response = client.post(PAGE, {**PHONE, "item": ticks(found), **typed})
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def test_it_lists_own_items_ticked_and_narrows_them_by_the_address(world, at_desk):
    client = at_desk("outsider")
    assert reverse("admin:bulk") == PAGE
    page = client.get(PAGE).content.decode()
    assert "市市场监督管理局现行事项 3 项" in page and page.count("checked") == 3
    assert "收养登记" not in page
    assert "对无照经营的处罚" not in client.get(PAGE, {"category": "01"}).content.decode()
    assert len(ticks(client.get(PAGE, {"q": "虚假广告"}).content.decode())) == 1
    page = client.get(PAGE, {"act": "国务院令第684号"}).content.decode()
    assert len(ticks(page)) == 1 and 'value="国务院令第684号"' in page
    page = client.get(PAGE, {"act": "公路法"}).content.decode()
    assert "没有事项引用“公路法”" in page and "《中华人民共和国广告法》" in page


def test_from_the_preview_to_the_draft(world, at_desk):
    client = at_desk("outsider")
    shown = preview(client)
    assert "将改 <b>3</b> 项" in shown and "（变更其他要素 3）" in shown
    assert "<ins>" in shown and "统一修改监督电话，改为“0710-3600009”。" in shown
    final = {**PHONE, "do": "propose", "kind": "element", "item": ticks(shown)[:2], "reason": "统一监督电话"}
    response = client.post(PAGE, final, follow=True)
    made = ChangeRequest.objects.order_by("-pk").first()
    assert response.redirect_chain[-1][0] == reverse("admin:request", args=[made.pk])
    assert made.reason == "统一监督电话" and made.changes.count() == 2


def test_an_act_with_its_articles_is_shown_character_by_character(world, at_desk):
    client = at_desk("outsider")
    typed = {
        "do": "act",
        "old_act": "食品安全法",
        "new_title": "《中华人民共和国食品安全法》",
        "old_article": "三十五",
        "new_article": "38",
    }
    shown = preview(client, **typed)
    assert "〔删除〕</span>五</del>" in shown and "〔新增〕</span>八</ins>" in shown
    assert "不变 2 项" in shown and "没有引用《食品安全法》" in shown
    assert "条号" in shown and "35 → 38" in shown
    back = client.post(PAGE, {**typed, "do": "choose", "kind": "act", "item": ticks(shown)}).content.decode()
    assert 'value="食品安全法"' in back and 'value="三十五"' in back and back.count("checked") == 1


def test_items_held_by_another_request_are_named_with_a_link(world, at_desk):
    version = world.version("对虚假广告的处罚")
    other = propose(world, [amend(version, powers="处罚")], clerk="outsider", head="other_head")
    shown = preview(at_desk("outsider"))
    assert f'<a href="{reverse("admin:request", args=[other.pk])}">{other.number}</a>' in shown
    assert "将改 <b>2</b> 项" in shown


def test_it_can_be_put_into_a_draft(world, at_desk):
    client = at_desk("outsider")
    draft = propose(world, [amend(world.version("对虚假广告的处罚"), powers="处罚")], clerk="outsider", submit=False)
    shown = preview(client)
    assert f'<option value="{draft.pk}">{draft.number} 草稿' in shown
    final = {**PHONE, "do": "propose", "kind": "element", "item": ticks(shown), "reason": "统一", "into": draft.pk}
    client.post(PAGE, final)
    assert draft.changes.count() == 3


def test_what_was_typed_is_kept_where_it_is_refused(world, at_desk):
    client = at_desk("outsider")
    items = ticks(client.get(PAGE).content.decode())
    response = client.post(PAGE, {"do": "act", "old_act": "食品安全法", "new_title": "", "old_article": "某条", "item": items[:1]})
    page = response.content.decode()
    assert response.status_code == 422 and "新法律" in page
    assert 'value="食品安全法"' in page and 'value="某条"' in page and page.count("checked") == 1
    response = client.post(PAGE, {"do": "act", "old_act": "食品安全法", "new_title": "甲法", "old_article": "某条", "item": items})
    assert response.status_code == 422 and "条文第1行：原条“某条”读不出是哪一条" in response.content.decode()
    shown = preview(client)
    response = client.post(PAGE, {**PHONE, "do": "propose", "kind": "element", "item": ticks(shown), "reason": " "})
    assert response.status_code == 422 and "写明调整理由" in response.content.decode()


def test_a_stale_preview_is_refused_and_shown_anew(world, at_desk):
    client = at_desk("outsider")
    shown = preview(client)
    propose(world, [amend(world.version("对虚假广告的处罚"), powers="处罚")], clerk="outsider", head="other_head")
    before = ChangeRequest.objects.count()
    response = client.post(PAGE, {**PHONE, "do": "propose", "kind": "element", "item": ticks(shown), "reason": "统一"})
    assert response.status_code == 409 and "“对虚假广告的处罚”有变化" in response.content.decode()
    assert ChangeRequest.objects.count() == before


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"do": "propose"},
        {"do": "element", "element": "supervision_phone", "value": "1"},
        {"do": "element", "element": "name", "value": "1", "item": "x"},
        {"do": "element", "element": "supervision_phone", "value": "1\x00", "item": "x"},
        {"do": "act", "old_act": "号" * 300, "new_title": "》" * 300, "item": "x"},
        {"do": "act", "old_act": "甲法", "new_title": "乙法", "article_text": "字" * 30_000, "item": "x"},
        {"do": "propose", "kind": "act", "item": "~~~", "into": "x", "reason": "甲"},
    ],
)
def test_hostile_posts_get_a_sentence(world, at_desk, sent):
    response = at_desk("outsider").post(PAGE, sent)
    assert response.status_code == 422


def test_items_of_others_are_refused_as_a_whole(world, at_desk):
    client = at_desk("outsider")
    items = [*ticks(client.get(PAGE).content.decode()), world.item("收养登记").code]
    response = client.post(PAGE, {**PHONE, "item": items})
    assert response.status_code == 422 and "没有修改任何事项" in response.content.decode()


@pytest.mark.parametrize("person", ["compliance", "legality", "publisher", "auditor", "system_admin"])
def test_it_is_a_page_of_departments(world, at_desk, person):
    assert at_desk(person).get(PAGE).status_code == 403


def test_its_queries_do_not_grow_with_the_items(world, at_desk, queries_of):
    one = queries_of(at_desk("outsider"), PAGE + "?q=虚假广告")
    assert queries_of(at_desk("outsider"), PAGE + "?q=对") == one
