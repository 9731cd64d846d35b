"""Workbooks that come in: kept by hash, read in the limited child, compared with the list, turned into a draft request."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.files.base import ContentFile
from pydantic import TypeAdapter

from departments.acting import act
from departments.models import Department
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import RuleBroken, Violation
from qingdan.items.intake.preflight import UnreadableFile
from qingdan.items.intake.reading import Reading, RefusedRow, read_list
from reviews.matching import Comparison, compare, proposals_of
from reviews.models import ChangeRequest, DirectiveTask, Upload
from reviews.requests import create_request, replace_changes
from reviews.tasks import answer_by_request

SECRECY_MARK = "I11"


def read_upload(*, file_name: str, data: bytes, department: Department, include_hidden: bool = False) -> Reading:
    """Read a department's workbook; slow, so outside any transaction. Raises RuleBroken I01 where the file cannot be read."""
    if len(data) > settings.UPLOAD_LIMIT:
        raise RuleBroken(Violation("I01", f"文件超过 {settings.UPLOAD_LIMIT // 1024 // 1024} MB，请拆分后上传", file_name))
    try:
        return read_list(data, file_name=file_name, department=department.name, category=None, include_hidden=include_hidden)
    except UnreadableFile as unreadable:
        raise RuleBroken(Violation("I01", str(unreadable), file_name)) from unreadable


@act("receive_upload")
def receive_upload(*, actor: Actor, department: Department, file_name: str, data: bytes, reading: Reading) -> Upload:
    """Keep a workbook that was read. Where a row bears a mark of state secrecy the file itself is not kept, nor any text of the row."""
    posting = actor.must_hold((Post.CLERK, Post.HEAD), department=department, message="只能为本部门上传")
    digest = hashlib.sha256(data).hexdigest()
    upload = Upload(
        region_id=department.region_id,
        department=department,
        file_name=file_name[-255:],
        sha256=digest,
        size=len(data),
        reading=_READING.dump_json(reading).decode(),
        uploaded_by=actor.user,
    )
    if not any(row.code == SECRECY_MARK for row in reading.refused):
        upload.file.save(f"{uuid.uuid4().hex}.bin", ContentFile(data), save=False)
    upload.save()
    foreign = [row for row in reading.items if row.department and not _names(department, row.department)]
    detail = f"{file_name} 读入 {len(reading.items)} 未读入 {len(reading.refused)} 略过 {len(reading.ignored)}"
    actor.record(
        act="receive_upload",
        post=posting.post,
        obj=upload,
        after_hash=digest,
        detail=detail + (f"；含其他部门的行 {len(foreign)} 条" if foreign else ""),
    )
    return upload


_READING = TypeAdapter(Reading)


def reading_of(upload: Upload) -> Reading:
    """What was read of an upload when it came in."""
    return _READING.validate_json(upload.reading)


def compare_upload(*, upload: Upload, clear_empty: bool = False) -> Comparison:
    """The upload against the list as it is now: what is new, changed, unchanged, refused, and 文件未列."""
    reading = reading_of(upload)
    department = upload.department
    own, refused = [], list(reading.refused)
    for row in reading.items:
        if not row.department or _names(department, row.department):
            own.append(row)
        else:
            refused.append(
                RefusedRow(
                    sheet=row.sheet,
                    row=row.row,
                    column="",
                    code="M05",
                    message=f"该行属于“{row.department}”，只能导入本部门（{department.name}）的事项",
                )
            )
    departments = {row.department: department for row in own}
    departments.setdefault("", department)
    return compare(
        rows=own, region=upload.region, departments=departments, refused=refused, ignored=reading.ignored, clear_empty=clear_empty
    )


@act("propose_upload")
def propose_upload(
    *,
    actor: Actor,
    upload: Upload,
    reason: str,
    document: str = "",
    clear_empty: bool = False,
    repeal: Iterable[str] = (),
    request: ChangeRequest | None = None,
    seen_hash: str = "",
    tasks: Sequence[DirectiveTask] = (),
) -> ChangeRequest:
    """A draft request with one change a changed row and a 取消 a ticked item. Refused rows stay out; the page has named them.

    ``tasks`` of a decision from above are answered by it. With ``request``, a draft or returned one of the same department, its changes are replaced by these instead.
    """
    comparison = compare_upload(upload=upload, clear_empty=clear_empty)
    proposals = proposals_of(comparison, repeal=repeal, reason=reason, document=document)
    if request is not None:
        made = replace_changes(
            actor=actor, request=request, reason=reason, document=document, proposals=proposals, seen_hash=seen_hash
        )
    else:
        made = create_request(
            actor=actor,
            department=upload.department,
            reason=reason,
            document=document,
            proposals=proposals,
            source=ChangeRequest.Source.UPLOAD,
            upload=upload,
        )
    return answer_by_request(actor=actor, request=made, tasks=tasks) if tasks else made


def _names(department: Department, text: str) -> bool:
    return text in (department.code, department.name, department.short_name)
