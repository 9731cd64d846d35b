"""Who may see which decisions from above and which tasks; what is unanswered, what is overdue (chainable)."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from reviews.queries import scope_of
from reviews.states import OPEN, RequestState, TaskState


class DirectiveQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Decisions of the regions in which ``user`` works for the government, and those that gave his department or county a task."""
        from reviews.models import DirectiveTask

        given = DirectiveTask.objects.answered_by_places_of(user).filter(directive=OuterRef("pk"))
        _, regional = scope_of(user, "region", "region")
        return self.filter(regional | Exists(given))

    def open_to(self, departments):
        """Decisions on which a request of ``departments`` may rest: of their own regions, and of those above that gave them a task."""
        from reviews.models import DirectiveTask

        departments = list(departments)
        given = DirectiveTask.objects.filter(department__in=departments, directive=OuterRef("pk")).exclude(
            state=TaskState.CANCELLED
        )
        return self.filter(Q(region__in={each.region_id for each in departments}) | Exists(given))

    def batches(self, region, day):
        """上级决定批数: decisions of State Council or province, each with its whole cascade counted once, made by ``day``."""
        return self.filter(region=region, parent=None, level__in=("state", "province"), decided_on__lte=day)


class TaskQuerySet(models.QuerySet):
    def answered_by_places_of(self, user):
        """Tasks that the user's own departments answer, and those of departments in the regions where he works for the government."""
        own, regional = scope_of(user, "department__region", "department")
        return self.filter(own | regional)

    def visible_to(self, user):
        """Also what the user's region gave to others (a county's departments), and beside a 承接 task the 下放 task of the same line."""
        from reviews.models import DirectiveTask

        own, regional = scope_of(user, "department__region", "department")
        _, given = scope_of(user, "directive__region", "directive__region")
        mine = DirectiveTask.objects.filter(own | regional).filter(line=OuterRef("line"), line__kind="delegate")
        return self.filter(own | regional | given | Exists(mine))

    def of_departments(self, departments):
        return self.filter(department__in=departments).exclude(state=TaskState.CANCELLED)

    def unanswered(self):
        """No answer stands: none was given, or nothing of the request that was given goes on or was agreed (``came_to_nothing``)."""
        from reviews.models import Change, ChangeRequest

        family = Q(pk=OuterRef("request")) | Q(origin=OuterRef("request")) | Q(origin__origin=OuterRef("request"))
        agreed = Exists(Change.objects.filter(request=OuterRef("pk"), outcome=Change.Outcome.AGREED))
        alive = Q(state__in=OPEN) | (Q(state=RequestState.PUBLISHED) & agreed)
        stands = Exists(ChangeRequest.objects.filter(family).filter(alive))
        return self.filter(Q(state__in=(TaskState.OPEN, TaskState.PROPOSED)) | (Q(state=TaskState.REQUESTED) & ~stands))

    def overdue(self, day: datetime.date | None = None):
        return self.unanswered().filter(due_on__lt=day or timezone.localdate())
