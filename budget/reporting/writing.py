"""The act of writing a report's texts. Rules: T01 a section that the outline does not have, T02 a text that is too long."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from budget.guards import FundAct, check_can_act, locked
from budget.models import Fund, ReportText
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.ledger.canonical import canonical_bytes, sha256_hex

LIMIT = 10_000


def texts_of(fund: Fund) -> dict[str, str]:
    """Section → text, every section of the outline; '' where nothing was written."""
    written = dict(ReportText.objects.filter(fund=fund).values_list("section", "text"))
    return {section: written.get(section, "") for section in ReportText.Section.values}


def seen_hash(texts: Mapping[str, str]) -> str:
    """What a person saw: SHA-256 over all sections."""
    return sha256_hex(canonical_bytes(dict(texts)))


@act("write_report")
def write_report(*, actor: Actor, fund: Fund, texts: Mapping[str, str], seen: str) -> list[ReportText]:
    """Put in the texts of these sections; what did not change is left alone. ``seen``: ``seen_hash`` of the texts that were before him.

    The year may be closed: the report is written after it. Raises NotAllowed, WrongState (somebody wrote in between) or RuleBroken.
    """
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.WRITE_REPORT)
    present = texts_of(fund)
    if seen != seen_hash(present):
        raise WrongState("报告刚刚由他人改过，本次没有保存；请把您的文字复制下来，重新打开后再填")
    given = {section: "\n".join(text.split("\r\n")).strip() for section, text in texts.items()}
    broken = [Violation("T01", "提纲里没有这一部分", section) for section in given if section not in present]
    broken += [
        Violation("T02", f"{len(text)} 字，最多 {LIMIT} 字；详细材料列入支撑材料目录", ReportText.Section(section).label)
        for section, text in given.items()
        if section in present and len(text) > LIMIT
    ]
    if broken:
        raise RuleBroken(*broken)
    changed = []
    rows = {row.section: row for row in ReportText.objects.filter(fund=fund)}
    for section, text in given.items():
        if text == present[section]:
            continue
        row = rows.get(section) or ReportText(fund=fund, section=section)
        before = fingerprint(row) if row.pk else ""
        row.text, row.written_by, row.written_at = text, actor.user, timezone.now()
        keep(row, actor=actor, reason="填写报告" if not before else "修改报告")
        detail = f"{fund} {row.get_section_display()}：{len(present[section])} 字改为 {len(text)} 字"
        actor.record(act="write_report", post=posting.post, obj=row, before_hash=before, after_hash=fingerprint(row), detail=detail)
        changed.append(row)
    return changed
