"""How a change is shown: what differs, old beside new, the changed words marked; what is missing; what stays as it is, folded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from departments.models import Department, Region
from qingdan.items.checks.rule import Finding
from qingdan.items.content import INITIATIONS, DepartmentContent, ItemContent
from qingdan.items.display import text_of
from qingdan.items.elements import BY_KEY, ELEMENTS
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Category, DepartmentVersion, ItemVersion, RequiredElement
from qingdan.items.wording import Parts, parts_between
from reviews.kind_terms import told_terms
from reviews.models import Change

# The name of a sub-item is its 事项名称; 状态 is told by the kind of change where it only begins.
_NOT_SHOWN = {"sub_name"}
_STATE = BY_KEY["state"].label
# What a department's own entry is compared by.
DEPARTMENT_LABELS = ("部门名称", "简称", "性质", "主要职责", "职责边界", "事中事后监管制度")


@dataclass(frozen=True, slots=True)
class Row:
    """One element: its label and both texts in parts (text, whether it differs). ``mark``: 新增, 删除 or 变更.

    ``threads``: what people said of it, put there by ``conversation.Talk``.
    """

    label: str
    old: Parts
    new: Parts
    mark: str
    threads: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Shown:
    """One change as a page shows it. ``number`` is its place in the request or in the 送审稿; ``findings`` None: not checked here.

    ``talk`` (None: not on this page) and ``threads`` are put there by ``conversation.Talk``.
    """

    change: Change
    number: int
    tone: str
    category: str
    initiation: str
    rows: list[Row]
    unchanged: list[tuple[str, str]]
    missing: list[str] = field(default_factory=list)
    unread: int = 0
    findings: list[Finding] | None = None
    terms: list[tuple[str, str]] = field(default_factory=list)
    talk: Any = None
    threads: list[Any] = field(default_factory=list)

    @property
    def stopping(self) -> int:
        return sum(1 for finding in self.findings or () if finding.stops)

    @property
    def warnings(self) -> int:
        return len(self.findings or ()) - self.stopping

    @property
    def is_new(self) -> bool:
        return self.change.item_id is None


def shown_changes(changes: Iterable[Change], *, first: int = 1) -> list[Shown]:
    """The changes of one page, numbered from ``first``. Their base versions must have been selected along; three queries in all."""
    changes = list(changes)
    categories = dict(Category.objects.values_list("code", "name"))
    required: dict[str, set[str]] = {}
    for category, element in RequiredElement.objects.values_list("category_id", "element"):
        required.setdefault(category, set()).add(element)
    profiles = _profiles(changes)
    shown = [_shown(change, number, categories, required, profiles) for number, change in enumerate(changes, start=first)]
    _tell_terms(shown)
    return shown


def _tell_terms(shown: list[Shown]) -> None:
    """What each change answered to its kind, codes told by their names: three queries where there is such an answer."""
    answered = [(each, each.change.terms) for each in shown if each.change.terms_text != "{}"]
    codes = {code for _, terms in answered for value in terms.values() for code in (value if isinstance(value, list) else [value])}
    if not codes:
        return
    names = dict(Department.objects.filter(code__in=codes).values_list("code", "name"))
    names |= dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    found = ItemVersion.objects.filter(item__code__in=codes).order_by("number").values_list("item__code", "name")
    names |= {code: f"{name}（{code}）" for code, name in found}
    for each, terms in answered:
        each.terms = told_terms(each.change.kind, terms, new=each.is_new, names=names)


def _shown(change: Change, number: int, categories: dict, required: dict, profiles: dict) -> Shown:
    content = change.content
    if isinstance(content, DepartmentContent):
        rows, unchanged = rows_between(_department_texts(profiles.get(content.code)), _department_texts(content))
        return Shown(change, number, "warn", "", "", rows, unchanged)
    old = change.base_version.content if change.base_version_id else None
    rows, unchanged = rows_between(_item_texts(old, categories), _item_texts(content, categories))
    if old is None:
        rows = [row for row in rows if row.label != _STATE or content.state != "in_use"]
    shown = Shown(
        change,
        number,
        "bad" if change.ends else "good" if old is None else "warn",
        categories.get(content.category, content.category),
        INITIATIONS.get(content.initiation, ""),
        rows,
        unchanged,
        unread=sum(1 for basis in content.legal_bases if basis.as_written.strip() and not basis.title),
    )
    if not change.ends:
        wanted = required.get(content.category, ())
        shown.missing = [element.label for element in ELEMENTS if element.key in wanted and not text_of(element, content)]
    return shown


def rows_of_contents(
    old: ItemContent | DepartmentContent | None, new: ItemContent | DepartmentContent, categories: dict[str, str]
) -> list[Row]:
    """What differs between two contents, neither of which need be published."""
    if isinstance(new, DepartmentContent):
        return rows_between(_department_texts(old), _department_texts(new))[0]
    return rows_between(_item_texts(old, categories), _item_texts(new, categories))[0]


def filled(content: ItemContent, categories: dict[str, str]) -> list[tuple[str, str]]:
    """(label, text) of every element that a new item fills in, in official order."""
    texts = _item_texts(content, categories)
    return [(label, text) for label, text in texts.items() if text and (label != _STATE or content.state != "in_use")]


def _item_texts(content: ItemContent | None, categories: dict[str, str]) -> dict[str, str]:
    """Label → text of every element, in official order; empty ones too."""
    if content is None:
        return {}
    name = categories.get(content.category, content.category)
    return {element.label: text_of(element, content, name) for element in ELEMENTS if element.key not in _NOT_SHOWN}


def texts_of_change(content: ItemContent | DepartmentContent | None, categories: dict[str, str]) -> dict[str, str]:
    """Label → text of whatever a change proposes; empty for nothing."""
    return _department_texts(content) if isinstance(content, DepartmentContent) else _item_texts(content, categories)


def _department_texts(content: DepartmentContent | None) -> dict[str, str]:
    if content is None:
        return {}
    boundaries = (f"{b.matter}（{'、'.join(b.departments)}）{b.division}{b.basis}" for b in content.boundaries)
    rules = (f"{rule.title} {rule.text}".strip() for rule in content.supervision_rules)
    texts = (
        content.name,
        content.short_name,
        content.kind,
        "\n".join(content.main_duties),
        "\n".join(boundaries),
        "\n".join(rules),
    )
    return dict(zip(DEPARTMENT_LABELS, texts, strict=True))


def _profiles(changes: list[Change]) -> dict[str, DepartmentContent]:
    """Department code → what the list says of it now, for the changes of departments' own entries among ``changes``."""
    codes = [change.content.code for change in changes if change.kind == ChangeKind.DEPARTMENT]
    if not codes:
        return {}
    found = DepartmentVersion.objects.filter(department__in=Department.objects.filter(code__in=codes))
    return {version.content.code: version.content for version in found.order_by("number")}


def rows_between(old: dict[str, str], new: dict[str, str]) -> tuple[list[Row], list[tuple[str, str]]]:
    """(what differs, what stays as it is) of two sets of texts by label; what both leave empty is in neither."""
    rows, unchanged = [], []
    for label, after in new.items():
        before = old.get(label, "")
        if before != after:
            mark = "新增" if not before else "删除" if not after else "变更"
            rows.append(Row(label, *parts_between(before, after), mark))
        elif after:
            unchanged.append((label, after))
    return rows, unchanged
