"""办理过程 and 修改记录 of a request: two pages to read and to print, and the panel that leads to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from departments.site import staff_screen
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Category
from qingdan.items.wording import Parts, parts_between
from reviews.edit_trail import Moved, Save, saves_of
from reviews.life import life_of
from reviews.models import Batch, Change, ChangeRequest, Directive
from reviews.views.differences import Row, rows_between, texts_of_change
from reviews.views.pages import EVERYONE, address_without_page, page_of, show
from reviews.views.panels import Panel
from reviews.views.requests import working_request
from reviews.views.stages import tone_of
from reviews.views.talk import works_on

_LABELS = {field.attname: str(field.verbose_name) for field in ChangeRequest._meta.concrete_fields}
# Compared by characters; the other columns are one word each.
_TEXTS = ("reason", "document")
# As many changes of one save are shown with their contents.
_MOST = 40
_TONES = {
    "审查退回补正": "bad",
    "退回补正": "bad",
    "审查不予通过": "bad",
    "撤回": "bad",
    "审查通过": "good",
    "公布": "good",
    "提交": "info",
}


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    return None if not works_on(request, row) else Panel("reviews/_life.html", values={"row": row})


@staff_screen(*EVERYONE)
@require_safe
def request_life(request: HttpRequest, key: int) -> HttpResponse:
    """Who did what, as which post, when, on which content, and what he said: from the draft to the end, on one page."""
    row = working_request(request, key)
    events = [(event, _TONES.get(event.word, "")) for event in life_of(row)]
    context = {
        "title": f"办理过程：申请 {row.number}",
        "row": row,
        "tone": tone_of(row.state),
        "events": events,
        "printed_at": timezone.localtime(),
    }
    return show(request, "reviews/life.html", context)


@dataclass(slots=True)
class ShownSave:
    """A save as the page shows it: fields of the request in parts, changes with their differing elements."""

    save: Save
    fields: list[tuple[str, Parts, Parts]] = field(default_factory=list)
    changes: list[tuple[Moved, str, str, list[Row]]] = field(default_factory=list)

    @property
    def more(self) -> int:
        return max(0, len(self.save.moved) - _MOST)


@staff_screen(*EVERYONE)
@require_safe
def request_trail(request: HttpRequest, key: int) -> HttpResponse:
    """What each save made of the draft, the last one first, element by element. Nothing can be written here."""
    row = working_request(request, key)
    saves = list(reversed(saves_of(row)))
    page = page_of(request, saves)
    context = {
        "title": f"修改记录：申请 {row.number}",
        "row": row,
        "page": page,
        "saves": _shown(page.object_list),
        "query": address_without_page(request),
    }
    return show(request, "reviews/trail.html", context)


def _shown(saves: list[Save]) -> list[ShownSave]:
    """The saves of one page with their contents: one query for those, two for names."""
    wanted = {key for save in saves for moved in save.moved[:_MOST] for key in (moved.before, moved.after) if key}
    rows = Change.history.filter(history_id__in=wanted).only("history_id", "kind", "content_bytes", "reason", "document")
    categories = dict(Category.objects.values_list("code", "name"))
    texts = {row.history_id: _texts(row, categories) for row in rows}
    names = _Names(saves)
    shown = []
    for save in saves:
        each = ShownSave(save)
        for name, old, new in save.fields:
            before, after = names.shown(name, old), names.shown(name, new)
            parts = parts_between(before, after) if name in _TEXTS else (_whole(before), _whole(after))
            each.fields.append((_LABELS[name], *parts))
        for moved in save.moved[:_MOST]:
            lines, _same = rows_between(texts.get(moved.before, {}), texts.get(moved.after, {}))
            mark = "列入" if moved.before is None else "移出" if moved.after is None else "修改"
            kind = ChangeKind(moved.kind_after or moved.kind_before).label
            if moved.kind_before and moved.kind_after and moved.kind_before != moved.kind_after:
                kind = f"{ChangeKind(moved.kind_before).label} 改为 {kind}"
            each.changes.append((moved, mark, kind, lines))
        shown.append(each)
    return shown


def _whole(text: str) -> Parts:
    return [(text, True)] if text else []


def _texts(row, categories: dict[str, str]) -> dict[str, str]:
    """Label → text of a change as one history row holds it."""
    content = Change(kind=row.kind, content_bytes=row.content_bytes).content
    return {"理由": row.reason, "依据文件": row.document, **texts_of_change(content, categories)}


class _Names:
    """What the request's columns stand for, in words."""

    def __init__(self, saves: list[Save]):
        keys = {"directive_id": set(), "batch_id": set()}
        for save in saves:
            for name, old, new in save.fields:
                keys.get(name, set()).update(key for key in (old, new) if key)
        self._rows = {
            "directive_id": {row.pk: str(row) for row in Directive.objects.filter(pk__in=keys["directive_id"])},
            "batch_id": {row.pk: str(row) for row in Batch.objects.defer("submission").filter(pk__in=keys["batch_id"])},
        }
        self._states = dict(ChangeRequest._meta.get_field("state").choices)

    def shown(self, name: str, value: object) -> str:
        if value is None:
            return ""
        if name == "state":
            return str(self._states.get(value, value))
        return self._rows[name].get(value, "") if name in self._rows else str(value)
