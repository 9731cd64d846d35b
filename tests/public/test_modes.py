"""标准 and 长辈版: chosen without JavaScript, kept in one cookie, never mixed among the kept pages, and never a way to another site."""

from __future__ import annotations

import pytest

from qingdan.public import keeping
from tests.public.office import text_of

ELDER = {"HTTP_COOKIE": "mode=elder"}


@pytest.fixture
def kept(settings, tmp_path):
    settings.KEPT_MB, settings.KEPT_DIR = 50, tmp_path / "kept"
    keeping._room.forget()
    keeping._headers_of.clear()
    return settings.KEPT_DIR


def test_a_reader_chooses_and_comes_back_to_where_he_was(world, client):
    assert 'name="next" value="/departments/?on=2016-06-01"' in client.get("/departments/?on=2016-06-01").content.decode()
    answer = client.post("/mode/", {"mode": "elder", "next": "/departments/?on=2016-06-01"})
    assert (answer.status_code, answer["Location"]) == (303, "/departments/?on=2016-06-01")
    cookie = answer.cookies["mode"]
    assert (cookie.value, cookie["samesite"], cookie["max-age"], cookie["path"]) == ("elder", "Lax", 365 * 24 * 3600, "/")
    page = client.get("/departments/")
    assert 'class="elder"' in page.content.decode()
    assert not page.cookies
    client.post("/mode/", {"mode": "standard", "next": "/"})
    assert 'class="elder"' not in client.get("/departments/").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "///elsewhere.example",
        "javascript:alert(1)",
        "items/",
        "/" + "x" * 3000,
    ],  # fmt: skip
)
def test_no_address_leads_to_another_site(db, client, address):
    assert client.post("/mode/", {"mode": "elder", "next": address})["Location"] == "/"


def test_hostile_choices_are_answered_and_keep_nothing(db, client):
    answer = client.post("/mode/", {"mode": "x\x00", "next": "/items/\r\nSet-Cookie: a=b"})
    assert answer.status_code == 303
    assert answer.cookies["mode"].value == ""
    assert "\n" not in answer["Location"]
    assert client.get("/mode/").status_code == 405


@pytest.mark.parametrize("address", ["/", "/items/?q=许可", "/departments/"])
def test_kept_pages_of_the_two_modes_never_mix(world, client, kept, address):
    standard, elder = client.get(address), client.get(address, **ELDER)
    assert standard.content != elder.content
    assert standard["ETag"] != elder["ETag"]
    assert standard["Cache-Control"] == elder["Cache-Control"] == "no-cache"
    assert (client.get(address).content, client.get(address, **ELDER).content) == (standard.content, elder.content)
    assert client.get(address, headers={"If-None-Match": standard["ETag"]}, **ELDER).content == elder.content
    assert client.get(address, headers={"If-None-Match": elder["ETag"]}, **ELDER).status_code == 304
    assert {path.parts[-3] for path in kept.rglob("pages/index.html.gz") if "current" not in path.parts} <= {"standard", "elder"}


def test_a_made_up_mode_is_the_standard_one(world, client, kept):
    assert client.get("/", HTTP_COOKIE="mode=../../x").content == client.get("/").content


def test_data_are_the_same_in_both_modes(world, client, kept):
    assert client.get("/api/v1/departments/", **ELDER)["ETag"] == client.get("/api/v1/departments/")["ETag"]


def test_the_elders_first_page_has_the_doors_and_leads_to_the_rest(world, client):
    page = client.get("/", **ELDER)
    text = text_of(page)
    for door in ("我要办事", "我被处罚或检查了", "我要领补助", "找部门", "最近调整"):
        assert door in text
    assert "按部门和类别" not in text
    assert 'href="/statistics/"' in page.content.decode()


@pytest.mark.parametrize("name", ["home", "items", "departments", "editions"])
def test_a_page_of_the_other_mode_asks_no_more(world, client, count_queries, name):
    address = "/" if name == "home" else f"/{name}/"
    client.get(address, **ELDER)
    with count_queries(f"public.{name}.elder"):
        client.get(address, **ELDER)
