"""催办单: what a department owes, since when, and that it is reminded."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from departments.models import Department
from qingdan.paper.blocks import Document, Part, Table, cell, paragraph
from reviews.papers.words import in_words, office_of, stamped


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing owed: what, by which day, how it stands in words."""

    what: str
    due_on: datetime.date
    standing: str


def urging_paper(
    *, department: Department, post: str, matters: Sequence[Matter], urged_on: datetime.date, times: int = 1, said: str = ""
) -> Document:
    """The printed form of a reminder by the office behind ``post``; ``times``: which one it is; ``said``: what the office adds."""
    region = department.region
    rows = (
        (cell(str(number)), cell(each.what), cell(in_words(each.due_on)), cell(each.standing))
        for number, each in enumerate(matters, 1)
    )
    blocks = (
        paragraph("催办单", "title"),
        paragraph(f"{department.name}：", "flush"),
        paragraph(f"下列 {len(matters)} 项工作已到或者将到期限，现予催办（第 {times} 次催办）。请抓紧办理，并在系统内答复。"),
        Table((2, 12, 6, 6), rows, ("序号", "事项", "办理期限", "办理情况")),
        *([paragraph(said)] if said else []),
        *stamped(office_of(post, region), in_words(urged_on)),
    )
    dated = datetime.datetime.combine(urged_on, datetime.time(), tzinfo=timezone.get_current_timezone())
    return Document(f"催办单（{department.name}）", (Part(blocks),), dated)
