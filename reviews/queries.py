"""Who may see which requests, changes, batches and uploads: views and API start from ``visible_to``, never from all rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from departments.people import postings_today
from departments.posts import DEPARTMENT_POSTS, REGION_POSTS, Post
from reviews.states import ENDED, RequestState

_SEES_ALL = tuple(sorted({Post.COMPLIANCE, Post.SERVICE, Post.LEGALITY, Post.COUNCIL, Post.PUBLISHER, Post.AUDITOR} & REGION_POSTS))
_OWN = tuple(sorted({Post.CLERK, Post.HEAD} & DEPARTMENT_POSTS))


def scope_of(user, region: str, department: str) -> Q:
    """Rows of the user's own departments (and of those merged into them), and of the regions in which he reviews."""
    held = postings_today(user)
    departments = {posting.department_id for posting in held if posting.post in _OWN}
    regions = {posting.region_id for posting in held if posting.post in _SEES_ALL}
    merged = {f"{department}__successor__in": departments, f"{department}__abolished_on__lte": timezone.localdate()}
    return Q(**{f"{department}__in": departments}) | Q(**merged), Q(**{f"{region}__in": regions})


def _consulted(user, request: str) -> Q:
    """Whether a department in which ``user`` is clerk or head was asked for its opinion on the request at ``request``."""
    from reviews.models import Opinion

    own = {posting.department_id for posting in postings_today(user) if posting.post in _OWN}
    if not own:
        return Q(pk__in=())
    return Q(Exists(Opinion.objects.filter(request=OuterRef(request), department__in=own).order_by()))


class RequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever works on it, and the departments that were asked for their opinion on it."""
        return self.filter(self._worked_on(user) | _consulted(user, "pk"))

    def worked_on_by(self, user):
        """Its own department and the region's offices: they also see what is said of it and how it came about."""
        return self.filter(self._worked_on(user))

    def with_work_of(self, user):
        """Each row says (``worked_on``) whether ``user`` works on it: the answer of ``worked_on_by``, in the same query."""
        return self.annotate(worked_on=self._worked_on(user))

    def _worked_on(self, user) -> Q:
        own, reviewed = scope_of(user, "region", "department")
        return own | (reviewed & ~Q(state=RequestState.DRAFT))

    def independent_of(self, user):
        """Requests in a stage that ``user`` may still speak on: neither his own, nor spoken on in another stage or in this revision."""
        from reviews.models import Decision

        spoken = Decision.objects.filter(request=OuterRef("pk"), person=user)
        return (
            self.exclude(created_by=user)
            .exclude(submitted_by=user)
            .exclude(Exists(spoken.exclude(stage=OuterRef("state"))))
            .exclude(Exists(spoken.filter(revision=OuterRef("revision"))))
        )


class ChangeQuerySet(models.QuerySet):
    def visible_to(self, user):
        own, reviewed = scope_of(user, "request__region", "request__department")
        return self.filter(own | (reviewed & ~Q(request__state=RequestState.DRAFT)) | _consulted(user, "request"))


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        _, reviewed = scope_of(user, "region", "region")
        return self.filter(reviewed)


class MeasureQuerySet(models.QuerySet):
    def visible_to(self, user):
        _, reviewed = scope_of(user, "region", "region")
        return self.filter(reviewed)

    def to_be_reported(self, region):
        """Suspensions that no meeting has heard of yet, the oldest first."""
        found = self.filter(region=region, kind="suspension", state="published", reported_at=None)
        return found.select_related("edition", "item").defer("edition__manifest").order_by("settled_at", "pk")

    def heard_with(self, batch):
        """Suspensions that the meeting of ``batch`` heard of; before it those that it is to hear of."""
        if batch.meeting_id is None:
            return self.to_be_reported(batch.region_id)
        found = self.filter(reported_at=batch.meeting_id).select_related("edition", "item")
        return found.defer("edition__manifest").order_by("settled_at", "pk")


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Filings of the regions in which ``user`` reviews, and those that these regions receive."""
        _, own = scope_of(user, "region", "region")
        _, received = scope_of(user, "receiver", "receiver")
        return self.filter(own | received)


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        _, reviewed = scope_of(user, "region", "region")
        return self.filter(reviewed)


class UploadQuerySet(models.QuerySet):
    def visible_to(self, user):
        own, _ = scope_of(user, "region", "department")
        return self.filter(own)


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """读者纠错 of the user's own departments, and of the regions in which he is 编办, 审改办 or auditor."""
        own, _ = scope_of(user, "region", "department")
        watched = user.postings.held().filter(post__in=(Post.COMPLIANCE, Post.PUBLISHER, Post.AUDITOR)).order_by()
        return self.filter(own | Q(region__in=watched.values("region")) if user.is_active else Q(pk__in=[]))

    def published_with(self, edition):
        """Those that ``edition`` carried an adjustment for; none of an item that it does not show."""
        from qingdan.items.models import EditionChange

        shown = EditionChange.objects.filter(edition=edition, not_public=False).values("item")
        return self.filter(edition=edition, item__in=shown)

    def stalled(self):
        """Those whose adjustment is over, with nothing published of it and no follow-up on its way."""
        from reviews.models import ChangeRequest

        later = ChangeRequest.objects.exclude(state__in=ENDED)
        goes_on = Q(origin=OuterRef("request")) | Q(origin__origin=OuterRef("request"))
        return self.filter(~Exists(later.filter(goes_on)), state="accepted", request__state__in=ENDED)

    def awaiting(self):
        """Those that the department has to answer."""
        stalled = self.model.objects.stalled().values("pk")
        return self.filter(Q(state="open") | Q(pk__in=stalled))
