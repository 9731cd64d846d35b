"""What the worker does for citizens' pages: the folder in front follows what is published, and every list in force has its index."""

from __future__ import annotations

import datetime

from qingdan.items import reads
from qingdan.items.index.building import build
from qingdan.items.models import Edition
from qingdan.outbox.tasks import daily_task, watch
from qingdan.public import keeping


@watch
def follow() -> None:
    """A web server in front serves no page of a generation that is over: ended by a command, midnight, or a new release of the program."""
    keeping.follow()


@daily_task("搜索索引", at=datetime.time(0, 0))
def index_lists(day: datetime.date) -> int:
    """Make the search index of each region's list in force, the large ones too; how many there are."""
    lists = [Edition.objects.light().filter(region__code=code).law_of(day).first() for code, _ in reads.regions_with_lists()]
    for edition in filter(None, lists):
        build(edition)
    return sum(edition is not None for edition in lists)
