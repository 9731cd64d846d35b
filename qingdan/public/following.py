"""For readers' programs: what changed as an Atom feed, and the sitemap for search engines."""

from __future__ import annotations

import datetime
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from qingdan.items import listing, reads
from qingdan.items.models import EditionEntry
from qingdan.laws.models import Act
from qingdan.public.frame import Frame, page
from qingdan.public.links import Links

ENTRIES = 100
# The protocol allows 50,000 addresses a file; a region's list is far below that.
SITEMAP_LIMIT = 45_000


@page(dated=False)
def changes_feed(frame: Frame) -> HttpResponse:
    """The editions of a region, the newest first: what each changed and where to read it."""
    site = settings.SITE_URL
    feed = Atom1Feed(
        title=f"{frame.region.name}{settings.SITE_NAME}：最近调整",
        link=f"{site}{frame.links.editions}",
        description="每次公布的调整",
        language="zh-CN",
        feed_url=f"{site}{frame.links.base}feeds/changes/",
        feed_guid=_tag(frame, "changes"),
    )
    for edition in (reads.editions(frame.region) if frame.region.pk else [])[:ENTRIES]:
        moment = datetime.datetime.combine(edition.published_on, datetime.time(0), timezone.get_default_timezone())
        counted = f"，调整 {edition.changed_count:,} 项" if edition.adjustment_no else ""
        feed.add_item(
            title=f"{edition.title}：{edition.notice_title}",
            link=f"{site}{frame.links.edition(edition.number)}",
            description=f"{edition.notice_no}，{edition.published_on} 公布，{edition.effective_on} 起生效{counted}。",
            unique_id=_tag(frame, f"edition-{edition.number}"),
            pubdate=moment,
            updateddate=moment,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _tag(frame: Frame, what: str) -> str:
    """A name that stays the same wherever the site is moved (RFC 4151)."""
    return f"tag:{settings.LOG_ORIGIN},2026:{frame.region.code}/{what}"


@page(dated=False)
def sitemap(frame: Frame) -> HttpResponse:
    """Every page of the list in force: of this region, or of all of them at the root."""
    site, addresses = settings.SITE_URL, []
    regions = [code for code, _ in reads.regions_with_lists()] if frame.links.is_home else [frame.region.code]
    for code in regions:
        links = Links(code)
        edition = frame.edition if code == frame.region.code else reads.list_of_day(code, frame.day)
        if edition is None:
            continue
        addresses += [
            links.home,
            links.departments,
            links.all_items,
            links.editions,
            links.statistics,
            links.downloads,
            links.verify,
        ]
        addresses += [links.department(each) for _, each, _ in reads.departments(edition)]
        acts = listing.mentioned(edition, sorted(set(Act.objects.values_list("normal_title", flat=True))))
        addresses += [address for each in acts if (address := links.act(each))]
        listed = EditionEntry.objects.of(edition).public().values_list("item__code", flat=True)
        addresses += [links.item(each) for each in listed[: SITEMAP_LIMIT - len(addresses)]]
        addresses += [links.edition(each.number) for each in reads.editions(edition.region)]
    lines = "".join(f"<url><loc>{escape(site + address)}</loc></url>\n" for address in addresses[:50_000])
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
    )
    return HttpResponse(body, content_type="application/xml; charset=utf-8")
