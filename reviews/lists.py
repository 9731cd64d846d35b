"""Whole lists from before this system: the first one (基线) and later past ones (补录), each compared with the list before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from departments.acting import act
from departments.models import Department, Region
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import RuleBroken, Violation
from qingdan.items.intake.reading import ReadRow
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition
from qingdan.items.placing import EditionTerms, Placement
from reviews.matching import Comparison, compare, proposals_of
from reviews.publication import enter_past_edition

ABSENT = "补录：该版本清单未列"


def known_departments(region: Region) -> dict[str, Department]:
    """Every name, short name and code by which a file may call a department of ``region``."""
    found: dict[str, Department] = {}
    for department in Department.objects.filter(region=region, abolished_on=None):
        for text in (department.code, department.name, department.short_name):
            if text:
                found[text] = department
    return found


def departments_of(
    rows: Sequence[ReadRow], known: Mapping[str, Department], fallback: Department | None
) -> dict[str, Department | None]:
    """Department text of the rows → department; None where ``known`` does not have it."""
    texts = {row.department for row in rows}
    return {text: known.get(text) if text else fallback for text in texts}


@act("create_listed_departments")
def create_listed_departments(*, actor: Actor, region: Region, names: Sequence[str]) -> list[Department]:
    """Departments that a past list names and the database lacks; 系统管理员 completes them later. Codes are ours: region-Dnn."""
    posting = actor.must_hold(Post.PUBLISHER, region=region, message="随清单建立部门须由本地区审改办办理")
    Region.objects.select_for_update().get(pk=region.pk)
    taken = Department.objects.filter(region=region).values_list("code", "order")
    numbers = [int(match[1]) for code, _ in taken if (match := re.fullmatch(rf"{region.code}-D(\d+)", code))]
    first, order = max(numbers, default=0) + 1, max((place for _, place in taken), default=0)
    made = []
    for offset, name in enumerate(names):
        department = Department(region=region, code=f"{region.code}-D{first + offset:02d}", name=name, order=order + offset + 1)
        department._change_reason, department._history_user = "随清单建立", actor.user
        department.save()
        actor.record(act="create_listed_departments", post=posting.post, obj=department, detail=name)
        made.append(department)
    return made


@act("publish_list", durable=True)
def publish_list(
    *,
    actor: Actor,
    terms: EditionTerms,
    rows: Sequence[ReadRow],
    fallback: Department | None = None,
    create_departments: bool = False,
) -> tuple[Edition, Comparison]:
    """Publish a whole list that was in force in the past. All or nothing: one refused row (M01…) stops it.

    What the list before had and this one lacks is 取消. Raises RuleBroken L01 for a department that is not known.
    """
    known = known_departments(terms.region)
    unknown = sorted(text for text, department in departments_of(rows, known, fallback).items() if department is None)
    if unknown and "" not in unknown and create_departments:
        create_listed_departments(actor=actor, region=terms.region, names=unknown)
        known = known_departments(terms.region)
    elif unknown:
        raise RuleBroken(*(Violation("L01", "没有这个部门；请先建立，或改正名称", text or "未写明部门的行") for text in unknown))
    comparison = compare(rows=rows, region=terms.region, departments=departments_of(rows, known, fallback), whole=True)
    if comparison.refused:
        raise RuleBroken(*(Violation(row.code, row.message, f"{row.sheet} 第{row.row}行") for row in comparison.refused))
    gone = [version.item.code for version in comparison.absent]
    proposals = proposals_of(comparison, repeal=gone, reason=ABSENT, document=terms.notice_no)
    placements = [
        Placement(
            kind=ChangeKind.ADD if proposal.item is None else proposal.kind,
            content=proposal.content,
            item=proposal.item,
            base_version_id=proposal.base_version.pk if proposal.base_version else None,
            reason=proposal.reason,
            document=proposal.document,
        )
        for proposal in proposals
    ]
    return enter_past_edition(actor=actor, terms=terms, placements=placements), comparison


def past_terms(region: Region, *, backfill: bool, **terms) -> EditionTerms:
    """Terms of a list that is entered afterwards."""
    kind = EditionKind.BACKFILL if backfill else EditionKind.BASELINE
    return EditionTerms(region=region, kind=kind, entered_afterwards=True, **terms)
