"""Reads of the list (chainable). A public page starts from ``public()``; withheld items have no other way out."""

from __future__ import annotations

import datetime

from django.db import models


class EditionQuerySet(models.QuerySet):
    def of(self, region):
        return self.filter(region=region)

    def light(self):
        """Without the manifest, which may weigh as much as the list."""
        return self.defer("manifest", "withheld_salt")

    def newest(self, region):
        """The last published edition of ``region``, one that is still 待生效 included; None if nothing was published."""
        return self.of(region).order_by("-number").first()

    def in_force(self, region, day: datetime.date):
        """The edition whose list is the law of ``day``: greatest (effective_on, number) with effective_on ≤ day; None before the first."""
        return self.of(region).law_of(day).first()

    def law_of(self, day: datetime.date):
        """What took effect by ``day``, the one in force then first (within one region)."""
        return self.filter(effective_on__lte=day).order_by("-effective_on", "-number")

    def pending(self, region, day: datetime.date):
        """Editions published but not yet in force on ``day`` (待生效)."""
        return self.of(region).filter(effective_on__gt=day).order_by("effective_on", "number")

    def up_to(self, edition):
        """``edition`` and those before it."""
        return self.of(edition.region_id).filter(number__lte=edition.number)


class EditionEntryQuerySet(models.QuerySet):
    def of(self, edition):
        """The list of ``edition`` in official order."""
        return self.filter(edition=edition).order_by("position")

    def public(self):
        """Without what is withheld by law (依法不予公开)."""
        return self.filter(version__not_public=False)

    def holding(self, needle: str):
        """Entries one of whose fields holds ``needle``, normalised as by ``search.needle_of``."""
        return self.filter(version__search_text__contains=needle)
