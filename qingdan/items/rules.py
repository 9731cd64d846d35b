"""Numbered rules of the door: what an edition may not be. All that are broken are reported, each in the user's sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from departments.models import Department
from qingdan.errors import RuleBroken, Violation
from qingdan.items.elements import label_of
from qingdan.items.kinds import ADJUSTMENTS, BEGINNING, ENDING, ChangeKind, EditionKind
from qingdan.items.models import Category, Edition, ItemVersion
from qingdan.items.placing import EditionTerms, Placement, Row


def check_terms(terms: EditionTerms, previous: Edition | None, base: Edition | None, carries_something: bool) -> None:
    """P01–P04: kind, dates and notice of an edition. Raises RuleBroken with all of them.

    ``base``: the edition on which it builds; not ``previous`` where a pending one takes effect after it.
    """
    broken = []
    if previous is None and terms.kind != EditionKind.BASELINE:
        broken.append(Violation("P01", "本地区尚未首次公布，第一个版本只能是首次公布"))
    if previous is not None and terms.kind == EditionKind.BASELINE:
        broken.append(Violation("P01", f"本地区已有公布版本（{previous.notice_no}），不能再次首次公布"))
    if not terms.notice_no.strip() or not terms.notice_title.strip():
        broken.append(Violation("P02", "公布文件的标题和文号都要填写"))
    if terms.effective_on < terms.decided_on:
        broken.append(Violation("P03", f"生效日期 {terms.effective_on} 早于审议日期 {terms.decided_on}"))
    if terms.published_on < terms.decided_on:
        broken.append(Violation("P03", f"公布日期 {terms.published_on} 早于审议日期 {terms.decided_on}"))
    if not terms.may_look_back and terms.effective_on < timezone.localdate():
        broken.append(Violation("P03", f"生效日期 {terms.effective_on} 已过；只有基线和补录可以事后录入"))
    before_pending = previous is not None and terms.effective_on < previous.effective_on
    if before_pending and (base is None or terms.entered_afterwards or terms.effective_on < timezone.localdate()):
        broken.append(
            Violation("P03", f"生效日期 {terms.effective_on} 早于上一版本的生效日期 {previous.effective_on}，请改为同日或以后")
        )
    # What two offices published at once (紧急暂停, 更正) or without a meeting may come between a meeting and its publication.
    both_met = terms.entered_afterwards or (base is not None and base.meeting and terms.meeting)
    if base is not None and terms.kind in ADJUSTMENTS and both_met and terms.decided_on < base.decided_on:
        broken.append(Violation("P03", f"审议日期 {terms.decided_on} 早于上一版本的审议日期 {base.decided_on}"))
    if not carries_something:
        broken.append(Violation("P04", "没有任何调整内容，不能公布"))
    if broken:
        raise RuleBroken(*broken)


def check_placements(before: Sequence[Row], placements: Sequence[Placement], departments: Mapping[str, Department]) -> None:
    """P05–P13: the changes against the list they are applied to. Raises RuleBroken with all of them."""
    broken = [*_base_conflicts(before, placements), *_strangers(placements, departments)]
    if not broken:
        broken += [*_list_after(before, placements, departments), *_lineage(before, placements)]
    if broken:
        raise RuleBroken(*broken)


def _base_conflicts(before: Sequence[Row], placements: Sequence[Placement]):
    """P05: the item was changed or ended by an edition published since; P06: one item changed twice."""
    current = {row.item_id: row for row in before}
    seen: set[int] = set()
    for placement in placements:
        name = placement.content.name
        if placement.item is None:
            if placement.kind not in BEGINNING:
                yield Violation("P05", f"“{placement.kind}”须指明现行事项", name)
            if placement.ends:
                yield Violation("P05", "不在清单内的事项不能取消", name)
            continue
        row = current.get(placement.item.pk)
        if row is None:
            yield Violation("P05", "该事项已不在现行清单内", name)
        elif row.version_id != placement.base_version_id:
            yield Violation("P05", _other_base(row, placement), name)
        if placement.item.pk in seen:
            yield Violation("P06", "同一事项在一个版本内只能调整一次", name)
        seen.add(placement.item.pk)
        must_end = placement.kind in (ChangeKind.REPEAL, ChangeKind.DELEGATE) and not placement.partial
        if (placement.ends and placement.kind not in ENDING) or (must_end and not placement.ends):
            yield Violation("P05", "调整类型与事项状态不一致", name)


def _strangers(placements: Sequence[Placement], departments: Mapping[str, Department]):
    """P07: department or category that the region does not have."""
    categories = set(Category.objects.values_list("code", flat=True))
    for placement in placements:
        content = placement.content
        if content.department_code not in departments:
            yield Violation("P07", f"本地区没有代码为 {content.department_code} 的部门", content.name)
        if content.category not in categories:
            yield Violation("P07", f"没有代码为 {content.category} 的权力类别", content.name)


def _list_after(before: Sequence[Row], placements: Sequence[Placement], departments: Mapping[str, Department]):
    """P08 大项 missing, P09 大项 ended with sub-items left, P10 two items of one name in the same place, P11 重叠编码."""
    changed = {placement.item.pk: placement for placement in placements if placement.item}
    places: dict[tuple, str] = {}
    majors: set[tuple] = set()
    parents: list[tuple] = []
    names = {row.item_id: row.name for row in before}
    for row in before:
        if row.item_id in changed:
            continue
        major = names.get(row.parent_id, "") if row.parent_id else ""
        place = (row.department_id, row.category, major, row.name)
        places[place] = row.name
        if row.parent_id is None:
            majors.add((row.department_id, row.category, row.name))
        else:
            parents.append((row.parent_id, row.department_id, row.category, row.name))
    for placement in placements:
        content = placement.content
        if placement.ends:
            continue
        department = departments[content.department_code].pk
        place = (department, content.category, content.major_name, content.name)
        if place in places:
            yield Violation("P10", "同一部门同一类别（同一大项）下已有同名事项", content.name)
        places[place] = content.name
        if not content.is_sub_item:
            majors.add((department, content.category, content.name))
    for placement in placements:
        content = placement.content
        if content.is_sub_item and not placement.ends:
            department = departments[content.department_code].pk
            if (department, content.category, content.major_name) not in majors:
                yield Violation("P08", f"所属大项“{content.major_name}”不在清单内", content.name)
    ended = {pk for pk, placement in changed.items() if placement.ends}
    for parent, _department, _category, name in parents:
        if parent in ended:
            yield Violation("P09", f"大项“{names[parent]}”下还有子项“{name}”，须一并处理", names[parent])


def _lineage(before: Sequence[Row], placements: Sequence[Placement]):
    """P13: a merged item names what it went into, which stays in the list; what a split makes names the item that was split."""
    stays = {row.item_id for row in before} - {placement.item.pk for placement in placements if placement.item and placement.ends}
    made = {id(placement) for placement in placements if not placement.ends}
    split = {placement.item.pk for placement in placements if placement.item and placement.kind == ChangeKind.SPLIT}
    for placement in placements:
        name, into = placement.content.name, placement.merged_into
        if placement.kind == ChangeKind.MERGE and placement.ends and into is None:
            yield Violation("P13", "须指明并入的事项；并入的事项未获通过的，本项也不能合并", name)
        if into is not None and not (id(into) in made if isinstance(into, Placement) else into.pk in stays):
            yield Violation("P13", "并入的事项不在清单内", name)
        origin = placement.split_from
        if placement.kind == ChangeKind.SPLIT and placement.item is None and (origin is None or origin.pk not in split):
            yield Violation("P13", "须指明拆分自哪个事项，该事项须在同一版本内拆分", name)


def _other_base(row: Row, placement: Placement) -> str:
    if ItemVersion.objects.filter(pk=placement.base_version_id, number__gt=row.number).exists():
        return f"现行的是第{row.number}版，调整所基于的版本尚未生效；请把生效日期定在它生效的当日或以后"
    return f"该事项已由其后公布的版本改为第{row.number}版，须退回按现行内容重新提出"


# What a 更正 may not touch: the power, its basis, its subject, its duties, and whether and where the item stands.
SUBSTANCE = frozenset(
    {
        *("department_code", "category", "sub_kind", "name", "major_name", "initiation", "legal_bases", "implementing_body"),
        *("body_nature", "entrusting_department", "joint_departments", "exercising_level", "power_source", "powers"),
        *("exercise_content", "duty_boundary", "duties", "accountability_scope", "accountability", "penalty", "discretion"),
        *("compulsory_kind", "collection_scope", "charged", "charge_standard", "state", "counted", "not_public", "demo"),
    }
)


def check_corrections(placements: Sequence[Placement]) -> None:
    """P15: a 更正 mends clerical faults only. Raises RuleBroken naming each element of substance that would change."""
    bases = ItemVersion.objects.in_bulk([each.base_version_id for each in placements if each.base_version_id])
    broken = []
    for placement in placements:
        base = bases.get(placement.base_version_id)
        if base is None or placement.ends:
            broken.append(Violation("P15", "更正不能增加或取消事项", placement.content.name))
            continue
        before = base.content
        touched = [name for name in sorted(SUBSTANCE) if getattr(before, name) != getattr(placement.content, name)]
        if touched:
            labels = "、".join(label_of(name) for name in touched)
            broken.append(
                Violation("P15", f"更正不能改变{labels}；职权、依据、主体和责任的变化须按调整程序办理", placement.content.name)
            )
    if broken:
        raise RuleBroken(*broken)
