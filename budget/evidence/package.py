"""支撑材料目录 as one zip: the list, and every file in force under its indicator. The same content gives the same bytes."""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils import timezone

from budget.models import Evidence, Fund, Regulation
from qingdan.errors import WrongState
from qingdan.paper.blocks import Document, Part, Table, cell, paragraph
from qingdan.paper.word import write_word
from reviews.file_kinds import shown_name
from reviews.models import Attachment

LIST = "支撑材料目录.docx"
REGULATIONS = "业务制度"


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list with its files, those declared void last."""

    row: Evidence | Regulation
    files: tuple[Attachment, ...]

    @property
    def came(self) -> list[Attachment]:
        return [file for file in self.files if file.voided_at is None]


def evidence_of(fund: Fund) -> list[Listed]:
    """The materials of a fund by indicator, in two queries."""
    return _listed(Evidence.objects.filter(fund=fund).order_by("indicator", "pk"), Evidence)


def regulations_of(fund: Fund) -> list[Listed]:
    """The 业务制度 of the fund's department that were issued by the end of its year."""
    return _listed(Regulation.objects.filter(department=fund.department, issued_on__year__lte=fund.year), Regulation)


def _listed(rows: Iterable, model) -> list[Listed]:
    rows, files = list(rows), defaultdict(list)
    kept = Attachment.objects.filter(owner_type=model._meta.label_lower, owner_id__in=[row.pk for row in rows])
    for file in kept.select_related("person", "voided_by").order_by("at", "pk"):
        files[file.owner_id].append(file)
    return [Listed(row, tuple(sorted(files[row.pk], key=lambda file: file.voided_at is not None))) for row in rows]


def write_package(fund: Fund, to: BinaryIO) -> int:
    """Write the zip; how many files it holds beside the list. Raises WrongState where a file is not what was kept."""
    table: list[tuple[str, ...]] = []
    count = 0
    with ZipFile(to, "w", ZIP_DEFLATED) as package:
        groups: dict[str, str] = {}
        for each in evidence_of(fund):
            folder = groups.setdefault(each.row.indicator, f"{len(groups) + 1:02d} {shown_name(each.row.indicator)[:60]}")
            about = ("支撑材料", each.row.indicator, each.row.needed, each.row.owed_by, str(each.row.due_on or ""))
            count += _put_all(package, folder, each, about, table)
        for each in regulations_of(fund):
            count += _put_all(package, REGULATIONS, each, (REGULATIONS, str(each.row), "", "", str(each.row.issued_on)), table)
        _put(package, LIST, _list_of(fund, table))
    return count


def _put_all(package: ZipFile, folder: str, each: Listed, about: tuple[str, ...], table: list[tuple[str, ...]]) -> int:
    for file in each.came:
        place = f"{folder}/{each.row.pk}-{file.pk} {shown_name(file.file_name)}"
        _put(package, place, read_file(file))
        table.append((*about, place, file.sha256))
    if not each.came:
        table.append((*about, "未到", ""))
    return len(each.came)


def _list_of(fund: Fund, table: list[tuple[str, ...]]) -> bytes:
    head = ("类别", "指标或制度", "所需材料", "提供单位或人", "期限", "已到文件", "SHA-256")
    rows = [tuple(cell(text) for text in row) for row in table]
    title = f"{fund}支撑材料目录"
    blocks = (paragraph(title, "title"), Table((3, 6, 6, 4, 4, 8, 8), rows, head))
    to = io.BytesIO()
    write_word(Document(title, (Part(blocks, landscape=True),), timezone.localtime(fund.opened_at)), to)
    return to.getvalue()


def read_file(file: Attachment) -> bytes:
    """The bytes as they were kept. Raises WrongState where they are gone or others."""
    try:
        with file.file.open("rb") as source:
            data = source.read()
    except FileNotFoundError:
        raise WrongState(f"“{file.file_name}”不在存储中，请系统管理员从备份恢复") from None
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise WrongState(f"“{file.file_name}”的内容与登记的 SHA-256 不一致；请系统管理员从备份恢复")
    return data


def _put(package: ZipFile, place: str, data: bytes) -> None:
    part = ZipInfo(place)
    part.compress_type = ZIP_DEFLATED
    package.writestr(part, data)
