"""归档: one package for each published batch, with an index of the SHA-256 of every file in it. The same content gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from qingdan.errors import WrongState
from qingdan.items.documents.editions import make_edition_file
from qingdan.items.proofs import NotSigned, write_bundle
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from qingdan.paper.keeping import TEMPLATE, keep
from qingdan.paper.models import KeptFile
from qingdan.paper.orders import Order, Progress, order_papers, progress_of
from reviews.models import Attachment, Batch, ChangeRequest, Filing
from reviews.papers.batches import frozen_changes
from reviews.papers.kept import FORMS, OF_BATCH, OF_REQUEST, make_paper

INDEX = "目录.csv"
_CHUNK = 1024 * 1024
# Kind of paper → the folder it lies in.
_FOLDERS = {"submission": "03 送审稿", "agenda": "04 会议", "notice": "05 公布", "filing": "06 备案"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the package: its place, what it is, and where its bytes are."""

    place: str
    title: str
    source: Path | bytes


def write_archive(batch: Batch, to: BinaryIO) -> int:
    """Write the package of a published batch as a zip; returns the number of files (the index left out).

    Raises WrongState where the batch is not published or its edition not signed yet.
    """
    if not batch.edition_id:
        raise WrongState("批次公布后才能归档")
    rows = []
    with tempfile.TemporaryDirectory() as folder, ZipFile(to, "w", ZIP_DEFLATED) as package:
        for entry in _entries(batch, Path(folder)):
            size, sha256 = _put(package, entry)
            rows.append((entry.place, entry.title, size, sha256))
        _put(package, Entry(INDEX, "", _index(rows)))
    return len(rows)


def archive_progress(batch: Batch) -> Progress:
    """How far the package of the batch's present content is."""
    key = _key(batch)
    return progress_of([key])[key]


def order_archive(batch: Batch) -> None:
    """Ask the worker for the package, in the caller's transaction."""
    arguments = {"batch": batch.pk, "key": _key(batch)}
    order_papers([Order(_key(batch), "reviews.archiving.make_ordered_archive", arguments)])


def make_archive(batch: Batch) -> KeptFile:
    """Make the package of the present content now, or give the one that was made. Raises WrongState."""
    if not batch.edition_id:
        raise WrongState("批次公布后才能归档")
    return keep(_key(batch), f"归档_{batch.title}.zip", lambda to: write_archive(batch, to))


def make_ordered_archive(*, batch: int, key: str) -> None:
    """Carry out an order, unless something was added since."""
    row = Batch.objects.select_related("region", "edition__region", "meeting").get(pk=batch)
    if _key(row) == key:
        make_archive(row)


def _entries(batch: Batch, folder: Path) -> Iterator[Entry]:
    requests = _requests(batch)
    for request in requests:
        place = f"01 申请/{request.number}"
        yield from _papers(request, OF_REQUEST["form"], place)
        yield Entry(f"{place}/内容.json", f"申请 {request.number} 的全部内容", _content(request))
        yield from _attached(request, f"{place}/附件")
    for request in requests:
        for key in ("compliance", "legality"):
            if OF_REQUEST[key].basis(request):
                yield from _papers(request, OF_REQUEST[key], f"02 审查意见/{request.number}")
        yield Entry(f"02 审查意见/{request.number}/审查意见.json", f"申请 {request.number} 的审查意见", _decisions(request))
    for key, place in _FOLDERS.items():
        if OF_BATCH[key].basis(batch):
            yield from _papers(batch, OF_BATCH[key], place)
    yield Entry("03 送审稿/送审稿.json", "送审稿的规范字节（哈希即由此计算）", bytes(batch.submission))
    if batch.without_meeting:
        told = {"basis": batch.short_basis, "settled_on": batch.settled_on.isoformat(), "hash": batch.submission_hash}
        yield Entry("04 会议/按规定未经常务会审议.json", "未经常务会审议的依据", _readable(told))
    else:
        yield Entry("04 会议/审议结果.json", "常务会审议结果", _meetings(batch))
    yield from _attached(batch, "04 会议/附件")
    if batch.meeting_id:
        yield from _attached(batch.meeting, "04 会议/会议纪要")
    for filing in Filing.objects.filter(edition=batch.edition_id):
        yield from _attached(filing, "06 备案/扫描件")
    for kind in ("list.xlsx", "list.pdf"):
        file = make_edition_file(batch.edition, kind)
        yield Entry(f"05 公布/{file.name}", "公布版本的清单全文", file.path)
    try:
        write_bundle(batch.edition, folder / "bundle")
    except NotSigned as waiting:
        raise WrongState(str(waiting)) from None
    for path in sorted((folder / "bundle").iterdir()):
        yield Entry(f"07 证据/{path.name}", "证据包（用 verify_bundle.py 核验）", path)


def _requests(batch: Batch) -> list[ChangeRequest]:
    """The requests of the 送审稿, those that the meeting put off too."""
    keys = {change.request_id for change in frozen_changes(batch)} if batch.submission else set()
    rows = ChangeRequest.objects.filter(pk__in=keys | set(batch.requests.values_list("pk", flat=True)))
    return list(rows.select_related("region", "department", "directive", "created_by", "submitted_by").order_by("number"))


def _papers(owner: ChangeRequest | Batch, kind, place: str) -> Iterator[Entry]:
    for form in FORMS:
        file = make_paper(owner, kind, form)
        yield Entry(f"{place}/{file.name}", kind.label, file.path)


def _attached(owner, place: str) -> Iterator[Entry]:
    for file in Attachment.objects.of(owner):
        void = "（已作废）" if file.voided_at else ""
        yield Entry(f"{place}/{file.pk}_{file.file_name}", f"{file.get_kind_display()}{file.number}{void}", Path(file.file.path))


def _content(request: ChangeRequest) -> bytes:
    changes = [
        {
            "position": change.position,
            "kind": change.kind,
            "name": change.name,
            "item": change.item.code if change.item_id else None,
            "reason": change.reason,
            "document": change.document,
            "outcome": change.outcome,
            "outcome_note": change.outcome_note,
            "content_hash": change.content_hash,
            "content": json.loads(bytes(change.content_bytes)),
        }
        for change in request.changes.select_related("item").order_by("position")
    ]
    about = {"number": request.number, "department": request.department.name, "revision": request.revision, "state": request.state}
    return _readable({**about, "reason": request.reason, "proposed_hash": request.proposed_hash, "changes": changes})


def _decisions(request: ChangeRequest) -> bytes:
    """Every decision on every revision: who, in which post, when, on which hash, what he said."""
    return _readable(
        [
            {
                "revision": each.revision,
                "stage": each.stage,
                "part": each.part,
                "outcome": each.outcome,
                "opinion": each.opinion,
                "hash": each.proposed_hash,
                "person": each.person.name,
                "post": each.post,
                "at": each.at.isoformat(),
            }
            for each in request.decisions.select_related("person").order_by("at", "pk")
        ]
    )


def _meetings(batch: Batch) -> bytes:
    rows = batch.meeting_decisions.select_related("meeting", "person").order_by("at", "pk")
    return _readable(
        [
            {
                "meeting": each.meeting.title,
                "held_on": each.meeting.held_on.isoformat(),
                "minutes_no": each.meeting.minutes_no,
                "outcome": each.outcome,
                "opinion": each.opinion,
                "submission_hash": each.submission_hash,
                "recorded_by": each.person.name,
                "at": each.at.isoformat(),
            }
            for each in rows
        ]
    )


def _owners(batch: Batch) -> list:
    """Whose attachments the package holds."""
    meeting = [batch.meeting] if batch.meeting_id else []
    return [batch, *_requests(batch), *meeting, *Filing.objects.filter(edition=batch.edition_id)]


def _readable(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _put(package: ZipFile, entry: Entry) -> tuple[int, str]:
    """Write one file, a megabyte at a time; its size and hash."""
    part = ZipInfo(entry.place)
    part.compress_type = ZIP_DEFLATED
    digest, size = hashlib.sha256(), 0
    source = entry.source.open("rb") if isinstance(entry.source, Path) else io.BytesIO(entry.source)
    with source, package.open(part, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return size, digest.hexdigest()


def _index(rows: list[tuple[str, str, int, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("文件", "名称", "字节数", "SHA-256"))
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _key(batch: Batch) -> str:
    """The package rests on the edition and on what was attached or said up to now."""
    files = [[file.pk, file.sha256, bool(file.voided_at)] for owner in _owners(batch) for file in Attachment.objects.of(owner)]
    said = list(batch.meeting_decisions.order_by("pk").values_list("pk", flat=True))
    basis = sha256_hex(canonical_bytes([batch.edition.manifest_hash, batch.submission_hash, files, said, TEMPLATE]))
    return f"batch/{batch.pk}/{basis}/archive.zip"
