"""What every public page shares: the region, the day, the edition in force then; one address per page; revalidation; refusals.

A page is a function of its address, the publications, the departments, 上级决定, the law library, the day and the release; so is its ETag,
which costs one look-up. No session; the one cookie is the reader's choice of mode (``modes``), and it is part of the key.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property, wraps

from django.conf import settings
from django.db import connection
from django.db.models import Func, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.template import loader
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import escape_leading_slashes, urlencode
from django.views.decorators.http import require_safe

from budget.pace.models import Disclosure
from departments.models import Department, Region
from qingdan.errors import RuleBroken, Violation
from qingdan.items import reads
from qingdan.items.models import Alias, Edition
from qingdan.laws.models import Act, ActVersion, Article
from qingdan.ledger.models import AuditEvent, SignedHead
from qingdan.public.links import Links
from qingdan.public.modes import ELDER, STANDARD, mode_of
from qingdan.public.release import release
from reviews.models import Directive

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NotHere(Exception):
    """A page that does not exist (404), with the sentence that says so. Nothing tells a withheld item from one that never was."""

    def __init__(self, message: str = "没有这个页面", *, way_out: tuple[str, str] | None = None):
        super().__init__(message)
        self.way_out = way_out


class Elsewhere(Exception):
    """The page stands under another address."""

    def __init__(self, address: str, *, permanent: bool = True):
        super().__init__(address)
        self.address, self.permanent = address, permanent


@dataclass
class Frame:
    """One request for one page: where, when, and which list that is. ``edition`` is the one in force on the day; None before the first."""

    region: Region
    today: datetime.date
    on: datetime.date | None
    query: dict[str, str]
    edition: Edition | None = None
    mode: str = STANDARD
    address: str = "/"

    @classmethod
    def of(
        cls,
        region_code: str,
        today: datetime.date,
        on: datetime.date | None,
        query: dict[str, str],
        *,
        mode: str = STANDARD,
        address: str = "/",
    ) -> Frame:
        """Region and edition in one look-up. Raises NotHere for a region that does not exist (the home region may be missing still)."""
        code = region_code or settings.HOME_REGION
        edition = Edition.objects.light().select_related("region").filter(region__code=code).law_of(on or today).first()
        region = edition.region if edition else Region.objects.filter(code=code).first()
        if region is None and region_code:
            raise NotHere(f"没有代码为“{region_code}”的行政区划")
        return cls(region or Region(code=code, name=""), today, on, query, edition, mode, address)

    @property
    def is_elder(self) -> bool:
        return self.mode == ELDER

    @property
    def day(self) -> datetime.date:
        return self.on or self.today

    @cached_property
    def links(self) -> Links:
        return Links(self.region.code, self.on)

    @property
    def edition_url(self) -> str:
        return self.links.edition(self.edition.number)

    @cached_property
    def last_day(self) -> datetime.date | None:
        return reads.last_day(self.edition) if self.edition else None

    @property
    def is_current(self) -> bool:
        """Whether the list of the day is also the list of today."""
        if not self.on or not self.edition:
            return not self.on
        return self.edition.effective_on <= self.today and (self.last_day is None or self.today <= self.last_day)

    @cached_property
    def first(self) -> Edition | None:
        return reads.first_edition(self.region) if self.region.pk else None

    def page(self, template: str, *, status: int = 200, **context: object) -> HttpResponse:
        """The page from its template; no context processor runs, so nothing asks who the reader is."""
        html = loader.get_template(f"public/{template}").render({"frame": self, "links": self.links, "site": settings, **context})
        return HttpResponse(html, status=status)

    def no_list(self) -> HttpResponse:
        """The page of a day before the first edition, or of a region that has not published."""
        return self.page("no_list.html", title="清单尚未公布")


def page(*known: str, dated: bool = True, keeps: bool = True) -> Callable:
    """A public page: GET or HEAD, with the parameters ``known`` (and ``on`` where ``dated``); others lead to the address without them.

    ``keeps=False``: a page that shows more than its key says (how far a file is) has no ETag and is never kept.

    The view takes (frame, **the address's parts) and returns a response or raises NotHere, Elsewhere or RuleBroken.
    """
    allowed = (*known, "on") if dated else known

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @require_safe
        @wraps(view)
        def answer(request: HttpRequest, region: str = "", **parts: object) -> HttpResponse:
            tidy = _tidy(request, allowed)
            if tidy is not None:
                return HttpResponseRedirect(tidy)
            today = timezone.localdate()
            if not keeps:
                response = _answer(request, view, region, today, parts)
                response.headers.setdefault("Cache-Control", "no-cache")
                return response
            tag = (getattr(request, "page_key", None) or key_of(request, today)).tag()
            response = get_conditional_response(request, etag=tag)
            if response is None:
                response = _answer(request, view, region, today, parts)
            if response.status_code in (200, 304):
                response.headers["ETag"] = tag
            response.headers["Cache-Control"] = "no-cache"
            response.may_be_kept = response.status_code == 200 and response.headers["Content-Type"].startswith("text/html")
            return response

        return answer

    return decorate


def _answer(request: HttpRequest, view: Callable, region_code: str, today: datetime.date, parts: dict) -> HttpResponse:
    query = {name: value.strip() for name, value in request.GET.items()}
    shown = {"mode": mode_of(request), "address": request.get_full_path()}
    frame = Frame(Region(code=settings.HOME_REGION, name=""), today, None, query, **shown)
    try:
        if region_code == settings.HOME_REGION:
            raise Elsewhere(_under_home(request, region_code))
        if any("\x00" in str(part) for part in (region_code, *parts.values())):
            raise NotHere
        frame = Frame.of(region_code, today, read_day(query.get("on", "")), query, **shown)
        return view(frame, **parts)
    except Elsewhere as elsewhere:
        return (HttpResponsePermanentRedirect if elsewhere.permanent else HttpResponseRedirect)(elsewhere.address)
    except NotHere as missing:
        return frame.page("missing.html", status=404, title="没有找到", message=str(missing), way_out=missing.way_out)
    except RuleBroken as refusal:
        with suppress(NotHere):
            frame = Frame.of(region_code, today, None, query, **shown)
        return frame.page("refused.html", status=400, title="地址有误", violations=refusal.violations, without_day=request.path)


@dataclass(frozen=True, slots=True)
class Key:
    """What a page is a function of. ``generation``: release, newest publication and whether it is signed, what else pages show, the day."""

    generation: str
    address: str
    mode: str

    @classmethod
    def of(cls, address: str, today: datetime.date, mode: str = STANDARD) -> Key:
        """The key as things stand: one look-up."""
        with connection.cursor() as cursor:
            cursor.execute(*_marks())
            marks = cursor.fetchone() or ()
        generation = hashlib.sha256("|".join([release(), *map(str, marks), today.isoformat()]).encode()).hexdigest()[:32]
        return cls(generation, address, mode)

    def tag(self, encoding: str = "") -> str:
        """The ETag of the page in this encoding."""
        parts = "|".join([self.generation, self.mode, encoding, self.address])
        return f'"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'


def key_of(request: HttpRequest, today: datetime.date) -> Key:
    """The key of the page that ``request`` asks for."""
    return Key.of(request.get_full_path(), today, mode_of(request))


# The staff's edits of the law library keep no history of their own; each of them is in the audit trail, which only grows.
_LIBRARY = [model._meta.label_lower for model in (Act, ActVersion)]


@cache
def _marks() -> tuple[str, tuple]:
    """The statement behind every key and its parameters, put together once: it is all that an unchanged page costs."""
    marks = {
        "signed": SignedHead.objects.order_by("-tree_size").values("tree_size")[:1],
        **{
            model.__name__.lower(): model.history.order_by("-history_id").values("history_id")[:1]
            for model in (Department, Directive, Alias)
        },
        "disclosed": Disclosure.objects.order_by("-pk").values("pk")[:1],
        "acts": Act.objects.order_by("-pk").values("pk")[:1],
        "versions": ActVersion.objects.order_by("-pk").values("pk")[:1],
        "edits": AuditEvent.objects.filter(object_type__in=_LIBRARY).order_by().values(number=Func("pk", function="COUNT")),
        # An article that waits for 司法 shows nowhere.
        "articles": Article.history.exclude(state=Article.State.PENDING).order_by("-history_id").values("history_id")[:1],
    }
    newest = Edition.objects.order_by("-log_index").annotate(**{name: Subquery(rows) for name, rows in marks.items()})
    return newest.values_list("log_index", "manifest_hash", *marks)[:1].query.sql_with_params()


def _tidy(request: HttpRequest, allowed: tuple[str, ...]) -> str | None:
    """The address with known parameters only, each once; None if it is already so."""
    if all(name in allowed and len(values) == 1 for name, values in request.GET.lists()):
        return None
    kept = {name: request.GET[name] for name in request.GET if name in allowed}
    return escape_leading_slashes(request.path) + (f"?{urlencode(kept)}" if kept else "")


def _under_home(request: HttpRequest, region_code: str) -> str:
    """The home region's address without its ``/regions/<code>/``."""
    return escape_leading_slashes(request.get_full_path().replace(f"/regions/{region_code}/", "/", 1))


def read_day(text: str) -> datetime.date | None:
    """The day of ``?on=``; None where it is empty. Raises RuleBroken D01."""
    if not text:
        return None
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise RuleBroken(Violation("D01", f"“{text}”不是日期，请按“年-月-日”填写，例如 2019-12-01", "日期")) from None
