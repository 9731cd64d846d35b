"""The API says what the pages say: the same numbers, the same days, nothing withheld, and problems that name the way out."""

from __future__ import annotations

import datetime
import json
import re

import pytest

from qingdan.api.documentation import description
from qingdan.items.models import Edition, EditionEntry, ItemVersion
from qingdan.public import keeping
from tests.public.office import text_of
from tests.world import content

WITHHELD = "专项保密检查"


def get(client, address: str, status: int = 200) -> dict:
    response = client.get(address)
    assert response.status_code == status, response.content.decode()
    kind = "application/json" if status == 200 else "application/problem+json"
    assert response["Content-Type"].startswith(kind)
    return json.loads(response.content)


def every_item(client, address: str) -> list[dict]:
    """The rows of all pages, each found by the link to the next."""
    rows, page = [], address
    while page:
        answer = get(client, page)
        rows += answer["items"]
        page = answer["next"]
    assert len(rows) == answer["total"]
    return rows


@pytest.mark.parametrize("day", ["2016-05-01", "2019-11-30", "2019-12-01", ""])
def test_totals_are_those_of_the_home_page(world, client, day):
    on = f"?on={day}" if day else ""
    answer = get(client, f"/api/v1/departments/{on}")
    assert f"{answer['majors']} 大项 / {answer['items']} 项" in text_of(client.get(f"/{on}"))
    assert sum(row["items"] for row in answer["departments"]) == answer["items"]


@pytest.mark.parametrize("day", ["2016-05-01", "2019-11-30", "2019-12-01"])
def test_the_list_of_a_day_is_the_list_of_that_day(world, client, day):
    edition = Edition.objects.in_force(world.city, datetime.date.fromisoformat(day))
    listed = EditionEntry.objects.of(edition).public().values_list("item__code", "version__name")
    assert [(row["code"], row["name"]) for row in every_item(client, f"/api/v1/items/?on={day}")] == list(listed)


def test_filters_and_search_are_those_of_the_list_page(world, client):
    for query in ("q=许可", "category=02", "department=420600-RSJ&initiation=applied", "q=处罚&state=in_use"):
        answer = get(client, f"/api/v1/items/?{query}")
        assert f"{answer['total']} 条" in text_of(client.get(f"/items/?{query}"))
    facets = get(client, "/api/v1/items/?category=01")["facets"]
    assert {each["value"]: each["count"] for each in facets["category"]}["02"] == 3
    assert sum(each["count"] for each in facets["department"]) == get(client, "/api/v1/items/?category=01")["total"]


def test_an_item_has_the_content_that_its_proof_hashes(world, client):
    version = world.version("劳务派遣经营许可")
    answer = get(client, f"/api/v1/items/{version.item.code}/")
    assert (answer["standing"], answer["version"], answer["content_hash"]) == ("in_list", 2, version.content_hash)
    assert answer["content"]["supervision_phone"] == "0710-3600002"
    assert [mark["number"] for mark in answer["versions"]] == [1, 2]
    before = get(client, f"/api/v1/items/{version.item.code}/?on=2016-06-01")
    assert (before["version"], before["content"]["supervision_phone"]) == (1, "0710-3600001")
    first = get(client, f"/api/v1/items/{version.item.code}/versions/1/")
    assert first["content"] == before["content"]


def test_an_item_that_has_ended_says_so_and_keeps_its_content(world, client):
    code = world.item("对用人单位遵守劳动保障法律的检查").code
    assert get(client, f"/api/v1/items/{code}/")["standing"] == "ended"
    assert get(client, f"/api/v1/items/{code}/?on=2016-06-01")["standing"] == "in_list"
    added = world.item("工伤认定").code
    assert get(client, f"/api/v1/items/{added}/?on=2016-06-01")["standing"] == "not_yet"


def test_changes_of_an_edition_are_those_of_its_page(world, client):
    answer = get(client, "/api/v1/editions/2/changes/")
    assert answer["total"] == 6
    page = text_of(client.get("/editions/2/changes/"))
    assert all(change["name"] in page and change["kind_name"] in page for change in answer["changes"])
    kinds = get(client, "/api/v1/editions/2/")["changes_by_kind"]
    assert kinds == {"add": 1, "elements": 1, "rename": 1, "repeal": 1}
    editions = get(client, "/api/v1/editions/")["editions"]
    assert [(each["number"], each["last_day"]) for each in editions] == [(2, None), (1, "2019-11-30")]


def test_nothing_withheld_is_in_any_answer(world, client):
    code = ItemVersion.objects.get(name=WITHHELD).item.code
    get(client, f"/api/v1/items/{code}/", 404)
    get(client, f"/api/v1/items/{code}/versions/1/", 404)
    for address in ("items/?on=2016-06-01", "items/?q=保密&on=2016-06-01", "departments/?on=2016-06-01", "editions/1/changes/"):
        answer = client.get(f"/api/v1/{address}").content.decode()
        assert WITHHELD not in answer
        assert code not in answer


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("items/?frm=1&category=01", "不认识的参数：frm"),
        ("items/?category=99", "没有代码为“99”的权力类别"),
        ("items/?page=1&page=2", "参数写了不止一次：page"),
        ("items/?q=" + "x" * 101, "最多 100 字"),
        ("items/?on=2016-13-01", "不是日期"),
        ("items/?q=%00", "空字符"),
        ("editions/?on=2016-05-01", "不认识的参数：on"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_name(world, client, address, words):
    problem = get(client, f"/api/v1/{address}", 400)
    assert words in problem["title"] + "".join(problem["errors"])
    assert problem["status"] == 400


@pytest.mark.parametrize("address", ["items/?page=9", "items/x/", "items/x/versions/1/", "editions/99/", "editions/99999999999/", "departments/x/", "items/?region=999999", "items/?region=420602", "nothing/", "items/%00/", "departments/%00/"])  # fmt: skip
def test_what_is_not_there_is_a_problem_too(world, client, address):
    problem = get(client, f"/api/v1/{address}", 404)
    assert problem["title"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_it_only_reads(world, client, method):
    response = client.generic(method, "/api/v1/items/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert response["Content-Type"] == "application/problem+json"


def test_another_region_is_asked_by_its_code(world, client, office):
    office.publish(office.add(content("420683-MZJ", "07", "收养登记")), region="420683", kind="baseline")
    assert [row["name"] for row in get(client, "/api/v1/items/?region=420683")["items"]] == ["收养登记"]
    assert get(client, "/api/v1/editions/?region=420683")["region"] == {"code": "420683", "name": "枣阳市"}


def test_an_answer_is_kept_and_revalidated_like_a_page(world, client, settings, tmp_path, django_assert_num_queries):
    settings.KEPT_MB, settings.KEPT_DIR = 50, tmp_path / "kept"
    keeping._room.forget()
    keeping._headers_of.clear()
    client.get("/")
    first = client.get("/api/v1/items/?category=01")
    with django_assert_num_queries(1):
        second = client.get("/api/v1/items/?category=01")
    assert (second.content, second["Content-Type"]) == (first.content, "application/json")
    assert client.get("/")["Content-Type"].startswith("text/html")
    with django_assert_num_queries(1):
        assert client.get("/api/v1/items/?category=01", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_no_answer_costs_more_queries_for_a_longer_list(world, client, office, count_queries):
    addresses = ("departments/", "items/", "items/?q=许可", "editions/", "editions/{}/changes/")

    def ask_all(newest: int) -> None:
        for address in addresses:
            where = f"/api/v1/{address.format(newest)}"
            client.get(where)  # what is kept in the process of an edition is there now
            with count_queries(f"api.{re.sub('[^a-z]+', '-', address).strip('-')}"):
                client.get(where)

    ask_all(2)
    office.publish(*(office.add(content("420600-MZJ", "07", f"许可事项{number}")) for number in range(60)))
    ask_all(3)


def test_the_description_names_every_address_parameter_and_shape(client, db):
    document = json.loads(client.get("/api/v1/schema/").content)
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) == set(description()["paths"])
    assert len(document["paths"]) == 8
    items = document["paths"]["/api/v1/items/"]["get"]
    assert {each["name"] for each in items["parameters"]} == {"q", "category", "department", "initiation", "level", "state", "page", "region", "on"}  # fmt: skip
    assert "legal_bases" in document["components"]["schemas"]["ItemContent"]["properties"]


def test_the_page_about_it_works_offline_and_without_scripts(client, db):
    response = client.get("/api/docs/")
    page = response.content.decode()
    assert "不认识的参数以 400 拒绝" in text_of(response)
    assert "/api/v1/items/{code}/versions/{number}/" in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=.(?:https?:)?//", page)
