"""What several parts of a request's page ask of the same rows: each asked once, and handed on.

Kept with the row that a page shows, for as long as that page is made. Acts read the request anew and ask for themselves.
"""

from __future__ import annotations

import datetime
from functools import cache, cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from reviews.models import Attachment, ChangeRequest, Confirmation, Decision, RouteRule
from reviews.route import awaited_confirmations, missing_parts

# What may be said of a request or tied to it, by the names that its rows have there.
_RELATED = (
    *("answers", "claims", "comments", "confirmations", "decisions", "followups"),
    *("marks", "opinions", "rebases", "reports", "urges"),
)


class Line(NamedTuple):
    """One change without its content."""

    position: int
    kind: str
    name: str
    initiation: str
    category_code: str
    content_hash: str


class Stand(NamedTuple):
    """One entry of the edit trail: where the request stood since ``at``, and why."""

    state: str
    revision: int
    at: datetime.datetime
    reason: str | None


class Facts:
    """One request as its page shows it."""

    def __init__(self, row: ChangeRequest):
        self.row = row

    @cached_property
    def present(self) -> frozenset[str]:
        """What there is about the request: names of ``_RELATED``, and ``attachments``."""
        return present_about(self.row)

    @cached_property
    def decisions(self) -> list[Decision]:
        """Every decision with what belongs to it, in order; prefetched with the confirmations, so that the guards ask for neither again."""
        decisions, confirmations = Decision.objects.none(), Confirmation.objects.none()
        if "decisions" in self.present:
            decisions = Decision.objects.select_related("person", "deputy_for").order_by("at", "pk")
            decisions = decisions.prefetch_related("words", "waivers", "answers")
        if "confirmations" in self.present:
            confirmations = Confirmation.objects.order_by("at", "pk")
        prefetch_related_objects([self.row], Prefetch("decisions", decisions), Prefetch("confirmations", confirmations))
        return list(self.row.decisions.all())

    @cached_property
    def lines(self) -> list[Line]:
        """Every change in its order."""
        return list(map(Line._make, self.row.changes.order_by("position").values_list(*Line._fields)))

    @cached_property
    def kinds(self) -> set[str]:
        """The kinds of change that the request has."""
        return {line.kind for line in self.lines}

    @cached_property
    def trail(self) -> list[Stand]:
        """The edit trail, the oldest entry first."""
        kept = self.row.history.order_by("history_date", "history_id")
        return list(map(Stand._make, kept.values_list("state", "revision", "history_date", "history_change_reason")))

    @cached_property
    def missing(self) -> list[RouteRule]:
        """Parts of the present stage that have not spoken yet."""
        return missing_parts(self.row, called={(line.initiation, line.category_code) for line in self.lines})

    @property
    def due(self) -> list[RouteRule]:
        """Parts whose word is due now, confirmations included."""
        return self.missing + [rule for rule in awaited_confirmations(self.row) if rule not in self.missing]


def facts_of(row: ChangeRequest) -> Facts:
    """The facts of the request that a page shows, gathered once a page."""
    if not hasattr(row, "_facts"):
        row._facts = Facts(row)
    return row._facts


def present_about(row: ChangeRequest) -> frozenset[str]:
    """Which of ``_RELATED`` and ``attachments`` the request has any of: one statement, for most requests have few.

    It says only that there are some; which of them the reader may see is asked where they are shown.
    """
    statement, values = _presence()
    with connection.cursor() as cursor:
        cursor.execute(statement, (*values, row.pk))
        return frozenset(name for name, found in zip((*_RELATED, "attachments"), cursor.fetchone(), strict=True) if found)


@cache
def _presence() -> tuple[str, tuple]:
    """That statement, put together once, and its parameters but for the request's key, which is the last."""
    tied = [ChangeRequest._meta.get_field(name) for name in _RELATED]
    rows = [each.related_model.objects.filter(**{each.field.name: OuterRef("pk")}).order_by() for each in tied]
    rows.append(Attachment.objects.filter(owner_type=ChangeRequest._meta.label_lower, owner_id=OuterRef("pk")).order_by())
    statement, values = ChangeRequest.objects.filter(pk=0).order_by().values_list(*map(Exists, rows)).query.sql_with_params()
    return statement, values[:-1]
