"""What happens behind the pages in the browser test of 纠错: ``python -m tests.browser.reporting STEP`` in the installation of the site.

``build``: the tests' world. ``publish``: the offices pass the request that was handed in, and it is published today. ``scan WORDS``: the
tables that hold any of the words. ``erase DAYS``: the daily task, as it will run in so many days.
"""

from __future__ import annotations

import datetime
import os
import sys


def build() -> None:
    from tests.reviews.correcting import clear_the_table
    from tests.world import build

    clear_the_table(build())


def publish() -> None:
    from django.utils import timezone

    from reviews.models import ReaderReport
    from tests.world import World, decide_batch, publish, review

    world, today = World(), timezone.localdate()
    request = ReaderReport.objects.get().request
    review(world, request)
    batch = decide_batch(world, [request], "纠错批次", held_on=today)
    print(publish(world, batch, "襄政发〔2026〕8号", published_on=today, effective_on=today).number)


def scan(*words: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = "".join(
                bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview)) else str(value)
                for row in cursor.fetchall()
                for value in row
            )
            if any(word in text for word in words):
                print(table)


def erase(days: str) -> None:
    from django.db import transaction
    from django.utils import timezone

    from reviews.daily_tasks import erase_readers_contacts

    with transaction.atomic():
        print(erase_readers_contacts(timezone.localdate() + datetime.timedelta(days=int(days))))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingdan.settings")
    import django

    django.setup()
    {"build": build, "publish": publish, "scan": scan, "erase": erase}[sys.argv[1]](*sys.argv[2:])
