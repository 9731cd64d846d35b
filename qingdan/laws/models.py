"""The law library: acts as the national database names them, their dated versions, and the articles that offices entered and 司法 confirmed.

An act is found by its title; what is in force, amended or repealed is said by its versions (``qingdan.laws.standing``). People are kept
as text: this room does not know them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords


class Act(models.Model):
    """One law, regulation or rule, whatever its text was at a time. ``short_titles``: other names it is cited by, one a line."""

    title = models.CharField("标题", max_length=300)
    normal_title = models.CharField(max_length=300, db_index=True, help_text="供匹配：统一括号与空格，去掉“中华人民共和国”")
    short_titles = models.TextField("简称、曾用名", blank=True, help_text="一行一个，引用这些名称的也认作本法")
    kind = models.CharField("位阶", max_length=20)
    region = models.CharField("制定地区", max_length=60, blank=True)
    issuer = models.CharField("制定机关", max_length=200, blank=True)
    promulgated_on = models.DateField("首次公布", null=True, blank=True)
    note = models.CharField("备注", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "法律法规规章"
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["title", "kind", "region"], name="act_once")]

    def __str__(self) -> str:
        return self.title


class ActVersion(models.Model):
    """The text of an act from one amendment to the next. ``changed_by``: the decision or act that amended, replaced or repealed it."""

    class Status(models.TextChoices):
        IN_FORCE = "in_force", "有效"
        AMENDED = "amended", "已被修改"
        REPEALED = "repealed", "已废止/失效"

    act = models.ForeignKey(Act, models.PROTECT, related_name="versions", verbose_name="法律法规规章")
    doc_no = models.CharField("文号", max_length=200, blank=True)
    promulgated_on = models.DateField("公布或修改日期", null=True, blank=True)
    effective_on = models.DateField("施行日期", null=True, blank=True)
    status = models.CharField("时效", max_length=12, choices=Status.choices, default=Status.IN_FORCE)
    changed_by = models.CharField(
        "由何文件修改、代替或废止", max_length=300, blank=True, help_text="标题和文号；被新法代替的，写新法的标题"
    )
    note = models.CharField("备注", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "法律文本"
        ordering = ["act__title", "promulgated_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["act", "promulgated_on"], name="act_version_once_a_day")]

    def __str__(self) -> str:
        return f"{self.act}（{self.promulgated_on or '日期不详'}）"


class Article(models.Model):
    """One article of one version (``key`` "120-1" is 第一百二十条之一), entered once with its source, served to all once 司法 confirmed it.

    Only ``state`` and what belongs to the decision change afterwards: another text is another row.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "已退回"

    version = models.ForeignKey(ActVersion, models.PROTECT, related_name="articles", verbose_name="法律文本")
    key = models.CharField("条", max_length=12)
    text = models.TextField("条文")
    source = models.CharField("来源", max_length=300)
    source_on = models.DateField("来源日期")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    entered_by = models.CharField("录入人账号", max_length=150)
    entered_by_name = models.CharField("录入人", max_length=60)
    entered_at = models.DateTimeField("录入时间")
    decided_by = models.CharField("确认人账号", max_length=150, blank=True)
    decided_by_name = models.CharField("确认人", max_length=60, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    opinion = models.TextField("意见", blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "条文"
        ordering = ["-entered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], condition=Q(state__in=["pending", "confirmed"]), name="article_one_standing_text"
            ),
            models.CheckConstraint(condition=Q(state__in=["pending", "confirmed", "refused"]), name="article_state_known"),
        ]

    def __str__(self) -> str:
        from qingdan.laws.citations.replacing import article_name

        return f"《{self.version.act.title}》{article_name(self.key)}"
