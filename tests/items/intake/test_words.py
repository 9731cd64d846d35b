"""Words of published lists: categories, headings, departments, lines that are no items."""

from __future__ import annotations

import pytest

from qingdan.items.elements import ELEMENTS
from qingdan.items.intake.categories import CATEGORIES, Category, find_category, parse_category, parse_category_cell
from qingdan.items.intake.headings import read_heading, read_pair
from qingdan.items.intake.lines import find_department, find_maker, find_year, is_note, is_secret, is_total, parse_department
from qingdan.items.intake.words import is_nothing, name_text, plain

from .books import all_real_rows


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        *((name, code, "") for code, name in CATEGORIES.items()),
        ("行政审批", "01", ""), ("一、行政许可（12项）", "01", ""), ("(一)行政许可类事项", "01", ""), ("行政处罚 共35项", "02", ""), ("行 政　检 查", "06", ""),
        ("其他职权", "10", ""), ("其它行政权力", "10", ""), ("其他类", "10", ""), ("其他权力", "10", ""), ("其他类(其他行政权力)", "10", ""),
        ("其他行政权力（行政备案）", "10", "行政备案"), ("其它类-审核转报", "10", "审核转报"), ("行政备案", "10", "行政备案"),
        ("行政强制措施", "03", "行政强制措施"), ("强制措施", "03", "行政强制措施"), ("行政强制（措施）", "03", "行政强制措施"), ("三、其他类（备案1项）", "10", "行政备案"), ("□行政许可 ☑行政处罚 □其他", "02", ""),
    ],
)  # fmt: skip
def test_a_category_by_its_real_names(text, code, kind):
    assert parse_category(text) == Category(code, kind)


@pytest.mark.parametrize(
    "text", ["行政征用", "公共服务", "非行政许可审批", "行政指导", "许可证", "", "□行政许可 □行政处罚", "☑行政许可 ☑行政处罚", "01"]
)
def test_other_words_are_no_category(text):
    assert parse_category(text) is None


def test_category_cells_may_hold_codes_and_titles_may_name_one():
    assert (
        parse_category_cell("01").code == "01"
        and parse_category_cell("xk").code == "01"
        and parse_category_cell("02 行政处罚").code == "02"
    )
    assert find_category("某市教育局行政许可事项清单") == "01"
    assert find_category("某市行政审批局权责清单") == "" == find_category("行政许可、行政处罚清单")


def test_every_published_category_is_known():
    assert all(
        parse_category(row["category_as_published"])
        for row in all_real_rows()
        if not row["category_as_published"].startswith("taskType")
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("序 号", "serial"), ("事项名称\n（大项）", "major_name"), ("事项名称(子项)", "sub_name"), ("权力事项名称", "name"), ("市级权力事项名称", "name"),
        ("责任事项", "duties"), ("责任事项依据", "duty_bases"), ("追责依据", "liability_basis"), ("追责情形及依据", "accountability"),
        ("实施依据", "implementing_basis"), ("实施依据（法律、法规、规章等）", "setting_basis"), ("职权依据", "setting_basis"), ("省级", "level"),
        ("县（市、区）级", "level"), ("基本编码", "codes"), ("主项编码", "major_codes"), ("密级", "marking"), ("*权力类型：", "category"),
        ("设定依据*必填", "setting_basis"), ("事项名称（必填项）", "name"), ("名称", "name"), ("违法行为", "name"), ("三级事项", "sub_name"),
    ],
)  # fmt: skip
def test_a_heading_by_its_longest_synonym(text, key):
    assert read_heading(text).key == key


@pytest.mark.parametrize(
    "text",
    ["部门梳理意见及理由", "审核组意见", "变更类别", "变更说明", "统一社会信用代码", "部门编码", "原事项名称", "取水许可审批", ""],
)
def test_a_heading_that_nobody_knows_stays_unread(text):
    assert read_heading(text) is None


@pytest.mark.parametrize(
    ("upper", "lower", "key"),
    [
        ("事项名称", "大项", "major_name"), ("项目名称", "子项", "sub_name"), ("大项", "名称", "major_name"), ("实施主体", "名称", "implementing_body"), ("子项", "编码", "codes"),
        ("大项", "编码", "major_codes"), ("行使层级", "县", "level"), ("追责", "依据", "liability_basis"), ("设定依据", "法律名称", "setting_basis"),
        ("设定依据", "条款", "setting_basis"), ("设定依据", "内容", "setting_basis"), ("责任清单", "责任事项", "duties"), ("责任事项", "依据", "duty_bases"), ("类别", "行政处罚", "tick"), ("序号", "", "serial"),
    ],
)  # fmt: skip
def test_two_heading_rows_are_read_together(upper, lower, key):
    assert read_pair(upper, lower).key == key


def test_no_word_stands_for_two_elements():
    seen: dict[str, str] = {}
    for element in ELEMENTS:
        for word in (element.label, *element.synonyms):
            assert seen.setdefault(plain(word), element.key) == element.key, word


def test_every_real_department_is_recognised_on_a_line_of_its_own():
    missed = {row["department"] for row in all_real_rows() if parse_department(row["department"]) != row["department"]}
    assert missed == {"乡镇人民政府、街道办事处", "生态环境部门"}  # two bodies, and none in particular


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("XX市人力资源和社会保障局权责清单（2019年版）", "XX市人力资源和社会保障局"),
        ("附件1：马鞍山市市场监督管理局(知识产权局)权力清单和责任清单", "马鞍山市市场监督管理局(知识产权局)"),
        ("关于公布武昌区杨园街道办事处行政权力清单的通知", "武昌区杨园街道办事处"),
        ("广安区政府部门权责清单", ""), ("行政职权基本信息表", ""), ("权责清单（2019年版）", ""), ("某市人民政府权责清单", ""),
    ],
)  # fmt: skip
def test_a_department_in_a_title(text, department):
    assert find_department(text) == department


@pytest.mark.parametrize(
    "text", ["取水许可审批", "行政许可", "事业单位登记管理", "注：由县局负责", "责任部门", "市场准入类", "工伤认定"]
)
def test_these_lines_are_no_departments(text):
    assert parse_department(text) == ""


def test_maker_lines_years_notes_totals_and_marks():
    assert find_maker(["填报单位：市人社局　　填报日期：2019年3月"]) == "市人社局"
    assert find_maker(["填报单位（盖章）：", "市教育局"]) == "市教育局"
    assert find_maker(["单位：项"]) == "" == find_maker(["取水许可"])
    assert find_year("某市权责清单（2019年版）") == 2019 and find_year("权责清单") is None
    assert is_note("注：本表…") and is_note("备注1.") and is_note("填表人：某") and not is_note("注册会计师审批")
    assert (
        is_total(["合计", "35"])
        and is_total(["", "行政许可小计：12项"])
        and is_total(["共35项"])
        and not is_total(["合计", "取水许可"])
    )
    assert is_secret("机密★10年") and is_secret("秘密") and is_secret("绝 密") and not is_secret("国家秘密载体印制资质")


def test_names_lose_layout_and_marks_mean_nothing():
    assert name_text(" 取水\n许可　审批 ") == "取水许可审批" and name_text("ISO  9001 认证") == "ISO 9001认证"
    assert all(is_nothing(text) for text in ("", "无", "——", "/", " — ", "暂无", "－")) and not is_nothing("无线电台执照")
