"""The panel that ties a request to the one it was split off from, to those split off from it, and to the bases it was carried onto."""

from __future__ import annotations

from django.http import HttpRequest

from reviews.models import ChangeRequest
from reviews.views.facts import facts_of
from reviews.views.panels import Panel


def lineage(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """Nothing where the request stands alone."""
    present = facts_of(row).present
    if not (row.origin_id or present & {"followups", "rebases"}):
        return None
    followups = list(row.followups.order_by("pk"))
    rebases = list(row.rebases.select_related("change", "old_base", "new_base", "person"))
    return Panel("reviews/_lineage.html", values={"origin": row.origin, "followups": followups, "rebases": rebases})
