"""Change requests and their changes."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Department, Region
from qingdan.items.content import DepartmentContent, ItemContent, read_content, read_department_content, stored_elements
from qingdan.items.kinds import ENDING, ChangeKind
from qingdan.items.models import Item, ItemVersion
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from reviews.models.batches import Batch
from reviews.models.directives import Directive
from reviews.models.uploads import Upload
from reviews.queries import ChangeQuerySet, RequestQuerySet
from reviews.states import RequestState


class ChangeRequest(models.Model):
    """调整申请: changes of one department with one reason, reviewed together."""

    class Source(models.TextChoices):
        UPLOAD = "upload", "工作簿上传"
        COMMAND = "command", "命令导入"
        FORM = "form", "在线填写"

    region = models.ForeignKey(Region, models.PROTECT, related_name="requests", verbose_name="行政区划")
    department = models.ForeignKey(Department, models.PROTECT, related_name="requests", verbose_name="部门")
    number = models.CharField("申请编号", max_length=30)
    reason = models.TextField("调整理由")
    document = models.CharField("依据文件", max_length=300, blank=True)
    directive = models.ForeignKey(
        Directive, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="上级决定"
    )
    source = models.CharField("来源", max_length=10, choices=Source.choices, default=Source.UPLOAD)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="上传文件")
    on_behalf = models.BooleanField("编办代提", default=False)
    notified = models.CharField("告知部门", max_length=300, blank=True, help_text="何时、以何种方式告知部门")
    state = models.CharField("状态", max_length=16, choices=RequestState.choices, default=RequestState.DRAFT)
    revision = models.PositiveIntegerField("修订", default=1)
    proposed_hash = models.CharField("内容哈希", max_length=64, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="调整批次")
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followups",
        verbose_name="分自申请",
        help_text="暂缓或停办的事项另立",
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人"
    )
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    state_since = models.DateTimeField("状态起始", default=timezone.now)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调整申请"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="request_number_once_in_region"),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="request_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.department}"

    @property
    def standing(self) -> str:
        """Its state in words; in a batch that goes to no meeting none that says it waits for one."""
        if self.state == RequestState.BATCHED and self.batch.without_meeting:
            return "已汇总待定稿"
        return self.get_state_display()

    @property
    def family(self) -> list[ChangeRequest]:
        """The request and what goes on of it in follow-up requests."""
        followups = list(self.followups.all())
        return [self, *followups, *(later for each in followups for later in each.followups.all())]

    @property
    def is_alive(self) -> bool:
        """On its way, or published with something of it agreed."""
        if self.state == RequestState.PUBLISHED:
            return any(change.outcome == Change.Outcome.AGREED for change in self.changes.all())
        return self.state not in (RequestState.REFUSED, RequestState.WITHDRAWN)

    @property
    def came_to_nothing(self) -> bool:
        """Over, and nothing of it was agreed: withdrawn, refused, or every change put off or refused, and no follow-up goes on."""
        return not any(each.is_alive for each in self.family)


class Change(models.Model):
    """One proposed change of one item (or of the department's own entry). ``open`` holds the item until the request ends."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "待审议"
        AGREED = "agreed", "审议通过"
        DEFERRED = "deferred", "暂缓"
        REFUSED = "refused", "不予通过"
        STOPPED = "stopped", "会后停办"

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="changes", verbose_name="调整申请")
    position = models.PositiveIntegerField("序号")
    kind = models.CharField("调整类型", max_length=12, choices=ChangeKind.choices)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项")
    base_version = models.ForeignKey(ItemVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="基于版本")
    content_bytes = models.BinaryField("拟定内容")
    content_hash = models.CharField("内容哈希", max_length=64)
    name = models.CharField("事项名称", max_length=500)
    category_code = models.CharField("类别", max_length=2, blank=True)
    initiation = models.CharField("行使方式", max_length=10, blank=True)
    reason = models.TextField("理由", blank=True)
    document = models.CharField("依据文件", max_length=300, blank=True)
    terms_text = models.TextField("类型要素", default="{}", help_text="JSON：该调整类型另需写明的，见 reviews/kind_terms.py")
    source_row = models.CharField("来源行", max_length=80, blank=True, help_text="工作表与行号")
    open = models.BooleanField("在办", default=True)
    outcome = models.CharField("审议结果", max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    outcome_note = models.TextField("审议说明", blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调整内容"
        ordering = ["request", "position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="change_position_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(open=True), name="change_one_open_per_item"),
            models.CheckConstraint(
                condition=Q(item__isnull=True, base_version__isnull=True) | Q(item__isnull=False, base_version__isnull=False),
                name="change_base_belongs_to_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    @property
    def seal(self) -> str:
        """SHA-256 over what this change proposes, whatever its place in the request: what an editor or the other department saw."""
        item, base = (self.item.code, self.base_version.number) if self.item_id else (None, None)
        return sha256_hex(canonical_bytes([self.kind, item, base, self.content_hash, self.reason, self.document, self.terms_text]))

    @property
    def terms(self) -> dict[str, str | list[str]]:
        """What its kind asks for: term key → answer (``reviews.kind_terms``)."""
        return json.loads(self.terms_text)

    @property
    def ends(self) -> bool:
        """Whether the item leaves the list by it."""
        return self.kind in ENDING and stored_elements(self.content_bytes).get("state") == "repealed"

    @property
    def content(self) -> ItemContent | DepartmentContent:
        read = read_department_content if self.kind == ChangeKind.DEPARTMENT else read_content
        return read(self.content_bytes)
