"""Papers of a batch: the 送审稿 as it was frozen, and what lies before the 常务会 with the suspensions that are reported to it.

What is decided is read off the frozen bytes; a suspension that comes later makes another paper for the meeting, not another 送审稿.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from departments.posts import Post
from qingdan.errors import WrongState
from qingdan.items.kinds import ChangeKind
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from qingdan.paper.blocks import Block, Break, Document, Part, paragraph
from reviews.models import Batch, Change, Decision, Measure
from reviews.papers.comparison import comparison_of_changes, list_of_changes
from reviews.papers.words import in_words, office_of, pairs, signature


def frozen_changes(batch: Batch) -> list[Change]:
    """The changes of the 送审稿 in its order. Raises WrongState where one is no longer what was frozen."""
    rows = json.loads(bytes(batch.submission))["changes"]
    numbers = {row[0] for row in rows}
    found = Change.objects.filter(request__region=batch.region_id, request__number__in=numbers)
    found = found.select_related("item", "base_version", "request__department", "request__directive").defer(
        "base_version__search_text"
    )
    by_place = {(each.request.number, each.position): each for each in found}
    changes = []
    for row in rows:
        change = by_place.get((row[0], row[3]))
        if change is None or change.content_hash != row[7]:
            raise WrongState(f"申请 {row[0]} 第 {row[3]} 项已不是送审稿中的内容，不能再由它生成文件")
        changes.append(change)
    return changes


def submission_paper(batch: Batch) -> Document:
    """送审稿: cover, 起草说明, list, 新旧对照表, opinions."""
    changes = frozen_changes(batch)
    parts = (
        Part(_cover(batch, changes)),
        Part(_listed(changes), landscape=True),
        Part(_opinions(batch, changes)),
    )
    name = batch.paper_name
    return Document(f"{batch.title}（{name}）", parts, frozen_at(batch), f"{name}哈希 SHA-256 {batch.submission_hash}")


def agenda_paper(batch: Batch) -> Document:
    """会议议题材料: what the meeting is asked, in a page; every change, in a list."""
    changes = frozen_changes(batch)
    office = office_of(Post.PUBLISHER, batch.region)
    front = (
        paragraph(f"关于提请审议{batch.title}的汇报", "title"),
        paragraph(office, "centre"),
        paragraph("一、提请审议的事项", "heading"),
        paragraph(f"提请{batch.region.name}人民政府常务会议审议{batch.title}，共 {len(changes)} 项：{_kinds(changes)}。"),
        paragraph("二、调整的依据", "heading"),
        *(paragraph(line) for line in _grounds(changes)),
        paragraph("三、审查情况", "heading"),
        *(paragraph(line) for line in _reviews(changes)),
        paragraph("四、建议", "heading"),
        paragraph("建议审议通过；审议通过后按规定公布。对个别事项有不同意见的，可以逐项暂缓或者不予通过，其余事项不受影响。"),
        *_suspensions(batch),
        *signature(office, in_words(frozen_at(batch))),
        paragraph(f"送审稿哈希 SHA-256 {batch.submission_hash}", "note"),
    )
    annex = (paragraph("附件　调整事项表", "heading"), list_of_changes(changes))
    foot = f"{batch.title} · 送审稿哈希 {batch.submission_hash}"
    return Document(f"关于提请审议{batch.title}的汇报", (Part(front), Part(annex, landscape=True)), frozen_at(batch), foot)


def agenda_basis(batch: Batch) -> str:
    """What the paper for the meeting rests on: the frozen bytes, and the suspensions that it reports. Empty while there is none."""
    if batch.without_meeting or not batch.submission_hash:
        return ""
    reported = list(Measure.objects.heard_with(batch).values_list("pk", flat=True))
    return sha256_hex(canonical_bytes([batch.submission_hash, reported])) if reported else batch.submission_hash


def _suspensions(batch: Batch) -> Iterator[Block]:
    """What was suspended at once since the last meeting; nothing where nothing was."""
    found = list(Measure.objects.heard_with(batch).select_related("base_version"))
    if not found:
        return
    yield paragraph("五、报告紧急暂停的情况", "heading")
    yield paragraph(f"上次会议以来紧急暂停 {len(found)} 项，由审改办提出、司法行政部门核对后公布，现予报告：")
    for number, each in enumerate(found, start=1):
        document = f"；依据：{each.document}" if each.document else ""
        yield paragraph(
            f"{number}.{each.base_version.department_name}“{each.name}”（{each.item.code}），自 {in_words(each.settled_at)} 起暂停"
            f"（{each.notice_no}）。理由：{each.reason.rstrip('。')}{document}。"
        )
    yield paragraph("暂停事项的恢复或者取消，按调整程序另行提请审议。")


def frozen_at(batch: Batch):
    """When the present 送审稿 was fixed."""
    frozen = batch.history.filter(submission_hash=batch.submission_hash).order_by("history_date", "history_id").first()
    return frozen.history_date if frozen else batch.created_at


def _cover(batch: Batch, changes: list[Change]) -> Iterator[Block]:
    yield paragraph(f"（{batch.paper_name}）", "right")
    yield paragraph(batch.title, "title")
    yield paragraph(f"{batch.region.name}权责清单", "centre")
    yield pairs(
        [
            ("批次", f"{batch.region.name}第 {batch.number} 批"),
            ("汇总", f"{office_of(Post.PUBLISHER, batch.region)}　{batch.created_by.name}"),
            ("确定日期", in_words(frozen_at(batch))),
            ("内容", f"{len({each.request_id for each in changes})} 个申请，{len(changes)} 项：{_kinds(changes)}"),
            (f"{batch.paper_name}哈希", f"SHA-256\n{batch.submission_hash}"),
        ]
    )
    use = "本批次按规定不经常务会审议，公布的是这一稿" if batch.without_meeting else "常务会审议的是这一稿"
    yield paragraph(f"本稿由系统按上列哈希固定。{use}；内容改动后哈希即不同，须重新确定。", "note")
    yield Break()
    yield paragraph("起草说明", "title")
    yield paragraph("一、调整的依据", "heading")
    for line in _grounds(changes):
        yield paragraph(line)
    yield paragraph("二、调整的内容", "heading")
    yield paragraph(f"本批次共 {len(changes)} 项：{_kinds(changes)}。按部门分：{_departments(changes)}。")
    yield paragraph("三、审查的情况", "heading")
    for line in _reviews(changes):
        yield paragraph(line)


def _listed(changes: list[Change]) -> Iterator[Block]:
    yield paragraph("附件1　调整事项表", "heading")
    yield list_of_changes(changes)
    yield Break()
    yield paragraph("附件2　新旧对照表", "heading")
    yield from comparison_of_changes(changes)


def _opinions(batch: Batch, changes: list[Change]) -> Iterator[Block]:
    yield paragraph("附件3　审查意见", "heading")
    for number, decisions in _decided(changes).items():
        yield paragraph(f"申请 {number}", "subheading")
        rows = [
            (
                f"{each.get_part_display()}\n{each.get_outcome_display()}",
                f"{each.opinion or '无其他意见。'}\n{office_of(each.post, batch.region)}　{each.person.name}　{in_words(each.at)}",
            )
            for each in decisions
        ]
        yield pairs(rows) if rows else paragraph("没有登记的审查意见。", "note")


def _decided(changes: list[Change]) -> dict[str, list[Decision]]:
    """Request number → what was said of its present revision, in the order of the 送审稿."""
    requests = {each.request.number: each.request for each in changes}
    found: dict[str, list[Decision]] = {number: [] for number in requests}
    every = Decision.objects.filter(request__in=requests.values()).select_related("request", "person").order_by("at", "pk")
    for decision in every:
        if decision.revision == decision.request.revision:
            found[decision.request.number].append(decision)
    return found


def _kinds(changes: list[Change]) -> str:
    counted = Counter(change.kind for change in changes)
    return "，".join(f"{ChangeKind(kind).label} {counted[kind]} 项" for kind in ChangeKind if counted[kind])


def _departments(changes: list[Change]) -> str:
    counted = Counter(change.request.department.name for change in changes)
    return "，".join(f"{name} {count} 项" for name, count in counted.items())


def _grounds(changes: list[Change]) -> list[str]:
    """The decisions from above and the documents on which the requests rest, each once."""
    grounds: dict[str, None] = {}
    for change in changes:
        request = change.request
        if request.directive:
            grounds[f"{request.directive.issuer}《{request.directive.title}》（{request.directive.number}）。"] = None
        if document := change.document or request.document:
            grounds[f"{document.rstrip('。')}。"] = None
        if not request.directive and not document:
            grounds[f"{request.department.name}：{(change.reason or request.reason).strip().rstrip('。')}。"] = None
    return list(grounds)


def _reviews(changes: list[Change]) -> list[str]:
    decisions = [each for found in _decided(changes).values() for each in found]
    counted = Counter((each.get_part_display(), each.get_outcome_display()) for each in decisions)
    lines = [f"{part}：{outcome} {count} 个申请。" for (part, outcome), count in counted.items()]
    return lines or ["没有登记的审查意见。"]
