"""Papers of one request: 权责事项调整申请表, 合规性审查意见, 合法性审查意见书."""

from __future__ import annotations

from collections.abc import Sequence

from departments.posts import Post
from qingdan.paper.blocks import Block, Document, Part, Table, cell, label, paragraph
from reviews.models import Change, ChangeRequest, Decision, OpinionNumber
from reviews.papers.comparison import comparison_of_changes, list_of_changes
from reviews.papers.words import in_words, office_of, stamp_row, stamped
from reviews.states import Stage

# What 合法性审查 says of an item, by the outcome of the decision.
VERDICTS = {Decision.Outcome.PASSED: "合法", Decision.Outcome.RETURNED: "修改后合法", Decision.Outcome.REFUSED: "不合法"}


def changes_of(request: ChangeRequest) -> list[Change]:
    rows = request.changes.select_related("item", "base_version", "request__department").defer("base_version__search_text")
    return list(rows.order_by("position"))


def request_form(request: ChangeRequest) -> Document:
    """《权责事项调整申请表》: what is asked for and why, places to sign and stamp; what changes, on pages of their own."""
    directive = request.directive
    said = f"{directive.issuer} {directive.number}《{directive.title}》" if directive else "无"
    changes = changes_of(request)
    rows = [
        (label("申请部门"), cell(request.department.name), label("申请编号"), cell(request.number)),
        (
            label("经办人"),
            cell(request.created_by.name),
            label("提交人"),
            cell(request.submitted_by.name if request.submitted_by else ""),
        ),
        (label("内容"), cell(f"{len(changes)} 项，见附表"), label("稿次"), cell(f"第 {request.revision} 稿")),
        (label("调整理由"), cell(request.reason, span=3)),
        (label("依据文件"), cell(request.document or "无", span=3)),
        (label("上级决定"), cell(said, span=3)),
        stamp_row("部门负责人意见"),
        stamp_row("职责审查意见"),
        stamp_row("平台衔接审查意见"),
        stamp_row("合法性审查意见"),
    ]
    front: list[Block] = [paragraph("权责事项调整申请表", "title"), Table((3, 6, 3, 6), rows)]
    return _document(request, "权责事项调整申请表", front, changes)


def compliance_opinion(request: ChangeRequest) -> Document:
    """《合规性审查意见》: what each part of compliance said of the present revision."""
    changes = changes_of(request)
    front = [paragraph("合规性审查意见", "title"), paragraph(f"{request.department.name}：", "flush"), _received(request, changes)]
    for decision in decisions_on(request, Stage.COMPLIANCE):
        front.append(paragraph(f"{decision.get_part_display()}：{decision.get_outcome_display()}", "heading"))
        front.append(paragraph(decision.opinion or "无其他意见。"))
        front += stamped(office_of(decision.post, request.region), in_words(decision.at))
    return _document(request, "合规性审查意见", front, changes, compared=False)


def legality_opinion(request: ChangeRequest) -> Document:
    """《合法性审查意见书》, numbered by the office; item by item 合法, 修改后合法 or 不合法."""
    number = OpinionNumber.objects.filter(request=request, revision=request.revision).first()
    changes = changes_of(request)
    front = [
        paragraph("合法性审查意见书", "title"),
        paragraph(str(number) if number else "（编号　　　　〔　　　　〕　　号）", "centre"),
        paragraph(f"{request.department.name}：", "flush"),
        _received(request, changes),
    ]
    for decision in decisions_on(request, Stage.LEGALITY):
        verdict = VERDICTS[Decision.Outcome(decision.outcome)]
        front.append(paragraph(f"审查结论：{verdict}", "heading"))
        front.append(paragraph(decision.opinion or "无其他意见。"))
        front.append(paragraph("逐项意见如下。"))
        rows = ((cell(str(each.position)), cell(each.get_kind_display()), cell(each.name), cell(verdict)) for each in changes)
        front.append(Table((2, 4, 12, 4), rows, ("序号", "调整类型", "事项名称", "结论")))
        front += stamped(office_of(Post.LEGALITY, request.region), in_words(decision.at))
    return _document(request, "合法性审查意见书", front, changes, compared=False)


def decisions_on(request: ChangeRequest, stage: str) -> list[Decision]:
    """What was said at a stage of the present revision."""
    return list(request.decisions.filter(revision=request.revision, stage=stage).order_by("at", "pk"))


def _received(request: ChangeRequest, changes: Sequence[Change]):
    return paragraph(
        f"你单位《权责事项调整申请》（{request.number}，第 {request.revision} 稿）收悉，共 {len(changes)} 项。经审查，意见如下。"
    )


def _document(
    request: ChangeRequest, title: str, front: list[Block], changes: Sequence[Change], *, compared: bool = True
) -> Document:
    parts = [Part(tuple(front)), Part(_annex(changes, compared), landscape=True)]
    foot = f"申请 {request.number} 第 {request.revision} 稿 · 内容哈希 {request.proposed_hash or '（未提交）'}"
    return Document(f"{title}（{request.department.name}）", tuple(parts), request.state_since, foot)


def _annex(changes: Sequence[Change], compared: bool):
    yield paragraph("附表1　调整事项表", "heading")
    yield list_of_changes(changes)
    if compared:
        yield paragraph("附表2　新旧对照表", "heading")
        yield from comparison_of_changes(changes)
