"""What an export writes, intake reads: the same items without the list beside it, and not one difference with it."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingdan.errors import RuleBroken
from qingdan.items.cells import SCHEME_NAMES, from_cell, to_cell
from qingdan.items.content import ItemContent, make_content
from qingdan.items.elements import BY_KEY, ELEMENTS
from qingdan.items.intake import child, worker
from qingdan.items.intake.contents import to_content
from qingdan.items.intake.reading import Reading, read_list, read_sheet_list
from qingdan.items.intake.words import is_nothing, name_text, plain
from qingdan.items.models import CodeScheme, EditionEntry
from qingdan.items.numbered import pair_duties
from qingdan.items.spreadsheets import published
from qingdan.items.spreadsheets.published import department_workbook, list_workbook
from reviews.matching import compare
from tests.items.contents import contents, texts
from tests.items.intake.books import all_real_rows

DEPARTMENT = {"department_code": "420600-RSJ", "department_name": "市人力资源和社会保障局"}


def code(number: int) -> str:
    return f"420600-{number:05d}"


def exported(items: list[ItemContent], patch) -> bytes:
    """A department's workbook that lists ``items``."""
    with patch.context() as patched:
        patched.setattr(published, "_listed", lambda entries: (len(items), ((code(n), item) for n, item in enumerate(items, 1))))
        return department_workbook(department=_Department, edition=None)


class _Department:
    name = DEPARTMENT["department_name"]


def read_here(data: bytes) -> Reading:
    """``read_list`` without its child process: quicker for many small files."""
    lines = [json.dumps(line).encode() for line in worker.read("zip", data)]
    kind, sheets = child._collect(io.BytesIO(b"\n".join([*lines, b'{"done":true}', b""])))
    return read_sheet_list(sheets, kind=kind, file_name="清单.xlsx", department=None, category=None, include_hidden=False)


def proposed(row, base: ItemContent | None = None) -> ItemContent:
    named = {"department_code": "420600-RSJ", "department_name": row.department}
    return to_content(row, base=base, **named, defaults={})


def check(items: list[ItemContent], reading: Reading, *, alone: bool) -> None:
    """Every item comes back in its place under our code: ``alone`` without the list beside it, and in any case with it."""
    assert not reading.refused
    assert [row.codes[0] for row in reading.items] == [("清单编码", code(n)) for n in range(1, len(items) + 1)]
    for item, row in zip(items, reading.items, strict=True):
        if alone:
            assert proposed(row) == item
        assert proposed(row, base=item) == item


def as_content(row: dict[str, str]) -> ItemContent:
    """A published row as the item that it is."""
    duties = pair_duties(row["responsibility"], "")
    return make_content(
        {
            **DEPARTMENT,
            "department_name": row["department"] or DEPARTMENT["department_name"],
            "category": from_cell(BY_KEY["category"], row["category"]),
            "name": name_text(row["sub_item"] or row["major_item"]),
            "major_name": name_text(row["major_item"]) if row["sub_item"] else "",
            "codes": [{"scheme": "local", "value": row["code"].strip()}] if row["code"].strip() else [],
            "legal_bases": from_cell(BY_KEY["setting_basis"], row["legal_basis"]),
            "exercising_level": row["exercising_level"].strip(),
            "handling_office": row["handling_office"].strip(),
            "duties": duties,
            "accountability": row["accountability"].strip(),
            "note": row["note"].strip(),
        }
    )


def test_real_published_rows_come_back_as_they_were(db, monkeypatch):
    rows = [row for row in all_real_rows() if row["category"] and row["sub_item"] != row["major_item"]]
    items = list({(i.department_name, i.category, i.major_name, i.name): i for i in map(as_content, rows)}.values())
    items = list({(i.codes or i.name): i for i in items}.values())
    assert len(items) > 700
    reading = read_list(exported(items, monkeypatch), file_name="清单.xlsx")
    check(items, reading, alone=True)


# One text a cell, as an office might have typed it; names and codes as intake leaves them.
_WORDS = texts.filter(lambda text: not is_nothing(text))  # 无 and —— are no value
_NAME = texts.map(lambda text: name_text("取水" + text))
_CELLED = [
    e for e in ELEMENTS if e.key not in ("department_name", "category", "name", "sub_name", "major_name", "codes", "duty_bases")
]


@st.composite
def typed(draw) -> ItemContent:
    """Any content that can be typed into cells."""
    elements: dict[str, object] = {**DEPARTMENT, "category": f"{draw(st.integers(1, 10)):02d}", "name": draw(_NAME)}
    bases: list = []
    for element in draw(st.lists(st.sampled_from(_CELLED), unique=True, max_size=12)):
        text = draw(_WORDS)
        try:
            value = from_cell(element, text, **({"other": draw(_WORDS)} if element.key == "duties" else {}))
        except RuleBroken:
            value = from_cell(element, element.choices[0])
        if element.kind.startswith("bases:"):
            bases += value
        else:
            elements[element.attribute] = value
    order = [e.kind.partition(":")[2] for e in ELEMENTS if e.kind.startswith("bases:")]
    elements["legal_bases"] = sorted(bases, key=lambda basis: order.index(basis.use))
    if draw(st.booleans()):
        major = draw(_NAME)
        elements["major_name"] = major if plain(major) != plain(elements["name"]) else f"{major}大项"
    schemes = draw(st.lists(st.sampled_from([*SCHEME_NAMES, "hubei", "省级赋码"]), unique=True, max_size=3))
    elements["codes"] = [{"scheme": each, "value": f"00{draw(st.integers(0, 10**9))}-{each}"} for each in schemes]
    return make_content(elements)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(items=st.lists(typed(), min_size=1, max_size=4))
def test_whatever_can_be_typed_comes_back_without_the_list_beside_it(db, monkeypatch, items):
    items = [item.changed(name=f"{item.name}{n}", codes=_apart(item, n)) for n, item in enumerate(items)]
    check(items, read_here(exported(items, monkeypatch)), alone=True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(items=st.lists(contents(), min_size=1, max_size=4))
def test_an_unedited_file_changes_nothing_whatever_the_items_hold(db, monkeypatch, items):
    items = [item.changed(codes=_apart(item, n)) for n, item in enumerate(items)]
    check(items, read_here(exported(items, monkeypatch)), alone=False)


def _apart(item: ItemContent, number: int) -> list[dict]:
    return [{"scheme": each.scheme, "value": f"{each.value}.{number}"} for each in item.codes]


def test_the_worlds_list_goes_out_and_comes_back(world):
    to = io.BytesIO()
    list_workbook(edition=world.edition(2), to=to)
    reading = read_list(to.getvalue(), file_name="清单.xlsx")
    entries = list(EditionEntry.objects.of(world.edition(2)).public().select_related("version", "item"))
    assert not reading.refused
    assert [(row.codes[0][1], row.department, row.category) for row in reading.items] == [
        (e.item.code, e.version.department_name, e.version.category_id) for e in entries
    ]
    for row, entry in zip(reading.items, entries, strict=True):
        content = entry.version.content
        named = {"department_code": content.department_code, "department_name": row.department}
        # The world's bases were never parsed; intake parses them.
        parsed = from_cell(BY_KEY["setting_basis"], content.bases_text())
        assert to_content(row, base=None, **named, defaults={}) == content.changed(legal_bases=parsed)
        assert to_content(row, base=content, **named) == content


def departments_of(world, reading: Reading) -> dict:
    return {row.department: world.department() for row in reading.items}


def test_an_unedited_file_proposes_nothing(world):
    reading = read_list(department_workbook(department=world.department(), edition=world.edition(2)), file_name="本部门.xlsx")
    found = compare(rows=reading.items, refused=reading.refused, region=world.city, departments=departments_of(world, reading))
    assert (found.changing, found.refused, found.absent) == ([], [], [])
    assert found.unchanged_count == 8


def test_an_edited_cell_and_a_new_row_are_all_that_a_file_proposes(world):
    book = openpyxl.load_workbook(io.BytesIO(department_workbook(department=world.department(), edition=world.edition(2))))
    sheet = book["清单"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, columns["事项名称"]).value == "劳务派遣经营许可")
    sheet.cell(row, columns["监督电话"]).value = "0710-3600009"
    last = sheet.max_row + 1
    for label, text in (("事项名称", "职业介绍许可"), ("权力类别", "行政许可"), ("实施部门", "市人力资源和社会保障局")):
        sheet.cell(last, columns[label]).value = text
    to = io.BytesIO()
    book.save(to)
    reading = read_list(to.getvalue(), file_name="本部门.xlsx")
    found = compare(rows=reading.items, refused=reading.refused, region=world.city, departments=departments_of(world, reading))
    assert [(each.name, each.kind) for each in found.changing] == [("劳务派遣经营许可", "elements"), ("职业介绍许可", "add")]
    assert [(d.label, d.old, d.new) for d in found.changing[0].differences] == [("监督电话", "0710-3600002", "0710-3600009")]
    assert not found.absent and not found.refused


def test_a_penalty_whose_basis_was_never_filled_in_is_not_refused_for_it(db, monkeypatch):
    item = make_content({**DEPARTMENT, "category": "02", "name": "对无证经营的处罚"})
    check([item], read_here(exported([item], monkeypatch)), alone=True)


def test_a_sub_item_named_like_its_major_stays_one(db, monkeypatch):
    item = make_content({**DEPARTMENT, "category": "01", "name": "取水许可", "major_name": "取水许可"})
    check([item], read_here(exported([item], monkeypatch)), alone=False)


def test_codes_of_another_house_under_our_heading_are_kept_as_official_ones():
    data = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "行政许可"
    for row in (["清单编码", "事项名称", "实施部门"], ["XK-0017", "取水许可", "市水利局"]):
        book.active.append(row)
    book.save(data)
    (row,) = read_here(data.getvalue()).items
    assert row.codes == (("", "XK-0017"),)
    assert [(c.scheme, c.value) for c in proposed(row).codes] == [("local", "XK-0017")]


def test_scheme_names_are_those_of_the_reference_data(db):
    assert dict(CodeScheme.objects.values_list("code", "name")) == SCHEME_NAMES


@pytest.mark.parametrize("scheme", SCHEME_NAMES)
def test_a_code_is_shown_with_its_schemes_name_and_read_back_with_its_code(scheme):
    content = make_content({**DEPARTMENT, "category": "01", "name": "甲", "codes": [{"scheme": scheme, "value": "0012"}]})
    cell = to_cell(content, BY_KEY["codes"])
    assert cell == f"{SCHEME_NAMES[scheme]}：0012"
    assert from_cell(BY_KEY["codes"], cell) == content.codes
