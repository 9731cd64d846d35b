"""What reviewers look at (审查要点, data) and what they ticked; why a warning was passed."""

from __future__ import annotations

from django.db import models

from qingdan.items.kinds import ChangeKind
from reviews.models.decisions import Decision
from reviews.states import Part


class ChecklistRow(models.Model):
    """One thing that a part of the review looks at, for one kind of change or (empty) for all."""

    part = models.CharField("部分", max_length=12, choices=Part.choices)
    kind = models.CharField("调整类型", max_length=12, blank=True, choices=ChangeKind.choices, help_text="空：各类调整都看")
    order = models.PositiveIntegerField("排序", default=0)
    text = models.CharField("审查要点", max_length=200)
    source = models.CharField("依据", max_length=200, blank=True)
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "审查要点"
        ordering = ["part", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["part", "kind", "text"], name="checklist_row_once")]

    def __str__(self) -> str:
        return self.text


class ChecklistAnswer(models.Model):
    """A row as the reviewer read it, and whether he ticked it; kept with his decision. Append-only."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="answers", verbose_name="审查意见")
    text = models.CharField("审查要点", max_length=200)
    kind = models.CharField("调整类型", max_length=12, blank=True, choices=ChangeKind.choices)
    ticked = models.BooleanField("已核对")

    class Meta:
        verbose_name = verbose_name_plural = "要点核对"
        ordering = ["decision", "pk"]

    def __str__(self) -> str:
        return self.text


class Waiver(models.Model):
    """Why a reviewer passed what a numbered rule warns of: one reason for all places of one rule. Append-only."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="waivers", verbose_name="审查意见")
    rule = models.CharField("规则", max_length=10)
    sentence = models.CharField("规则内容", max_length=300)
    places = models.PositiveIntegerField("处数")
    reason = models.TextField("理由")

    class Meta:
        verbose_name = verbose_name_plural = "提醒说明"
        ordering = ["decision", "rule"]
        constraints = [models.UniqueConstraint(fields=["decision", "rule"], name="waiver_once_per_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.places} 处"
