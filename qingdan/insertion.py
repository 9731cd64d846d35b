"""Many new rows of one table at once: one prepared statement on SQLite, one statement over arrays on PostgreSQL.

``bulk_create`` builds an instance for each row and an SQL expression for each value; where thousands of rows are written, that is most
of the time of an import or a publication.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection, models

# The arrays that carry the values on PostgreSQL; its rules of assignment hold from there on: an over-long text is an error, never cut.
_ARRAYS = {"BinaryField": "bytea[]", "BooleanField": "bool[]", "CharField": "text[]", "TextField": "text[]"}


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Collection[tuple]) -> None:
    """Insert ``rows``, each the values of ``columns`` in their order: text, int, bool, bytes or None.

    The database fills in the primary key; nothing else has a default. No signal is sent and no history written. Raises IntegrityError
    or DataError, with none of the rows in.
    """
    if not rows:
        return
    quote = connection.ops.quote_name
    into = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            fields = {field.column: field for field in model._meta.concrete_fields}
            arrays = ", ".join(f"%s::{_array(fields[column])}" for column in columns)
            cursor.execute(f"{into} SELECT * FROM unnest({arrays})", [list(values) for values in zip(*rows, strict=True)])  # noqa: S608
        else:
            cursor.executemany(f"{into} VALUES ({', '.join(['%s'] * len(columns))})", rows)


def _array(field: models.Field) -> str:
    while field.is_relation:
        field = field.target_field
    return _ARRAYS.get(field.get_internal_type(), "bigint[]")
