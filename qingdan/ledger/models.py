"""Evidence: the public log of editions and the audit trail. Append-only (``append_only``); actors and objects are text, no foreign keys."""

from __future__ import annotations

from django.db import models

from qingdan.ledger.notes import DEMO_LINE, Head, note_of, read


class LogEntry(models.Model):
    """One leaf of the Merkle log (RFC 6962): canonical bytes that name a manifest's hash."""

    index = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=20)
    leaf = models.BinaryField()
    leaf_hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "公布日志"
        ordering = ["index"]

    def __str__(self) -> str:
        return f"#{self.index} {self.kind}"


class SignedHead(models.Model):
    """A signed root of the log's first ``tree_size`` leaves (``qingdan.ledger.notes``). Each size is signed once."""

    tree_size = models.PositiveBigIntegerField("日志条数", primary_key=True)
    root = models.CharField(max_length=64)
    body = models.TextField()
    algorithm = models.CharField(max_length=20)
    key_id = models.CharField(max_length=8)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    signed_at = models.DateTimeField("签署时间")

    class Meta:
        verbose_name = verbose_name_plural = "日志头"
        ordering = ["tree_size"]

    def __str__(self) -> str:
        return f"{self.tree_size} {self.root[:16]}"

    @property
    def origin(self) -> str:
        return self.body.partition("\n")[0]

    @property
    def note(self) -> str:
        """The text that anyone can check, and that the head file holds."""
        return note_of(self.body, self.origin, bytes.fromhex(self.key_id), bytes.fromhex(self.signature))

    @property
    def note_head(self) -> Head | None:
        """The head read back from its note; None where that cannot be done (somebody changed it)."""
        try:
            return read(self.note)
        except ValueError:
            return None

    @property
    def is_demo(self) -> bool:
        """Signed with a 演示密钥."""
        return DEMO_LINE in self.body.splitlines()


class AuditEvent(models.Model):
    """Who, as which post, did (or was refused) what to which object; hash-chained, written in the act's own transaction."""

    class Outcome(models.TextChoices):
        DONE = "done", "完成"
        DENIED = "denied", "拒绝"

    sequence = models.PositiveBigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    actor_id = models.CharField("账号", max_length=60)
    actor_name = models.CharField("姓名", max_length=60)
    post = models.CharField("岗位", max_length=60, blank=True)
    act = models.CharField("动作", max_length=60)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    object_type = models.CharField("对象类型", max_length=40)
    object_id = models.CharField("对象", max_length=100)
    before_hash = models.CharField(max_length=64, blank=True)
    after_hash = models.CharField(max_length=64, blank=True)
    detail = models.TextField("说明", blank=True)
    request_id = models.CharField("请求编号", max_length=64, blank=True)
    address = models.CharField("来源地址", max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_by_object")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.act}"
