"""The first page: the current list in numbers, by department and category, and the way into it."""

from __future__ import annotations

from django.http import HttpResponse

from qingdan.items import listing, reads
from qingdan.items.models import Edition
from qingdan.public.frame import Frame, page
from qingdan.public.links import Links
from reviews.models import Directive

# Offered as examples of a search where they find something.
EXAMPLES = (
    "营业执照",
    "食品经营",
    "施工许可",
    "道路运输",
    "社会保险",
    "身份证",
    "消防",
    "办学",
    "劳动",
    "登记",
    "许可",
    "处罚",
    "检查",
)


@page()
def home(frame: Frame) -> HttpResponse:
    edition = frame.edition
    if edition is None:
        return frame.no_list()
    counts = reads.counts(edition)
    categories = reads.categories()
    by_category = {code: [0, 0] for code, _ in categories}
    by_department: dict[int, dict[str, tuple[int, int]]] = {}
    for department, category, majors, items in counts:
        by_category[category][0] += majors
        by_category[category][1] += items
        by_department.setdefault(department, {})[category] = (majors, items)
    rounds, adjusted = reads.adjustments(edition)
    latest = reads.latest_adjustment(edition) if rounds else None
    pending = [] if frame.on else Edition.objects.light().pending(frame.region, frame.today)
    return frame.page(
        "home.html",
        title="",
        categories=[_category(frame.links, code, name, *by_category[code], by_category) for code, name in categories],
        departments=[
            _department(frame.links, code, name, by_department.get(key, {}), categories)
            for key, code, name in reads.departments(edition)
        ],
        majors=sum(majors for majors, _ in by_category.values()),
        items=sum(items for _, items in by_category.values()),
        rounds=rounds,
        adjusted=adjusted,
        directives=Directive.objects.batches(frame.region, frame.day).count(),
        latest=latest,
        latest_url=latest and frame.links.edition(latest.number),
        latest_changes_url=latest and frame.links.changes(latest.number),
        pending=[(each, frame.links.edition(each.number)) for each in pending],
        examples=[] if frame.on else [(word, frame.links.items(q=word)) for word in listing.words_that_hit(edition, EXAMPLES)],
        regions=[(name, Links(code, frame.on).home) for code, name in reads.regions_with_lists() if code != frame.region.code],
    )


def _category(links: Links, code: str, name: str, majors: int, items: int, everything: dict) -> dict:
    most = max(items for _, items in everything.values()) or 1
    return {"name": name, "url": links.items(category=code), "majors": majors, "items": items, "bar": f"{100 * items / most:.1f}"}


def _department(links: Links, code: str, name: str, kept: dict[str, tuple[int, int]], categories: list[tuple[str, str]]) -> dict:
    """One row of the table: (address, 大项, 项) for each category; the address is empty where there is nothing."""
    cells = [
        (links.items(category=category, department=code), *kept[category]) if category in kept else ("", 0, 0)
        for category, _ in categories
    ]
    return {
        "name": name,
        "url": links.department(code),
        "cells": cells,
        "majors": str(sum(majors for majors, _ in kept.values())),
        "items": str(sum(items for _, items in kept.values())),
    }
