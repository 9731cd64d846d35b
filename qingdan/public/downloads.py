"""Files of each edition to keep: made once after publication, never changed, at addresses that stay, with size and SHA-256."""

from __future__ import annotations

from itertools import groupby

from django.http import FileResponse, HttpResponse

from departments.models import Department
from qingdan.items import reads
from qingdan.items.documents.editions import KINDS, EditionFile, edition_file, edition_files
from qingdan.items.models import Edition
from qingdan.public.frame import Frame, NotHere, page

FOREVER = "public, max-age=31536000, immutable"
# What the endings are called.
FORMS = {"xlsx": "Excel 工作簿", "csv": "CSV 表格", "docx": "Word 文档", "pdf": "PDF"}


@page(dated=False, keeps=False)
def downloads(frame: Frame) -> HttpResponse:
    """The list in force (or the newest), and the way to the files of every other edition."""
    editions = reads.editions(frame.region) if frame.region.pk else []
    if not editions:
        return frame.no_list()
    return _files_page(frame, frame.edition or editions[0], editions)


@page(dated=False, keeps=False)
def edition_downloads(frame: Frame, number: int) -> HttpResponse:
    return _files_page(frame, _wanted(frame, number), reads.editions(frame.region))


def _files_page(frame: Frame, edition: Edition, editions: list[Edition]) -> HttpResponse:
    files = edition_files(edition)
    groups = [
        (name, department, [_line(frame, edition, each) for each in group])
        for (name, department), group in groupby(files, key=lambda each: (each.name, each.department))
    ]
    return frame.page(
        "downloads.html",
        title=f"{edition.title}数据下载",
        edition=edition,
        edition_url=frame.links.edition(edition.number),
        whole=groups[0][2],
        groups=groups[1:],
        editions=[(each, f"{frame.links.downloads}{each.number}/", each.number == edition.number) for each in editions],
        waiting=any(not each.file for each in files),
    )


def _line(frame: Frame, edition: Edition, each: EditionFile) -> dict:
    file = each.file
    place = f"{each.department.code}/" if each.department else ""
    return {
        "label": each.kind.label,
        "form": FORMS[each.kind.form],
        "url": f"{frame.links.downloads}{edition.number}/{place}{each.kind.key}" if file else "",
        "size": _size(file.size) if file else "",
        "sha256": file.sha256 if file else "",
        "standing": "" if file else "生成中，完成后在此提供" if each.progress.ordered else "尚未生成",
    }


@page(dated=False, keeps=False)
def download(frame: Frame, number: int, kind: str, department: str = "") -> HttpResponse:
    """One file, as it was made. Its name is Chinese (RFC 5987), its ETag its SHA-256."""
    edition = _wanted(frame, number)
    whole = ("看全部文件", f"{frame.links.downloads}{number}/")
    if kind not in KINDS:
        raise NotHere("没有这种文件", way_out=whole)
    place = Department.objects.filter(code=department, region=frame.region).first() if department else None
    file = edition_file(edition, kind, place) if place or not department else None
    if file is None:
        raise NotHere("没有这个文件，或尚未生成", way_out=whole)
    response = FileResponse(file.path.open("rb"), as_attachment=True, filename=file.name, content_type=KINDS[kind].media_type)
    response.headers["ETag"] = f'"{file.sha256}"'
    response.headers["Cache-Control"] = FOREVER
    return response


def _wanted(frame: Frame, number: int) -> Edition:
    found = reads.edition_numbered(frame.region, number) if frame.region.pk and number < 2**31 else None
    if found is None:
        raise NotHere(f"没有第 {number} 个公布版本", way_out=("看全部公布版本", frame.links.editions))
    return found


def _size(number: int) -> str:
    """2_621_440 → 2.6 MB."""
    return f"{number / 1_000_000:.1f} MB" if number >= 1_000_000 else f"{max(1, round(number / 1000)):,} kB"
