"""What the screens of this room share: the staff's frame, pages of a list, downloads, and refusals shown beside the form they answer."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from departments.posts import Post
from departments.site import staff_site
from qingdan.errors import Refusal, RuleBroken
from qingdan.items.models import Edition

PAGE_SIZE = 50
DEPARTMENT = (Post.CLERK, Post.HEAD)
REVIEWERS = (Post.COMPLIANCE, Post.SERVICE, Post.LEGALITY)
REGION = (*REVIEWERS, Post.COUNCIL, Post.PUBLISHER, Post.AUDITOR)
EVERYONE = (*DEPARTMENT, *REGION)


def show(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """A page of this room in the staff's frame."""
    return render(request, template, {**staff_site.each_context(request), **context}, status=status)


def page_of(request: HttpRequest, rows: QuerySet | list, count: int | None = None) -> Page:
    """The page of ``rows`` that the address asks for (``page``), 50 a page; a wrong number gives the nearest.

    ``count``: how many they are, where the caller has counted them.
    """
    paginator = Paginator(rows, PAGE_SIZE)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def is_listed(request: HttpRequest, page: Page) -> bool:
    """Whether the page of a request only names its changes: too many for one page, and the address asks for none of them."""
    return page.paginator.count > page.paginator.per_page and "page" not in request.GET


def address_without_page(request: HttpRequest) -> str:
    """The query of this address less its page number, ready to be continued with ``page=``."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""


def attachment(data: bytes, file_name: str, content_type: str) -> HttpResponse:
    """A download under its Chinese name (RFC 6266, so RFC 8187), never opened or guessed at by the browser."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, file_name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def edition_url(edition: Edition) -> str:
    """Where the public reads an edition."""
    region = [] if edition.region.code == settings.HOME_REGION else [edition.region.code]
    return reverse("public:edition", args=[*region, edition.number])


def sentences_of(refusal: Refusal) -> list[str]:
    """A refusal in lines: each broken rule for itself, with what it is about."""
    if isinstance(refusal, RuleBroken):
        return [f"{each.where}：{each.message}" if each.where else each.message for each in refusal.violations]
    return [str(refusal)]
