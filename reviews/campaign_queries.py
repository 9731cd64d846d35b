"""Who may see which campaigns and which departments' parts of them (chainable)."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from reviews.queries import scope_of
from reviews.states import ScopeState


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the regions in which ``user`` works for the government, and those that name one of his departments."""
        from reviews.models import CampaignScope

        own, _ = scope_of(user, "department__region", "department")
        _, regional = scope_of(user, "region", "region")
        return self.filter(regional | Exists(CampaignScope.objects.filter(own, campaign=OuterRef("pk"))))


class ScopeQuerySet(models.QuerySet):
    def visible_to(self, user):
        own, regional = scope_of(user, "campaign__region", "department")
        return self.filter(own | regional)

    def unreported(self):
        """Parts of campaigns still open of which the department has not reported."""
        return self.filter(state=ScopeState.OPEN, campaign__closed_at=None)

    def overdue(self, day=None):
        return self.unreported().filter(campaign__due_on__lt=day or timezone.localdate())
