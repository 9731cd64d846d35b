"""The feed and the sitemap: what changed, and every page there is, none of them withheld."""

from __future__ import annotations

import datetime
from xml.etree import ElementTree

from qingdan.items.models import EditionEntry, ItemVersion
from tests.world import content

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_feed_tells_every_publication_the_newest_first(world, client):
    response = client.get("/feeds/changes/")
    assert response["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.content)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert [title.partition("：")[0] for title in titles] == ["第1次动态调整", "首次公布"]
    first = next(feed.iter(f"{ATOM}entry"))
    assert first.find(f"{ATOM}link").get("href").endswith("/editions/2/")
    assert datetime.datetime.fromisoformat(first.findtext(f"{ATOM}updated")).date() == datetime.date(2019, 11, 20)
    names = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(names)) == 2
    assert all(name.startswith("tag:") for name in names)


def test_the_feed_is_told_of_in_every_page(world, client):
    assert 'type="application/atom+xml"' in client.get("/items/").content.decode()


def test_the_sitemap_names_every_public_page_of_every_list(world, client, office):
    office.publish(office.add(content("420683-MZJ", "07", "收养登记")), region="420683", kind="baseline")
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    addresses = {each.findtext(f"{SITEMAP}loc") for each in root}
    paths = {address.partition("//")[2].partition("/")[2] for address in addresses}
    for code in EditionEntry.objects.of(world.edition(2)).public().values_list("item__code", flat=True):
        assert f"items/{code}/" in paths
        assert client.get(f"/items/{code}/").status_code == 200
    assert any(path.startswith("regions/420683/items/") for path in paths)
    withheld = ItemVersion.objects.get(name="专项保密检查").item.code
    assert not any(withheld in path for path in paths)


def test_a_region_without_a_list_has_an_empty_feed(world, client):
    feed = ElementTree.fromstring(client.get("/regions/420602/feeds/changes/").content)
    assert not list(feed.iter(f"{ATOM}entry"))
