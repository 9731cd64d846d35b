"""支撑材料 and 业务制度: what is owed and what came, who keeps them, files as they were kept, one zip of it all."""

import datetime
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from budget.evidence.keeping import ask_evidence, bring_evidence, register_regulation, void_evidence
from budget.evidence.package import evidence_of, regulations_of, write_package
from budget.funds import close_fund
from budget.models import Evidence, Fund, Regulation
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from reviews.models import Attachment
from tests.budget.books import open_fund
from tests.budget.pages import entered, text
from tests.paper.reading import word_text
from tests.reviews.papers_at_hand import PDF, PNG

DAY = datetime.date(2019, 3, 1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def fund(world) -> Fund:
    return open_fund(world, accounts_only=True)


def ask(world, fund, needed="公布文件", **fields) -> Evidence:
    given = {"indicator": "动态调整次数", "needed": needed, "owed_by": "市政府办", **fields}
    return ask_evidence(actor=world.fund_clerk, fund=fund, **given)


def bring(world, fund, owner, data=PDF, name="通知.pdf", **more) -> Attachment:
    return bring_evidence(actor=world.fund_clerk, fund=fund, owner=owner, file_name=name, data=data, **more)


def regulate(world, fund, number="襄编办〔2019〕1号", **fields) -> Regulation:
    given = {"name": "专项资金管理办法", "number": number, "issued_on": DAY, **fields}
    return register_regulation(actor=world.fund_clerk, fund=fund, **given)


def test_a_material_is_owed_until_a_file_came_and_again_when_that_is_void(world, fund):
    row = ask(world, fund)
    assert [each.came for each in evidence_of(fund)] == [[]]
    file = bring(world, fund, row, note="盖章件")
    assert evidence_of(fund)[0].came == [file]
    void_evidence(actor=world.fund_clerk, fund=fund, owner=row, attachment=file, reason="传错了")
    assert evidence_of(fund)[0].came == [] and [each.file_name for each in evidence_of(fund)[0].files] == ["通知.pdf"]
    with pytest.raises(WrongState, match="已经作废"):
        void_evidence(actor=world.fund_clerk, fund=fund, owner=row, attachment=file, reason="再次")
    acts = AuditEvent.objects.filter(object_type="budget.evidence", outcome="done").order_by("sequence")
    assert [event.act for event in acts] == ["ask_evidence", "bring_evidence", "void_evidence"]
    assert acts[1].after_hash == file.sha256


def test_what_is_missing_twice_or_of_tomorrow_is_refused(world, fund):
    ask(world, fund)
    with pytest.raises(RuleBroken, match="已在目录中"):
        ask(world, fund, needed=" 公布文件 ")
    with pytest.raises(RuleBroken) as refused:
        ask(world, fund, indicator=" ", owed_by="")
    assert {each.where for each in refused.value.violations} == {"指标", "提供单位或人"}
    regulate(world, fund)
    with pytest.raises(RuleBroken, match="已登记"):
        regulate(world, fund, name="另一个名字")
    with pytest.raises(RuleBroken, match="尚未到"):
        regulate(world, fund, number="二", issued_on=datetime.date(2999, 1, 1))
    row = Evidence.objects.get()
    bring(world, fund, row)
    with pytest.raises(RuleBroken, match="同样的文件"):
        bring(world, fund, row, name="又一份.pdf")
    with pytest.raises(RuleBroken):
        bring(world, fund, row, data=b"MZ program", name="通知.pdf")


def test_materials_come_after_the_year_was_closed(world, fund):
    close_fund(actor=world.fund_checker, fund=fund)
    assert bring(world, fund, ask(world, fund)).pk


def test_a_row_of_another_fund_takes_no_file_of_this_one(world, fund):
    other = open_fund(world, "别的")
    row = ask(world, other)
    with pytest.raises(NotAllowed):
        bring(world, fund, row)
    file = bring(world, other, row)
    reader = entered("fund_clerk")
    assert reader.get(f"/admin/funds/{fund.pk}/evidence/files/{file.pk}/").status_code == 404
    assert reader.get(f"/admin/funds/{fund.pk}/evidence/rows/material/{row.pk}/").status_code == 404
    assert reader.post(f"/admin/funds/{fund.pk}/evidence/files/{file.pk}/void/", {"reason": "x"}).status_code == 404
    with pytest.raises(NotAllowed):
        void_evidence(actor=world.fund_clerk, fund=other, owner=ask(world, other, "别的材料"), attachment=file, reason="x")


def test_the_register_shows_the_rules_of_the_department_up_to_the_year(world, fund):
    regulate(world, fund, file_name="办法.pdf", data=PDF)
    regulate(world, fund, number="襄编办〔2020〕1号", issued_on=datetime.date(2020, 1, 1))
    rows = regulations_of(fund)
    assert [(each.row.number, [file.file_name for file in each.came]) for each in rows] == [("襄编办〔2019〕1号", ["办法.pdf"])]
    assert len(regulations_of(open_fund(world, year=2020))) == 2


def test_the_zip_holds_the_list_and_every_file_in_force_and_nothing_else(world, fund):
    one, _two = ask(world, fund), ask(world, fund, needed="会议纪要", owed_by="市政府办秘书科", due_on=DAY)
    third = ask(world, fund, indicator="../要素\\完整率", needed="抽查表")
    kept, wrong = bring(world, fund, one), bring(world, fund, one, data=PNG, name="错.png")
    void_evidence(actor=world.fund_clerk, fund=fund, owner=one, attachment=wrong, reason="传错了")
    picture = bring(world, fund, third, data=PNG, name="=cmd.png")
    regulate(world, fund, file_name="办法.pdf", data=PDF)
    to, again = io.BytesIO(), io.BytesIO()
    assert write_package(fund, to) == write_package(fund, again) == 3
    assert to.getvalue() == again.getvalue(), "the same content gives the same bytes"
    package = zipfile.ZipFile(to)
    names = package.namelist()
    assert (
        package.testzip() is None and len(names) == 4 and not any(".." in each.split("/") or each.startswith("/") for each in names)
    )
    assert {package.read(each) for each in names if not each.endswith("docx")} == {PDF, PNG}
    listed = word_text(package.read("支撑材料目录.docx"))
    for said in ("会议纪要市政府办秘书科2019-03-01未到", kept.sha256, picture.sha256, "《专项资金管理办法》（襄编办〔2019〕1号）"):
        assert said in listed
    assert "错.png" not in listed and not any("错" in each for each in names)


def test_a_file_that_is_no_longer_what_was_kept_is_not_handed_out(world, fund, media):
    file = bring(world, fund, ask(world, fund))
    (media / file.file.name).write_bytes(b"%PDF-1.4 another")
    clerk = entered("fund_clerk")
    for part in (f"files/{file.pk}/", "package.zip"):
        answer = clerk.get(f"/admin/funds/{fund.pk}/evidence/{part}")
        assert answer.status_code == 409 and "SHA-256 不一致" in text(answer)


def test_the_clerk_keeps_the_list_on_its_page_and_others_read_it(world, fund):
    clerk, address = entered("fund_clerk"), f"/admin/funds/{fund.pk}/evidence/"
    assert "目录里还没有材料" in text(clerk.get(address))
    form = {"indicator": "动态调整次数", "needed": "<i>公布文件</i>", "owed_by": "市政府办", "due_on": "2019-06-01"}
    page = text(clerk.post(address, form, follow=True))
    assert "已列入" in page and "逾期未到" in page and "&lt;i&gt;公布文件" in page and "1 项，未到 1 项" in page
    assert clerk.post(address, {**form, "owed_by": ""}).status_code == 422
    row = Evidence.objects.get()
    upload = f"{address}rows/material/{row.pk}/"
    assert clerk.post(upload, {"file": SimpleUploadedFile("a.exe", b"MZ")}).status_code == 422
    page = text(clerk.post(upload, {"file": SimpleUploadedFile("通知.pdf", PDF), "note": "盖章件"}, follow=True))
    assert "已收到“通知.pdf”" in page and "盖章件" in page and "未到 0 项" in page
    file = Attachment.objects.get()
    got = entered("auditor").get(f"{address}files/{file.pk}/")
    assert got.content == PDF and "sandbox" in got["Content-Security-Policy"] and "attachment" in got["Content-Disposition"]
    assert "已作废：传错了" in text(clerk.post(f"{address}files/{file.pk}/void/", {"reason": "传错了"}, follow=True))
    assert clerk.get(f"{address}package.zip")["Content-Type"] == "application/zip"
    given = {"name": "办法", "number": "一号", "issued_on": "2019-01-01", "file": SimpleUploadedFile("办法.pdf", PDF)}
    assert "已登记《办法》（一号）" in text(clerk.post(f"{address}regulations/", given, follow=True))
    assert Attachment.objects.filter(owner_type="budget.regulation").count() == 1


def test_strangers_see_and_readers_change_nothing(world, fund):
    row = ask(world, fund)
    file = bring(world, fund, row)
    address = f"/admin/funds/{fund.pk}/evidence/"
    form = {"indicator": "甲", "needed": "乙", "owed_by": "丙"}
    for who, reads in {"publisher": 403, "county_clerk": 404, "head": 200, "fund_checker": 200, "auditor": 200}.items():
        client = entered(who)
        for part in ("", "regulations/", "package.zip", f"files/{file.pk}/"):
            assert client.get(address + part).status_code == reads, (who, part)
        refused = 403 if reads == 200 else reads
        assert client.post(address, form).status_code == refused and client.post(address, {}).status_code == refused, who
        assert client.post(f"{address}rows/material/{row.pk}/", {}).status_code == 403, who
        assert client.post(f"{address}files/{file.pk}/void/", {"reason": "x"}).status_code == 403, who
        assert "列入一项材料" not in (text(client.get(address)) if reads == 200 else "")
    assert Evidence.objects.count() == 1 and Attachment.objects.get().voided_at is None
    assert not Attachment.objects.visible_to(world.publisher.user).filter(pk=file.pk).exists()
