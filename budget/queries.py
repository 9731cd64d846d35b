"""Who may see which funds, and what an account adds up to: views start from ``visible_to``, never from all rows."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

from budget.money import ZERO
from departments.models import Department
from departments.posts import Post

# A department sees its own funds; 审计只读 all of its region.
OF_DEPARTMENT = (Post.FUND_CLERK, Post.FUND_CHECKER, Post.CLERK, Post.HEAD)
OF_REGION = (Post.AUDITOR,)
READERS = (*OF_DEPARTMENT, *OF_REGION)


def departments_of(user, posts: tuple[Post, ...]) -> set[int]:
    """Keys of the departments for which ``user`` holds one of ``posts`` today, with those that were merged into them."""
    if not user.is_active:
        return set()
    found = set(user.postings.held().filter(post__in=posts, department__isnull=False).values_list("department_id", flat=True))
    added = found
    while added:
        merged = Department.objects.filter(successor__in=added, abolished_on__lte=timezone.localdate())
        added = set(merged.values_list("pk", flat=True)) - found
        found = found | added
    return found


def _scope(user, prefix: str = "") -> Q:
    regions = set()
    if user.is_active:
        regions = set(user.postings.held().filter(post__in=OF_REGION).values_list("region_id", flat=True))
    own = departments_of(user, OF_DEPARTMENT)
    return Q(**{f"{prefix}department__in": own}) | Q(**{f"{prefix}department__region__in": regions})


class FundQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(_scope(user))


class OfFundQuerySet(models.QuerySet):
    """Rows that belong to a fund: lines, adjustments."""

    def visible_to(self, user):
        return self.filter(_scope(user, "fund__"))


class ExpenditureQuerySet(OfFundQuerySet):
    def unchecked(self):
        return self.filter(checked_at=None)

    def spent(self) -> Decimal:
        """元: entries less reversals, checked or not. Summed in whole 分 by the database."""
        sums = self.aggregate(
            entered=Sum("amount", filter=Q(reversal_of=None)), reversed=Sum("amount", filter=~Q(reversal_of=None))
        )
        return (sums["entered"] or ZERO) - (sums["reversed"] or ZERO)


class OfEvaluationQuerySet(models.QuerySet):
    """Rows that belong to a self-evaluation: objectives, indicators, submissions."""

    def visible_to(self, user):
        return self.filter(_scope(user, "evaluation__fund__"))
