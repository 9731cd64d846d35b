"""What an office decides for its own desk; a region without a row has every default."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from departments.models import Region
from qingdan.items.kinds import ChangeKind


class DeskSetting(models.Model):
    """审查办理设置 of a region."""

    region = models.OneToOneField(Region, models.PROTECT, related_name="desk_setting", verbose_name="行政区划")
    stamped_form_required = models.BooleanField(
        "提交须附盖章的申请表", default=False, help_text="勾选后，本地区的部门提交申请前须上传盖章的《权责事项调整申请表》扫描件"
    )
    confirm_days = models.PositiveIntegerField(
        "确认期限（工作日）",
        default=3,
        help_text="补正限于所标要素时，先前通过的审查人在几个工作日内确认或重新审查；不答复不视为同意",
    )
    opinion_days = models.PositiveIntegerField(
        "征求意见答复期限（工作日）", default=5, help_text="由本地区确定；逾期未答复的注明后继续审查"
    )
    filing_days = models.PositiveSmallIntegerField(
        "备案报送期限（工作日）", default=15, help_text="公布之日起多少个工作日内报送事后备案审查；默认 15，待确认"
    )
    report_days = models.PositiveSmallIntegerField(
        "纠错答复期限（工作日）", default=5, help_text="读者纠错收到后多少个工作日内答复；默认 5，由本地区确定"
    )
    contact_days = models.PositiveSmallIntegerField(
        "读者联系方式保留天数", default=90, help_text="读者纠错答复后多少天删除其联系方式；默认 90 天"
    )
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "审查办理设置"
        ordering = ["region__code"]

    def __str__(self) -> str:
        return str(self.region)


class ShortRoute(models.Model):
    """不经常务会审议的调整类型: changes of one kind that stop after legality in a region, by a rule of that region. Off unless in use."""

    # Everything else changes a power, and goes to the meeting.
    KINDS = (ChangeKind.ELEMENTS, ChangeKind.CORRECT)

    region = models.ForeignKey(Region, models.PROTECT, related_name="short_routes", verbose_name="行政区划")
    kind = models.CharField(
        "调整类型",
        max_length=12,
        choices=[(kind.value, kind.label) for kind in KINDS],
        help_text="名称、类别、依据、主体、职权、责任、处罚、收费、状态有变化的，仍须经常务会审议",
    )
    basis = models.CharField("依据", max_length=200, help_text="规定的标题、文号和条款；印在申请页、公布通知和公开页面上")
    in_use = models.BooleanField(
        "启用", default=False, help_text="勾选后，全部调整都属所列类型的申请在合法性审查通过后可以直接公布"
    )
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "不经常务会审议的调整类型"
        ordering = ["region__code", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind"], name="short_route_once_per_kind"),
            models.CheckConstraint(condition=models.Q(kind__in=["elements", "correct"]), name="short_route_only_for_elements"),
            models.CheckConstraint(condition=~models.Q(basis=""), name="short_route_names_its_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.region}：{self.get_kind_display()}"
