"""The made-up list of the demo: the report's numbers, no name or text twice, everything required filled in, always the same."""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from qingdan.items.elements import BY_KEY
from reviews.demo.composing import CITY, compose_city
from reviews.demo.sources import acts, departments, named_items, ranks

# The table of the report: category → (大项, 项).
REPORT = {
    "01": (186, 341),
    "02": (1795, 2587),
    "03": (139, 144),
    "04": (25, 25),
    "05": (24, 32),
    "06": (207, 219),
    "07": (129, 136),
    "08": (7, 7),
    "09": (12, 12),
    "10": (408, 425),
}
REFERENCE = Path(settings.BASE_DIR) / "fixtures" / "reference"


@pytest.fixture(scope="module")
def city():
    return compose_city(CITY)


def counted(items):
    """category → [大项, 项] by the counting rule, worked out here and not by the door."""
    split = {(i.department_code, i.category, i.major_name) for i in items if i.is_sub_item}
    table = {}
    for item in items:
        row = table.setdefault(item.category, [0, 0])
        row[0] += not item.is_sub_item
        row[1] += item.is_sub_item or (item.department_code, item.category, item.name) not in split
    return {category: tuple(row) for category, row in table.items()}


def test_it_has_exactly_the_numbers_of_the_report_by_category_and_in_total(city):
    table = counted(city.items)

    assert table == REPORT
    assert (sum(m for m, _ in table.values()), sum(n for _, n in table.values())) == (2932, 3928)
    assert len(city.profiles) == 44


def test_no_two_items_share_a_name_or_a_text(city):
    for text in ("name", "powers", "duties", "accountability", "remedies", "codes"):
        values = Counter(getattr(item, text) for item in city.items)
        assert [value for value, times in values.items() if times > 1] == []


def test_every_element_that_its_category_requires_is_filled_in(city):
    with (REFERENCE / "required_elements.csv").open(encoding="utf-8") as file:
        required = [(row["category"], BY_KEY[row["element"]]) for row in csv.DictReader(file)]
    assert required
    for item in city.items:
        for category, element in required:
            if category == item.category:
                use = element.kind.removeprefix("bases:")
                filled = item.bases_text(use) if element.kind.startswith("bases:") else getattr(item, element.attribute)
                assert filled, f"{item.name} 缺 {element.label}"


def test_every_basis_cites_an_act_of_the_library(city):
    known = ranks()
    for item in city.items:
        for basis in item.legal_bases:
            assert known[basis.title] == basis.rank
            assert basis.locator.startswith("第")


def test_every_stage_of_the_duties_but_the_last_has_a_basis_of_its_number(city):
    for item in city.items:
        for duty in item.duties[:-1]:
            assert duty.basis.split(".")[0] == duty.text.split(".")[0]


def test_every_made_up_item_says_that_it_is_made_up(city):
    assert all(item.demo and "演示数据" in item.note for item in city.items)


def test_the_list_of_2016_cites_no_act_that_is_younger():
    with (REFERENCE / "laws.csv").open(encoding="utf-8") as file:
        promulgated = {row["title"]: row["promulgated"] for row in csv.DictReader(file)}
    cited = {act.title for act in acts()} | {item.act.title for item in named_items()}

    assert [title for title in sorted(cited) if promulgated[title] > "2016-04-11"] == []


def test_departments_differ_in_size_as_real_ones_do():
    sizes = {plan.key: sum(items for _, items in plan.numbers.values()) for plan in departments()}

    assert min(sizes[key] for key in ("gs", "ga", "jt", "hb", "wj", "ny")) > 10 * max(sizes[key] for key in ("da", "fz", "gjj"))


def test_a_split_item_stands_before_its_sub_items(city):
    seen = set()
    for item in city.items:
        if item.is_sub_item:
            assert (item.department_code, item.category, item.major_name) in seen
        else:
            seen.add((item.department_code, item.category, item.name))


def test_it_is_the_same_list_in_another_process_with_another_hash_order(city):
    program = (
        "import django; django.setup()\n"
        "from reviews.demo.composing import compose_city\n"
        "import hashlib; d = hashlib.sha256()\n"
        "[d.update(i.canonical) for i in compose_city().items]\n"
        "print(d.hexdigest())"
    )
    environment = {"MODE": "local", "DJANGO_SETTINGS_MODULE": "qingdan.settings", "VAR_DIR": str(settings.VAR_DIR)}
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=settings.BASE_DIR,
            env={**environment, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
