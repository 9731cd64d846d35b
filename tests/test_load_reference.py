"""The reference data of a new installation."""

import csv
import json

import pytest
from django.core.management import call_command

from departments.models import Region
from qingdan.items.elements import BY_KEY
from qingdan.items.models import Category, RequiredElement
from qingdan.management.commands.load_reference import FOLDER
from reviews.models import RouteRule
from reviews.states import Part

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    call_command("load_reference", "--no-laws", verbosity=0)


def test_it_loads_the_ten_categories_with_the_public_name_of_the_tenth(loaded):
    assert [c.code for c in Category.objects.order_by("order")] == [f"{n:02d}" for n in range(1, 11)]
    assert Category.objects.get(code="10").public_name == "其他类(其他行政权力)"
    assert [k.name for k in Category.objects.get(code="10").sub_kinds.order_by("order")] == [
        "行政备案",
        "行政服务",
        "审核转报",
        "其他",
    ]


def test_it_gives_every_region_of_the_file_its_parent(loaded):
    assert Region.objects.count() == 117
    assert Region.objects.get(code="420606").parent.code == "420600"
    assert Region.objects.filter(parent=None).get().code == "420000"


def test_it_requires_the_eight_elements_of_the_provincial_rule_in_every_category(loaded):
    eight = {"name", "setting_basis", "implementing_body", "flow", "powers", "supervision", "remedies", "accountability"}
    for category in Category.objects.order_by("order"):
        required = set(category.required_elements.values_list("element", flat=True))
        assert eight <= required, category
        assert all(row.source for row in category.required_elements.filter(element__in=eight))


def test_it_names_only_elements_that_an_item_has(loaded):
    assert set(RequiredElement.objects.values_list("element", flat=True)) <= set(BY_KEY)


def test_it_routes_applied_items_to_the_platform_review_as_well(loaded):
    everywhere = set(RouteRule.objects.filter(initiation="").values_list("part", "post"))
    assert everywhere == {(Part.DUTY, "compliance"), (Part.LEGALITY, "legality")}
    assert RouteRule.objects.exclude(initiation="").values_list("part", "post", "initiation").get() == (
        Part.PLATFORM,
        "service",
        "applied",
    )


def test_a_second_run_adds_nothing_and_keeps_what_the_office_changed(loaded, capsys):
    Category.objects.filter(code="08").update(default_initiation="ex_officio")
    call_command("load_reference", "--no-laws", "--json")
    assert set(json.loads(capsys.readouterr().out)["added"].values()) == {0}
    assert Category.objects.get(code="08").default_initiation == "ex_officio"


def test_every_row_of_a_reference_file_has_all_its_columns():
    for path in FOLDER.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert all(None not in row and None not in row.values() for row in csv.DictReader(file)), path.name
