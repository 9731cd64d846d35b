"""What every paper of this room says the same way: days, offices, places to stamp."""

from __future__ import annotations

import datetime

from django.utils import timezone

from departments.models import Region
from departments.posts import Post
from qingdan.paper.blocks import Cell, Paragraph, Table, cell, label, paragraph

_BLANK_DAY = "　　　　年　　月　　日"
# Post → the office that speaks through it.
_OFFICES = {
    Post.COMPLIANCE: "机构编制委员会办公室",
    Post.SERVICE: "政务服务和大数据管理局",
    Post.LEGALITY: "司法局",
    Post.COUNCIL: "人民政府办公室",
    Post.PUBLISHER: "行政审批制度改革工作领导小组办公室",
}


def in_words(day: datetime.date | datetime.datetime) -> str:
    """2019年11月20日, as official documents write a day (GB/T 9704-2012 7.3.5)."""
    if isinstance(day, datetime.datetime):
        day = timezone.localtime(day).date()
    return f"{day.year}年{day.month}月{day.day}日"


def office_of(post: str, region: Region) -> str:
    return f"{region.name}{_OFFICES[Post(post)]}"


def signature(*lines: str) -> tuple[Paragraph, ...]:
    """署名 and 成文日期 at the right; a day that is not known yet is left open."""
    return tuple(paragraph(line, "right") for line in lines)


def stamped(office: str, day: str = "") -> tuple[Paragraph, ...]:
    return signature(f"{office}（盖章）", day or _BLANK_DAY)


def stamp_row(name: str, said: str = "", *, span: int = 3) -> tuple[Cell, ...]:
    """A row of a form in which somebody writes, signs and stamps."""
    return (label(name), cell(f"{said}\n\n\n　　　　　　　　签名（盖章）：\n　　　　　　　　{_BLANK_DAY}", span=span, tall=36))


def pairs(rows: list[tuple[str, str]], widths: tuple[int, int] = (1, 4)) -> Table:
    """A table of names and what they are."""
    return Table(widths, [(label(name), cell(text)) for name, text in rows])
