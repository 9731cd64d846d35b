"""Files of an edition: at addresses that stay, named in Chinese, with the hash of their very bytes."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

import pytest

from departments.models import Department
from qingdan.items.documents.editions import make_edition_file
from tests.public.office import links_of, text_of


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_before_they_are_made_the_page_says_so(world, client):
    text = text_of(client.get("/downloads/"))
    assert "尚未生成" in text
    assert client.get("/downloads/2/list.csv").status_code == 404


def test_a_made_file_is_offered_with_size_and_hash_and_is_what_it_says(world, client):
    edition = world.edition(1)
    file = make_edition_file(edition, "list.csv")
    page = client.get("/downloads/1/")
    assert file.sha256 in text_of(page)
    assert "/downloads/1/list.csv" in links_of(page)
    response = client.get("/downloads/1/list.csv")
    assert hashlib.sha256(b"".join(response.streaming_content)).hexdigest() == file.sha256
    assert unquote(re.search(r"filename\*=utf-8''([^;]+)", response["Content-Disposition"])[1]) == file.name
    assert "immutable" in response["Cache-Control"]
    assert response["ETag"] == f'"{file.sha256}"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_department_has_files_of_its_own(world, client):
    make_edition_file(world.edition(1), "list.csv", Department.objects.get(code="420600-MZJ"))
    assert client.get("/downloads/1/420600-MZJ/list.csv").status_code == 200
    assert client.get("/downloads/1/420600-RSJ/list.csv").status_code == 404
    assert client.get("/downloads/1/420602-MZJ/list.csv").status_code == 404


@pytest.mark.parametrize("address", ["/downloads/9/", "/downloads/99999999999/", "/downloads/1/x.exe", "/downloads/1/..%2f..%2fsettings.py", "/downloads/1/nothing/list.csv", "/regions/999999/downloads/"])  # fmt: skip
def test_what_there_is_not_is_not_found(world, client, address):
    assert client.get(address).status_code == 404


def test_its_queries_do_not_grow_with_the_departments(world, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        client.get("/downloads/1/")
