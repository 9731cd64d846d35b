"""Money to the 分: read, shown, rounded, kept; no binary fraction anywhere in the room."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from budget.models import BudgetLine
from budget.money import ZERO, YuanField, in_wan, percent, read_yuan, rounding_rest, wan_text, yuan_text
from tests.budget.books import add_line, open_fund

ROOM = Path(settings.BASE_DIR) / "budget"
LARGEST = Decimal("99999999999999.99")


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("9100", "9100.00"),
        ("9,100.5", "9100.50"),
        ("９１００．００", "9100.00"),
        ("￥1,234.56元", "1234.56"),
        ("-3.1", "-3.10"),
        ("1.005", None),
        ("1e5", None),
        ("一百", None),
        ("", None),
        ("NaN", None),
        ("Infinity", None),
        ("123456789012345", None),
    ],
)
def test_it_reads_an_amount_as_typed_or_says_that_it_is_none(text, yuan):
    assert read_yuan(text) == (None if yuan is None else Decimal(yuan))


@pytest.mark.parametrize(
    ("yuan", "wan"),
    [("44600", "4.46"), ("50", "0.01"), ("49.99", "0.00"), ("149.99", "0.01"), ("150", "0.02"), ("250", "0.03"), ("-50", "-0.01")],
)
def test_ten_thousands_are_rounded_half_up_from_yuan(yuan, wan):
    assert wan_text(Decimal(yuan)) == wan


def test_what_is_not_known_is_said_to_be_so():
    assert (wan_text(None), yuan_text(None), percent(Decimal(5), None), percent(Decimal(5), ZERO)) == (
        "无数据",
        "无数据",
        None,
        None,
    )


def test_a_rate_is_rounded_half_up():
    assert percent(Decimal("0.01005"), Decimal(1)) == Decimal("1.01")


@given(st.lists(st.integers(0, 10**9), max_size=20))
def test_total_and_parts_differ_by_exactly_the_rest_that_is_printed(cents):
    parts = [Decimal(each).scaleb(-2) for each in cents]
    total = sum(parts, ZERO)
    assert sum(map(in_wan, parts), ZERO) + rounding_rest(total, parts) == in_wan(total)


def test_amounts_of_sixteen_digits_come_back_and_add_up_to_the_cent(world):
    fund = open_fund(world)
    for number, amount in enumerate([LARGEST, Decimal("0.01"), Decimal("0.02")]):
        add_line(world, fund, f"行{number}", str(amount))
    assert sorted(BudgetLine.objects.filter(fund=fund).values_list("original", flat=True))[-1] == LARGEST
    assert BudgetLine.objects.filter(fund=fund).aggregate(sum=Sum("original"))["sum"] == Decimal("100000000000000.02")


def test_the_database_gets_neither_a_binary_fraction_nor_a_part_of_a_cent():
    field = YuanField()
    with pytest.raises(TypeError):
        field.get_prep_value(0.1)
    with pytest.raises(ValueError, match="不是整分"):
        field.get_db_prep_value(Decimal("0.001"), None)


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOM)))
def test_no_binary_fraction_is_written_in_the_room(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex)), ast.unparse(node)
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            allowed = path.name == "money.py" and name == "float"  # where it is refused
            assert allowed or name not in ("float", "FloatField", "Avg", "StdDev", "fsum", "truediv"), name


def test_no_template_formats_an_amount_as_a_binary_fraction():
    for path in (Path(settings.BASE_DIR) / "templates" / "budget").glob("*.html"):
        assert "floatformat" not in path.read_text(encoding="utf-8"), path.name
