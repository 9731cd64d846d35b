"""How a returned request comes back: what was marked, what was changed beside it, and so to whom it goes.

A revision limited to the marked fields goes back to the stage that returned it; whoever had passed it sees the difference and confirms
or reviews again. Any other revision starts again at compliance, and says why (``Outside``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from qingdan.items.content import DepartmentContent, ItemContent, read_content, read_department_content
from qingdan.items.display import text_of
from qingdan.items.elements import BY_KEY, ELEMENTS
from qingdan.items.kinds import ChangeKind
from reviews.item_rows import table_of
from reviews.manifests import BASE, CONTENT, DOCUMENT, ITEM, KIND, POSITION, REASON, TERMS, manifest_of
from reviews.models import Change, ChangeRequest, Confirmation, Decision, RequestSplit, ReturnedField, Revision
from reviews.route import lineage, needed_parts
from reviews.states import RequestState, Stage
from reviews.words import OF_CHANGE, element_label


@dataclass(frozen=True, slots=True)
class FieldToCorrect:
    """``change``: as it is in the request now, None if it was taken out; ``element`` empty: the whole change."""

    change: Change | None
    element: str
    note: str
    position: int
    label: str

    @property
    def anchor(self) -> str:
        """Where the item form has this field: the rest of an address."""
        if not self.element:
            return ""
        if self.element in OF_CHANGE:
            return f"#f-{self.element}"
        return f"#f-row-{self.element}" if table_of(BY_KEY[self.element]) else f"#f-el-{self.element}"


@dataclass(frozen=True, slots=True)
class Outside:
    """A correction that nobody had asked for: which change, which element, in words."""

    position: int
    name: str
    label: str

    def __str__(self) -> str:
        return f"第 {self.position} 项 {self.name}：{self.label}" if self.position else f"{self.name}：{self.label}"


@dataclass(frozen=True, slots=True)
class Comeback:
    """What handing in now would do. ``limited``: back to ``stage``, with ``confirming`` parts to confirm; else all starts again."""

    limited: bool
    stage: str
    confirming: tuple[str, ...]
    outside: tuple[Outside, ...]


def returning_decision(request: ChangeRequest) -> Decision | None:
    """The decision that sent the present revision back (by marks or as a whole); None where none did (审改办 did, or nobody)."""
    if request.state != RequestState.RETURNED:
        return None
    split = RequestSplit.objects.filter(target=request).select_related("decision").first()
    if split is not None and split.decision.revision == request.revision:
        return split.decision
    return request.decisions.filter(revision=request.revision, outcome=Decision.Outcome.RETURNED).first()


def fields_to_correct(request: ChangeRequest) -> list[FieldToCorrect]:
    """Every mark of the return that the request waits to answer, in the order of the changes and of the elements."""
    decision = returning_decision(request)
    if decision is None:
        return []
    order = {element.key: place for place, element in enumerate(ELEMENTS)}
    marks = ReturnedField.objects.filter(decision=decision, request=request)
    now = _now_of(request, _manifest_rows(_revision(request, request.revision)))
    return [
        FieldToCorrect(now.get(mark.position), mark.element, mark.note, mark.position, element_label(mark.element) or "整项")
        for mark in sorted(marks, key=lambda mark: (mark.position, order.get(mark.element, -1), mark.pk))
    ]


def first_field_to_correct(request: ChangeRequest) -> FieldToCorrect | None:
    """Where the department starts: the first mark whose change is still in the request."""
    return next((field for field in fields_to_correct(request) if field.change is not None), None)


def notes_of(change: Change) -> dict[str, list[str]]:
    """What a returned request is to correct in ``change``: element key ("" is the whole change) → the notes of its marks."""
    notes: dict[str, list[str]] = {}
    for field in fields_to_correct(change.request):
        if field.change is not None and field.change.pk == change.pk:
            notes.setdefault(field.element, []).append(field.note or "请核对")
    return notes


def comeback_of(request: ChangeRequest) -> Comeback:
    """What handing in the returned ``request`` as it is now would do; asked while editing and again when it is handed in."""
    decision = returning_decision(request)
    if decision is None:
        return Comeback(False, Stage.COMPLIANCE, (), ())
    fields = fields_to_correct(request)
    if not fields:
        return Comeback(False, Stage.COMPLIANCE, (), ())
    allowed: dict[int, set[str]] = {}
    for field in fields:
        allowed.setdefault(field.position, set()).add(field.element)
    outside = list(_outside(request, allowed))
    standing = standing_parts(request, decision)
    if decision.stage == Stage.LEGALITY:
        new = [rule for rule in needed_parts(request, Stage.COMPLIANCE) if rule.part not in standing]
        outside += [Outside(0, "改动后", f"还需要{rule.get_part_display()}") for rule in new]
    if outside:
        return Comeback(False, Stage.COMPLIANCE, (), tuple(outside))
    return Comeback(True, decision.stage, tuple(sorted(standing)), ())


def standing_parts(request: ChangeRequest, decision: Decision) -> set[str]:
    """Parts that had passed what ``decision`` sent back, or were still to confirm that their earlier word stands.

    By then: who passed the rest afterwards never saw what had been split off.
    """
    source = decision.request_id
    at = decision.revision
    passed = Decision.objects.filter(request=source, revision=at, outcome=Decision.Outcome.PASSED, pk__lt=decision.pk)
    given = Confirmation.objects.filter(request=source, revision=at, at__lte=decision.at)
    answers = dict(given.values_list("part", "answer"))
    revision = Revision.objects.filter(request=source, number=at, limited=True).defer("manifest").first()
    waiting = {part for part in (revision.confirming_parts if revision else ()) if part not in answers}
    confirmed = {part for part, answer in answers.items() if answer == Confirmation.Answer.CONFIRMED}
    return (set(passed.values_list("part", flat=True)) | confirmed | waiting) - {decision.part}


def record_revision(*, request: ChangeRequest, number: int, person, comeback: Comeback | None = None) -> Revision:
    """Keep the bytes that decisions on this revision bind, and where it was sent."""
    return Revision.objects.create(
        request=request,
        number=number,
        proposed_hash=request.proposed_hash,
        manifest=manifest_of(request),
        limited=bool(comeback and comeback.limited),
        stage=comeback.stage if comeback else Stage.COMPLIANCE,
        confirming=",".join(comeback.confirming) if comeback else "",
        outside="\n".join(map(str, comeback.outside)) if comeback else "",
        person=person,
    )


def ensure_revision(*, request: ChangeRequest, person) -> None:
    """The present revision is kept before anything is decided on it, also one that no department handed in (套用新版本)."""
    if not Revision.objects.filter(request=request, number=request.revision).exists():
        record_revision(request=request, number=request.revision, person=person)


def base_revision(request: ChangeRequest, part: str) -> int:
    """The revision that ``part`` last passed or confirmed: what it is shown the difference to."""
    spoken = [
        *request.decisions.filter(part=part, revision__lt=request.revision).values_list("revision", flat=True),
        *request.confirmations.filter(part=part, answer=Confirmation.Answer.CONFIRMED).values_list("revision", flat=True),
    ]
    kept = request.revisions.filter(number__lt=request.revision).order_by("number").values_list("number", flat=True)
    return max(spoken, default=kept.first() or request.revision)


def changed_since(request: ChangeRequest, number: int) -> list[tuple[Change, ItemContent | DepartmentContent | None]]:
    """(change, its content in revision ``number``; None where it was not in it) of every change that differs since."""
    before = _revision(request, number)
    if before is None:
        return []
    rows = _manifest_rows(before)
    now = _now_of(request, rows)
    earlier = {change.pk: rows[position] for position, change in now.items()}
    found = []
    for change in request.changes.select_related("item", "base_version").order_by("position"):
        row = earlier.get(change.pk)
        if row is None:
            found.append((change, None))
        elif _differs(row, change):
            found.append((change, _content(request, row)))
    return found


def _outside(request: ChangeRequest, allowed: dict[int, set[str]]) -> Iterator[Outside]:
    """What differs from the returned revision beside ``allowed`` (position → element keys; empty key: all of that change)."""
    revision = _revision(request, request.revision)
    before = json.loads(bytes(revision.manifest))
    if request.reason != before[0]:
        yield Outside(0, "申请", "调整理由")
    if request.document != before[1]:
        yield Outside(0, "申请", "依据文件")
    gone = _split_off(request)
    rows = {position: row for position, row in _manifest_rows(revision).items() if position not in gone}
    now = _now_of(request, rows)
    for position, row in rows.items():
        change, marked = now.get(position), allowed.get(position, set())
        if "" in marked:
            continue
        if change is None:
            yield Outside(position, _content(request, row).name, "删去了这一项")
        elif _differs(row, change):
            for key in sorted(changed_keys(request, row, change) - marked, key=lambda key: (len(element_label(key)), key)):
                yield Outside(change.position, change.name, element_label(key))
    kept = {change.pk for change in now.values()}
    for change in request.changes.exclude(pk__in=kept).order_by("position"):
        yield Outside(change.position, change.name, "新增的一项")


def _split_off(request: ChangeRequest) -> set[int]:
    """Positions in the present revision that decisions on it took out of the request: no correction of the department's."""
    splits = RequestSplit.objects.filter(source=request, decision__revision=request.revision)
    targets = Revision.objects.filter(request__in=splits.values("target"), number=request.revision)
    return {position for revision in targets for position in _manifest_rows(revision)}


def changed_keys(request: ChangeRequest, row: list, change: Change) -> set[str]:
    """Keys of the elements in which ``change`` differs from its line in an earlier manifest."""
    keys = set()
    keys |= {"kind"} if row[KIND] != change.kind else set()
    keys |= {"reason"} if row[REASON] != change.reason else set()
    keys |= {"document"} if row[DOCUMENT] != change.document else set()
    keys |= {"terms"} if row[TERMS] != change.terms_text else set()
    if row[BASE] != (change.base_version.number if change.base_version_id else None):
        keys.add("基于的现行版本")
    if row[CONTENT] != change.content_hash:
        keys |= changed_elements(_content(request, row), change.content)
    return keys


def changed_elements(old: ItemContent | DepartmentContent, new: ItemContent | DepartmentContent) -> set[str]:
    """Element keys whose text differs; where a value differs and no text does, every element that shows it, or its own name."""
    if isinstance(old, DepartmentContent) or isinstance(new, DepartmentContent):
        return set() if old == new else {"部门职责"}
    keys: set[str] = set()
    fields = [name for name in type(new).model_fields if getattr(old, name) != getattr(new, name)]
    for name in fields:
        shown = [element for element in ELEMENTS if element.attribute == name]
        differing = {element.key for element in shown if text_of(element, old) != text_of(element, new)}
        keys |= differing or {element.key for element in shown} or {name}
    return keys


def _differs(row: list, change: Change) -> bool:
    base = change.base_version.number if change.base_version_id else None
    return [row[KIND], row[BASE], row[CONTENT], row[REASON], row[DOCUMENT], row[TERMS]] != [
        change.kind,
        base,
        change.content_hash,
        change.reason,
        change.document,
        change.terms_text,
    ]


def _revision(request: ChangeRequest, number: int) -> Revision | None:
    return Revision.objects.filter(request=request, number=number).first()


def _manifest_rows(revision: Revision) -> dict[int, list]:
    """Position → line of its manifest."""
    return {row[POSITION]: row for row in json.loads(bytes(revision.manifest))[2]}


def _now_of(request: ChangeRequest, rows: dict[int, list]) -> dict[int, Change]:
    """Position in an earlier manifest → that change as it is now: by item; without one by content, name, place, and then by order."""
    changes = list(request.changes.select_related("item", "base_version").order_by("position"))
    by_item = {change.item.code: change for change in changes if change.item_id}
    found = {position: by_item[row[ITEM]] for position, row in rows.items() if row[ITEM] and row[ITEM] in by_item}
    free = [change for change in changes if not change.item_id]
    left = {position: row for position, row in rows.items() if not row[ITEM]}
    for same in (
        lambda row, change: row[CONTENT] == change.content_hash,
        lambda row, change: _content(request, row).name == change.name,
        lambda row, change: row[POSITION] == change.position,
    ):
        for position, row in list(left.items()):
            match = next((change for change in free if same(row, change)), None)
            if match is not None:
                found[position] = match
                free.remove(match)
                del left[position]
    return found | (dict(zip(left, free, strict=True)) if len(left) == len(free) else {})


def _content(request: ChangeRequest, row: list) -> ItemContent | DepartmentContent:
    """The content of a line of an earlier manifest, from the edit trail of the request's changes."""
    kept = Change.history.filter(request_id__in=lineage(request), content_hash=row[CONTENT]).values_list("content_bytes", flat=True)
    read = read_department_content if row[KIND] == ChangeKind.DEPARTMENT else read_content
    return read(bytes(kept[0]))
