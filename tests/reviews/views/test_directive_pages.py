"""The pages of decisions from above: entering one by table, giving tasks, answering; who sees what; hostile posts."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reviews.models import Directive
from reviews.states import TaskState
from reviews.tasks import answer_by_request
from tests.reviews.directives import HEADER, LATE, LATER, directive, task, tasks, workbook
from tests.world import add, fresh, propose

HEAD = {"level": "province", "issuer": "湖北省人民政府", "number": "鄂政发〔2020〕5号", "title": "决定", "decided_on": "2020-03-02"}
ROWS = [
    (1, "取消", "民办职业培训学校章程核准", "", "市人力资源和社会保障局", "", ""),
    (2, "下放", "收养登记", "由县级实施", "市民政局", "襄城区、枣阳市", "2099-11-30"),
    (3, "废止", "不认识的类型", "", "市卫生局", "", "明天"),
    (4, "下放", "无对应部门", "", "市人力资源和社会保障局", "襄城区、西湖区", ""),
]


def entered(client, rows=ROWS, **changes):
    given = {**HEAD, "due_on": "2099-12-31", "file": SimpleUploadedFile("事项.xlsx", workbook(rows)), **changes}
    return client.post(reverse("admin:directive_new"), given)


def hidden(page: str) -> dict[str, str]:
    """The hidden inputs of the preview, as a browser sends them."""
    tags = re.findall(r'<input type="hidden"[^>]*>', page)
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
    return {name[1]: value[1] if value else "" for name, value in pairs if name and name[1] != "csrfmiddlewaretoken"}


def test_a_table_is_previewed_and_written_only_when_confirmed(at_desk, world):
    client = at_desk("publisher")
    preview = entered(client)
    text = preview.content.decode()
    assert preview.status_code == 200
    assert "读入 2 行 · 未读入 2 行 · 将交办 4 个任务" in text
    for sentence in (
        "“废止”不是取消、下放、承接、调整之一",
        "没有“市卫生局”",
        "不是日期，例如 2026-12-15",
        "襄城区没有与“市人力资源和社会保障局”对应的部门",
        "之下没有“西湖区”",
    ):
        assert sentence in text
    assert not Directive.objects.filter(number=HEAD["number"]).exists()
    confirmed = client.post(reverse("admin:directive_new"), hidden(text))
    row = Directive.objects.get(number=HEAD["number"])
    assert confirmed["Location"] == reverse("admin:directive", args=[row.pk])
    assert [(line.position, line.get_kind_display()) for line in row.lines.all()] == [(1, "取消"), (2, "下放")]
    assert sorted(row.tasks.values_list("department__code", "due_on__year", "due_on__month")) == [
        ("420600-MZJ", 2099, 11),
        ("420600-RSJ", 2099, 12),
        ("420602-MZJ", 2099, 11),
        ("420683-MZJ", 2099, 11),
    ]


def test_rows_pasted_from_a_spreadsheet_are_read_as_well(at_desk, world):
    pasted = "\n".join("\t".join(str(cell) for cell in row) for row in [HEADER, *ROWS[:2]])
    text = entered(at_desk("compliance"), file="", pasted=pasted).content.decode()
    assert "读入 2 行 · 未读入 0 行" in text


def test_a_decision_without_a_table_is_entered_at_once(at_desk, world):
    client = at_desk("compliance")
    assert entered(client, file="").status_code == 302
    again = entered(client, file="")
    assert again.status_code == 422
    assert "已登记过鄂政发〔2020〕5号" in again.content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x00\x01\x02\x03\x04\x05\x06\x07" * 40, "不是表格也不是文本"),
        ("甲,乙\n1,2\n".encode(), "前 30 行内须有一行表头"),
        ("类型,内容\n取消,机密★10年 某事项\n".encode(), "国家秘密"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(at_desk, world, data, sentence):
    response = entered(at_desk("publisher"), file=SimpleUploadedFile("x.csv", data))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "鄂政发〔2020〕5号" in response.content.decode(), "what was typed is kept"


def test_further_lines_come_by_table_too(at_desk, world):
    row = directive(world, lines=["甲"])
    client, address = at_desk("publisher"), reverse("admin:directive_lines", args=[row.pk])
    assert client.post(address, {}).status_code == 422
    text = client.post(address, {"pasted": "类型\t内容\n调整\t乙", "due_on": ""}).content.decode()
    assert client.post(address, hidden(text)).status_code == 302
    assert [line.text for line in row.lines.all()] == ["甲", "乙"]


@pytest.mark.parametrize("sealed", ["", "x", "x:y:z"])
def test_a_forged_preview_writes_nothing(at_desk, world, sealed):
    response = at_desk("publisher").post(reverse("admin:directive_new"), {**HEAD, "lines": sealed, "confirmed": "1"})
    assert response.status_code == 422
    assert "预览已过期" in response.content.decode()


def test_tasks_are_given_to_departments_and_named_counties(at_desk, world):
    row = directive(world, lines=["收养登记"])
    client, address = at_desk("publisher"), reverse("admin:directive_tasks", args=[row.pk])
    assert "襄城区的部门" in client.get(address).content.decode()
    given = {
        "lines": [row.lines.get().pk],
        "departments": [world.department("420600-MZJ").pk],
        "counties": [world.county.pk],
        "due_on": "2099-12-31",
    }
    assert client.post(address, given).status_code == 302
    assert set(row.tasks.values_list("department__code", flat=True)) == {"420600-MZJ", "420602-MZJ"}
    wrong = client.post(address, {**given, "departments": [world.department().pk]})
    assert wrong.status_code == 422 and "没有与“市人力资源和社会保障局”对应的部门" in wrong.content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"lines": "999999", "departments": "1", "due_on": "2099-12-31"},
        {"lines": "x", "departments": "\x00", "due_on": "2099-99-99"},
        {"counties": "9" * 400, "due_on": "²"},
    ],
)
def test_strange_tasks_are_told_and_not_given(at_desk, world, given):
    row = directive(world)
    response = at_desk("publisher").post(reverse("admin:directive_tasks", args=[row.pk]), given)
    assert response.status_code == 422
    assert not row.tasks.exists()


def test_the_head_answers_not_concerned_on_the_page_of_the_task(at_desk, world):
    row = task(world)
    client = at_desk("head")
    text = client.get(reverse("admin:task", args=[row.pk])).content.decode()
    assert "还剩" in text and "答复不涉及" in text
    response = client.post(
        reverse("admin:task_act", args=[row.pk, "answer"]), {"words": "我局没有这项职权", "seen_revision": row.revision}
    )
    assert response["Location"] == reverse("admin:task", args=[row.pk])
    assert fresh(row).state == TaskState.NOT_CONCERNED
    assert "我局没有这项职权" in client.get(response["Location"]).content.decode()


def test_a_stale_answer_gets_409_and_its_words_back(at_desk, world):
    row = task(world)
    client = at_desk("head")
    assert client.post(reverse("admin:task_act", args=[row.pk, "receive"])).status_code == 302
    response = client.post(reverse("admin:task_act", args=[row.pk, "answer"]), {"words": "写好的理由", "seen_revision": 1})
    assert response.status_code == 409
    assert "写好的理由" in response.content.decode()
    assert "重新打开本页" in response.content.decode()
    empty = client.post(reverse("admin:task_act", args=[row.pk, "answer"]), {"words": "", "seen_revision": 2})
    assert empty.status_code == 422 and "须写明意见" in empty.content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"words": "x", "seen_revision": "abc"},
        {"words": "x" * 3000, "seen_revision": "1"},
        {"words": "\x00", "seen_revision": "1"},
    ],
)
def test_hostile_answers_are_told(at_desk, world, given):
    row = task(world)
    for action in ("answer", "request", "propose"):
        client = at_desk("clerk" if action == "propose" else "head")
        assert client.post(reverse("admin:task_act", args=[row.pk, action]), given).status_code == 422
    assert at_desk("head").post(reverse("admin:task_act", args=[row.pk, "nothing"]), given).status_code == 404
    assert fresh(row).state == TaskState.OPEN


def test_a_request_of_the_department_answers_several_lines(at_desk, world):
    row = directive(world, lines=["甲", "乙"])
    first, second = tasks(world, row, "420600-RSJ")
    request = propose(world, [add("承接样本")], submit=False)
    response = at_desk("clerk").post(
        reverse("admin:task_act", args=[first.pk, "request"]), {"request": request.pk, "tasks": [first.pk, second.pk]}
    )
    assert response.status_code == 302
    assert set(fresh(request).answers.all()) == {first, second}
    foreign = propose(world, [add("他局样本", "420600-SCJ")], clerk="outsider", submit=False)
    third = task(world, number="鄂政发〔2020〕9号")
    answer = at_desk("clerk").post(
        reverse("admin:task_act", args=[third.pk, "request"]), {"request": foreign.pk, "tasks": [third.pk]}
    )
    assert answer.status_code == 422


def test_who_may_open_what(at_desk, world):
    row = task(world)
    page, own = reverse("admin:directive", args=[row.directive_id]), reverse("admin:task", args=[row.pk])
    for name in ("clerk", "head", "publisher", "compliance", "legality", "auditor"):
        assert at_desk(name).get(page).status_code == at_desk(name).get(own).status_code == 200
    for name in ("outsider", "county_clerk", "county_publisher"):
        assert at_desk(name).get(page).status_code == at_desk(name).get(own).status_code == 404
        assert at_desk(name).post(reverse("admin:task_act", args=[row.pk, "answer"]), {}).status_code == 404
    assert at_desk("legality").post(reverse("admin:task_act", args=[row.pk, "answer"]), {}).status_code == 403
    assert at_desk("system_admin").get(page).status_code == 403
    assert at_desk("head").get(reverse("admin:directive_new")).status_code == 403


def test_a_draft_of_another_department_is_not_told(at_desk, world):
    row = task(world, due_on=LATE)
    request = propose(world, [add("草拟中的秘密事项")], submit=False)
    answer_by_request(actor=world.clerk, request=request, tasks=[row])
    text = at_desk("publisher").get(reverse("admin:directive", args=[row.directive_id])).content.decode()
    assert "草拟中" in text and "草拟中的秘密事项" not in text and request.number not in text


def test_the_page_shows_lines_board_and_overdue_by_word(at_desk, world):
    row = directive(world, lines=["甲事项", "乙事项"])
    tasks(world, row, "420600-RSJ", due_on=LATE)
    tasks(world, row, "420600-SCJ", due_on=LATER)
    client = at_desk("publisher")
    text = client.get(reverse("admin:directive", args=[row.pk])).content.decode()
    assert "<b>0 / 2</b>" in text and "逾期 2" in text and "未答复 2" in text
    narrowed = client.get(
        reverse("admin:directive", args=[row.pk]), {"department": "420600-SCJ", "end": "overdue"}
    ).content.decode()
    assert "没有这样的事项" in narrowed
    assert "逾期 2" in client.get(reverse("admin:directive_list")).content.decode()


def test_queries_do_not_grow_with_lines_and_tasks(at_desk, world, queries_of):
    def answered(number: str, count: int, *departments: str) -> Directive:
        row = directive(world, number, lines=[f"事项{place}" for place in range(count)])
        given = tasks(world, row, "420600-RSJ", *departments)
        request = propose(world, [add(f"承接样本{number}")], submit=False)
        own = [each for each in given if each.department.code == "420600-RSJ"]
        answer_by_request(actor=world.clerk, request=request, tasks=own)
        return row

    client = at_desk("publisher")
    narrow = answered("鄂政发〔2020〕76号", 1, "420600-SCJ")
    lists, narrow_page = reverse("admin:directive_list"), reverse("admin:directive", args=[narrow.pk])
    before = [queries_of(client, lists), queries_of(client, narrow_page)]
    wide = answered("鄂政发〔2020〕77号", 20, "420600-SCJ", "420600-MZJ", "420602-MZJ")
    assert [queries_of(client, lists), queries_of(client, reverse("admin:directive", args=[wide.pk]))] == before


def test_the_workbench_leads_to_what_has_to_be_answered_and_shows_who_is_late(at_desk, world):
    late, open_ = task(world, due_on=LATE), task(world, number="鄂政发〔2020〕8号")
    text = at_desk("head").get(reverse("admin:index")).content.decode()
    assert "上级决定任务 · 2 件" in text
    assert text.index(reverse("admin:task", args=[late.pk])) < text.index(reverse("admin:task", args=[open_.pk]))
    assert "超期" in text and "还剩" in text
    for name in ("publisher", "compliance"):
        text = at_desk(name).get(reverse("admin:index")).content.decode()
        assert "逾期未答复 · 1 件" in text and "超期" in text
    assert "上级决定任务" not in at_desk("outsider").get(reverse("admin:index")).content.decode()
    assert "逾期未答复" not in at_desk("legality").get(reverse("admin:index")).content.decode()


def test_the_upload_form_offers_the_open_tasks_and_links_the_request(at_desk, world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    row, other = task(world), task(world, number="鄂政发〔2020〕8号")
    client = at_desk("clerk")
    start = reverse("admin:upload_start") + f"?task={row.pk}"
    book = workbook(
        [("市人力资源和社会保障局", "行政许可", "人力资源服务许可", "《人力资源市场暂行条例》第十八条")],
        ["实施部门", "权力类别", "事项名称", "设定依据"],
    )
    sent = client.post(start, {"department": row.department_id, "file": SimpleUploadedFile("清单.xlsx", book)})
    assert sent["Location"].endswith(f"?task={row.pk}")
    text = client.get(sent["Location"]).content.decode()
    assert re.search(rf'name="tasks" value="{row.pk}"[^>]* checked', text)
    assert not re.search(rf'name="tasks" value="{other.pk}"[^>]* checked', text)
    both = client.post(sent["Location"], {"reason": "承接", "tasks": [row.pk, other.pk]})
    assert both.status_code == 422 and "一个申请只答复一个上级决定的事项" in both.content.decode()
    assert client.post(sent["Location"], {"reason": "承接", "tasks": [row.pk]}).status_code == 302
    request = fresh(row).request
    assert request.directive == row.directive
    assert "答复的上级决定事项 1 项" in client.get(reverse("admin:request", args=[request.pk])).content.decode()


def test_the_department_is_told_once_of_all_its_tasks(at_desk, world):
    row = directive(world, lines=["甲", "乙"])
    tasks(world, row, "420600-RSJ")
    told = world.head.user.notices.get(event="task")
    assert told.title == "鄂政发〔2020〕5号 交办 2 项，2099-12-31 前答复"
    assert not world.outsider.user.notices.filter(event="task").exists()


def test_not_concerned_is_answered_on_the_workbench_itself(at_desk, world):
    row = task(world)
    for name, step, button in (("head", "answer", "不涉及</button>"), ("clerk", "propose", "不涉及，提请确认</button>")):
        text = at_desk(name).get(reverse("admin:index")).content.decode()
        assert f'action="{reverse("admin:task_act", args=[row.pk, step])}"' in text and button in text
    assert "answer-here" not in at_desk("publisher").get(reverse("admin:index")).content.decode()
