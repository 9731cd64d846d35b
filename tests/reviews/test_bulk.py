"""批量修改: what a change makes of each item, what it leaves alone and says why, and the request that comes of it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.laws.citations.replacing import Cited, Successor, read_cited
from qingdan.laws.library import matching_title
from qingdan.laws.models import Act, ActVersion, Article
from reviews.bulk import acts_cited, chosen_items, plan_change, propose_change
from reviews.bulk_changes import ActChange, ElementChange
from tests.world import add, amend, content, fresh, propose

PHONE = ElementChange("supervision_phone", "0710-3600009")
LAW = ActChange(Cited("无证无照经营查处办法"), Successor("无照经营管理条例", "国务院令第799号"))


def codes(department) -> list[str]:
    return [version.item.code for version in chosen_items(department)]


def test_one_telephone_for_all_items_of_the_department_and_no_other(world):
    department = world.department("420600-SCJ")
    plan = plan_change(department, codes(department), PHONE)
    assert [line.version.name for line in plan.changing] == ["食品经营许可", "对无照经营的处罚", "对虚假广告的处罚"]
    assert {line.content.supervision_phone for line in plan.changing} == {"0710-3600009"}
    assert {line.kind for line in plan.changing} == {ChangeKind.ELEMENTS}
    seals = [line.seal for line in plan.changing]
    made = propose_change(actor=world.outsider, department=department, change=PHONE, seals=seals, reason="统一监督电话")
    assert made.state == "draft" and made.changes.count() == 3
    assert {change.content.supervision_phone for change in made.changes.all()} == {"0710-3600009"}
    assert all(change.base_version_id for change in made.changes.all())


def test_items_that_would_not_change_say_why(world):
    department = world.department()
    same = ElementChange("supervision_phone", "0710-3600002")
    plan = plan_change(department, [world.item("劳务派遣经营许可").code], same)
    assert plan.changing == [] and plan.same[0][1] == "监督电话已是“0710-3600002”"
    piece = ElementChange("supervision_phone", "0710", old_text="027")
    plan = plan_change(department, [world.item("劳务派遣经营许可").code], piece)
    assert plan.same[0][1] == "监督电话中没有“027”"
    plan = plan_change(department, [world.item("民办职业技能培训学校设立").code], PHONE)
    assert plan.same[0][1] == "大项已拆分，监督电话由各子项填写"


def test_only_a_piece_of_the_text_is_replaced_where_that_is_asked(world):
    piece = ElementChange("supervision_phone", "0711", old_text="0710")
    plan = plan_change(world.department(), [world.item("劳务派遣经营许可").code], piece)
    assert plan.changing[0].content.supervision_phone == "0711-3600002"


def test_an_item_in_another_open_request_is_named_with_its_number_and_left_out(world):
    version = world.version("对虚假广告的处罚")
    other = propose(world, [amend(version, powers="处罚")], clerk="outsider", head="other_head")
    department = world.department("420600-SCJ")
    plan = plan_change(department, codes(department), PHONE)
    assert [(held.name, request.number) for held, request in plan.held] == [("对虚假广告的处罚", other.number)]
    assert "对虚假广告的处罚" not in [line.version.name for line in plan.changing]


def test_an_item_of_another_department_refuses_the_whole(world):
    wanted = [*codes(world.department("420600-SCJ")), world.item("收养登记").code]
    with pytest.raises(RuleBroken, match="不属于本部门"):
        plan_change(world.department("420600-SCJ"), wanted, PHONE)


def test_an_act_is_found_by_its_short_title_or_its_number_and_replaced_in_the_bases(world):
    department = world.department("420600-SCJ")
    assert [v.name for v in chosen_items(department, act=read_cited("《食品安全法》"))] == ["食品经营许可"]
    found = chosen_items(department, act=read_cited("国务院令第684号"))
    assert [v.name for v in found] == ["对无照经营的处罚"]
    plan = plan_change(department, codes(department), LAW)
    assert [line.content.bases_text() for line in plan.changing] == ["《无照经营管理条例》（国务院令第799号）第十三条"]
    assert plan.changing[0].kind == ChangeKind.BASIS
    assert {why for _, why, _ in plan.same} == {"没有引用《无证无照经营查处办法》"}


def test_parts_of_a_row_follow_its_text(world):
    read = {"title": "甲办法", "doc_no": "国务院令第1号", "rank": "行政法规", "locator": "第五条", "quote": "旧文。", "as_written": "1.《甲办法》（国务院令第1号）第五条 旧文。"}  # fmt: skip
    before = content(
        "420600-SCJ", "02", "处罚", legal_bases=[read, {**read, "title": "乙办法", "as_written": "\n2.《乙办法》第一条"}]
    )
    change = ActChange(Cited("甲办法"), Successor("甲条例", "国务院令第2号", {"5": "7"}, {"7": "新文。"}))
    first, second = change.applied(before, split=False).content.legal_bases
    assert first.as_written == "1.《甲条例》（国务院令第2号）第七条 新文。"
    assert (first.title, first.doc_no, first.locator, first.quote) == ("甲条例", "国务院令第2号", "第七条", "新文。")
    assert second == before.legal_bases[1]


def test_a_quoted_article_without_a_new_text_is_kept_and_pointed_out(world):
    version = world.version("对用人单位不办理社会保险登记的处罚")
    change = ActChange(Cited("社会保险法"), Successor("中华人民共和国社会保险法", articles={"84": "86"}))
    done = change.applied(version.content, split=False)
    assert "第八十六条 用人单位不办理" in done.content.bases_text()
    assert done.left == ("引用的第八十四条原文没有替换：新条文未入库，也没有填写",)


def test_an_act_cited_for_a_duty_is_replaced_too_as_a_change_of_elements(world):
    version = world.version("对用人单位不办理社会保险登记的处罚")
    change = ActChange(Cited("行政处罚法"), Successor("中华人民共和国行政处罚法", articles={"54": "55"}))
    plan = plan_change(world.department(), [version.item.code], change)
    assert plan.changing[0].content.duties[0].basis == "1.《中华人民共和国行政处罚法》第五十五条"
    assert plan.changing[0].kind == ChangeKind.ELEMENTS


def an_act(title: str, status: str = "in_force", **fields) -> ActVersion:
    act = Act.objects.create(title=title, kind="行政法规", normal_title=matching_title(title))
    return ActVersion.objects.create(act=act, status=status, **fields)


def test_acts_are_counted_once_an_item_and_those_not_in_force_come_first_with_what_took_their_place(world):
    an_act("无证无照经营查处办法", "repealed", changed_by="由《无照经营管理条例》（国务院令第799号）代替")
    cited = acts_cited(chosen_items(world.department("420600-SCJ")), most=30)
    assert {each.title: each.items for each in cited} == {
        "中华人民共和国食品安全法": 1,
        "无证无照经营查处办法": 1,
        "中华人民共和国广告法": 1,
    }
    assert (cited[0].title, cited[0].standing.word.value, cited[0].successor) == (
        "无证无照经营查处办法",
        "已废止/失效",
        "无照经营管理条例",
    )


def test_confirmed_articles_of_the_new_act_take_the_place_of_what_was_quoted(world):
    version = an_act("中华人民共和国社会保险法")
    for key, text, state in (("84", "新条文。", "confirmed"), ("85", "待确认的条文。", "pending")):
        Article.objects.create(version=version, key=key, text=text, source="库", source_on="2024-05-06", state=state, entered_by="x", entered_at=timezone.now())  # fmt: skip
    change = ActChange(Cited("社会保险法"), Successor("中华人民共和国社会保险法")).with_library()
    done = change.applied(world.version("对用人单位不办理社会保险登记的处罚").content, split=False)
    assert done.content.bases_text() == "《中华人民共和国社会保险法》第八十四条 新条文。" and done.left == ()
    assert change.new.texts == {"84": "新条文。"}
    typed = ActChange(Cited("社会保险法"), Successor("社会保险法", texts={"84": "另抄的条文。"})).with_library()
    assert typed.new.texts["84"] == "另抄的条文。"


def test_findings_are_those_that_the_change_brings(world):
    department = world.department("420600-SCJ")
    code = world.item("食品经营许可").code
    change = ActChange(Cited("食品安全法"), Successor("关于加强食品经营管理的通知", "鄂政办发〔2020〕1号"))
    (line,) = plan_change(department, [code], change).changing
    assert [finding.rule.number for finding in line.findings] == ["R01"]
    assert line.standing > 0
    (line,) = plan_change(department, [code], PHONE).changing
    assert line.findings == []


def test_what_changed_after_the_preview_is_refused_and_nothing_is_made(world):
    department = world.department("420600-SCJ")
    seals = [line.seal for line in plan_change(department, codes(department), PHONE).changing]
    other = propose(world, [amend(world.version("对虚假广告的处罚"), powers="处罚")], clerk="outsider", head="other_head")
    with pytest.raises(WrongState, match="“对虚假广告的处罚”有变化"):
        propose_change(actor=world.outsider, department=department, change=PHONE, seals=seals, reason="统一")
    with pytest.raises(WrongState):  # another value than the one that was shown
        shown = [seal for seal in seals if world.item("食品经营许可").code in seal]
        propose_change(actor=world.outsider, department=department, change=ElementChange("supervision_phone", "1"), seals=shown, reason="统一")  # fmt: skip
    assert department.requests.get() == other


def test_it_is_put_behind_the_changes_of_a_draft_whose_own_stay(world):
    department = world.department("420600-SCJ")
    draft = propose(world, [add("新事项", "420600-SCJ")], clerk="outsider", submit=False)
    kept = draft.changes.get()
    seals = [line.seal for line in plan_change(department, codes(department), PHONE).changing]
    made = propose_change(actor=world.outsider, department=department, change=PHONE, seals=seals, reason="", into=draft)
    assert made == draft and made.reason == "依法调整"
    assert [change.position for change in made.changes.order_by("position")] == [1, 2, 3, 4]
    assert made.changes.order_by("position").first() == kept
    assert fresh(draft).proposed_hash == made.proposed_hash
    assert made.history.first().history_change_reason == "补入 3 项"


def test_the_hash_of_a_draft_that_grew_is_that_of_one_made_at_once(world):
    department = world.department("420600-SCJ")
    lines = plan_change(department, codes(department), PHONE).changing
    first, *rest = [line.seal for line in lines]
    grown = propose_change(actor=world.outsider, department=department, change=PHONE, seals=[first], reason="统一")
    grown = propose_change(actor=world.outsider, department=department, change=PHONE, seals=rest, reason="", into=grown)
    from reviews.requests import withdraw_request

    withdraw_request(actor=world.outsider, request=fresh(grown), opinion="重来")
    whole = propose_change(actor=world.outsider, department=department, change=PHONE, seals=[first, *rest], reason="统一")
    assert whole.proposed_hash == grown.proposed_hash


@pytest.mark.parametrize("person", ["clerk", "compliance", "publisher", "county_clerk"])
def test_nobody_else_can_propose_for_the_department(world, person):
    department = world.department("420600-SCJ")
    seals = [line.seal for line in plan_change(department, codes(department), PHONE).changing]
    with pytest.raises(NotAllowed):
        propose_change(actor=getattr(world, person), department=department, change=PHONE, seals=seals, reason="统一")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (ElementChange("name", "新名"), "选择要修改的要素"),
        (ElementChange("supervision_phone", ""), "填写新的内容"),
        (ElementChange("body_nature", "某机关"), "只能填法定机关"),
        (ElementChange("body_nature", "其他", "法定机关"), "只能整栏替换"),
        (ActChange(Cited(), Successor("甲法")), "原法律"),
        (ActChange(Cited("甲法"), Successor("")), "新法律"),
        (ActChange(Cited("甲法"), Successor("《乙法》第三条")), "只填标题本身"),
        (ElementChange("supervision_phone", "0" * 501), "超过 500 字"),
        (ElementChange("supervision_phone", "1\x002"), "控制字符"),
    ],
)
def test_an_incomplete_change_is_refused_with_the_way_out(world, change, sentence):
    department = world.department("420600-SCJ")
    with pytest.raises(RuleBroken, match=sentence):
        plan_change(department, codes(department), change)


def test_nothing_chosen_or_too_many_is_refused(world):
    with pytest.raises(RuleBroken, match="没有选择事项"):
        plan_change(world.department(), [], PHONE)
    with pytest.raises(RuleBroken, match="一次最多修改 500 项，现选 501 项"):
        plan_change(world.department(), [str(n) for n in range(501)], PHONE)
