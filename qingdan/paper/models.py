"""Files that were made once and stay as they are: papers of a frozen 送审稿, files of an edition. Append-only."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone


class KeptFile(models.Model):
    """One file, under the key of what it shows (``edition/420600/3/whole/list.pdf``), by its hash on disk."""

    key = models.CharField("所示对象", max_length=200, unique=True)
    name = models.CharField("文件名", max_length=255)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    template = models.PositiveSmallIntegerField("模板版本")
    made_at = models.DateTimeField("生成时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "已生成文件"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where it lies: named by its own hash, so that no file ever takes the place of another."""
        return Path(settings.MEDIA_ROOT) / "papers" / self.sha256[:2] / f"{self.sha256}{Path(self.name).suffix}"
