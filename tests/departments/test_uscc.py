"""统一社会信用代码."""

import pytest

from departments.uscc import check_character, fault

LIVE = ["11450721MB15580811", "11450721348531435D", "115113010833722043", "11511301008778183N"]


@pytest.mark.parametrize("code", LIVE)
def test_it_accepts_codes_in_use(code):
    assert fault(code) == ""
    assert check_character(code[:17]) == code[17]


@pytest.mark.parametrize("place", range(18))
def test_it_finds_any_single_wrong_character(place):
    code = LIVE[0]
    other = "2" if code[place] != "2" else "3"
    assert "校验位" in fault(code[:place] + other + code[place + 1 :])


def test_it_names_the_length_and_the_strange_characters():
    assert fault("123") == "统一社会信用代码应为 18 位，现为 3 位"
    assert "“IO”" in fault("IO450721MB15580811")
