"""How an act stands on a day, from its versions."""

from __future__ import annotations

import datetime

import pytest

from qingdan.laws.models import ActVersion
from qingdan.laws.standing import Word, is_repealed, standing_of, takes_effect

DAY = datetime.date(2024, 6, 1)
S = ActVersion.Status


def version(promulgated: str, effective: str = "", status: str = S.IN_FORCE, **fields) -> ActVersion:
    day = datetime.date.fromisoformat
    return ActVersion(
        promulgated_on=day(promulgated) if promulgated else None,
        effective_on=day(effective) if effective else None,
        status=status,
        **fields,
    )


OLD = version("2010-01-01", "2010-03-01", S.AMENDED, doc_no="国务院令第1号")
NEW = version("2020-01-01", "2020-03-01", doc_no="国务院令第2号", changed_by="国务院令第2号")
COMING = version("2024-05-01", "2025-01-01")
GONE = version("2023-01-01", status=S.REPEALED, changed_by="《新条例》")


@pytest.mark.parametrize(
    ("versions", "cited", "word", "note"),
    [
        ([], {}, Word.UNKNOWN, ""),
        ([NEW, OLD], {}, Word.IN_FORCE, "现行文本 2020-01-01 公布或修改"),
        ([OLD, NEW, COMING], {}, Word.IN_FORCE, "现行文本 2020-01-01 公布或修改，2025-01-01 起施行新文本"),
        ([COMING], {}, Word.PENDING, "自 2025-01-01 起施行"),
        ([OLD, GONE], {}, Word.REPEALED, "由《新条例》"),
        ([OLD, NEW], {"doc_no": "国务院令第1号"}, Word.AMENDED, "现行文本 2020-01-01 公布或修改，国务院令第2号"),
        ([OLD, NEW], {"doc_no": "国务院令第2号"}, Word.IN_FORCE, "现行文本 2020-01-01 公布或修改"),
        ([OLD, NEW], {"note": "2017年修正"}, Word.AMENDED, "现行文本 2020-01-01 公布或修改，国务院令第2号"),
        ([OLD, NEW], {"note": "2010年公布，2020年修订"}, Word.IN_FORCE, "现行文本 2020-01-01 公布或修改"),
        ([version("")], {"note": "2017年修正"}, Word.IN_FORCE, ""),
    ],
)
def test_an_act_stands_as_its_versions_say(versions, cited, word, note):
    standing = standing_of(versions, DAY, **cited)
    assert (standing.word, standing.note) == (word, note)


def test_the_version_to_read_is_the_one_in_force_on_that_day():
    assert standing_of([OLD, NEW, COMING], DAY).version is NEW
    assert standing_of([OLD, NEW, COMING], datetime.date(2025, 1, 1)).version is COMING
    assert standing_of([OLD, NEW], datetime.date(2015, 1, 1)).version is OLD


def test_only_the_newest_version_repeals_and_an_unknown_day_counts_as_in_force():
    assert is_repealed([GONE, OLD]) and not is_repealed([NEW, OLD]) and not is_repealed([])
    assert takes_effect([COMING]) == datetime.date(2025, 1, 1)
    assert takes_effect([NEW, COMING]) == datetime.date(2020, 3, 1)
    assert takes_effect([NEW, version("")]) is None and takes_effect([]) is None
