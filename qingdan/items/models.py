"""What is in force and what was: categories, items as identity, immutable versions, editions as the whole list.

Only ``qingdan.items.publishing`` (the door) writes Item, ItemVersion, DepartmentVersion and the edition tables; the database refuses
to change or delete their rows (``qingdan.ledger.append_only``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from departments.models import Department, Region
from qingdan.items.content import STATES, DepartmentContent, ItemContent, read_content, read_department_content
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.queries import EditionEntryQuerySet, EditionQuerySet


class Category(models.Model):
    """One of the ten categories: rows, so that 9+X can grow. ``default_initiation`` may be overridden per item with a reason."""

    code = models.CharField("代码", max_length=2, primary_key=True)
    name = models.CharField("名称", max_length=20, unique=True)
    order = models.PositiveSmallIntegerField("排序")
    public_name = models.CharField("公开显示名称", max_length=40)
    letters = models.CharField("类型字母", max_length=2, help_text="省门户使用的两位字母，如 XK")
    default_initiation = models.CharField("默认行使方式", max_length=10, choices=[("applied", "依申请"), ("ex_officio", "依职权")])

    class Meta:
        verbose_name = verbose_name_plural = "权力类别"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class SubKind(models.Model):
    """A finer kind inside a category (category 10: 行政备案, 行政服务, 审核转报, 其他)."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="sub_kinds", verbose_name="类别")
    name = models.CharField("名称", max_length=40)
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "类别细分"
        ordering = ["category__order", "order"]
        constraints = [models.UniqueConstraint(fields=["category", "name"], name="sub_kind_once_in_category")]

    def __str__(self) -> str:
        return self.name


class RequiredElement(models.Model):
    """An element that an item of a category must fill in before it is submitted (``element`` is a key of ELEMENTS)."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="required_elements", verbose_name="类别")
    element = models.CharField("要素", max_length=40)
    source = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "必填要素"
        ordering = ["category__order", "element"]
        constraints = [models.UniqueConstraint(fields=["category", "element"], name="required_element_once")]

    def __str__(self) -> str:
        return f"{self.category}·{self.element}"


class CodeScheme(models.Model):
    """A scheme of official item codes. Values are opaque; no meaning is derived from a code."""

    code = models.CharField("代码", max_length=20, primary_key=True)
    name = models.CharField("名称", max_length=60, unique=True)
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编码规则"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """The identity of an item: our own code, never reused, and its lineage. What it says is in its versions."""

    code = models.CharField("清单编码", max_length=30, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="items", verbose_name="行政区划")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name="并入")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="split_into", verbose_name="拆分自")

    class Meta:
        verbose_name = verbose_name_plural = "权责事项"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("public:item", args=[self.code])


class ItemCode(models.Model):
    """An official code that an item carries or carried, kept so that codes match files and old addresses redirect."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="official_codes")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    scheme = models.CharField(max_length=100)
    value = models.CharField(max_length=100, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "scheme", "value"], name="item_code_once")]

    def __str__(self) -> str:
        return self.value


class Edition(models.Model):
    """公布版本: the whole list of a region as one publication made it. Immutable."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="editions", verbose_name="行政区划")
    number = models.PositiveIntegerField("版本序号")
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    builds_on = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="清单所依据的版本；为空即上一版本（先于待生效版本生效的和续行的才不同）",
    )
    kind = models.CharField("类型", max_length=12, choices=EditionKind.choices)
    adjustment_no = models.PositiveIntegerField("调整次数", null=True)
    notice_title = models.CharField("公布文件标题", max_length=200)
    notice_no = models.CharField("公布文号", max_length=100)
    meeting = models.CharField("审议会议", max_length=200, blank=True)
    decided_on = models.DateField("审议日期")
    published_on = models.DateField("公布日期")
    effective_on = models.DateField("生效日期")
    recorded_at = models.DateTimeField("入库时间")
    entered_afterwards = models.BooleanField("事后录入", default=False)
    demo = models.BooleanField("演示数据", default=False)
    manifest = models.BinaryField("版本清单")
    manifest_hash = models.CharField("版本清单哈希", max_length=64)
    withheld_salt = models.CharField(max_length=64)
    log_index = models.PositiveBigIntegerField("日志序号", unique=True)
    changed_count = models.PositiveIntegerField("调整事项数", default=0)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公布版本"
        ordering = ["region__code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="edition_number_once_in_region"),
            models.CheckConstraint(
                condition=Q(number=1, previous__isnull=True) | Q(number__gt=1, previous__isnull=False), name="edition_follows_one"
            ),
            models.CheckConstraint(condition=Q(effective_on__gte=models.F("decided_on")), name="edition_effective_after_decided"),
        ]
        indexes = [models.Index(fields=["region", "effective_on", "number"], name="edition_on_day")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """首次公布 / 第N次动态调整 / 更正 …"""
        return f"第{self.adjustment_no}次动态调整" if self.adjustment_no else self.get_kind_display()

    @property
    def before(self) -> Edition | None:
        """The edition whose list this one changed."""
        return self.builds_on or self.previous


class ItemVersion(models.Model):
    """What an item says from one edition on: canonical bytes of ItemContent and the few columns that lists filter and show."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版本")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="new_versions")
    content_bytes = models.BinaryField()
    content_hash = models.CharField(max_length=64)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    department_name = models.CharField(max_length=100)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    name = models.CharField(max_length=500)
    parent = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+", help_text="大项；本身是大项时为空")
    initiation = models.CharField(max_length=10, blank=True)
    level = models.CharField(max_length=60, blank=True, help_text="行使层级")
    state = models.CharField(max_length=10, choices=list(STATES.items()))
    counted = models.BooleanField()
    not_public = models.BooleanField()
    summary = models.CharField(max_length=80, blank=True, help_text="依据首行，列表页显示")
    search_text = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "事项版本"
        ordering = ["item__code", "-number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="item_version_number_once")]
        # The same item in other regions is found by its name.
        indexes = [models.Index(fields=["name"], name="item_version_by_name")]

    def __str__(self) -> str:
        return f"{self.name}（第{self.number}版）"

    @property
    def content(self) -> ItemContent:
        return read_content(self.content_bytes)


class EditionEntry(models.Model):
    """One place in an edition: the whole list in official order is the rows of one edition by position."""

    pk = models.CompositePrimaryKey("edition_id", "position")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="entries", db_index=False)
    position = models.PositiveIntegerField()
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="entries", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="entries", db_index=False)

    objects = EditionEntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "edition"], name="edition_one_version_of_an_item")]

    def __str__(self) -> str:
        return f"{self.edition_id}/{self.position}"


class EditionCount(models.Model):
    """Kept counts of an edition: by department and category, public and counted items in force only."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="counts")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    majors = models.PositiveIntegerField("大项")
    items = models.PositiveIntegerField("项")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "department", "category"], name="edition_count_once")]

    def __str__(self) -> str:
        return f"{self.majors} 大项 / {self.items} 项"


class EditionChange(models.Model):
    """One change that an edition made: old beside new. ``follows`` = 随动, not counted as an adjusted item."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="changes")
    position = models.PositiveIntegerField()
    kind = models.CharField("调整类型", max_length=12, choices=ChangeKind.choices)
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="changes")
    old_version = models.ForeignKey(ItemVersion, models.PROTECT, null=True, related_name="+")
    new_version = models.ForeignKey(ItemVersion, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    follows = models.BooleanField("随动", default=False)
    not_public = models.BooleanField(default=False)
    reason = models.TextField("理由", blank=True)
    document = models.CharField("依据文件", max_length=300, blank=True)

    class Meta:
        ordering = ["edition", "position"]
        constraints = [models.UniqueConstraint(fields=["edition", "position"], name="edition_change_position_once")]

    def __str__(self) -> str:
        return self.get_kind_display()


class DepartmentVersion(models.Model):
    """What the list says of a department (主要职责, 职责边界, 事中事后监管制度) from one edition on. Immutable."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="new_department_versions")
    content_bytes = models.BinaryField()
    content_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "number"], name="department_version_number_once")]

    def __str__(self) -> str:
        return f"{self.name}（第{self.number}版）"

    @property
    def content(self) -> DepartmentContent:
        return read_department_content(self.content_bytes)


class EditionDepartment(models.Model):
    """The departments of an edition, in official order, with what they were called and said of themselves then."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="departments")
    position = models.PositiveIntegerField()
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    version = models.ForeignKey(DepartmentVersion, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["edition", "position"]
        constraints = [models.UniqueConstraint(fields=["edition", "department"], name="edition_department_once")]

    def __str__(self) -> str:
        return self.version.name


class Alias(models.Model):
    """俗称: what people say for an official term, kept by 政务服务. Shown as 您是否要找."""

    word = models.CharField("俗称", max_length=20, unique=True)
    normal = models.CharField(max_length=20, unique=True, editable=False)
    official = models.CharField("清单里的说法", max_length=40)
    in_use = models.BooleanField("使用", default=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = verbose_name_plural = "俗称"
        ordering = ["word"]

    def __str__(self) -> str:
        return f"{self.word} → {self.official}"


class MissedWord(models.Model):
    """What readers searched for and did not find: the word, how often, when last. Nothing of the reader is kept."""

    word = models.CharField("搜索词", max_length=20, unique=True)
    times = models.PositiveIntegerField("次数", default=1)
    last_on = models.DateField("最近一次")

    class Meta:
        verbose_name = verbose_name_plural = "没有结果的搜索词"
        ordering = ["-times", "word"]

    def __str__(self) -> str:
        return self.word
