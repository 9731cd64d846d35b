"""Kept pages: rendered once, the same for everyone, gone with the publication that makes them untrue."""

from __future__ import annotations

import datetime
import gzip
import shutil

import pytest
import time_machine
from django.http import HttpResponse
from django.utils import timezone

from departments.models import Department
from qingdan.laws.models import Act, ActVersion, Article
from qingdan.outbox.tasks import keep_watch
from qingdan.public import keeping
from qingdan.public.daily_tasks import index_lists
from qingdan.public.frame import Key
from tests.public.office import text_of
from tests.world import content

ADDRESSES = [
    "/",
    "/?on=2016-06-01",
    "/departments/",
    "/items/",
    "/items/?q=许可",
    "/editions/",
    "/editions/2/changes/",
    "/laws/食品安全法/",
    "/verify/",
]


@pytest.fixture(autouse=True)
def kept(settings, tmp_path):
    """Pages are kept in a folder of this test."""
    settings.KEPT_MB, settings.KEPT_DIR = 50, tmp_path / "kept"
    keeping._room.forget()
    keeping._headers_of.clear()
    return settings.KEPT_DIR


def files(folder) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.gz")}


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_second_reader_gets_the_same_page_for_one_look_up(world, client, django_assert_num_queries, address):
    first = client.get(address)
    with django_assert_num_queries(1):
        second = client.get(address)
    assert (second.status_code, second.content) == (200, first.content)
    own = {"X-Request-ID"}
    assert {k: v for k, v in second.headers.items() if k not in own} == {k: v for k, v in first.headers.items() if k not in own}
    assert second["X-Request-ID"] != first["X-Request-ID"]
    assert "style-src 'self'" in second["Content-Security-Policy"]


def test_a_reader_who_takes_gzip_gets_the_kept_bytes_and_a_tag_of_their_own(world, client):
    plain, packed = client.get("/"), client.get("/", headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]
    again = client.get("/", headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/", headers={"If-None-Match": packed["ETag"]}).status_code == 200
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_head_of_a_kept_page_has_its_length_and_no_body(world, client):
    got, head = client.get("/"), client.head("/")
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(got.content)))


def test_a_publication_is_seen_at_once_and_older_pages_go(world, client, office, kept):
    before = client.get("/").content
    for number in range(3):
        office.publish(office.add(content("420600-MZJ", "07", f"地名核准{number}")), on=datetime.date(2021, 3, 1 + number))
        page = client.get("/")
        assert page.content != before
        assert f"{10 + number} 大项" in text_of(page)
        before = page.content
    generations = [each for each in kept.iterdir() if not each.is_symlink()]
    assert len(generations) == 2
    assert (kept / "current").resolve() in generations


def test_a_new_telephone_of_a_department_is_seen_at_once(world, client):
    client.get("/departments/420600-RSJ/")
    department = Department.objects.get(code="420600-RSJ")
    department.phone = "0710-3600009"
    department.save()
    assert "0710-3600009" in text_of(client.get("/departments/420600-RSJ/"))


def test_what_the_law_library_says_is_seen_at_once(world, client):
    from departments.people import Actor

    address = "/laws/殡葬管理法/"
    assert client.get(address).status_code == 404
    act = Act.objects.create(title="殡葬管理法", normal_title="殡葬管理法", kind="法律")
    assert "有效" not in text_of(client.get(address))
    version = ActVersion.objects.create(act=act, promulgated_on=datetime.date(2010, 1, 1), effective_on=datetime.date(2010, 5, 1))
    page = client.get(address)
    assert "有效" in text_of(page)
    assert client.get(address, headers={"If-None-Match": page["ETag"]}).status_code == 304

    entered = {"source": "公报", "source_on": datetime.date(2018, 2, 1), "entered_by": "a", "entered_by_name": "甲"}
    article = Article.objects.create(version=version, key="2", text="第二条的文字", entered_at=timezone.now(), **entered)
    assert client.get(address, headers={"If-None-Match": page["ETag"]}).status_code == 304  # it waits for 司法
    article.state = "confirmed"
    article.save()
    page = client.get(address)
    assert "第二条的文字" in text_of(page)

    version.status = "repealed"
    version.save()
    Actor(world.clerk.user).record(act="change_reference", obj=version)  # as the staff's form does
    assert "已废止" in text_of(client.get(address, headers={"If-None-Match": page["ETag"]}))


def test_the_day_alone_brings_the_pending_edition(world, client, office):
    day = datetime.date.today() + datetime.timedelta(days=40)
    office.publish(office.add(content("420600-MZJ", "07", "地名核准")), on=day)
    assert "9 大项" in text_of(client.get("/"))
    with time_machine.travel(datetime.datetime.combine(day, datetime.time(9), datetime.UTC), tick=False):
        assert "10 大项" in text_of(client.get("/"))


@pytest.mark.parametrize("address", ["/items/nothing/", "/items/?page=9", "/?on=x", "/regions/420600/", "/?utm=1", "/editions/2/proof/", "/admin/login/", "/healthz"])  # fmt: skip
def test_only_whole_pages_of_citizens_are_kept(world, client, kept, address):
    client.get(address)
    assert not kept.exists() or not files(kept)


def test_pages_without_a_question_lie_under_their_own_path(world, client, kept):
    client.get("/")
    client.get("/departments/420600-RSJ/")
    client.get("/items/?q=许可")
    names = sorted(
        name.partition("/standard/")[2].split("/")[0] + ":" + name.rsplit("/", 2)[1]
        for name in files(kept)
        if "current" not in name
    )
    assert len(names) == 3
    assert sum(name.startswith("asked") for name in names) == 1
    assert (kept / "current/standard/pages/index.html.gz").exists()
    assert (kept / "current/standard/pages/departments/420600-RSJ/index.html.gz").exists()


def test_a_process_that_orders_the_policy_otherwise_keeps_pages_too(world, kept):
    """After a restart the folder of the generation is there already, with the headers of the process before."""
    day = datetime.date.today()
    for address, policy in (("/", "img-src 'self'; default-src 'none'"), ("/departments/", "default-src 'none'; img-src 'self'")):
        key = Key.of(address, day)
        keeping.keep(key, HttpResponse("page", headers={"Content-Security-Policy": policy}))
        keeping._headers_of.clear()
        assert keeping.read(key) is not None


def test_who_reads_makes_no_difference(world, client, admin_like, kept):
    client.get("/")
    page = admin_like.get("/")
    assert not page.cookies
    assert page.content == client.get("/").content


@pytest.fixture
def admin_like(world, client):
    """A browser in which an officer is signed in."""
    from django.test import Client

    other = Client()
    other.force_login(world.clerk.user)
    return other


def test_a_folder_that_vanishes_or_cannot_be_written_costs_nothing_but_the_keeping(world, client, kept, settings):
    first = client.get("/").content
    shutil.rmtree(kept)
    assert client.get("/").content == first
    shutil.rmtree(kept)
    kept.write_text("no folder")
    assert client.get("/").content == first


def test_the_folder_stays_under_its_cap(world, client, kept, settings):
    settings.KEPT_MB = 0.03  # 30 kB
    for number in range(40):
        client.get("/items/", {"q": f"许可{number}"})
    assert 0 < sum(path.stat().st_size for path in kept.rglob("*.gz") if "current" not in path.parts) <= 30_000


def test_a_web_server_in_front_follows_an_act_at_once(world, client, office, kept):
    client.get("/")
    before = (kept / "current").resolve()
    office.publish(office.add(content("420600-MZJ", "07", "地名核准")))
    client.post("/admin/login/")  # whatever is sent by whomever
    assert (kept / "current").resolve() != before
    assert not (kept / "current/standard/pages/index.html.gz").exists()


def test_the_worker_follows_whatever_began_a_new_generation(world, client, office, kept, monkeypatch):
    def followed() -> bool:
        before = (kept / "current").resolve()
        keep_watch()
        keep_watch()  # nothing has changed since
        return (kept / "current").resolve() != before

    client.get("/")
    assert not followed()
    office.publish(office.add(content("420600-MZJ", "07", "地名核准")))  # by a command, say: nothing was sent to the site
    assert followed()
    day = datetime.date.today() + datetime.timedelta(days=1)
    with time_machine.travel(datetime.datetime.combine(day, datetime.time(9), datetime.UTC), tick=False):
        assert followed()
        client.get("/")
        monkeypatch.setattr("qingdan.public.frame.release", lambda: "another program")
        assert followed()
        assert not (kept / "current/standard/pages/index.html.gz").exists()


def test_the_worker_makes_the_indexes(world, client, settings, tmp_path):
    settings.SEARCH_DIR = tmp_path / "search"
    assert index_lists(datetime.date.today()) == 1
    assert len(list(settings.SEARCH_DIR.glob("*.sqlite3"))) == 1
