"""What somebody is still typing."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models
from django.utils import timezone

from departments.models import Department


class WorkingCopy(models.Model):
    """编辑稿: an item form as one person last typed it and has not saved into a request yet; theirs alone, gone once it is saved.

    ``key`` names what the form is about (``change:12``, ``item:420600-00004:``, ``new:add:``), ``typed_text`` is field name → values as the browser sent
    them, ``revision`` counts the writes, so that two windows do not overwrite each other.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="部门")
    key = models.CharField("对象", max_length=120)
    name = models.CharField("事项名称", max_length=500, blank=True)
    address = models.CharField("继续填写的地址", max_length=500)
    typed_text = models.TextField("填写内容", default="{}", help_text="JSON")
    revision = models.PositiveIntegerField("次数", default=1)
    saved_at = models.DateTimeField("保存时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "编辑稿"
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["person", "department", "key"], name="working_copy_once")]

    def __str__(self) -> str:
        return self.name or self.key

    @property
    def typed(self) -> dict[str, list[str]]:
        return json.loads(self.typed_text)
