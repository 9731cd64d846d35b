"""The ledger checked from its own bytes: leaves, order, signed heads, the head outside, the audit chain, the triggers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection

from qingdan.ledger import append_only, audit, keys, notes
from qingdan.ledger.canonical import canonical_bytes
from qingdan.ledger.heads import SigningRefused, read_head_file
from qingdan.ledger.merkle import leaf_hash, tree_root
from qingdan.ledger.models import AuditEvent, LogEntry, SignedHead


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was published. ``rule`` is an invariant (I1…I9); ``edition`` and ``item`` name where, if anywhere."""

    rule: str
    message: str
    edition: str = ""
    item: str = ""


@dataclass(slots=True)
class Report:
    """What a verification found: ``findings`` are tampering, ``unchecked`` what could not be checked, ``figures`` what was read."""

    findings: list[Finding] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)

    def found(self, rule: str, message: str, edition: str = "", item: str = "") -> None:
        self.findings.append(Finding(rule, message, edition, item))

    @property
    def exit_code(self) -> int:
        """0 sound, 1 tampered, 2 could not check."""
        return 1 if self.findings else 2 if self.unchecked else 0


def verify_ledger(report: Report, head_path: Path | None) -> dict[int, LogEntry]:
    """Check the ledger; returns the entries by index. ``head_path`` is the head kept outside (None: where the settings say)."""
    entries = {entry.index: entry for entry in LogEntry.objects.order_by("index")}
    leaves = _verify_entries(report, list(entries.values()))
    _verify_heads(report, leaves)
    _verify_outside(report, leaves, head_path)
    broken = audit.first_break()
    if broken is not None:
        report.found("I9", f"审计记录从序号 {broken} 起对不上")
    tables = set(connection.introspection.table_names())
    for table in append_only.missing():
        if table in tables:
            report.found("I1", f"表 {table} 缺少拒绝修改和删除的触发器")
        else:
            report.unchecked.append(f"没有表 {table}：请先执行 migrate")
    report.figures |= {"log_entries": len(entries), "audit_events": AuditEvent.objects.count()}
    return entries


def _verify_entries(report: Report, entries: list[LogEntry]) -> list[bytes]:
    """I4 and I6: indices without gap, leaves as they must be, recording times that never decrease. Returns the leaf hashes."""
    leaves, latest = [], None
    for position, entry in enumerate(entries):
        where = f"公布日志第 {entry.index} 条"
        if entry.index != position:
            report.found("I4", f"公布日志缺第 {position} 条")
            break
        leaf = bytes(entry.leaf)
        leaves.append(leaf_hash(leaf))
        if leaves[-1].hex() != entry.leaf_hash:
            report.found("I4", f"{where}的内容与它的哈希不符")
        try:
            said = json.loads(leaf)
            if leaf != canonical_bytes({"schema": 1, "index": entry.index, "kind": entry.kind, "sha256": said["sha256"]}):
                report.found("I4", f"{where}的内容与序号、类型不符")
        except (ValueError, KeyError, TypeError):
            report.found("I4", f"{where}的内容读不出来")
        if latest is not None and entry.recorded_at < latest:
            report.found("I6", f"{where}的入库时间早于上一条")
        latest = entry.recorded_at
    return leaves


def _verify_heads(report: Report, leaves: list[bytes]) -> None:
    """I5: every head's root is that of the log's first leaves, so each pair of heads is consistent; signatures by known keys."""
    heads = list(SignedHead.objects.order_by("tree_size"))
    report.figures["signed_heads"], report.figures["unsigned"] = len(heads), max(len(leaves) - len(heads), 0)
    try:
        trusted = keys.trusted_keys() if heads else {}
    except keys.KeyMissing as missing:
        trusted = None
        report.unchecked.append(f"没有核对日志头的签名者：{missing}；也可设置 LOG_PUBLIC_KEY")
    events = set(AuditEvent.objects.filter(hash__in=[head.note_head.extension("audit") for head in heads if head.note_head]).values_list("hash", flat=True))  # fmt: skip
    for position, head in enumerate(heads, start=1):
        where = f"第 {head.tree_size} 条日志头"
        if head.tree_size != position:
            report.found("I5", f"缺第 {position} 条日志头")
            break
        read = head.note_head
        if read is None or not _agrees(head, read):
            report.found("I5", f"{where}的内容与签署时不符")
            continue
        if not keys.signature_holds(bytes.fromhex(head.public_key), read.signature, read.body.encode()):
            report.found("I5", f"{where}的签名不对")
        elif trusted is not None and not keys.is_trusted(head.public_key, head.tree_size, trusted):
            report.found("I5", f"{where}不是由本系统的密钥签署的")
        if head.tree_size > len(leaves) or tree_root(leaves[: head.tree_size]) != read.root:
            report.found("I5", f"公布日志与{where}不一致：日志被改动或截短")
        if (event := read.extension("audit")) != "-" and event not in events:
            report.found("I9", f"{where}签署时的最后一条审计记录不见了")


def _agrees(head: SignedHead, read: notes.Head) -> bool:
    try:
        hashed = notes.key_hash(read.origin, bytes.fromhex(head.public_key))
    except ValueError:
        return False
    return (
        (read.size, read.root.hex(), read.key_hash) == (head.tree_size, head.root, hashed)
        and read.extension("time") == head.signed_at.isoformat(timespec="microseconds")
        and (read.origin, head.algorithm) == (settings.LOG_ORIGIN, keys.ALGORITHM)
    )


def _verify_outside(report: Report, leaves: list[bytes], path: Path | None) -> None:
    """The head kept outside the database must be a prefix of the log, and signed by us."""
    signed = SignedHead.objects.exists()
    try:
        path = path or keys.head_file()
        head = read_head_file(path)
    except (SigningRefused, keys.KeyMissing) as refused:
        if signed:
            report.unchecked.append(f"没有与库外的日志头核对：{refused}")
        return
    if head is None:
        if signed:
            report.unchecked.append(f"没有与库外的日志头核对：没有找到 {path}，请用 --head 指定留存的日志头")
        return
    try:
        trusted = [
            bytes.fromhex(public) for public in keys.trusted_keys() if keys.is_trusted(public, head.size, keys.trusted_keys())
        ]
        if not any(keys.signature_holds(public, head.signature, head.body.encode()) for public in trusted):
            report.unchecked.append(f"库外的日志头 {path} 不是由本系统的密钥签署的，不能用来核对")
            return
    except keys.KeyMissing as missing:
        report.unchecked.append(f"没有核对库外日志头的签名：{missing}")
    if head.size > len(leaves):
        report.found("I5", f"公布日志只有 {len(leaves)} 条，库外的日志头有 {head.size} 条：公布记录被删去，或数据库是旧的")
    elif tree_root(leaves[: head.size]) != head.root:
        report.found("I5", f"公布日志与库外的日志头（{head.size} 条）分叉：这是两部不同的历史")
