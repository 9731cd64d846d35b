"""What stands on the second sheet: how to edit a list and send it back, or which list this is."""

from __future__ import annotations

from departments.models import Department
from qingdan.items.models import Category, Edition

GUIDE_SHEET = "填写说明"
ABOUT_SHEET = "说明"
DISCLAIMER = "依据以法律法规规章为准，清单不作为执法依据。"

_COMMON = (
    "每行一个事项。没有子项的事项，子项名称留空；有子项的，每个子项一行，并在事项名称栏写它所属的大项，大项本身另占一行。",
    "权力类别、行使方式等有固定取值的栏，请从下拉列表中选择。",
    "事项编码一格可写多个，每行一个，写作“编码名称：编码”，例如“国家基本编码：000101001000”。编码按文本保存，开头的 0 不会丢失。",
    "各类依据、责任事项请按原文逐条分行填写；责任事项与责任事项依据用相同的序号对应。",
    "请勿使用公式，请勿改动表头文字。可以调整列宽、隐藏不看的列（隐藏的列和行上传时不读取，会逐一列出）。",
    "涉密事项不得录入：标有绝密、机密、秘密的行会被拒绝，内容不保存。依法不予公开但不涉密的事项，在“依法不予公开”一栏选“是”，并写明理由和依据。",
)


def editing_lines(department: Department, edition: Edition | None, count: int) -> list[str]:
    """填写说明 of a department's own list."""
    held = f"本表是{department.name}在{_named(edition)}中的 {count} 个事项" if edition else f"{department.name}尚无已公布的事项"
    return [
        "填写说明",
        f"{held}，含依法不予公开的事项，仅供本部门编辑使用，请勿对外提供。",
        "改哪一格，就提出哪一项变更：改好后在工作台上传本文件，系统逐格与现行清单比较，没有改动的行不产生变更。",
        "清单编码由系统编定，用来认出每个事项，已锁定（没有密码，只防误改）。新增事项写在最后，清单编码留空。",
        "空格子保持原值不变；确要清空某个要素，请在上传后的预览中勾选“清空”。删去整列，该要素也保持不变。",
        "从表中删去一行，不等于取消该事项：上传后的预览把它列为“文件未列”，勾选“取消”并写明依据后，才提出取消。",
        *_COMMON,
        DISCLAIMER,
    ]


def template_lines(category: Category, required: list[str]) -> list[str]:
    """填写说明 of an empty template."""
    return [
        "填写说明",
        f"本表用于填报{category.name}事项，列出这一类别的全部要素。",
        "表头为黄色的是必填要素，提交审查前须填写完整。必填：" + "、".join(required) + "。",
        "实施部门、权力类别两栏可以留空：上传时按所选部门和工作表名称确定。",
        *_COMMON,
        DISCLAIMER,
    ]


def about_lines(edition: Edition, department: Department | None, count: int) -> list[str]:
    """说明 of a public list: which edition it is, and what it is good for."""
    lines = [
        f"{edition.region.name}{department.name if department else ''}权责清单",
        f"{_named(edition)}，生效日期 {edition.effective_on.isoformat()}，公布日期 {edition.published_on.isoformat()}。",
        f"共 {count} 行，每行一个事项；依法不予公开的事项不在其中。",
        DISCLAIMER,
    ]
    if edition.entered_afterwards:
        lines.insert(2, "本版本为事后录入。")
    if edition.demo:
        lines.insert(2, "演示数据：本版本供演示，不是政府公布的清单。")
    return lines


def _named(edition: Edition) -> str:
    return f"{edition.title}（{edition.notice_no}）"
