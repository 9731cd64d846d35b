"""The files of an edition: which there are, made once, kept for good, found by ``edition_file``. What /downloads/ is built on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from departments.models import Department
from qingdan.items.documents.lists import list_pdf, list_word
from qingdan.items.documents.sheets import flows_pdf, flows_word, sheets_pdf, sheets_word
from qingdan.items.documents.sources import departments_of, name_of
from qingdan.items.models import Edition
from qingdan.items.spreadsheets.official import duty_workbook, power_workbook
from qingdan.items.spreadsheets.published import list_csv, list_workbook
from qingdan.paper.keeping import keep, kept
from qingdan.paper.models import KeptFile
from qingdan.paper.orders import Order, Progress, order_papers, progress_of

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"xlsx": _EXCEL, "csv": "text/csv; charset=utf-8", "docx": _WORD, "pdf": "application/pdf"}


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: ``key`` (also its ending), its Chinese name, who writes it; ``whole``: also made of the whole list."""

    key: str
    label: str
    write: Callable[..., int]
    whole: bool = True

    @property
    def form(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.form]


KINDS: dict[str, FileKind] = {
    kind.key: kind
    for kind in (
        FileKind("power.xlsx", "权力清单", power_workbook),
        FileKind("duty.xlsx", "责任清单", duty_workbook),
        FileKind("list.xlsx", "权责清单（全部要素）", list_workbook),
        FileKind("list.csv", "权责清单（全部要素）", list_csv),
        FileKind("list.docx", "权责清单", list_word),
        FileKind("list.pdf", "权责清单", list_pdf),
        FileKind("sheets.docx", "行政职权基本信息表", sheets_word, whole=False),
        FileKind("sheets.pdf", "行政职权基本信息表", sheets_pdf, whole=False),
        FileKind("flows.docx", "运行流程图", flows_word, whole=False),
        FileKind("flows.pdf", "运行流程图", flows_pdf, whole=False),
    )
}


@dataclass(frozen=True, slots=True)
class EditionFile:
    """One file that an edition has or may have. ``department`` None: of the whole list; ``name``: of the department at the time."""

    kind: FileKind
    department: Department | None
    name: str
    progress: Progress

    @property
    def file(self) -> KeptFile | None:
        return self.progress.file


def edition_file(edition: Edition, kind: str, department: Department | None = None) -> KeptFile | None:
    """The kept file (``path``, ``name``, ``size``, ``sha256``) of a kind, of one department or of the whole list; None if not made."""
    return kept(_key(edition, KINDS[kind], department))


def edition_files(edition: Edition, department: Department | None = None) -> list[EditionFile]:
    """Every file of an edition, or of one department in it, made or not: whole ones first; a fixed number of queries."""
    places = [(None, edition.region.name)] if department is None else []
    places += departments_of(edition, department)
    wanted = [(kind, place, name) for place, name in places for kind in _kinds(place)]
    progress = progress_of(_key(edition, kind, place) for kind, place, _name in wanted)
    return [EditionFile(kind, place, name, progress[_key(edition, kind, place)]) for kind, place, name in wanted]


def order_edition_files(edition: Edition) -> None:
    """Ask the worker for every file of an edition that is not made yet, in the caller's transaction."""
    places = [None, *(place for place, _name in departments_of(edition))]
    order_papers(_order(edition, kind, place) for place in places for kind in _kinds(place))


def make_edition_file(edition: Edition, kind: str, department: Department | None = None) -> KeptFile:
    """Make one file now, or give the one that was made. Raises what ``keep`` and the writer raise."""
    each = KINDS[kind]
    name = f"{name_of(edition, department)}{each.label}_{edition.title}.{each.form}"
    return keep(_key(edition, each, department), name, lambda to: each.write(edition=edition, department=department, to=to))


def make_ordered_file(*, edition: int, kind: str, department: str) -> None:
    """Carry out an order: ``edition`` by its key, ``department`` by its code (empty: the whole list)."""
    found = Edition.objects.select_related("region").light().get(pk=edition)
    make_edition_file(found, kind, Department.objects.get(code=department) if department else None)


def _kinds(department: Department | None) -> Iterator[FileKind]:
    return (kind for kind in KINDS.values() if department is not None or kind.whole)


def _order(edition: Edition, kind: FileKind, department: Department | None) -> Order:
    arguments = {"edition": edition.pk, "kind": kind.key, "department": department.code if department else ""}
    return Order(_key(edition, kind, department), "qingdan.items.documents.editions.make_ordered_file", arguments)


def _key(edition: Edition, kind: FileKind, department: Department | None) -> str:
    return f"edition/{edition.region.code}/{edition.number}/{department.code if department else 'whole'}/{kind.key}"
