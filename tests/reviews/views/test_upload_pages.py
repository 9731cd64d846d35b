"""From a file to a draft request: what was read, what will change, what is not listed, and the workbooks to download."""

import io
from urllib.parse import unquote

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reviews.models import Change, ChangeRequest, Upload
from tests.world import add, fresh, propose

HEADER = ["实施部门", "权力类别", "事项名称", "事项编码", "设定依据", "监督电话", "依申请/依职权"]
ROWS = [
    ["市人力资源和社会保障局", "行政许可", "劳务派遣经营许可", "420600-001-XK-001-00", "", "0710-3699999", ""],
    ["市人力资源和社会保障局", "行政许可", "人力资源服务许可", "", "《人力资源市场暂行条例》第十八条", "", "依申请"],
    ["市人力资源和社会保障局", "行政处罚", "没有依据的处罚", "", "", "", "依职权"],
    ["市市场监督管理局", "行政许可", "别的部门的事项", "", "《食品安全法》第三十五条", "", "依申请"],
]


def workbook(rows=ROWS, header=HEADER) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "权责清单"
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def send(client, world, data: bytes, name: str = "市人社局清单.xlsx", query: str = "", department: str = "420600-RSJ"):
    given = {"department": world.department(department).pk, "file": SimpleUploadedFile(name, data)}
    return client.post(reverse("admin:upload_start") + query, given)


@pytest.fixture
def uploaded(world, at_desk, media):
    """A clerk's workbook that was read: one change, one new item, two rows that were not read."""
    response = send(at_desk("clerk"), world, workbook())
    assert response.status_code == 302, response.content.decode()
    upload = Upload.objects.get()
    assert response["Location"] == reverse("admin:upload", args=[upload.pk])
    return upload


def page(client, upload, **query) -> str:
    response = client.get(reverse("admin:upload", args=[upload.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_what_was_read_and_what_will_change_cell_by_cell(uploaded, at_desk):
    shown = page(at_desk("clerk"), uploaded)
    assert "读入 2 · 未读入 2 · 略过 " in shown
    assert "将要调整 2" in shown and "新增 1，变更其他要素 1" in shown
    assert "0710-36<del>" in shown and "99999</ins>" in shown
    assert "人力资源服务许可" in shown and "填写的要素" in shown


def test_each_row_that_was_not_read_has_its_cell_and_its_sentence(uploaded, at_desk):
    shown = page(at_desk("clerk"), uploaded, tab="refused")
    assert '<td class="nowrap">E4</td>' in shown and '<td class="nowrap">第 5 行</td>' in shown
    assert "只能导入本部门（市人力资源和社会保障局）的事项" in shown
    assert "依据" in shown.partition("为什么没有读入")[2]


def test_it_makes_a_draft_request_of_the_changes_alone(uploaded, at_desk):
    response = at_desk("clerk").post(
        reverse("admin:upload", args=[uploaded.pk]), {"reason": "年度修订", "document": "鄂政发〔2024〕1号"}, follow=True
    )
    row = ChangeRequest.objects.get(upload=uploaded)
    assert (row.state, row.reason, row.document) == ("draft", "年度修订", "鄂政发〔2024〕1号")
    assert sorted(row.changes.values_list("name", "kind")) == [("人力资源服务许可", "add"), ("劳务派遣经营许可", "elements")]
    assert "已建立申请草稿" in response.content.decode() and row.number in response.content.decode()


def test_what_the_file_does_not_list_ends_only_where_it_is_ticked(uploaded, world, at_desk):
    client = at_desk("clerk")
    code = world.item("工伤认定").code
    assert f'value="{code}"' in page(client, uploaded)
    address = reverse("admin:upload", args=[uploaded.pk])
    refused = client.post(address, {"reason": "职责划出", "document": "", "repeal": [code]})
    assert refused.status_code == 422 and "取消须写明理由和依据文件" in refused.content.decode()
    assert f'value="{code}" checked' in refused.content.decode() and "职责划出" in refused.content.decode()
    client.post(address, {"reason": "职责划出", "document": "国发〔2024〕2号", "repeal": [code]})
    ended = Change.objects.get(request__upload=uploaded, kind="repeal")
    assert (ended.item.code, ended.document) == (code, "国发〔2024〕2号")


def test_an_item_that_is_not_absent_cannot_be_ticked(uploaded, world, at_desk):
    code = world.item("劳务派遣经营许可").code
    response = at_desk("clerk").post(
        reverse("admin:upload", args=[uploaded.pk]), {"reason": "试", "document": "文", "repeal": [code]}
    )
    assert response.status_code == 422 and not ChangeRequest.objects.filter(upload=uploaded).exists()


def test_an_empty_cell_empties_only_if_asked(uploaded, at_desk):
    client = at_desk("clerk")
    assert "空单元格不改动要素" in page(client, uploaded)
    emptied = page(client, uploaded, clear_empty="1")
    assert "空单元格清空要素" in emptied and 'name="clear_empty" value="1"' in emptied


def test_a_reason_must_be_written(uploaded, at_desk):
    response = at_desk("clerk").post(reverse("admin:upload", args=[uploaded.pk]), {"reason": " "})
    assert response.status_code == 422 and "写明调整理由" in response.content.decode()


def test_a_new_workbook_replaces_what_a_returned_request_says(world, at_desk, media):
    row = world.request("returned")
    client = at_desk("clerk")
    before = row.proposed_hash
    response = send(client, world, workbook(), query=f"?request={row.pk}")
    assert response["Location"].endswith(f"?request={row.pk}")
    shown = client.get(response["Location"]).content.decode()
    assert f"替换申请 {row.number} 的内容" in shown and before in shown
    stale = client.post(response["Location"], {"reason": "补正", "seen_hash": "0" * 64})
    assert stale.status_code == 409 and fresh(row).proposed_hash == before
    client.post(response["Location"], {"reason": "补正", "seen_hash": before})
    assert fresh(row).state == "returned" and fresh(row).reason == "补正"
    assert sorted(row.changes.values_list("name", flat=True)) == ["人力资源服务许可", "劳务派遣经营许可"]


def test_a_request_under_review_is_not_replaced(world, at_desk):
    row = world.request("compliance")
    assert at_desk("clerk").get(reverse("admin:upload_start"), {"request": row.pk}).status_code == 409
    assert at_desk("outsider").get(reverse("admin:upload_start"), {"request": row.pk}).status_code == 404


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(world, at_desk, media):
    response = send(at_desk("clerk"), world, b"not a workbook at all \x00\x01", name="坏文件.xlsx")
    assert response.status_code == 422 and "坏文件.xlsx" in response.content.decode()
    assert not Upload.objects.exists()


def test_a_stranger_finds_neither_upload_nor_its_workbook(uploaded, world, at_desk):
    for person in ("outsider", "county_clerk"):
        client = at_desk(person)
        assert client.get(reverse("admin:upload", args=[uploaded.pk])).status_code == 404
        assert client.get(reverse("admin:upload_marked", args=[uploaded.pk])).status_code == 404
        assert client.post(reverse("admin:upload", args=[uploaded.pk]), {"reason": "试"}).status_code == 404
        assert client.get(reverse("admin:department_workbook", args=["420600-RSJ"])).status_code == 404
    assert at_desk("publisher").get(reverse("admin:upload", args=[uploaded.pk])).status_code == 403
    assert not ChangeRequest.objects.filter(upload=uploaded).exists()


def test_nobody_uploads_for_another_department(world, at_desk, media):
    response = send(at_desk("outsider"), world, workbook())
    assert response.status_code == 422 and not Upload.objects.exists()


def test_every_entry_screen_says_that_secrets_must_not_be_entered(uploaded, at_desk):
    client = at_desk("clerk")
    assert "涉密事项不得录入" in client.get(reverse("admin:upload_start")).content.decode()
    assert "涉密事项不得录入" in page(client, uploaded)


def test_a_file_with_a_mark_of_secrecy_is_not_kept_and_says_so(world, at_desk, media):
    secret = ["市人力资源和社会保障局", "行政检查", "机密★ 某某检查", "", "《某某法》第一条", "", "依职权"]
    client = at_desk("clerk")
    send(client, world, workbook([*ROWS[:2], secret]))
    upload = Upload.objects.get()
    shown = page(client, upload, tab="refused")
    assert not upload.file and "某某检查" not in shown and "文件没有保存" in shown
    assert client.get(reverse("admin:upload_marked", args=[upload.pk])).status_code == 404


def test_the_downloads_are_attachments_under_their_chinese_names(uploaded, at_desk):
    client = at_desk("clerk")
    for address, name in (
        (reverse("admin:upload_marked", args=[uploaded.pk]), "市人社局清单（标出未读入）.xlsx"),
        (reverse("admin:department_workbook", args=["420600-RSJ"]), "市人力资源和社会保障局权责清单（第1次动态调整）"),
        (reverse("admin:category_template", args=["02"]), "行政处罚填报模板.xlsx"),
    ):
        response = client.get(address)
        assert response.status_code == 200 and response["X-Content-Type-Options"] == "nosniff"
        disposition = unquote(response["Content-Disposition"])
        assert disposition.startswith("attachment; filename*=utf-8''") and name in disposition
        openpyxl.load_workbook(io.BytesIO(response.content))


def test_a_long_file_is_paged_with_as_many_queries_as_a_short_one(world, at_desk, media, queries_of):
    client = at_desk("clerk")
    counts = []
    for size in (10, 300):
        rows = [
            ["市人力资源和社会保障局", "行政检查", f"检查事项{n}", "", f"《某某法》第{n + 1}条", "", "依职权"] for n in range(size)
        ]
        assert send(client, world, workbook(rows), name=f"{size}.xlsx").status_code == 302
        upload = Upload.objects.get(file_name=f"{size}.xlsx")
        counts.append(queries_of(client, reverse("admin:upload", args=[upload.pk]) + "?page=9"))
    assert counts[0] == counts[1]
    assert "检查事项299" in page(client, upload, page="6") and "检查事项1<" not in page(client, upload, page="6")


def test_the_uploads_of_a_department_are_its_own(uploaded, world, at_desk):
    propose(world, [add("另一件")])
    assert "市人社局清单.xlsx" in at_desk("head").get(reverse("admin:upload_start")).content.decode()
    assert "市人社局清单.xlsx" not in at_desk("outsider").get(reverse("admin:upload_start")).content.decode()
