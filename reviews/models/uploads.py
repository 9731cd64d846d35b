"""Workbooks that came in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from departments.models import Department, Region
from reviews.queries import UploadQuerySet


class Upload(models.Model):
    """A workbook that came in: the file by its hash, and what was read of it (nothing of a refused secret row is kept)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="行政区划")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", verbose_name="部门")
    file_name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    file = models.FileField(upload_to="uploads/%Y/%m")
    reading = models.TextField("读取结果", default="{}", help_text="JSON")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上传文件"
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.file_name
