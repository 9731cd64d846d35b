"""Who may see which 催办 (chainable)."""

from __future__ import annotations

from django.db import models

from reviews.queries import scope_of


class UrgeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The urged department, and who works for the government of the urging or of the urged region."""
        own, urging = scope_of(user, "region", "department")
        _, urged = scope_of(user, "department__region", "department")
        return self.filter(own | urging | urged)
