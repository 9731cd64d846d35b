"""Two editions side by side: what is in one list only, what says something else, what moved; withheld items never show."""

from __future__ import annotations

import datetime

import pytest

from qingdan.items import comparing
from qingdan.items.comparing import Kind, compare
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import EditionEntry
from tests.public.office import links_of, text_of
from tests.world import content


@pytest.fixture
def third(world, office):
    """An edition that adds one item, ends one, and changes one."""
    return office.publish(
        office.add(content("420600-MZJ", "07", "地名核准")),
        office.end("食品经营许可"),
        office.change("对虚假广告的处罚", note="有变化"),
    )


def model_of(old, new) -> dict[str, set[str]]:
    """What a plain reading of the two public lists says: kind → names."""
    before, after = ({e.item_id: e.version for e in EditionEntry.objects.of(each).public()} for each in (old, new))
    found = {kind: set() for kind in Kind.values}
    for item in before.keys() | after.keys():
        was, now = before.get(item), after.get(item)
        if was is None or now is None:
            found["added" if was is None else "gone"].add((was or now).name)
        elif was.pk != now.pk:
            same = (was.department_id, was.parent_id) == (now.department_id, now.parent_id)
            found["amended" if same else "moved"].add(now.name)
    return found


@pytest.fixture
def fourth(world, office, third):
    """An edition that gives one item to another department and withholds one."""
    hidden = {"not_public": True, "not_public_reason": "涉密理由", "not_public_basis": "保密法"}
    elsewhere = world.version("地名核准").content
    return office.publish(
        office.change(
            "对虚假广告的处罚",
            ChangeKind.TRANSFER,
            department_code=elsewhere.department_code,
            department_name=elsewhere.department_name,
        ),
        office.change("地名核准", **hidden),
        on=datetime.date(2021, 6, 1),
    )


@pytest.mark.parametrize("at_once", [1, 10_000])
@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 3), (3, 4), (4, 3), (4, 1), (1, 4)])
def test_it_finds_what_a_plain_reading_of_both_lists_finds(world, fourth, old, new, at_once, monkeypatch):
    monkeypatch.setattr(comparing, "KEYS_AT_ONCE", at_once)
    old, new = world.edition(old), world.edition(new)
    found = {kind: set() for kind in Kind.values}
    for each in compare(old, new):
        version = next(e.version for e in EditionEntry.objects.filter(version_id=each.new or each.old).select_related("version"))
        found[each.kind].add(version.name)
    assert found == model_of(old, new)
    if (old.number, new.number) == (3, 4):
        assert (found["moved"], found["gone"]) == ({"对虚假广告的处罚"}, {"地名核准"})


def test_the_page_names_each_difference_and_leads_to_both_versions(world, client, third, code_of):
    page = client.get("/editions/2/compare/3/")
    text = text_of(page)
    assert "新列入 1，不再列入 1，换了部门或大项 0，内容变更 1" in text
    assert "地名核准 新列入" in text
    assert "食品经营许可 不再列入" in text
    assert any(link.startswith(f"/items/{code_of('对虚假广告的处罚')}/compare/") for link in links_of(page))
    assert "/editions/3/compare/2/" in links_of(page)
    assert "/editions/2/compare/3/" in links_of(client.get("/editions/2/"))


def test_the_other_way_round_it_says_the_opposite(world, client, third):
    text = text_of(client.get("/editions/3/compare/2/"))
    assert "地名核准 不再列入" in text
    assert "食品经营许可 新列入" in text


def test_an_item_that_was_withheld_in_between_is_told_by_neither_side(world, client, office):
    hidden = {"not_public": True, "not_public_reason": "涉密理由", "not_public_basis": "保密法"}
    office.publish(office.add(content("420600-MZJ", "07", "涉密核准", **hidden)))
    page = client.get("/editions/2/compare/3/")
    assert "涉密核准" not in text_of(page)
    assert "完全相同" in text_of(page)


def test_it_costs_the_same_queries_whatever_differs(world, client, office, count_queries):
    office.publish(*(office.add(content("420600-MZJ", "07", f"核准{n}")) for n in range(25)), on=datetime.date(2021, 3, 1))
    with count_queries("public.edition_compare"):
        page = client.get("/editions/2/compare/3/")
    assert "第 1 / 2 页" in text_of(page)
    assert "核准24" in text_of(client.get("/editions/2/compare/3/?page=2"))


@pytest.mark.parametrize(
    "address",
    ["/editions/2/compare/9/", "/editions/9/compare/2/", "/editions/1/compare/2/?page=9", "/editions/1/compare/2/?page=x", "/editions/1/compare/99999999999999999999/", "/regions/420602/editions/1/compare/2/"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(world, client, address):
    assert client.get(address).status_code == 404
