"""Time limits of the states of a request, and of what departments do upon a decision from above, as data."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from qingdan.items.kinds import ChangeKind
from reviews.states import RequestState

# States in which somebody has to act and may be late. A draft is nobody's turn yet, and a batch waits for a meeting's date.
TIMED = (RequestState.COMPLIANCE, RequestState.LEGALITY, RequestState.AWAITING, RequestState.RETURNED, RequestState.APPROVED)


class Duty(models.TextChoices):
    """What is timed beside the states of a request."""

    APPLY = "apply", "上级决定后提出申请"
    ANSWER = "answer", "交办任务的答复"


class LimitQuerySet(models.QuerySet):
    def days(self, duty: Duty) -> int | None:
        """Working days for ``duty``; None where the table has no row for it."""
        return self.filter(state=duty, kind="").values_list("days", flat=True).first()


class Limit(models.Model):
    """How many working days a request may stay in a state; an empty ``kind`` holds for every kind without a row of its own.

    A request of several kinds has the longest of theirs. A state without a row has no limit. A ``Duty`` is timed alike.
    """

    state = models.CharField(
        "阶段", max_length=16, choices=[(state.value, state.label) for state in TIMED] + [(duty.value, duty.label) for duty in Duty]
    )
    kind = models.CharField(
        "调整类型", max_length=12, choices=ChangeKind.choices, blank=True, help_text="不选：没有另行规定的各种类型"
    )
    days = models.PositiveSmallIntegerField("工作日")
    source = models.CharField("出处", max_length=300)
    confirmed = models.BooleanField("已确认", default=False, help_text="由编办确认；确认之前在页面上注明待确认")

    objects = LimitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理时限"
        ordering = ["state", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["state", "kind"], name="limit_once"),
            models.CheckConstraint(condition=Q(days__gte=1), name="limit_at_least_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.days} 个工作日"
