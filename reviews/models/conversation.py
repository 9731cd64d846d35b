"""意见往来: what people say to each other about a request, about one of its changes or about one element of a change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from departments.posts import Post
from qingdan.items.models import Item
from reviews.models.requests import ChangeRequest


class Comment(models.Model):
    """One remark. One without ``thread`` begins a thread; the others answer it, settle it or open it again. Append-only.

    What it is about outlives the rows of a draft that is replaced: the item, else the change's key and name as they were; ``element`` is the
    label of the element. ``seen_hash``: the content that its writer had before him.
    """

    class Kind(models.TextChoices):
        RAISED = "raised", "提出"
        ANSWERED = "answered", "答复"
        RESOLVED = "resolved", "标为已解决"
        REOPENED = "reopened", "重新打开"

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="comments", verbose_name="调整申请")
    thread = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="rest", verbose_name="所属意见")
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项")
    change_key = models.PositiveBigIntegerField("调整内容", null=True, blank=True)
    about = models.CharField("关于", max_length=500, blank=True)
    element = models.CharField("要素", max_length=60, blank=True)
    text = models.TextField("内容", blank=True)
    revision = models.PositiveIntegerField("修订")
    seen_hash = models.CharField("所见内容哈希", max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发表人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "意见往来"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="raised", thread=None) | (~Q(kind="raised") & Q(thread__isnull=False)),
                name="comment_begins_a_thread_or_belongs_to_one",
            ),
            models.CheckConstraint(condition=Q(kind="resolved") | ~Q(text=""), name="comment_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.text[:30]}"
