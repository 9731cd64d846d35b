"""What the worker does for citizens' pages: the new day's folder in front, and the index of every list in force."""

from __future__ import annotations

import datetime

from qingdan.items import reads
from qingdan.items.index.building import build
from qingdan.items.models import Edition
from qingdan.outbox.tasks import daily_task
from qingdan.public import keeping


@daily_task("公开页面换日", at=datetime.time(0, 0))
def follow_the_day(day: datetime.date) -> None:
    """An edition that takes effect today shows from midnight on, also where a web server in front serves the kept pages."""
    keeping.follow()


@daily_task("搜索索引", at=datetime.time(0, 0))
def index_lists(day: datetime.date) -> int:
    """Make the search index of each region's list in force, the large ones too; how many there are."""
    lists = [Edition.objects.light().filter(region__code=code).law_of(day).first() for code, _ in reads.regions_with_lists()]
    for edition in filter(None, lists):
        build(edition)
    return sum(edition is not None for edition in lists)
