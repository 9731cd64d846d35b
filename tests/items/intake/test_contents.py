"""Read rows become contents: what the table does not say stays, what it says is taken over exactly."""

from __future__ import annotations

import pytest

from qingdan.errors import RuleBroken
from qingdan.items.content import make_content
from qingdan.items.intake.contents import to_content
from qingdan.items.intake.reading import ReadRow

from .books import real_rows


def read_row(*, category="01", major="取水许可", sub="", codes=(), **cells) -> ReadRow:
    return ReadRow("s", 2, "市水利局", category, major, sub, codes or (), cells if codes == () else {**cells, "codes": ""})


def content(row, base=None, **options):
    return to_content(row, base=base, department_code="420100-SL", department_name="市水利局", **options)


BASE = make_content(
    {
        "department_code": "420100-SL", "department_name": "市水利局", "category": "01", "name": "取水许可", "initiation": "applied", "powers": "全市",
        "legal_bases": [{"title": "水法", "as_written": "《水法》第七条", "rank": "经人核对"}, {"use": "charge", "as_written": "《收费办法》"}],
        "duties": [{"text": "1.受理", "basis": "1.《许可法》"}, {"text": "2.审查"}], "codes": [{"scheme": "local", "value": "L1"}, {"scheme": "basic", "value": "B1"}],
        "flow": [{"name": "受理"}, {"name": "决定"}], "note": "旧注",
    }
)  # fmt: skip


def test_a_new_item_starts_from_its_category():
    assert content(read_row()).initiation == "applied" and content(read_row(category="02")).initiation == "ex_officio"
    assert content(read_row(), defaults={"initiation": "", "not_public": True}).not_public
    assert content(read_row(initiation="依职权")).initiation == "ex_officio"


def test_a_sub_item_names_its_major_item():
    made = content(read_row(sub="取水许可（县级）"))
    assert (made.name, made.major_name) == ("取水许可（县级）", "取水许可") and content(read_row()).major_name == ""


def test_a_missing_column_keeps_an_empty_cell_too_unless_told_to_clear():
    assert content(read_row(), BASE) == BASE
    empty = read_row(note="", setting_basis="", duties="", flow="", codes=None, powers="")
    assert content(empty, BASE) == BASE
    cleared = content(empty, BASE, clear_empty=True)
    assert (cleared.note, cleared.powers, cleared.flow, cleared.codes) == ("", "", (), ())
    assert [b.use for b in cleared.legal_bases] == ["charge"]  # its column is not in the table
    assert [(d.text, d.basis) for d in cleared.duties] == [("", "1.《许可法》")]


def test_the_same_text_keeps_what_people_corrected_by_hand():
    made = content(read_row(setting_basis="《水法》第七条", duties="1.受理\n2.审查", flow="受理→决定"), BASE)
    assert made == BASE and made.legal_bases[0].rank == "经人核对"


def test_a_new_basis_replaces_those_of_its_use_only():
    made = content(read_row(setting_basis="《中华人民共和国水法》第四十八条；《取水许可和水资源费征收管理条例》第二条"), BASE)
    assert [(b.use, b.title) for b in made.legal_bases] == [
        ("setting", "中华人民共和国水法"),
        ("setting", "取水许可和水资源费征收管理条例"),
        ("charge", ""),
    ]
    assert made.bases_text() == "《中华人民共和国水法》第四十八条；《取水许可和水资源费征收管理条例》第二条"


def test_real_bases_and_duties_arrive_character_by_character():
    for source in ("S04", "S08", "S18", "S26", "S44"):
        for row in real_rows(source):
            made = content(
                read_row(
                    major=row["major_item"],
                    setting_basis=row["legal_basis"],
                    duties=row["responsibility"],
                    accountability=row["accountability"],
                )
            )
            assert made.bases_text() == row["legal_basis"]
            assert "\n".join(d.text for d in made.duties) == row["responsibility"] and made.accountability == row["accountability"]


def test_codes_replace_those_of_the_same_scheme():
    made = content(read_row(codes=(("", "L2"), ("实施编码", "I1"))), BASE)
    assert [(c.scheme, c.value) for c in made.codes] == [("basic", "B1"), ("local", "L2"), ("implementing", "I1")]


def test_running_prose_in_the_flow_column_is_kept_as_a_note():
    made = content(read_row(flow="申请人提出申请后，由窗口受理并转交业务科室办理，办结后送达。"))
    assert made.flow == () and made.flow_note.startswith("申请人提出申请后")


def test_flags_and_choices_take_the_words_of_offices():
    made = content(read_row(counted="否", charged="不收费", state="暂停", materials="1.申请书（形式：原件）\n2.身份证"))
    assert (made.counted, made.charged, made.state) == (False, "否", "suspended")
    assert [(m.name, m.form) for m in made.materials] == [("申请书", "原件"), ("身份证", "")]
    with pytest.raises(RuleBroken, match="是否收费"):
        content(read_row(charged="大概"))
