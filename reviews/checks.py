"""自动校验 of a request: every item rule over each proposed content, and R40–R44 over the changes themselves.

Findings are computed from what is proposed, never kept: the same content gives the same findings. What was found at submission is
named in the history of the request (``summary``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from departments.models import Region
from qingdan.errors import Violation
from qingdan.items.checks import ITEM_RULES
from qingdan.items.checks.published import register_of, surroundings_of
from qingdan.items.checks.register import Entry, Register
from qingdan.items.checks.rule import Finding, Severity, Spot, Subject, Surroundings, rule, run, shortened
from qingdan.items.content import DepartmentContent, ItemContent, stored_elements
from qingdan.items.kinds import ENDING, ChangeKind
from qingdan.items.models import Edition
from reviews.models import Change, ChangeRequest
from reviews.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Proposed:
    """A change as rules see it. ``document``: of the change, its request or the decision above; ``left``: sub-items that would remain."""

    kind: str
    content: ItemContent
    base: ItemContent | None = None
    document: str = ""
    left: tuple[str, ...] = field(default=())


_DECIDED_ELSEWHERE = ENDING - {ChangeKind.SPLIT} | {ChangeKind.TAKE_OVER}


@rule(
    "R40",
    Severity.STOPS,
    source="湖北省政府令第382号第四条（职权法定）；各地动态管理办法：取消、下放、承接须有决定文件",
    reason="没有文件，事项的去留就没有根据；文件可以写在该项、申请或者所承接的上级决定中",
)
def decision_document_is_missing(proposed: Proposed, around: Surroundings) -> Iterator[Spot]:
    """取消、下放、合并、承接须写明决定文件"""
    if proposed.kind in _DECIDED_ELSEWHERE and not proposed.document.strip():
        yield Spot("依据文件", ChangeKind(proposed.kind).label)


@rule(
    "R41",
    Severity.WARNS,
    source="各地动态管理办法：新增、变更依据须有法律、法规、规章",
    reason="依据可能写在申请的附件中；没有依据的由合法性审查退回",
)
def law_reference_is_missing(proposed: Proposed, around: Surroundings) -> Iterator[Spot]:
    """新增、承接和变更依据须有能够识别的法律、法规、规章或文件"""
    if proposed.kind not in (ChangeKind.ADD, ChangeKind.TAKE_OVER, ChangeKind.BASIS):
        return
    cited = [each for each in Subject(proposed.content).all_bases if each.title or each.rank]
    if not cited:
        written = "".join(basis.as_written for basis in proposed.content.legal_bases)
        yield Spot("设定依据", f"只写“{shortened(written, 30)}”" if written.strip() else "没有依据")


@rule(
    "R42",
    Severity.WARNS,
    source="权责清单动态调整的类型（新增、取消、变更名称、变更类别、变更依据、变更其他要素）",
    reason="类型只影响统计和审查路径，由审查人判断",
)
def kind_does_not_fit_what_changes(proposed: Proposed, around: Surroundings) -> Iterator[Spot]:
    """调整类型与实际变化不一致"""
    base, content = proposed.base, proposed.content
    if base is None:
        return
    label = ChangeKind(proposed.kind).label
    does = {
        ChangeKind.RENAME: ("名称", base.name != content.name),
        ChangeKind.RECATEGORISE: ("类别", base.category != content.category),
        ChangeKind.BASIS: ("依据", base.legal_bases != content.legal_bases),
    }
    what, changed = does.get(proposed.kind, ("", True))
    if not changed:
        yield Spot("调整类型", f"{label}，而{what}没有变化")
    if proposed.kind == ChangeKind.ELEMENTS:
        for what, changed in does.values():
            if changed:
                yield Spot("调整类型", f"{label}，而{what}也有变化")


@rule(
    "R43",
    Severity.WARNS,
    source="更正只用于文字错误，不改变职权、责任、依据和主体",
    reason="错别字也可能在名称和依据里，由审查人判断",
)
def correction_changes_the_substance(proposed: Proposed, around: Surroundings) -> Iterator[Spot]:
    """更正不得改变类别、实施主体、依据、职责权限和责任"""
    base, content = proposed.base, proposed.content
    if proposed.kind != ChangeKind.CORRECT or base is None:
        return
    before = [each.matching for each in Subject(base).all_bases]
    changed = [
        label
        for label, differs in (
            ("权力类别", base.category != content.category),
            ("实施主体", base.implementing_body != content.implementing_body),
            ("法定依据", before != [each.matching for each in Subject(content).all_bases]),
            ("职责权限", base.powers != content.powers),
            ("责任事项", len(base.duties) != len(content.duties)),
        )
        if differs
    ]
    if changed:
        yield Spot("调整类型", f"更正改变了{'、'.join(changed)}")


@rule(
    "R44",
    Severity.WARNS,
    source="权责清单动态调整：取消职权的，其子项、责任事项和流程一并清理",
    reason="子项可以由同一批次的另一申请处理；公布时仍未处理的必被拒绝（P09）",
)
def sub_items_are_left_behind(proposed: Proposed, around: Surroundings) -> Iterator[Spot]:
    """取消、下放或合并大项时，其子项须一并处理"""
    if proposed.content.state == "repealed" and proposed.left:
        yield Spot("子项", "、".join(f"“{name}”" for name in proposed.left[:3]) + f"（{len(proposed.left)} 项）")


CHANGE_RULES = (
    decision_document_is_missing,
    law_reference_is_missing,
    kind_does_not_fit_what_changes,
    correction_changes_the_substance,
    sub_items_are_left_behind,
)
ALL_RULES = (*ITEM_RULES, *CHANGE_RULES)


def findings_of(request: ChangeRequest, changes: Iterable[Change]) -> dict[int, list[Finding]]:
    """Findings of ``changes`` (some of the request's, base versions selected along) by their key. A fixed number of queries.

    Each is compared with the region's list as the whole request would leave it. Departments' own entries have no rules.
    """
    every = list(request.changes.select_related("item").order_by("position"))
    document = request.document or (request.directive.number if request.directive_id else "")
    found = _found(request.region, every, document)
    return {change.pk: found(change) for change in changes}


def findings_of_proposals(region: Region, proposals: Sequence[Proposal], document: str = "") -> list[list[Finding]]:
    """Findings of each of ``proposals`` before a request is made of them, as ``findings_of`` would give them afterwards."""
    every = [
        Change(
            position=position,
            kind=proposal.kind,
            item=proposal.item,
            base_version=proposal.base_version,
            content_bytes=proposal.content.canonical,
            name=proposal.content.name,
            document=proposal.document,
            terms_text=proposal.terms_text,
        )
        for position, proposal in enumerate(proposals, start=1)
    ]
    return list(map(_found(region, every, document), every))


def _found(region: Region, every: Sequence[Change], document: str) -> Callable[[Change], list[Finding]]:
    """What finds the findings of one of ``every`` change of a request, beside the list as they all would leave it."""
    edition = Edition.objects.light().newest(region)
    listed = register_of(edition) if edition else Register(())
    around = surroundings_of(_after(listed, every))
    ended = {change.item.code for change in every if change.item_id and change.ends}
    return lambda change: list(_findings(change, around, listed, ended, document))


def _findings(change: Change, around: Surroundings, listed: Register, ended: set[str], document: str) -> Iterator[Finding]:
    content = change.content
    if isinstance(content, DepartmentContent):
        return
    key = _key(change)
    subs = listed.subs_of(key)
    if not change.ends:
        yield from run(ITEM_RULES, Subject(content, key=key, split=bool(subs)), around)
    proposed = Proposed(
        kind=change.kind,
        content=content,
        base=change.base_version.content if change.base_version_id else None,
        document=change.document or document,
        left=tuple(entry.name for entry in subs if entry.key not in ended),
    )
    yield from run(CHANGE_RULES, proposed, around)


def _key(change: Change) -> str:
    return change.item.code if change.item_id else f"本申请第 {change.position} 项"


def _after(listed: Register, every: Sequence[Change]) -> Register:
    """The list as the request would leave it."""
    come = []
    for change in every:
        if change.kind == ChangeKind.DEPARTMENT or change.ends:
            continue
        elements = stored_elements(change.content_bytes)
        before = listed.get(_key(change))
        come.append(
            Entry(
                key=_key(change),
                department=elements["department_code"],
                department_name=elements["department_name"],
                category=elements["category"],
                name=elements["name"],
                major=elements.get("major_name", ""),
                parent=before.parent if before else "",
                codes=tuple((code["scheme"], code["value"]) for code in elements.get("codes", ())),
            )
        )
    return listed.changed({_key(change) for change in every if change.item_id}, come)


def check_request(request: ChangeRequest) -> tuple[list[Violation], str]:
    """(what stops this request, each with its rule; its warnings in one line for the record)."""
    changes = list(request.changes.select_related("item", "base_version").order_by("position"))
    found = findings_of(request, changes)
    stopping = [
        Violation(finding.rule.number, f"{finding.rule.number} {finding.message}", change.name)
        for change in changes
        for finding in found[change.pk]
        if finding.stops
    ]
    return stopping, summary(finding for findings in found.values() for finding in findings if not finding.stops)


def summary(findings: Iterable[Finding]) -> str:
    """R05 2 处、R25 12 处; empty when there is none."""
    counts = Counter(finding.rule.number for finding in findings)
    return "、".join(f"{number} {counts[number]} 处" for number in sorted(counts))
