"""The law library: acts as the national database names them, and how they stand. Article texts come later, as offices confirm them."""

from __future__ import annotations

from django.db import models


class Act(models.Model):
    """One law, regulation or rule in its newest known version."""

    class Status(models.TextChoices):
        IN_FORCE = "in_force", "有效"
        REPEALED = "repealed", "已废止/失效"

    title = models.CharField("标题", max_length=300)
    normal_title = models.CharField(max_length=300, db_index=True, help_text="供匹配：统一括号与空格，去掉“中华人民共和国”")
    kind = models.CharField("位阶", max_length=20)
    region = models.CharField("制定地区", max_length=60, blank=True)
    issuer = models.CharField("制定机关", max_length=200, blank=True)
    doc_no = models.CharField("文号", max_length=200, blank=True)
    promulgated_on = models.DateField("公布日期", null=True, blank=True)
    last_amended_on = models.DateField("最近修改", null=True, blank=True)
    effective_on = models.DateField("施行日期", null=True, blank=True)
    status = models.CharField("时效", max_length=12, choices=Status.choices, default=Status.IN_FORCE)
    note = models.CharField("备注", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "法律法规规章"
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["title", "kind", "region"], name="act_once")]

    def __str__(self) -> str:
        return self.title
