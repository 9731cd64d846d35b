"""The edit trail of many changes at once: the rows that django-simple-history would write one by one, copied where they lie.

The history table repeats the columns of its table; one ``INSERT … SELECT`` fills it, so no content travels twice.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import DateTimeField, QuerySet, Value
from django.utils import timezone

from departments.people import Actor

ADDED, CHANGED = "+", "~"


def record_history(rows: QuerySet, *, kind: str, actor: Actor, reason: str) -> None:
    """One history row for each of ``rows`` as they stand now."""
    history = rows.model.history.model
    tracked = history.tracked_fields
    about = {
        "history_date": Value(timezone.now(), DateTimeField()),
        "history_change_reason": Value(reason),
        "history_type": Value(kind),
        "history_user_id": Value(actor.user.pk),
    }
    copied = rows.order_by("pk").values_list(*(field.attname for field in tracked), *about.values())
    select, values = copied.query.get_compiler(connection=connection).as_sql()
    columns = ", ".join(map(connection.ops.quote_name, (*(field.column for field in tracked), *about)))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {connection.ops.quote_name(history._meta.db_table)} ({columns}) {select}", values)
