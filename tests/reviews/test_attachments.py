"""附件: what is kept and what is refused, who may attach, see and void, and paper in place of a second person."""

import datetime

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from departments.models import Posting
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from reviews.attachments import attach_to_request, keep_file, record_approval, void_attachment
from reviews.file_kinds import kept_name, kind_of, shown_name
from reviews.models import Attachment, DeskSetting
from reviews.requests import create_request, replace_changes, submit_request
from tests.reviews.papers_at_hand import GOOD, HOSTILE, PDF, PNG, word
from tests.world import add, fresh, propose

DAY = datetime.date(2024, 5, 6)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def attach(actor, request, data=PDF, name="说明.pdf", **more):
    return attach_to_request(actor=actor, request=request, file_name=name, data=data, **more)


@pytest.mark.parametrize("name", GOOD)
def test_it_knows_each_kind_of_paper_by_its_content(name):
    data, ending = GOOD[name]
    assert kind_of(name, data).ending == ending
    assert kind_of("无关.exe", data).ending == ending, "the name says nothing"


@pytest.mark.parametrize("what", HOSTILE)
def test_it_refuses_a_hostile_file_with_a_sentence(what):
    name, data, word_in_it = HOSTILE[what]
    with pytest.raises(RuleBroken) as refused:
        kind_of(name, data)
    [violation] = refused.value.violations
    assert violation.rule == "Q31" and word_in_it in violation.message and "导入" not in violation.message


def test_it_refuses_what_is_over_the_limit():
    with pytest.raises(RuleBroken, match="超过 20 MB"):
        kind_of("大.pdf", PDF + b"\x00" * settings.ATTACHMENT_LIMIT)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("说明.PDF", "说明.PDF"),
        ("说明.exe", "说明.pdf"),
        ("C:\\桌面\\说明.pdf", "说明.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("说明\u202efdp.exe", "说明 fdp.pdf"),
        ("坏\x00名\r\n.pdf", "坏 名 .pdf"),
        ("", "未命名.pdf"),
        (".pdf", "pdf.pdf"),
        ("长" * 400 + ".pdf", "长" * 194 + ".pdf"),
    ],
)
def test_a_name_is_offered_again_without_path_or_invisible_signs(given, kept):
    assert kept_name(given, kind_of("x", PDF)) == kept
    assert len(shown_name(given)) <= 200


def test_a_file_is_kept_under_a_generated_name_with_its_hash(world, media):
    request = world.request("compliance")
    made = attach(world.clerk, request, name="../说明.pdf")
    assert made.file_name == "说明.pdf" and "说明" not in made.file.name and made.file.name.startswith("attachments/")
    assert (media / made.file.name).read_bytes() == PDF
    assert (made.revision, made.seen_hash, made.post) == (request.revision, request.proposed_hash, "clerk")
    event = AuditEvent.objects.get(act="attach_to_request")
    assert (event.after_hash, event.object_id) == (made.sha256, str(request.pk))


@pytest.mark.parametrize("person", ["clerk", "head", "compliance", "service", "legality", "council", "publisher"])
def test_whoever_has_a_part_in_the_route_attaches(world, person):
    assert attach(getattr(world, person), world.request("legality")).person == getattr(world, person).user


@pytest.mark.parametrize(
    ("person", "status"), [("outsider", 404), ("county_legality", 404), ("system_admin", 404), ("auditor", 403)]
)
def test_others_do_not(world, person, status):
    with pytest.raises(NotAllowed) as refused:
        attach(getattr(world, person), world.request("legality"))
    assert refused.value.status == status and not Attachment.objects.exists()


@pytest.mark.parametrize("state", ["refused", "withdrawn", "published"])
def test_nothing_is_added_to_a_request_that_is_over(world, state):
    with pytest.raises(WrongState, match="已办结"):
        attach(world.clerk, world.request(state))


def test_a_stamped_scan_names_its_number_and_day(world):
    request = world.request("draft")
    with pytest.raises(RuleBroken) as refused:
        attach(world.clerk, request, kind="stamped_form")
    assert {each.where for each in refused.value.violations} == {"文号", "成文日期"}
    assert attach(world.clerk, request, kind="stamped_form", number="2024-1", dated_on=DAY).dated_on == DAY


def test_the_same_file_is_not_kept_twice_and_not_more_than_the_limit(world, settings):
    request = world.request("draft")
    attach(world.clerk, request)
    with pytest.raises(RuleBroken, match="已作为“说明.pdf”附上"):
        attach(world.clerk, request, name="又一份.pdf")
    settings.ATTACHMENT_COUNT = 1
    with pytest.raises(RuleBroken, match="附件已有 1 个"):
        attach(world.clerk, request, data=PNG)


def test_a_file_belongs_to_a_change_of_that_very_request(world):
    request, other = world.request("draft"), world.request("compliance")
    assert attach(world.clerk, request, change=request.changes.get()).about == "状态样本·draft"
    with pytest.raises(RuleBroken):
        attach(world.clerk, request, data=PNG, change=other.changes.get())


def test_only_named_models_own_files(world):
    with pytest.raises(TypeError, match="OWNERS"):
        keep_file(actor=world.clerk, post="clerk", owner=world.city, file_name="a.pdf", data=PDF)


def test_a_void_file_stays_with_its_reason_and_only_its_own_side_voids_it(world):
    request = world.request("compliance")
    made = attach(world.clerk, request)
    with pytest.raises(NotAllowed):
        void_attachment(actor=world.legality, request=request, attachment=made, reason="不对")
    with pytest.raises(RuleBroken):
        void_attachment(actor=world.head, request=request, attachment=made, reason=" ")
    void_attachment(actor=world.head, request=request, attachment=made, reason="传错了")
    assert Attachment.objects.of(request).count() == 1 and not Attachment.objects.of(request).in_force().exists()
    assert made.history.count() == 2
    with pytest.raises(WrongState):
        void_attachment(actor=world.head, request=request, attachment=fresh(made), reason="再来")


# -- paper in place of a second person ------------------------------------------------------------------------------------------


@pytest.fixture
def alone(world):
    """人社局 with 李文静 alone: both 经办人 and 部门负责人."""
    Posting.objects.filter(user=world.head.user).delete()
    Posting.objects.create(user=world.clerk.user, post="head", department=world.department(), from_on=datetime.date(2016, 1, 1))
    return create_request(actor=world.clerk, department=world.department(), reason="依法调整", proposals=[add("一人办理")])


def hand_in(world, request):
    return submit_request(actor=world.clerk, request=fresh(request), seen_hash=fresh(request).proposed_hash)


def approve(world, request):
    return record_approval(
        actor=world.clerk, request=request, file_name="批准.pdf", data=PDF, dated_on=DAY, seen_hash=fresh(request).proposed_hash
    )


def test_the_only_person_of_a_department_hands_in_with_the_heads_approval_on_paper(world, alone):
    with pytest.raises(RuleBroken, match="上传部门负责人签字盖章批准本稿的扫描件"):
        hand_in(world, alone)
    approve(world, alone)
    assert hand_in(world, alone).state == "compliance"


def test_the_workbench_and_the_page_mark_such_a_request(world, alone):
    approve(world, alone)
    hand_in(world, alone)
    assert "（负责人以扫描件批准）" in at(world.compliance).get(reverse("admin:index")).content.decode()
    shown = at(world.compliance).get(reverse("admin:request", args=[alone.pk])).content.decode()
    assert "负责人以扫描件批准本稿" in shown


def test_an_approval_holds_for_the_content_that_was_approved_only(world, alone):
    approve(world, alone)
    replace_changes(actor=world.clerk, request=alone, reason="又改", proposals=[add("改过")], seen_hash=fresh(alone).proposed_hash)
    with pytest.raises(RuleBroken, match="批准本稿"):
        hand_in(world, alone)


def test_where_another_head_is_there_paper_does_not_stand_in_for_him(world):
    request = propose(world, [add("两人")], submit=False)
    with pytest.raises(RuleBroken, match="由其本人提交"):
        approve(world, request)
    Posting.objects.create(user=world.clerk.user, post="head", department=world.department(), from_on=datetime.date(2016, 1, 1))
    with pytest.raises(RuleBroken, match="另一位部门负责人"):
        hand_in(world, request)


def test_a_region_may_want_the_stamped_form_at_submission(world):
    request = propose(world, [add("附表")], submit=False)
    DeskSetting.objects.create(region=world.city, stamped_form_required=True)
    with pytest.raises(RuleBroken, match="盖章的《权责事项调整申请表》"):
        submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash)
    attach(world.clerk, request, kind="stamped_form", number="2024-1", dated_on=DAY)
    assert submit_request(actor=world.head, request=request, seen_hash=request.proposed_hash).state == "compliance"


# -- pages ----------------------------------------------------------------------------------------------------------------------


def at(actor) -> Client:
    client = Client()
    client.force_login(actor.user)
    return client


def upload(client, request, data=PDF, name="说明.pdf", **more):
    address = reverse("admin:request_attachments", args=[request.pk])
    return client.post(address, {"kind": "document", "file": SimpleUploadedFile(name, data), **more})


def test_a_download_is_never_opened_by_the_browser(world):
    request = world.request("compliance")
    assert upload(at(world.clerk), request, word(), "申请 表.pdf").status_code == 302
    made = Attachment.objects.get()
    response = at(world.legality).get(reverse("admin:attachment", args=[made.pk]))
    assert response.content == made.file.read()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%94%B3")
    assert made.file_name.endswith(".docx") and "wordprocessingml" in response["Content-Type"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("person", ["outsider", "county_legality", "system_admin"])
def test_a_stranger_gets_neither_the_file_nor_the_page(world, person):
    request = world.request("compliance")
    made = attach(world.clerk, request)
    client = at(getattr(world, person))
    assert client.get(reverse("admin:attachment", args=[made.pk])).status_code in (403, 404)
    assert upload(client, request).status_code in (403, 404)
    assert Client().get(reverse("admin:attachment", args=[made.pk])).status_code == 302
    assert Attachment.objects.count() == 1


def test_a_file_of_a_draft_is_hidden_from_the_reviewers(world):
    made = attach(world.clerk, world.request("draft"))
    assert at(world.legality).get(reverse("admin:attachment", args=[made.pk])).status_code == 404


def test_a_file_that_changed_on_the_disk_is_not_handed_out(world, media):
    made = attach(world.clerk, world.request("compliance"))
    address = reverse("admin:attachment", args=[made.pk])
    (media / made.file.name).write_bytes(PDF + b" ")
    response = at(world.clerk).get(address)
    assert response.status_code == 409 and "不一致" in response.content.decode()
    (media / made.file.name).unlink()
    assert at(world.clerk).get(address).status_code == 409


def test_a_refused_upload_says_why_and_keeps_what_was_typed(world):
    response = upload(at(world.clerk), world.request("draft"), b"MZ..", "说明.pdf", note="随附说明")
    text = response.content.decode()
    assert response.status_code == 422 and "文件内容是程序" in text and "随附说明" in text


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "nonsense"},
        {"kind": "approval"},
        {"change": "999999"},
        {"change": "x' or 1=1"},
        {"dated_on": "20240506"},
        {"note": "长" * 10_000},
        {"number": "坏\x00"},
        {"file": ""},
    ],
)
def test_a_forged_upload_is_422_and_keeps_nothing(world, given):
    given = {"file": SimpleUploadedFile("a.pdf", PDF), "kind": "document", **given}
    response = at(world.clerk).post(reverse("admin:request_attachments", args=[world.request("draft").pk]), given)
    assert response.status_code == 422 and not Attachment.objects.exists()


def test_files_are_listed_beside_the_request_with_as_many_queries_for_many(world, settings):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    request, client = world.request("compliance"), at(world.legality)
    counts = []
    client.get(reverse("admin:request", args=[request.pk]))
    for number in range(12):
        attach(world.clerk, request, data=PDF + bytes([number]), name=f"第{number}份.pdf")
        if number in (0, 11):
            with CaptureQueriesContext(connection) as queries:
                shown = client.get(reverse("admin:request", args=[request.pk])).content.decode()
            counts.append(len(queries))
    assert "附件 12 个" in shown and "第11份.pdf" in shown and counts[0] == counts[1]


def test_an_upload_is_declared_void_from_the_page(world):
    request = world.request("compliance")
    made = attach(world.clerk, request)
    address = reverse("admin:attachment_void", args=[request.pk, made.pk])
    assert at(world.clerk).post(address, {"reason": ""}).status_code == 422
    assert at(world.clerk).post(address, {"reason": "传错了"}).status_code == 302
    shown = at(world.clerk).get(reverse("admin:request_attachments", args=[request.pk])).content.decode()
    assert "已作废" in shown and "传错了" in shown
    other = world.request("legality")
    assert at(world.clerk).post(reverse("admin:attachment_void", args=[other.pk, made.pk]), {"reason": "x"}).status_code == 404
