"""依据核对 on the request, the page on which an article is pasted, and 待确认条文 of 司法."""

from __future__ import annotations

import pytest
from django.urls import reverse

from qingdan.laws.library import matching_title
from qingdan.laws.models import Act, ActVersion, Article
from tests.world import add, basis, propose

TEXT = "设立食品生产企业，应当取得许可。"
LIST = "/admin/articles/"


@pytest.fixture
def version(world) -> ActVersion:
    title = "中华人民共和国甲法"
    act = Act.objects.create(title=title, kind="法律", normal_title=matching_title(title))
    return ActVersion.objects.create(act=act)


@pytest.fixture
def row(world, version):
    bases = [basis("《甲法》第五条 设立食品经营企业，应当取得许可。"), basis("《乙法》第一条"), basis("有关规定")]
    return propose(world, [add("甲事项", legal_bases=bases), add("乙事项")])


def page(client, row) -> str:
    return client.get(reverse("admin:request", args=[row.pk])).content.decode()


def paste(client, act_version, **typed):
    given = {
        "version": act_version.pk,
        "article": "第五条",
        "text": TEXT,
        "source": "国家法律法规数据库",
        "source_on": "2024-05-06",
    }
    return client.post(f"{LIST}new/?version={act_version.pk}", {**given, **typed})


def test_from_the_missing_article_to_the_difference_beside_the_basis(world, at_desk, version, row):
    clerk, legality = at_desk("clerk"), at_desk("legality")
    shown = page(clerk, row)
    assert "依据核对" in shown and "条文未入库" in shown and "法律库未收录" in shown and "未识别" in shown
    address = f"{LIST}new/?version={version.pk}&amp;article=5"
    assert address in shown
    form = clerk.get(address.replace("&amp;", "&")).content.decode()
    assert "《中华人民共和国甲法》" in form and 'value="第五条"' in form
    assert paste(clerk, version).status_code == 302
    article = Article.objects.get()
    assert "待确认" in page(legality, row)
    assert "待确认条文 · 1 条" in legality.get("/admin/").content.decode()
    assert "待确认条文" not in clerk.get("/admin/").content.decode()
    detail = legality.get(f"{LIST}{article.pk}/").content.decode()
    assert TEXT in detail and "确认条文" in detail
    seen = detail.partition('name="seen_hash" value="')[2].partition('"')[0]
    assert legality.post(f"{LIST}{article.pk}/", {"do": "confirm", "seen_hash": seen}).status_code == 302
    shown = page(legality, row).partition("依据核对")[2]
    assert "与法律库不一致" in shown and "〔删除〕</span>经营</del>" in shown and "〔新增〕</span>生产</ins>" in shown
    assert "待确认</span>" not in shown
    alone = legality.get(f"/admin/requests/{row.pk}/items/1/").content.decode()
    assert "与法律库不一致" in alone.partition("依据核对")[2], "also beside the change that is looked at alone"


def test_reviewers_who_enter_nothing_see_no_link_to_paste(world, at_desk, row):
    shown = page(at_desk("compliance"), row)
    assert "条文未入库" in shown and "粘贴条文" not in shown


def test_buttons_are_those_that_the_reader_may_use(world, at_desk, version):
    paste(at_desk("clerk"), version)
    address = f"{LIST}{Article.objects.get().pk}/"
    for person, buttons in (("legality", True), ("clerk", False), ("compliance", False), ("auditor", False)):
        shown = at_desk(person).get(address).content.decode()
        assert ("确认条文</button>" in shown) == buttons == ("退回</button>" in shown), person
    assert at_desk("clerk").post(address, {"do": "confirm", "seen_hash": "0"}).status_code == 403
    assert at_desk("legality").post(address, {"do": "confirm", "seen_hash": "0"}).status_code == 409
    assert at_desk("legality").post(address, {"do": "refuse", "seen_hash": "0"}).status_code == 422
    assert at_desk("legality").post(address, {}).status_code == 422
    assert at_desk("system_admin").get(address).status_code == 403


def test_what_was_pasted_is_kept_where_it_is_refused(world, at_desk, version):
    response = paste(at_desk("clerk"), version, article="某条", source_on="昨天")
    assert response.status_code == 422 and TEXT in response.content.decode()
    response = paste(at_desk("clerk"), version, article="某条")
    assert response.status_code == 422 and "写明是哪一条" in response.content.decode()
    for typed in ({"version": ""}, {"version": "x"}, {"text": "甲\x00"}, {"article": "第" * 60}, {"source": "源" * 400}):
        assert paste(at_desk("clerk"), version, **typed).status_code == 422


@pytest.mark.parametrize(
    "query", ["", "?version=x", "?version=99999999", "?q=%00", "?q=甲法", "?version=&article=120-1-1", "?article=0"]
)
def test_the_page_finds_the_act_or_says_how(world, at_desk, version, query):
    response = at_desk("clerk").get(f"{LIST}new/{query}")
    assert response.status_code == 200
    assert ("《中华人民共和国甲法》" in response.content.decode()) == (query == "?q=甲法")


def test_the_list_is_narrowed_by_state_and_title(world, at_desk, version):
    paste(at_desk("clerk"), version)
    client = at_desk("legality")
    assert "《中华人民共和国甲法》第五条" in client.get(LIST).content.decode()
    assert "没有待确认的条文" in client.get(LIST, {"q": "乙法"}).content.decode()
    assert "没有这样的条文" in client.get(LIST, {"state": "confirmed"}).content.decode()
    assert "《中华人民共和国甲法》第五条" in client.get(LIST, {"state": "x", "q": "甲法"}).content.decode()


def test_the_legality_office_keeps_acts_and_their_versions_in_the_tables(world, at_desk, version):
    client = at_desk("legality")
    shown = client.get("/admin/laws/act/?q=甲法").content.decode()
    assert "中华人民共和国甲法" in shown and "有效" in shown
    fields = {"act": version.act_id, "status": "repealed", "changed_by": "《丙法》", "promulgated_on": "2024-05-06"}
    assert client.post("/admin/laws/actversion/add/", fields).status_code == 302
    assert "已废止/失效" in client.get("/admin/laws/act/?q=甲法").content.decode()
    assert at_desk("clerk").get("/admin/laws/actversion/").status_code == 200
    assert at_desk("clerk").post("/admin/laws/actversion/add/", fields).status_code == 403


def test_the_panel_keeps_its_queries_however_many_changes(world, at_desk, queries_of, version):
    def request_of(number: int):
        bases = [basis(f"《甲法》第{n}条") for n in range(1, 4)]
        return propose(world, [add(f"事项{number}-{n}", legal_bases=bases) for n in range(number)])

    few, many = (queries_of(at_desk("compliance"), reverse("admin:request", args=[request_of(n).pk])) for n in (1, 12))
    assert few == many


def test_the_item_form_reads_its_bases_and_again_what_is_typed(world, at_desk, version):
    paste(at_desk("clerk"), version)
    code = world.item("对用人单位不办理社会保险登记的处罚").code
    form = at_desk("clerk").get(reverse("admin:change_new") + f"?item={code}")
    shown = form.content.decode()
    beside = shown.partition('data-bases="/admin/bases/setting_basis/"')[2].partition("</div>\n  </div>")[0]
    assert "《中华人民共和国社会保险法》" in beside and "法律库未收录" in beside
    read = at_desk("clerk").post("/admin/bases/setting_basis/", {"text": ["《甲法》第五条 设立企业", "", "《"]}).content.decode()
    assert "有效" in read and "与法律库不一致" in read and "<html" not in read


@pytest.mark.parametrize(("key", "status"), [("setting_basis", 200), ("name", 404), ("x", 404)])
def test_only_bases_are_read_and_only_for_who_writes_them(world, at_desk, key, status):
    for sent in ({}, {"text": ["\x00", "《" * 500, "字" * 30_000]}, {"text": ["《甲法》第一条"] * 300}):
        assert at_desk("clerk").post(f"/admin/bases/{key}/", sent).status_code == status
    assert at_desk("compliance").post(f"/admin/bases/{key}/", {"text": "x"}).status_code == 403
