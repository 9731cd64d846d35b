"""附件: files that belong to a row of this room, and the one way in which every noun of the room keeps and shows them.

To give another noun attachments: let its manager have ``visible_to(user)`` and name the model in ``OWNERS`` (a room above names its own
with ``own_attachments``). Then
``reviews.attachments.keep_file`` inside an act of your own stores a file, ``Attachment.objects.of(row)`` reads them back, and the address
``admin:attachment`` serves each one to whoever may see the row, as a download and nothing else.
"""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from departments.posts import Post

# Models whose rows may own files. A file is seen by whoever sees its owner: ``visible_to`` of the owner's manager is the whole rule.
OWNERS = ["reviews.changerequest", "reviews.batch", "reviews.meeting", "reviews.filing"]


def own_attachments(*labels: str) -> None:
    """Models of a room above whose rows may own files too."""
    OWNERS.extend(label for label in labels if label not in OWNERS)


class AttachmentQuerySet(models.QuerySet):
    def of(self, owner: models.Model):
        """The files of one row, those declared void too, the oldest first."""
        return self.filter(owner_type=owner._meta.label_lower, owner_id=owner.pk).order_by("at", "pk")

    def in_force(self):
        return self.filter(voided_at=None)

    def visible_to(self, user):
        """Files whose owner ``user`` may see; a kind of owner that OWNERS does not name has none to show."""
        wanted = Q(pk__in=())
        for label in OWNERS:
            seen = apps.get_model(label)._default_manager.visible_to(user).order_by().values("pk")
            wanted |= Q(owner_type=label, owner_id__in=seen)
        return self.filter(wanted)


class Attachment(models.Model):
    """One file, known by its SHA-256 and kept under a generated name outside of every served folder.

    ``change_key`` and ``about`` name the change of a request that the file belongs to; empty: the whole. ``seen_hash`` and ``revision``
    say to which content of the owner it was attached.
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document", "依据或说明材料"
        STAMPED_FORM = "stamped_form", "盖章的申请表扫描件"
        APPROVAL = "approval", "部门负责人批准的扫描件"
        STAMPED_OPINION = "stamped_opinion", "盖章的意见扫描件"
        MINUTES = "minutes", "会议纪要扫描件"
        FILING = "filing", "备案文件扫描件"

    owner_type = models.CharField("所属", max_length=40)
    owner_id = models.PositiveBigIntegerField("所属编号")
    change_key = models.PositiveBigIntegerField("调整内容", null=True, blank=True)
    about = models.CharField("关于", max_length=500, blank=True)
    kind = models.CharField("种类", max_length=16, choices=Kind.choices, default=Kind.DOCUMENT)
    file_name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("内容类型", max_length=100)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="attachments/%Y/%m")
    number = models.CharField("文号", max_length=100, blank=True)
    dated_on = models.DateField("成文日期", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    revision = models.PositiveIntegerField("修订", default=0)
    seen_hash = models.CharField("所附内容哈希", max_length=64, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    post = models.CharField("岗位", max_length=20, choices=Post.choices)
    at = models.DateTimeField("时间", default=timezone.now)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="作废人"
    )
    void_reason = models.CharField("作废理由", max_length=300, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="attachment_by_owner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_by=None) | Q(voided_at__isnull=False, voided_by__isnull=False),
                name="attachment_void_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


# Kinds that stand for a signed or stamped paper: number and date of it are asked for.
STAMPED = frozenset(Attachment.Kind) - {Attachment.Kind.DOCUMENT}
