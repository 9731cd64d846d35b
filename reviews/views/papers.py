"""The papers of requests and batches as downloads, the number of a 意见书, and the package for the archive."""

from __future__ import annotations

import io

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from departments.posts import Post
from departments.site import actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from qingdan.paper.models import KeptFile
from qingdan.paper.pdf import NotSet
from reviews.archiving import archive_progress, order_archive
from reviews.models import ChangeRequest, OpinionNumber
from reviews.numbering import last_word, number_opinion
from reviews.papers.kept import (
    FORMS,
    OF_BATCH,
    OF_REQUEST,
    SHORT,
    PaperKind,
    name_of,
    order_batch_papers,
    order_request_paper,
    paper_progress,
    papers_of_request,
)
from reviews.states import Stage
from reviews.views.batches import batch_url, visible_batch
from reviews.views.facts import facts_of
from reviews.views.pages import EVERYONE, REGION, attachment, sentences_of
from reviews.views.panels import Panel
from reviews.views.paper_section import ARCHIVISTS
from reviews.views.requests import request_url, visible_request


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """文件: what can be printed of the request now; for 司法 the field that numbers its 意见书."""
    lines = facts_of(row).lines
    papers = papers_of_request(row, [line.content_hash for line in lines])
    decided = any(paper.kind.stage == Stage.LEGALITY for paper in papers)
    number = OpinionNumber.objects.filter(request=row, revision=row.revision).first() if decided else None
    values = {
        "row": row,
        "papers": [(kind, [paper for paper in papers if paper.kind == kind]) for kind in dict.fromkeys(p.kind for p in papers)],
        "long": len(lines) > SHORT,
        "number": number,
        "may_number": decided and number is None and actor_of(request).holding(Post.LEGALITY, region=row.region) is not None,
        "word": last_word(row.region) if decided else "",
    }
    return Panel("reviews/_papers.html", values=values)


def _kind(kinds: dict[str, PaperKind], kind: str, form: str) -> PaperKind:
    if kind not in kinds or form not in FORMS:
        raise Http404
    return kinds[kind]


@staff_screen(*EVERYONE)
@require_safe
def request_paper(request: HttpRequest, key: int, kind: str, form: str) -> HttpResponse:
    """One paper of a request, made as it stands now; a long one only once the worker has made it."""
    row = visible_request(request, key)
    wanted = _kind(OF_REQUEST, kind, form)
    if not wanted.basis(row):
        raise WrongState(f"现在还不能生成{wanted.label}")
    if row.changes.count() > SHORT:
        return _kept(paper_progress(row, wanted, form).file, f"{wanted.label}尚未生成，在申请页面的“文件”中点“生成”")
    return attachment(_made(wanted, row, form), name_of(row, wanted, form), FORMS[form][2])


def _made(kind: PaperKind, row: ChangeRequest, form: str) -> bytes:
    to = io.BytesIO()
    try:
        FORMS[form][1](kind.build(row), to)
    except NotSet as fault:
        raise WrongState(str(fault)) from None
    return to.getvalue()


@staff_screen(*EVERYONE)
@require_POST
def request_paper_order(request: HttpRequest, key: int, kind: str, form: str) -> HttpResponse:
    """生成 of a long paper: asked of the worker."""
    row = visible_request(request, key)
    wanted = _kind(OF_REQUEST, kind, form)
    if not wanted.basis(row):
        raise WrongState(f"现在还不能生成{wanted.label}")
    with transaction.atomic():
        order_request_paper(row, wanted, form)
    messages.success(request, f"{wanted.label}正在生成，完成后在本页“文件”中下载。")
    return HttpResponseRedirect(request_url(row))


@staff_screen(Post.LEGALITY)
@require_POST
def opinion_number(request: HttpRequest, key: int) -> HttpResponse:
    """编号 of the 合法性审查意见书."""
    row = visible_request(request, key)
    try:
        number = number_opinion(actor=actor_of(request), request=row, word=request.POST.get("word", "")[:40])
    except (WrongState, RuleBroken) as refusal:
        for sentence in sentences_of(refusal):
            messages.error(request, sentence)
    else:
        messages.success(request, f"合法性审查意见书已编号 {number}。")
    return HttpResponseRedirect(request_url(row))


@staff_screen(*REGION)
@require_safe
def batch_paper(request: HttpRequest, key: int, kind: str, form: str) -> HttpResponse:
    """One paper of a batch, once it is made."""
    batch = visible_batch(request, key)
    wanted = _kind(OF_BATCH, kind, form)
    if not wanted.basis(batch):
        raise WrongState(f"现在还不能生成{wanted.label}")
    return _kept(paper_progress(batch, wanted, form).file, f"{wanted.label}尚未生成，稍后再下载，或在批次页面点“生成文件”")


@staff_screen(*REGION)
@require_POST
def batch_papers_order(request: HttpRequest, key: int) -> HttpResponse:
    """生成文件: whatever is not made yet."""
    batch = visible_batch(request, key)
    with transaction.atomic():
        order_batch_papers(batch)
    messages.success(request, "文件正在生成，完成后在本页下载。")
    return HttpResponseRedirect(f"{batch_url(batch)}#papers")


@staff_screen(*ARCHIVISTS)
@require_safe
def batch_archive(request: HttpRequest, key: int) -> HttpResponse:
    """归档 as one zip, once it is made."""
    batch = visible_batch(request, key)
    if not batch.edition_id:
        raise WrongState("批次公布后才能归档")
    return _kept(archive_progress(batch).file, "归档包尚未生成，在批次页面点“归档”")


@staff_screen(*ARCHIVISTS)
@require_POST
def batch_archive_order(request: HttpRequest, key: int) -> HttpResponse:
    """归档: asked of the worker."""
    batch = visible_batch(request, key)
    if not batch.edition_id:
        raise WrongState("批次公布后才能归档")
    with transaction.atomic():
        order_archive(batch)
    messages.success(request, "归档包正在生成，完成后在本页下载。")
    return HttpResponseRedirect(f"{reverse('admin:batch', args=[batch.pk])}#papers")


def _kept(file: KeptFile | None, missing: str) -> HttpResponse:
    """A kept file as a download under its Chinese name."""
    if file is None or not file.path.exists():
        raise WrongState(missing)
    response = FileResponse(file.path.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    response["Content-Length"] = file.size
    response["X-Content-Type-Options"] = "nosniff"
    return response
