"""Papers of what was published: 《关于公布…的通知》 with its annexes, and the 备案报告. Both are read off the edition, public items only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from departments.posts import Post
from qingdan.items import reads
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionChange
from qingdan.paper.blocks import Block, Break, Document, Part, Rule, paragraph
from reviews.models import Batch
from reviews.papers.comparison import comparison_of_edition, list_of_edition
from reviews.papers.words import in_words, office_of, signature


def published_changes(edition: Edition) -> list[EditionChange]:
    """What the edition changed of public items, with both versions."""
    rows = reads.public_changes(edition).select_related("item", "department", "old_version", "new_version")
    return list(rows.defer("old_version__search_text", "new_version__search_text"))


def notice_paper(batch: Batch) -> Document:
    """公布通知 with 调整事项表 and 新旧对照表."""
    edition = batch.edition
    changes = published_changes(edition)
    parts = (Part(_notice(batch, edition, changes)), Part(_annexes(changes), landscape=True))
    return Document(edition.notice_title, parts, edition.recorded_at, _foot(edition))


def filing_paper(batch: Batch) -> Document:
    """备案报告: what was published, how it was decided, what is handed in with it."""
    edition = batch.edition
    changes = published_changes(edition)
    office = office_of(Post.PUBLISHER, batch.region)
    majors, items = reads.totals(edition)
    front = (
        paragraph(f"关于{edition.title}报送备案的报告", "title"),
        paragraph(f"{office_of(Post.LEGALITY, batch.region)}：", "flush"),
        paragraph(
            f"《{edition.notice_title}》（{edition.notice_no}）已于 {in_words(edition.published_on)} 公布，"
            f"自 {in_words(edition.effective_on)} 起生效。现将有关材料报送备案审查。"
        ),
        paragraph("一、审议和公布情况", "heading"),
        paragraph(f"{_decided(batch, edition)}；{batch.paper_name}哈希 SHA-256 {batch.submission_hash}。"),
        paragraph("二、调整内容", "heading"),
        paragraph(f"共调整 {len(changes)} 项：{_kinds(changes)}。调整后全部清单计 {majors:,} 大项、{items:,} 项。"),
        paragraph("三、说明和依据", "heading"),
        *(paragraph(line) for line in _grounds(changes)),
        paragraph("四、报送材料", "heading"),
        paragraph("1.公布通知及附件；2.送审稿（含起草说明、审查意见）；3.现行清单全文；4.证据包。"),
        *signature(office, in_words(edition.published_on)),
    )
    annex = (paragraph("附件　调整事项表", "heading"), list_of_edition(changes))
    return Document(
        f"关于{edition.title}报送备案的报告", (Part(front), Part(annex, landscape=True)), edition.recorded_at, _foot(edition)
    )


def _notice(batch: Batch, edition: Edition, changes: list[EditionChange]) -> Iterator[Block]:
    issuer = f"{edition.region.name}人民政府"
    yield paragraph(f"{issuer}文件", "masthead")
    yield paragraph(edition.notice_no, "centre")
    yield Rule(red=True)
    yield paragraph(edition.notice_title, "title")
    yield paragraph("各县（市、区）人民政府，各开发区管委会，政府各部门：", "flush")
    yield paragraph(
        f"{edition.title}{_passed(batch, edition)}，共 {len(changes)} 项（{_kinds(changes)}），"
        f"现予公布，自 {in_words(edition.effective_on)} 起生效。"
    )
    yield paragraph("各部门要按照公布的清单行使职权、履行责任，做好衔接；取消、下放的事项不得变相保留。依据以法律法规规章为准。")
    yield paragraph("附件：1.调整事项表")
    yield paragraph("　　　2.新旧对照表")
    yield from signature(issuer, in_words(edition.published_on))


def _passed(batch: Batch, edition: Edition) -> str:
    """How it was decided, as the notice says it."""
    if batch.without_meeting:
        return f"已经合规性、合法性审查，按规定未经常务会审议（依据：{batch.short_basis}）"
    return f"已经{edition.meeting or '常务会'}审议通过"


def _decided(batch: Batch, edition: Edition) -> str:
    """The same with its day, as the 备案报告 says it."""
    if batch.without_meeting:
        return f"按规定未经常务会审议（依据：{batch.short_basis}），{in_words(edition.decided_on)} 定稿"
    return f"{edition.meeting or '常务会'}于 {in_words(edition.decided_on)} 审议通过"


def _annexes(changes: list[EditionChange]) -> Iterator[Block]:
    yield paragraph("附件1　调整事项表", "heading")
    yield list_of_edition(changes)
    yield Break()
    yield paragraph("附件2　新旧对照表", "heading")
    yield from comparison_of_edition(changes)


def _kinds(changes: list[EditionChange]) -> str:
    counted = Counter(change.kind for change in changes)
    return "，".join(f"{ChangeKind(kind).label} {counted[kind]} 项" for kind in ChangeKind if counted[kind])


def _grounds(changes: list[EditionChange]) -> list[str]:
    grounds = dict.fromkeys((change.document or change.reason).strip().rstrip("。") for change in changes)
    return [f"{text}。" for text in grounds if text] or ["见送审稿起草说明。"]


def _foot(edition: Edition) -> str:
    return f"{edition.title}（{edition.notice_no}）· 版本清单哈希 {edition.manifest_hash}"
