"""新旧对照表: every change old beside new, down to the character, as its page shows it; and the short list of the same changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from qingdan.items.display import differences
from qingdan.items.kinds import ENDING
from qingdan.items.models import Category, EditionChange
from qingdan.items.wording import Parts, parts_between
from qingdan.paper.blocks import Block, Run, Table, cell, paragraph
from reviews.models import Change
from reviews.views.differences import Shown, shown_changes

LEGEND = "对照表中，加下划线的为新增文字，加删除线的为删去文字。"
_LIST_HEAD = ("序号", "部门", "调整类型", "权力类别", "清单编码", "事项名称", "理由和依据")
_LIST_WIDTHS = (3, 9, 6, 6, 9, 18, 20)
_HEAD = ("要素", "原内容", "调整后内容")
_WIDTHS = (3, 11, 11)
_CHUNK = 100


def in_chunks(changes: Sequence[Change]) -> Iterator[Shown]:
    """The changes as pages show them, numbered through; a hundred in memory at a time."""
    rest = iter(changes)
    first = 1
    while chunk := list(islice(rest, _CHUNK)):
        yield from shown_changes(chunk, first=first)
        first += len(chunk)


def list_of_changes(changes: Sequence[Change]) -> Table:
    """One row a change."""
    return Table(_LIST_WIDTHS, (_list_row(each) for each in in_chunks(changes)), _LIST_HEAD)


def _list_row(shown: Shown) -> tuple:
    change = shown.change
    why = "\n".join(filter(None, (change.reason or change.request.reason, change.document or change.request.document)))
    texts = (
        str(shown.number),
        change.request.department.name,
        change.get_kind_display(),
        shown.category,
        change.item.code if change.item_id else "",
        change.name,
        why,
    )
    return tuple(cell(text) for text in texts)


def comparison_of_changes(changes: Sequence[Change]) -> Iterator[Block]:
    """A table for each change of requests: what differs, both texts with what is gone and what is new marked."""
    yield paragraph(LEGEND, "note")
    for shown in in_chunks(changes):
        change = shown.change
        about = "，".join(
            filter(None, (change.request.department.name, shown.category, change.item.code if change.item_id else ""))
        )
        yield paragraph(f"{shown.number}．{change.get_kind_display()}：{change.name}（{about}）", "note")
        yield Table(_WIDTHS, _rows((row.label, row.old, row.new) for row in shown.rows), _HEAD)


def comparison_of_edition(changes: Iterable[EditionChange]) -> Iterator[Block]:
    """The same of what an edition changed. Versions must have been selected along."""
    categories = dict(Category.objects.values_list("code", "public_name"))
    yield paragraph(LEGEND, "note")
    for number, change in enumerate(changes, 1):
        yield paragraph(f"{number}．{change.get_kind_display()}：{name_of(change)}（{about(change, categories)}）", "note")
        old = change.old_version.content if change.old_version_id else None
        new = change.new_version.content if change.new_version_id else None
        rows = [(each.label, *parts_between(each.old, each.new)) for each in differences(old, new, categories) if each.mark]
        if change.kind in ENDING:
            rows = [row for row in rows if row[0] == "事项状态"] or [("事项状态", [("在用", True)], [("取消", True)])]
        yield Table(_WIDTHS, _rows(rows), _HEAD)


def list_of_edition(changes: Iterable[EditionChange]) -> Table:
    """One row a change of an edition."""
    categories = dict(Category.objects.values_list("code", "public_name"))
    return Table(_LIST_WIDTHS, (_edition_row(number, each, categories) for number, each in enumerate(changes, 1)), _LIST_HEAD)


def _edition_row(number: int, change: EditionChange, categories: dict[str, str]) -> tuple:
    version = change.new_version or change.old_version
    texts = (
        str(number),
        version.department_name if version else change.department.name,
        change.get_kind_display() + ("（随动）" if change.follows else ""),
        categories.get(version.category_id, "") if version else "",
        change.item.code if change.item_id else "",
        name_of(change),
        "\n".join(filter(None, (change.reason, change.document))),
    )
    return tuple(cell(text) for text in texts)


def name_of(change: EditionChange) -> str:
    version = change.new_version or change.old_version
    return version.name if version else change.department.name


def about(change: EditionChange, categories: dict[str, str]) -> str:
    version = change.new_version or change.old_version
    said = (version.department_name, categories.get(version.category_id, "")) if version else ()
    return "，".join(filter(None, (*said, change.item.code if change.item_id else "")))


def _rows(rows: Iterable[tuple[str, Parts, Parts]]) -> Iterator[tuple]:
    for name, old, new in rows:
        yield cell(name), cell(_marked(old, "del")), cell(_marked(new, "ins"))


def _marked(parts: Parts, mark: str) -> list[Run]:
    return [(text, mark if differs else "") for text, differs in parts]
