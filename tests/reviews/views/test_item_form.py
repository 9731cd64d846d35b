"""The item form: every kind of change of one item, row by row, kept while it is typed, never lost."""

import re

import pytest
from django.urls import reverse

from qingdan.items.kinds import ChangeKind
from reviews.editing import open_draft
from reviews.item_form import fields_of
from reviews.kind_terms import KIND_RULES
from reviews.models import Change, ChangeRequest, TransferConsent, WorkingCopy
from reviews.words import Word
from tests.world import add, amend, decide, fresh, propose, review

NEW = reverse("admin:change_new")
PICK = reverse("admin:item_pick")


@pytest.fixture
def desk(at_desk):
    return at_desk("clerk")


def address(world, name: str, **query) -> str:
    values = {"item": world.version(name).item.code, **query}
    return NEW + "?" + "&".join(f"{key}={value}" for key, value in values.items())


def sent(version, kind="amend", **changed):
    """The form of a published item as a browser sends it, some fields changed (``__`` for the hyphen)."""
    fields = {**fields_of(version.content), "kind": [kind], "reason": ["依法调整"], "document": [""], "into": [""]}
    return {**fields, **{name.replace("__", "-"): value for name, value in changed.items()}, "save": "1"}


def newest() -> ChangeRequest:
    return ChangeRequest.objects.order_by("-pk").first()


def text_of(answer) -> str:
    return answer.content.decode()


def hidden(answer, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', text_of(answer))[1]


def test_changing_a_telephone_makes_a_request_of_one_change(world, desk):
    version = world.version("劳务派遣经营许可")
    answer = desk.post(address(world, version.name), sent(version, el__supervision_phone="0710-3600009"))
    assert answer.status_code == 302
    change = newest().changes.get()
    assert (change.kind, change.content) == ("elements", version.content.changed(supervision_phone="0710-3600009"))
    assert (newest().reason, newest().source) == ("依法调整", "form")


@pytest.mark.parametrize(
    "name", ["劳务派遣经营许可", "对用人单位不办理社会保险登记的处罚", "民办职业培训学校设立审批", "专项保密检查"]
)
def test_a_form_sent_back_as_it_was_changes_nothing(world, desk, name):
    version = world.version(name)
    desk.post(address(world, name), sent(version))
    assert newest().changes.get().content == version.content


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"el__name": "劳务派遣许可"}, "rename"),
        ({"el__category": "07"}, "recategorise"),
        ({"row__setting_basis__as_written": ["《中华人民共和国劳动合同法》第五十七条"]}, "basis"),
        ({"el__phone": "0710-1"}, "elements"),
    ],
)
def test_what_was_changed_says_which_kind_it_is(world, desk, changed, kind):
    version = world.version("劳务派遣经营许可")
    desk.post(address(world, version.name), sent(version, **changed))
    assert newest().changes.get().kind == kind


def test_a_typed_basis_is_read_by_the_grammar_and_the_others_stay_as_published(world, desk):
    version = world.version("对用人单位不办理社会保险登记的处罚")
    old = version.content.legal_bases[0]
    rows = [old.as_written, "《社会保险费征缴暂行条例》（国务院令第259号）第二十三条"]
    desk.post(address(world, version.name), sent(version, row__setting_basis__as_written=rows))
    bases = newest().changes.get().content.legal_bases
    assert [basis.title for basis in bases][-1].strip("《》") == "社会保险费征缴暂行条例"
    assert bases[0].as_written.strip() == old.as_written
    assert "".join(basis.as_written for basis in bases) == "\n".join(rows)


def test_rows_are_added_moved_and_removed_by_buttons_without_saving(world, desk):
    version = world.version("对用人单位不办理社会保险登记的处罚")
    page = address(world, version.name)
    typed = sent(version, row__materials__name=["甲", "乙"], row__materials__form=["原件", "复印件"], row__materials__note=["", ""])
    del typed["save"]

    def materials(answer):
        return re.findall(
            r'<input name="row-materials-name" value="([^"]*)"', text_of(answer).split('<template data-row="materials"')[0]
        )

    before = ChangeRequest.objects.count()
    assert materials(desk.post(page, {**typed, "add": "materials"})) == ["甲", "乙", ""]
    assert materials(desk.post(page, {**typed, "move": "materials:1:up"})) == ["乙", "甲"]
    assert materials(desk.post(page, {**typed, "remove": "materials:0"})) == ["乙"]
    pasted = {**typed, "paste": "materials", "paste-materials": "丙\t原件\n\n丁"}
    assert materials(desk.post(page, pasted)) == ["甲", "乙", "丙", "丁"]
    assert ChangeRequest.objects.count() == before


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(world, desk):
    version = world.version("劳务派遣经营许可")
    typed = sent(version, el__name="", el__charged="也许", el__note="别丢了我", el__handling_office="x" * 20_001, reason="也别丢")
    answer = desk.post(address(world, version.name), typed)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "别丢了我" in page and "也别丢" in page and "x" * 20_001 in page
    for name, sentence in (("el-name", "未填写"), ("el-charged", "只能从规定的值中选择")):
        assert f'href="#f-{name}"' in page
        assert sentence in page.split(f'id="f-{name}"')[1][:900]
    assert not Change.objects.filter(item=version.item, open=True).exists()


def test_rule_findings_stand_beside_their_fields_after_saving(world, desk):
    version = world.version("劳务派遣经营许可")
    saved = desk.post(address(world, version.name), sent(version, el__promised_time="30个工作日", el__legal_time="20个工作日"))
    page = text_of(desk.get(saved["Location"]))
    assert "自动" in page or "提醒" in page
    assert re.search(r'id="f-el-promised_time".{0,1500}?class="finding"', page, re.S)


def test_the_published_value_stands_beside_a_changed_field(world, desk):
    version = world.version("劳务派遣经营许可")
    saved = desk.post(address(world, version.name), sent(version, el__supervision_phone="0710-9"))
    page = text_of(desk.get(saved["Location"]))
    beside = page.split('id="f-el-supervision_phone"')[1][:2000]
    assert "element-changed" in page.split('id="f-el-supervision_phone"')[0][-120:]
    assert "0710-3600002" in beside and "0710-9" in beside


def test_a_new_item_is_added_to_a_draft_that_stands(world, desk):
    draft = open_draft(actor=world.clerk, department=world.department(), reason="新增几项")
    fields = {"kind": "add", "el-category": "07", "el-name": "社会保险登记", "el-initiation": "依申请", "save": "1"}
    answer = desk.post(f"{NEW}?request={draft.pk}", fields)
    change = draft.changes.get()
    assert answer["Location"] == reverse("admin:change_edit", args=[draft.pk, change.pk])
    assert (change.kind, change.content.category, change.content.department_code) == ("add", "07", "420600-RSJ")
    other = {**fields, "el-name": "社会保险变更登记", "into": str(draft.pk), "reason": ""}
    assert desk.post(NEW, other).status_code == 302
    assert draft.changes.count() == 2


def test_what_was_typed_for_one_kind_survives_a_look_at_another(world, desk):
    version = world.version("劳务派遣经营许可")
    page = address(world, version.name)
    typed = sent(version, "suspend", el__note="写了很久")
    del typed["save"]
    shown = text_of(desk.post(page, {**typed, "show": "1"}))
    assert '<input type="hidden" name="el-note" value="写了很久">' in shown and 'id="el-note"' not in shown
    assert "写了很久" in text_of(desk.post(page, {**typed, "kind": "amend", "show": "1"})).split('id="el-note"')[1][:200]


def test_without_a_reason_no_request_is_made_and_the_field_says_so(world, desk):
    version = world.version("劳务派遣经营许可")
    answer = desk.post(address(world, version.name), sent(version, el__note="改", reason=" "))
    assert answer.status_code == 422
    assert "须写明调整理由" in text_of(answer).split('id="f-reason"')[1][:600]


def test_reason_and_document_of_the_chosen_request_serve_a_change_that_needs_them(world, desk):
    draft = open_draft(actor=world.clerk, department=world.department(), reason="全面清理", document="襄办发〔2020〕9号")
    version = world.version("劳务派遣经营许可")
    fields = sent(version, "merge", term__sources=["工伤认定", ""], into=str(draft.pk), reason="")
    assert desk.post(address(world, version.name), fields).status_code == 302
    assert {(c.reason, c.document) for c in draft.changes.all()} == {("全面清理", "襄办发〔2020〕9号")}


def test_an_item_is_repealed_with_its_reason_and_document(world, desk):
    version = world.version("劳务派遣经营许可")
    fields = sent(version, "repeal", document="鄂政发〔2020〕1号")
    assert desk.post(address(world, version.name), {**fields, "document": ""}).status_code == 422
    assert desk.post(address(world, version.name), fields).status_code == 302
    change = newest().changes.get()
    assert (change.kind, change.ends, change.document) == ("repeal", True, "鄂政发〔2020〕1号")
    assert change.content == version.content.changed(state="repealed")


def test_items_ticked_together_become_one_new_item(world, desk):
    first, second = world.version("劳务派遣经营许可"), world.version("对用人单位不办理社会保险登记的处罚")
    query = f"{NEW}?kind=merge&with={first.item.code}&with={second.item.code}"
    page = text_of(desk.get(query))
    assert first.item.code in page and second.item.code in page
    fields = {
        "kind": "merge", "el-category": "01", "el-name": "合并后的许可", "el-initiation": "依申请",
        "term-sources": [first.item.code, second.name, ""], "reason": "整合", "document": "襄办发〔2020〕9号", "save": "1",
    }  # fmt: skip
    assert desk.post(query, fields).status_code == 302
    assert [change.kind for change in newest().changes.all()] == ["merge"] * 3


def test_a_merger_into_one_item_begins_with_the_rows_of_all(world, desk):
    kept, other = world.version("劳务派遣经营许可"), world.version("对用人单位不办理社会保险登记的处罚")
    page = text_of(desk.get(address(world, kept.name, **{"with": other.item.code})))
    assert "第八十四条" in page and "立案责任" in page
    assert '<option value="merge" selected>' in page


def test_a_split_makes_parts_that_are_then_edited_one_by_one(world, desk):
    version = world.version("劳务派遣经营许可")
    desk.post(address(world, version.name), sent(version, "split", term__parts=["新设", "变更", ""]))
    request = newest()
    lead, part = request.changes.get(item=version.item), request.changes.get(name="新设")
    lead_page = reverse("admin:change_edit", args=[request.pk, lead.pk])
    assert "已拆分出" in text_of(desk.get(lead_page))
    part_page = reverse("admin:change_edit", args=[request.pk, part.pk])
    page = desk.get(part_page)
    assert version.name in text_of(page)
    fields = {**fields_of(part.content), "kind": "split", "el-conditions": "新设的条件", "save": "1"}
    assert desk.post(part_page, {**fields, "seen_seal": hidden(page, "seen_seal")}).status_code == 302
    assert fresh(part).content.conditions == "新设的条件"
    assert fresh(part).terms == {"split_from": version.item.code}


def test_a_transfer_is_confirmed_by_the_receiving_head_at_his_own_desk(world, desk, at_desk):
    version = world.version("劳务派遣经营许可")
    desk.post(address(world, version.name), sent(version, "transfer", term__to_department="420600-SCJ"))
    change = newest().changes.get()
    assert change.content.department_name == "市市场监督管理局"
    page = reverse("admin:transfer", args=[change.pk])
    receiving, clerk_there = at_desk("other_head"), at_desk("outsider")
    assert version.name in text_of(receiving.get("/admin/"))
    assert version.name in text_of(receiving.get(reverse("admin:transfer_list")))
    shown = receiving.get(page)
    given = {"outcome": "agreed", "opinion": "", "seen_seal": hidden(shown, "seen_seal")}
    assert desk.get(page).status_code == 404
    assert clerk_there.post(page, given).status_code == 403
    assert receiving.post(page, {**given, "outcome": "refused"}).status_code == 422
    assert receiving.post(page, {**given, "seen_seal": "0" * 64}).status_code == 409
    assert not TransferConsent.objects.exists()
    assert receiving.post(page, given).status_code == 302
    assert "同意接收" in text_of(desk.get(reverse("admin:request", args=[newest().pk])))
    head = at_desk("head")
    head.post(reverse("admin:request_submit", args=[newest().pk]), {"seen_hash": newest().proposed_hash})
    assert newest().state == "compliance"
    assert receiving.get(page).status_code == 404


def test_of_two_who_edit_one_change_the_second_is_told_and_overwrites_nothing(world, desk, at_desk):
    draft = propose(world, [add("甲")], submit=False)
    change = draft.changes.get()
    page = reverse("admin:change_edit", args=[draft.pk, change.pk])
    seen = hidden(desk.get(page), "seen_seal")
    fields = {**fields_of(change.content), "kind": "add", "save": "1", "seen_seal": seen}
    assert at_desk("head").post(page, {**fields, "el-note": "负责人改的"}).status_code == 302
    answer = desk.post(page, {**fields, "el-note": "经办人改的"})
    assert answer.status_code == 409
    assert "已由他人修改" in text_of(answer) and "经办人改的" in text_of(answer)
    assert fresh(change).content.note == "负责人改的"


def test_what_is_typed_is_kept_by_itself_and_comes_back(world, desk):
    version = world.version("劳务派遣经营许可")
    page = address(world, version.name)
    typed = sent(version, el__note="刚写了一半", el__name="")
    del typed["save"]
    said = desk.post(page, {**typed, "autosave": "1", "copy_revision": "0"}).json()
    assert said["revision"] == 1
    assert desk.post(page, {**typed, "autosave": "1", "copy_revision": "1"}).json()["revision"] == 2
    assert not Change.objects.filter(item=version.item, open=True).exists()
    restored = desk.get(page)
    assert "刚写了一半" in text_of(restored) and "已恢复" in text_of(restored)
    assert "继续填写" in text_of(desk.get("/admin/"))
    stale = desk.post(page, {**typed, "autosave": "1", "copy_revision": "1", "el-note": "另一窗口"})
    assert stale.status_code == 409 and "另一个窗口" in stale.json()["message"]
    assert WorkingCopy.objects.get().typed["el-note"] == ["刚写了一半"]
    assert desk.post(page, sent(version, el__note="写完了")).status_code == 302
    assert not WorkingCopy.objects.exists()


def test_a_kept_form_belongs_to_its_author_and_may_be_given_up(world, desk, at_desk):
    version = world.version("劳务派遣经营许可")
    page = address(world, version.name)
    typed = sent(version, el__note="只给我自己")
    desk.post(page, {**typed, "autosave": "1", "copy_revision": "0"})
    assert "只给我自己" not in text_of(at_desk("head").get(page))
    assert desk.post(page, {"discard": "1"}).status_code == 302
    assert "只给我自己" not in text_of(desk.get(page))


def test_keeping_tells_that_somebody_else_saved_the_change_meanwhile(world, desk):
    draft = propose(world, [add("甲")], submit=False)
    change = draft.changes.get()
    page = reverse("admin:change_edit", args=[draft.pk, change.pk])
    answer = desk.post(page, {"el-note": "我写的", "seen_seal": "0" * 64, "autosave": "1", "copy_revision": "0"})
    assert answer.status_code == 409 and answer.json()["revision"] == 1
    assert fresh(change).content.note == ""
    assert "已被他人修改" in text_of(desk.get(page))


def test_a_search_that_one_item_answers_opens_its_form(world, desk):
    answer = desk.get(PICK, {"q": "劳务派遣"})
    assert answer.status_code == 302 and world.version("劳务派遣经营许可").item.code in answer["Location"]
    assert "食品经营许可" not in text_of(desk.get(PICK))
    assert "没有含" in text_of(desk.get(PICK, {"q": "食品经营"}))


def test_a_draft_is_opened_described_and_shown_with_its_ways_on(world, desk):
    answer = desk.post(reverse("admin:request_new"), {"reason": "全面清理", "document": "襄办发〔2020〕9号", "directive": ""})
    draft = newest()
    assert answer["Location"].startswith(PICK) and (draft.state, draft.reason) == ("draft", "全面清理")
    assert desk.post(reverse("admin:request_new"), {"reason": " "}).status_code == 422
    page = text_of(desk.get(reverse("admin:request", args=[draft.pk])))
    assert "加一项调整" in page
    described = {"reason": "另一理由", "document": "", "directive": "", "seen_hash": draft.proposed_hash}
    page = reverse("admin:request_describe", args=[draft.pk])
    assert desk.post(page, described).status_code == 302
    assert desk.post(page, described).status_code == 409
    assert fresh(draft).reason == "另一理由"


def test_a_returned_request_opens_at_its_first_change(world, desk):
    returned = world.request("returned")
    assert reverse("admin:request_correct", args=[returned.pk]) in text_of(desk.get("/admin/"))
    answer = desk.get(reverse("admin:request_correct", args=[returned.pk]))
    first = returned.changes.order_by("position").first()
    assert answer["Location"] == reverse("admin:change_edit", args=[returned.pk, first.pk])
    assert "被退回补正" in text_of(desk.get(answer["Location"]))
    assert desk.get(reverse("admin:request_correct", args=[world.request("compliance").pk])).status_code == 409


def test_a_returned_request_opens_at_the_first_field_that_was_marked(world, desk):
    request = review(world, propose(world, [add("甲"), add("乙")]), until="legality")
    words = {2: Word("returned", "", (("supervision_phone", "须写区号"), ("setting_basis", "写到条款")))}
    decide(world.legality, request, "returned", "按标记补正", words=words)
    answer = desk.get(reverse("admin:request_correct", args=[request.pk]))
    place = reverse("admin:change_edit", args=[request.pk, fresh(request).changes.get(name="乙").pk])
    assert answer["Location"] == f"{place}#f-row-setting_basis"
    page = desk.get(place).content.decode()
    for field, note in (("f-row-setting_basis", "写到条款"), ("f-el-supervision_phone", "须写区号")):
        assert note in page.split(f'id="{field}"', 1)[1].split("data-element", 2)[1]
    other = desk.get(reverse("admin:change_edit", args=[request.pk, fresh(request).changes.get(name="甲").pk]))
    assert "须写区号" not in other.content.decode()


def test_a_change_is_taken_out_of_the_request(world, desk):
    draft = propose(world, [add("甲"), add("乙")], submit=False)
    change = draft.changes.get(name="甲")
    page = reverse("admin:change_remove", args=[draft.pk, change.pk])
    assert desk.post(page, {"seen_seal": "0" * 64}).status_code == 409
    assert desk.post(page, {"seen_seal": change.seal}).status_code == 302
    assert [each.name for each in draft.changes.all()] == ["乙"]
    assert desk.post(page, {"seen_seal": change.seal}).status_code == 404


def test_an_item_that_is_under_way_leads_to_its_change_or_says_where_it_is(world, desk):
    version = world.version("劳务派遣经营许可")
    draft = propose(world, [amend(version, note="一")], submit=False)
    change = draft.changes.get()
    assert desk.get(address(world, version.name))["Location"] == reverse("admin:change_edit", args=[draft.pk, change.pk])
    other = world.version("工伤认定")
    request = propose(world, [amend(other, note="二")])
    answer = desk.get(address(world, other.name))
    assert answer.status_code == 409 and request.number in text_of(answer)


def test_strangers_get_404_colleagues_403_and_a_submitted_request_409(world, at_desk):
    draft = propose(world, [add("甲")], submit=False)
    change = draft.changes.get()
    page = reverse("admin:change_edit", args=[draft.pk, change.pk])
    own = address(world, "劳务派遣经营许可")
    for client, address_, status in (
        (at_desk("outsider"), page, 404),
        (at_desk("outsider"), own, 404),
        (at_desk("outsider"), f"{NEW}?request={draft.pk}", 404),
        (at_desk("outsider"), f"{NEW}?department=420600-RSJ", 404),
        (at_desk("compliance"), page, 403),
        (at_desk("compliance"), PICK, 403),
        (at_desk("clerk"), f"{NEW}?request=abc", 404),
        (at_desk("clerk"), f"{NEW}?item=没有", 404),
        (at_desk("clerk"), reverse("admin:change_edit", args=[draft.pk, change.pk + 9999]), 404),
    ):
        assert client.get(address_).status_code == status, (address_, status)
    under_review = world.request("compliance")
    page = reverse("admin:change_edit", args=[under_review.pk, under_review.changes.first().pk])
    assert at_desk("clerk").get(page).status_code == 409
    assert at_desk("clerk").post(page, {"save": "1"}).status_code == 409


HOSTILE = [
    {},
    {"kind": "nonsense"},
    {"kind": "department"},
    {"kind": "amend", "el-category": "99"},
    {"kind": "amend", "el-name": "\x00"},
    {"kind": "amend", "el-note": "甲\x00乙\u202e"},
    {"kind": "amend", "el-counted": "也许", "el-initiation": "都行"},
    {"kind": "amend", "el-note": "字" * 30_000, "reason": "理" * 9_000, "document": "件" * 900},
    {"kind": "amend", "row-codes-scheme": ["hubei", "x"], "row-codes-value": ["1"]},
    {"kind": "amend", "row-duties-basis": ["只有依据"], "rows-duties": "1"},
    {"kind": "transfer", "term-to_department": "420602-MZJ"},
    {"kind": "transfer", "term-to_department": ["\x00", "\x00"]},
    {"kind": "merge", "term-sources": ["\x00", "没有这个", "x" * 900], "document": "件", "reason": "由"},
    {"kind": "split", "term-parts": ["a" * 900, "\x00"], "reason": "由"},
    {"kind": "delegate", "term-to_level": "月球", "term-to_regions": ["1"] * 300},
    {"kind": "suspend", "term-until": "2020-13-45"},
    {"kind": "amend", "into": "-1"},
    {"kind": "amend", "into": "\x00", "reason": "\x00"},
    {"move": "duties:99999999:up"},
    {"remove": "nothing:x"},
    {"add": "__class__"},
    {"paste": "flow", "paste-flow": "\x00\t\t\t\t\t\t\n" * 50},
    {"autosave": "1", "copy_revision": "²", "el-note": "\x00\ud83d"},
    {"autosave": "1", "copy_revision": "-1", "el-note": "x" * 10},
    {"seen_seal": "\x00", "kind": "amend", "save": "1"},
]


@pytest.mark.parametrize("fields", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_posts_get_an_answer_and_leave_no_half(world, desk, fields):
    pages = [address(world, "劳务派遣经营许可"), NEW]
    draft = propose(world, [add("甲")], submit=False)
    pages.append(reverse("admin:change_edit", args=[draft.pk, draft.changes.get().pk]))
    fields = {
        name: [v.encode("utf-8", "replace").decode() for v in ([value] if isinstance(value, str) else value)]
        for name, value in fields.items()
    }
    for page in pages:
        before = list(Change.objects.order_by("pk").values_list("pk", "content_hash", "terms_text"))
        answer = desk.post(page, fields)
        assert answer.status_code in (200, 302, 404, 409, 422), page
        if answer.status_code >= 400:
            assert list(Change.objects.order_by("pk").values_list("pk", "content_hash", "terms_text")) == before
    for change in Change.objects.filter(open=True):
        assert change.content is not None


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "x" * 500, "department=%00", "request=%C2%B2", "request=99999999999999999999", "page=x"]
)
def test_hostile_searches_get_an_answer(world, desk, query):
    assert desk.get(f"{PICK}?{query}").status_code in (200, 302, 404)
    assert desk.get(f"{NEW}?{query}&item=%00&with=%00").status_code in (200, 302, 404)


@pytest.mark.parametrize("kind", [kind for kind, rule in KIND_RULES.items() if rule.starts != "new"])
def test_every_kind_has_its_form(world, desk, kind):
    page = desk.post(address(world, "劳务派遣经营许可"), {"kind": "amend" if kind == ChangeKind.BASIS else kind, "show": "1"})
    assert page.status_code == 200
    if kind != ChangeKind.RESUME:
        for term in KIND_RULES[kind].terms:
            assert term.label in text_of(page)


def test_the_pages_take_as_many_queries_for_many_changes_as_for_few(world, desk, queries_of):
    few = propose(world, [add("甲")], submit=False)
    many = propose(world, [add(f"多{n}") for n in range(12)], submit=False)
    counts = [
        queries_of(desk, reverse("admin:change_edit", args=[each.pk, each.changes.order_by("position").first().pk]))
        for each in (few, many)
    ]
    assert counts[0] == counts[1]
