"""HOW IT CHANGES: uploads, change requests and their changes, decisions, batches, meetings.

Nothing here is in the list: a change is a proposal until the door publishes the batch that carries it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.models import Department, Region
from departments.posts import Post
from qingdan.items.content import DepartmentContent, ItemContent, read_content, read_department_content
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, Item, ItemVersion
from reviews.queries import BatchQuerySet, ChangeQuerySet, DirectiveQuerySet, RequestQuerySet, UploadQuerySet
from reviews.states import BatchState, Part, RequestState, Stage


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


class Meeting(models.Model):
    """政府常务会: number, date, minutes."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="meetings", verbose_name="行政区划")
    title = models.CharField("会议名称", max_length=100, help_text="例如：市政府第12次常务会议")
    held_on = models.DateField("召开日期")
    minutes_no = models.CharField("会议纪要文号", max_length=100, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "常务会"
        ordering = ["-held_on"]
        constraints = [models.UniqueConstraint(fields=["region", "title", "held_on"], name="meeting_once")]

    def __str__(self) -> str:
        return self.title


class Batch(models.Model):
    """调整批次: requests that passed legality, its 送审稿 frozen by hash, decided as one 议题, becomes one edition."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="batches", verbose_name="行政区划")
    number = models.PositiveIntegerField("批次号")
    title = models.CharField("名称", max_length=200)
    state = models.CharField("状态", max_length=12, choices=BatchState.choices, default=BatchState.DRAFT)
    submission = models.BinaryField("送审稿", default=b"", help_text="冻结时的规范字节")
    submission_hash = models.CharField("送审稿哈希", max_length=64, blank=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="batches", verbose_name="审议会议")
    edition = models.OneToOneField(Edition, models.PROTECT, null=True, blank=True, related_name="batch", verbose_name="公布版本")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="汇总人")
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    history = HistoricalRecords(excluded_fields=["submission"], history_change_reason_field=models.TextField(null=True))

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调整批次"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="batch_number_once_in_region"),
            models.UniqueConstraint(
                fields=["region"],
                condition=Q(state__in=[BatchState.DRAFT, BatchState.FROZEN, BatchState.DECIDED]),
                name="batch_one_open_in_region",
            ),
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
        ]

    def __str__(self) -> str:
        return self.title


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
        "Directive", models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="上级决定"
    )
    source = models.CharField("来源", max_length=10, choices=Source.choices, default=Source.UPLOAD)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="上传文件")
    state = models.CharField("状态", max_length=16, choices=RequestState.choices, default=RequestState.DRAFT)
    revision = models.PositiveIntegerField("修订", default=1)
    proposed_hash = models.CharField("内容哈希", max_length=64, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="调整批次")
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


class Change(models.Model):
    """One proposed change of one item (or of the department's own entry). ``open`` holds the item until the request ends."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "待审议"
        AGREED = "agreed", "审议通过"
        DEFERRED = "deferred", "暂缓"
        REFUSED = "refused", "不予通过"

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
    def content(self) -> ItemContent | DepartmentContent:
        read = read_department_content if self.kind == ChangeKind.DEPARTMENT else read_content
        return read(self.content_bytes)


class Decision(models.Model):
    """One reviewer's word on one revision of a request, bound to the hash he saw. Append-only."""

    class Outcome(models.TextChoices):
        PASSED = "passed", "通过"
        RETURNED = "returned", "退回补正"
        REFUSED = "refused", "不予通过"

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="decisions", verbose_name="调整申请")
    revision = models.PositiveIntegerField("修订")
    stage = models.CharField("阶段", max_length=12, choices=Stage.choices)
    part = models.CharField("部分", max_length=12, choices=Part.choices)
    outcome = models.CharField("结论", max_length=10, choices=Outcome.choices)
    opinion = models.TextField("意见", blank=True)
    proposed_hash = models.CharField("所见内容哈希", max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审查人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "审查意见"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "revision", "stage", "part"], name="decision_once_per_part"),
            models.UniqueConstraint(fields=["request", "revision", "person"], name="decision_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}{self.get_outcome_display()}"


class MeetingDecision(models.Model):
    """What the 常务会 decided of a batch, bound to the hash of its 送审稿; exceptions stand on the changes. Append-only."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", "审议通过"
        DEFERRED = "deferred", "暂缓"
        REFUSED = "refused", "不予通过"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="meeting_decisions", verbose_name="调整批次")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions", verbose_name="会议")
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    opinion = models.TextField("说明", blank=True)
    submission_hash = models.CharField("送审稿哈希", max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "审议结果"
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["batch", "submission_hash"], name="meeting_decides_a_submission_once")]

    def __str__(self) -> str:
        return self.get_outcome_display()


class RouteRule(models.Model):
    """Which part of compliance reviews which changes (data). An empty ``initiation`` means every item."""

    part = models.CharField("部分", max_length=12, choices=Part.choices)
    stage = models.CharField("阶段", max_length=12, choices=Stage.choices)
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    initiation = models.CharField(
        "适用行使方式", max_length=10, blank=True, choices=[("applied", "依申请"), ("ex_officio", "依职权")]
    )
    duty = models.CharField("审查内容", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审查路径"
        ordering = ["stage", "part"]
        constraints = [models.UniqueConstraint(fields=["part", "initiation"], name="route_rule_once")]

    def __str__(self) -> str:
        return self.get_part_display()


class Directive(models.Model):
    """上级决定: a decision from above; one without ``parent`` is one 批 of the report, what lower levels pass on hangs below it."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="directives", verbose_name="行政区划")
    issuer = models.CharField("发文机关", max_length=100)
    number = models.CharField("文号", max_length=100)
    title = models.CharField("标题", max_length=300)
    decided_on = models.DateField("成文日期")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上位决定")
    demo = models.BooleanField("演示数据", default=False)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上级决定"
        ordering = ["-decided_on"]
        constraints = [models.UniqueConstraint(fields=["region", "number"], name="directive_once_in_region")]

    def __str__(self) -> str:
        return self.number
