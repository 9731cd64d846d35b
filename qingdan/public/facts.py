"""What a reader came for, in one box: where, by telephone, online, who decides, and what to do if it went wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from departments.models import Department
from qingdan.items.content import ItemContent

# A mainland number: area code and seven or eight digits, a mobile, or a service number such as 12345; nothing inside a longer figure.
_NUMBER = re.compile(
    r"(?<![\d-])(?:0\d{2,3}[-－ ]?\d{7,8}|1[3-9]\d{9}|[48]00[-－]?\d{3}[-－]?\d{4}|1[12]\d{3}|[2-8]\d{6,7})(?![\d-])"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the box: pieces of text, each with the address it leads to (or none), and a quiet word about it."""

    label: str
    pieces: tuple[tuple[str, str], ...]
    note: str = ""


def facts_of(content: ItemContent, department: Department) -> list[Fact]:
    """The rows with something to say. What the item does not say is answered by its department, and the row says so."""
    online = content.online_url.strip()
    followed = online if urlsplit(online).scheme in ("http", "https") else ""
    where, by = _lines(content.address, content.hours), ""
    if not content.address.strip():
        where, by = _lines(department.address, content.hours or department.hours), "部门办公地址" if department.address else ""
    phone, whose = content.phone.strip(), ""
    if not phone and department.phone:
        phone, whose = department.phone, "部门电话"
        if department.phone_confirmed_on:
            whose += f"，{department.phone_confirmed_on:%Y-%m-%d} 核对"
    facts = [
        Fact("去哪办", ((where, ""),), by),
        Fact("打电话", dialled(phone), whose),
        Fact("网上办理", ((online, followed),)),
        Fact("由谁决定", ((content.implementing_body or content.department_name, ""),)),
        Fact("对处理不满怎么办", dialled(_lines(content.supervision_phone, content.remedies))),
    ]
    return [fact for fact in facts if any(text.strip() for text, _ in fact.pieces)]


def _lines(*texts: str) -> str:
    return "\n".join(text.strip() for text in texts if text.strip())


def dialled(text: str) -> tuple[tuple[str, str], ...]:
    """``text`` in pieces, the telephone numbers in it with their ``tel:`` address."""
    pieces, end = [], 0
    for found in _NUMBER.finditer(text):
        pieces += [(text[end : found.start()], ""), (found[0], f"tel:{re.sub(r'[^0-9]', '', found[0])}")]
        end = found.end()
    return tuple(piece for piece in (*pieces, (text[end:], "")) if piece[0])
