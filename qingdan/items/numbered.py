"""Numbered lines: 责任事项 with their 依据, steps of the flow, materials, risk points. Each is written one way and read back the same."""

from __future__ import annotations

import re
import unicodedata

from qingdan.items.content import Duty, FlowStep, Material, RiskPoint
from qingdan.laws.citations import to_chinese_number

_NUMBER = re.compile(
    r"[ \t\u3000]*(?:(\d{1,3})(?:[、)）]|[.．](?!\d))|[(（](\d{1,3})[)）]|([一二三四五六七八九十百]{1,5})[、.．]|[(（]([一二三四五六七八九十百]{1,5})[)）])[ \t\u3000]*"
)
_ARROW = re.compile(r"[ \t\u3000]{0,8}(?:[→➔➜➡⇒⟶]|[-—=]{1,8}[>〉])\ufe0f?")
_NAMED = re.compile(r"[（(]((?:承办|时限|形式|说明)[：:][^（）()]*)[）)]$")


def pair_duties(text: str, bases: str) -> tuple[Duty, ...]:
    """责任事项 with 责任事项依据, line by numbered line; a basis without its duty stands alone, in its place."""
    duties, sources = entries_of(text), entries_of(bases)
    by_position = len(duties) == len(sources) and not any(number for number, _ in (*duties, *sources))
    rows: list[Duty] = []
    at = 0
    for place, (number, source) in enumerate(sources):
        match = next((k for k in range(at, len(duties)) if number and duties[k][0] == number), None)
        if by_position:
            match = place
        if match is None:
            rows.append(Duty(basis=source))
            continue
        rows += [Duty(text=duty) for _, duty in duties[at:match]]
        rows.append(Duty(text=duties[match][1], basis=source))
        at = match + 1
    return (*rows, *(Duty(text=duty) for _, duty in duties[at:]))


def is_flow(text: str) -> bool:
    """Whether a cell describes steps (arrows or numbered lines) rather than running prose."""
    return (
        bool(_ARROW.search(text))
        or any(number for number, _ in entries_of(text))
        or (len(text.strip()) <= 20 and "\n" not in text.strip())
    )


def clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def entries_of(text: str) -> list[tuple[str, str]]:
    """Numbered lines with the lines that go on under them; without numbers every line is an entry. (number, text)"""
    lines = clean(text).strip("\n").split("\n") if text.strip() else []
    lines = lines[next((k for k, line in enumerate(lines) if line.strip()), 0) :]
    style = None
    entries: list[tuple[str, str]] = []
    for line in lines:
        match = _NUMBER.match(line)
        own = match.lastindex if match else None
        if match and not entries:
            style = own
        if entries and (not line.strip() or (style is not None and own != style)):
            number, before = entries[-1]
            entries[-1] = (number, f"{before}\n{line}")
        else:
            entries.append((match[own] if match and own == style else "", line))
    return entries


def _named_parts(text: str) -> tuple[str, dict[str, str]]:
    """``受理（承办：窗口；时限：1日）`` → 受理 and its named parts."""
    parts: dict[str, str] = {}
    while match := _NAMED.search(text):
        text = text[: match.start()].strip()
        for piece in match[1].split("；"):
            label, _, value = piece.replace(":", "：").partition("：")
            parts[label] = value.strip()
    return text, parts


def _steps(text: str) -> list[tuple[str, dict[str, str], str]]:
    """(name, named parts, text) of numbered lines; the number itself is not kept."""
    steps = []
    for _, entry in entries_of(text):
        head, *more = _unnumbered(entry).split("\n")
        found = re.match(r"((?:[^：:（(]|[（(][^（）()]*[）)]|[（(])*)[：:]?", head)
        name, rest = found[1].strip(), head[found.end() :].lstrip()
        name, parts = _named_parts(name)
        steps.append((name, parts, "\n".join([rest, *more]).strip()))
    return steps


def read_flow(text: str) -> tuple[FlowStep, ...]:
    """``受理→审查→决定``, or numbered lines ``1.受理（承办：窗口；时限：1日）：当场出具通知书``."""
    pieces, arrow = entries_of(text), _ARROW.search(text)
    if len(pieces) == 1 and arrow and not re.search("[：:]", text[: arrow.start()]):
        whole = _unnumbered(text.strip())
        steps = [step.strip() for step in _ARROW.split(whole.replace("\n", " ")) if step.strip()]
        text = "\n".join(_number(number, 1, step) for number, step in enumerate(steps, 1))
    return tuple(_step(*each) for each in _steps(text) if each[0] or each[2])


def _step(name: str, parts: dict[str, str], text: str) -> FlowStep:
    if not name or _ARROW.search(name):
        name, text = "步骤", "：".join(part for part in (name, text) if part)
    return FlowStep(name=name, office=parts.get("承办", ""), limit=parts.get("时限", ""), text=text)


def write_flow(steps: tuple[FlowStep, ...]) -> str:
    plain = not any(s.office or s.limit or s.text or _NUMBER.match(s.name) or re.search("[：:]", s.name) for s in steps)
    if len(steps) > 1 and plain:
        return "→".join(step.name for step in steps)
    return _numbered(
        step.name + _brackets(承办=step.office, 时限=step.limit) + (f"：{step.text}" if step.text else "") for step in steps
    )


def read_materials(text: str) -> tuple[Material, ...]:
    materials = []
    for _, entry in entries_of(text):
        name, parts = _named_parts(_unnumbered(entry).strip())
        if name:
            materials.append(Material(name=name, form=parts.get("形式", ""), note=parts.get("说明", "")))
    return tuple(materials)


def write_materials(materials: tuple[Material, ...]) -> str:
    return _numbered(m.name + _brackets(形式=m.form, 说明=m.note) for m in materials)


def read_risks(text: str) -> tuple[RiskPoint, ...]:
    points = []
    for _, entry in entries_of(text):
        parts = [part.strip() for part in _unnumbered(entry).split("｜")]
        stage, form, grade, measure, responsible = (*parts[:4], *("",) * (4 - len(parts)), "".join(parts[4:]))
        points.append(RiskPoint(stage=stage, form=form, grade=grade, measure=measure, responsible=responsible))
    return tuple(points)


def write_risks(points: tuple[RiskPoint, ...]) -> str:
    return _numbered("｜".join((p.stage, p.form, p.grade, p.measure, p.responsible)).rstrip("｜") for p in points)


def _numbered(lines) -> str:
    """Numbered lines; the way of numbering is one that no line inside an entry uses."""
    lines = list(lines)
    inside = {m.lastindex for line in lines for rest in line.split("\n")[1:] if (m := _NUMBER.match(rest))}
    style = next((style for style in (1, 2, 3, 4) if style not in inside), 0)
    if not style:
        lines, style = [line.replace("\n", " ") for line in lines], 1
    return "\n".join(_number(number, style, line) for number, line in enumerate(lines, 1))


def _unnumbered(text: str) -> str:
    match = _NUMBER.match(text)
    return text[match.end() :] if match else text


def _number(number: int, style: int, line: str) -> str:
    if style == 1:
        return f"{number}、{line}" if line[:1].isdigit() else f"{number}.{line}"
    chinese = to_chinese_number(number)
    return {2: f"（{number}）{line}", 3: f"{chinese}、{line}", 4: f"（{chinese}）{line}"}[style]


def _brackets(**parts: str) -> str:
    named = "；".join(f"{label}：{value}" for label, value in parts.items() if value)
    return f"（{named}）" if named else ""
