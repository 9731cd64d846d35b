"""What reviewers said of single changes, what came back with which marks, and what a department handed in again."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models
from django.utils import timezone

from departments.posts import Post
from reviews.models.decisions import Decision
from reviews.models.requests import ChangeRequest
from reviews.states import Part, Stage


class ChangeWord(models.TextChoices):
    """A word on one change: what the whole decision says of the others does not hold for it."""

    RETURNED = "returned", "退回补正"
    REFUSED = "refused", "不予通过"


class ChangeMark(models.Model):
    """A reviewer's mark on one change, kept as he goes; the last row of a position counts. Not yet a decision. Append-only.

    ``position`` is the change's in the revision with ``proposed_hash``; ``fields``: JSON of [[element key, note], …].
    """

    class Word(models.TextChoices):
        PASSED = "passed", "通过"
        RETURNED = "returned", "退回补正"
        REFUSED = "refused", "不予通过"

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="marks", verbose_name="调整申请")
    revision = models.PositiveIntegerField("修订")
    proposed_hash = models.CharField("所见内容哈希", max_length=64)
    position = models.PositiveIntegerField("序号")
    word = models.CharField("标记", max_length=10, choices=Word.choices)
    opinion = models.TextField("意见", blank=True)
    fields = models.TextField("补正要素", default="[]")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审查人")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "逐项标记"
        ordering = ["pk"]
        indexes = [models.Index(fields=["request", "person", "revision"])]

    def __str__(self) -> str:
        return f"第{self.position}项 {self.get_word_display()}"

    @property
    def marked_fields(self) -> list[tuple[str, str]]:
        """(element key, note) as they were marked."""
        return [(element, note) for element, note in json.loads(self.fields)]


class ChangeDecision(models.Model):
    """A decision's word on one change where it differs from the whole, bound to that change's content. Append-only."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="words", verbose_name="审查意见")
    position = models.PositiveIntegerField("序号")
    name = models.CharField("事项名称", max_length=500)
    item_code = models.CharField("事项编码", max_length=40, blank=True)
    content_hash = models.CharField("所见内容哈希", max_length=64)
    outcome = models.CharField("结论", max_length=10, choices=ChangeWord.choices)
    opinion = models.TextField("意见")

    class Meta:
        verbose_name = verbose_name_plural = "逐项意见"
        ordering = ["decision", "position"]
        constraints = [models.UniqueConstraint(fields=["decision", "position"], name="change_decision_once")]

    def __str__(self) -> str:
        return f"第{self.position}项 {self.name} {self.get_outcome_display()}"


class ReturnedField(models.Model):
    """What a returned request is to correct: a change, and which element of it (empty: the whole change). Append-only.

    ``request`` is where it is corrected: the returned one, or the one split off by a partial decision; ``position`` is the change's in
    the revision that came back.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="returned_fields", verbose_name="审查意见")
    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="returned_fields", verbose_name="补正的申请")
    position = models.PositiveIntegerField("序号")
    element = models.CharField("要素", max_length=40, blank=True)
    note = models.TextField("补正要求", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "补正要素"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"第{self.position}项 {self.element}"


class RequestSplit(models.Model):
    """Changes that a decision took out of a request into one of their own, so that the others go on. Append-only."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="splits", verbose_name="审查意见")
    source = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="splits", verbose_name="原申请")
    target = models.OneToOneField(ChangeRequest, models.PROTECT, related_name="split_from", verbose_name="另立的申请")
    outcome = models.CharField("结论", max_length=10, choices=ChangeWord.choices)
    before_hash = models.CharField("分出前内容哈希", max_length=64)
    after_hash = models.CharField("分出后内容哈希", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "分立"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class Revision(models.Model):
    """One revision as handed in: the canonical bytes whose hash every decision on it binds. Append-only.

    ``limited``: only what the returning stage had marked was changed, so it goes back to ``stage``, and the parts in ``confirming``
    (which had passed what was before) are asked to confirm (comma between). ``outside``: why it starts again instead, one sentence a line.
    """

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="revisions", verbose_name="调整申请")
    number = models.PositiveIntegerField("修订")
    proposed_hash = models.CharField("内容哈希", max_length=64)
    manifest = models.BinaryField("内容清单")
    limited = models.BooleanField("限于所标要素", default=False)
    stage = models.CharField("送往", max_length=12, choices=Stage.choices)
    confirming = models.CharField("须确认的部分", max_length=40, blank=True)
    outside = models.TextField("超出所标要素", blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "修订稿"
        ordering = ["request", "number"]
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.request} 第{self.number}稿"

    @property
    def confirming_parts(self) -> list[str]:
        return [part for part in self.confirming.split(",") if part]


class Confirmation(models.Model):
    """An earlier reviewer's answer to a limited revision: the difference leaves his word as it is, or he reviews again. Append-only."""

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", "确认"
        REOPENED = "reopened", "重新审查"

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="confirmations", verbose_name="调整申请")
    revision = models.PositiveIntegerField("修订")
    part = models.CharField("部分", max_length=12, choices=Part.choices)
    answer = models.CharField("答复", max_length=10, choices=Answer.choices)
    opinion = models.TextField("意见", blank=True)
    proposed_hash = models.CharField("所见内容哈希", max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审查人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "确认"
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["request", "revision", "part"], name="confirmation_once_per_part")]

    def __str__(self) -> str:
        return f"{self.get_part_display()}{self.get_answer_display()}"
