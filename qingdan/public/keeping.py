"""Kept pages: a published page is a function of its key, so it is rendered once and its compressed bytes are served from then on.

The key is the generation (release, publications, what else pages show, the day), the mode, and the address. Files are disposable: a new
generation begins an empty folder, older ones go, and the whole folder may be deleted at any time. Pages without a question mark lie under
their own path, so that a web server in front can serve the folder ``current`` itself (deploy/nginx.conf).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers

from qingdan.public.frame import Key, key_of

# What a kept page does not carry over to the next reader: these belong to one answer.
_OF_ONE_ANSWER = frozenset({"etag", "content-length", "x-request-id", "date", "vary", "content-encoding"})
_PLAIN_PATH = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*")
_GZIP_LEVEL = 6
# 纠错: pages with a form of one reader's own (deploy/nginx.conf asks for them as for every page that is not kept).
_NEVER_KEPT = re.compile(r"(?:/regions/[^/]+)?/(?:items/[^/]+/report|reports)/")
# Pages and data have headers of their own.
DATA = "/api/"


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept page: its compressed bytes and its headers."""

    body: bytes
    headers: Mapping[str, str]


class KeptPagesMiddleware:
    """Second outermost: answers a reader from the kept pages, or keeps what was rendered for him. Staff's pages pass by.

    After an act of the staff the folder ``current`` follows, for a web server in front would not ask us.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    @cached_property
    def _others(self) -> tuple[str, ...]:
        """Where no page of a citizen lies."""
        return (reverse("admin:index"), f"/{settings.STATIC_URL.strip('/')}/", reverse("healthz"), reverse("readyz"))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            response = self.get_response(request)
            follow()
            return response
        if not self._concerns(request):
            return self.get_response(request)
        key = request.page_key = key_of(request, timezone.localdate())
        kept = read(key)
        if kept is None:
            response = self.get_response(request)
            if not getattr(response, "may_be_kept", False) or response.cookies:
                return response
            kept = keep(key, response)
        return _answer(request, key, kept)

    def _concerns(self, request: HttpRequest) -> bool:
        return (
            settings.KEPT_MB > 0
            and request.method in ("GET", "HEAD")
            and not request.path_info.startswith(self._others)
            and not _NEVER_KEPT.fullmatch(request.path_info)
            and (request.is_secure() or not settings.SECURE_SSL_REDIRECT)
            and _host_is_ours(request)
        )


def _host_is_ours(request: HttpRequest) -> bool:
    with suppress(Exception):
        return bool(request.get_host())
    return False


def _answer(request: HttpRequest, key: Key, kept: Kept) -> HttpResponse:
    packed = "gzip" in request.headers.get("Accept-Encoding", "").replace(" ", "").replace("gzip;q=0,", "").removesuffix("gzip;q=0")
    tag = key.tag("gzip" if packed else "")
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = HttpResponse(kept.body if packed else gzip.decompress(kept.body))
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
    for name, value in kept.headers.items():
        response.headers[name] = value
    response.headers["ETag"] = tag
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def read(key: Key) -> Kept | None:
    """The kept page of ``key``; None where there is none (yet)."""
    headers = _headers(key)
    if headers is None:
        return None
    try:
        return Kept(_path(key).read_bytes(), headers)
    except OSError:
        return None


def keep(key: Key, response: HttpResponse) -> Kept:
    """Keep the page of ``response``; a full disk or a folder that cannot be written costs nothing but the keeping."""
    headers = {name: value for name, value in response.headers.items() if name.lower() not in _OF_ONE_ANSWER}
    if policy := headers.get("Content-Security-Policy"):
        # Each process lists the directives in an order of its own; the pages of a generation share their headers.
        headers["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
    kept = Kept(gzip.compress(response.content, _GZIP_LEVEL, mtime=0), headers)
    with suppress(OSError):
        folder = _folder(key)
        if not folder.exists():
            _begin(folder)
        if _headers(key) is None:
            _write(_headers_file(key), json.dumps(headers).encode())
        if _headers(key) == headers and _room.take(len(kept.body)):
            _write(_path(key), kept.body)
    return kept


def _folder(key: Key) -> Path:
    return settings.KEPT_DIR / key.generation


def _path(key: Key) -> Path:
    """``<generation>/<mode>/pages/<path>/index.html.gz``, or ``…/asked/ab/abcd….gz`` for addresses with a question mark."""
    place = _folder(key) / key.mode
    if _PLAIN_PATH.fullmatch(key.address):
        return place / "pages" / key.address.strip("/") / "index.html.gz"
    digest = hashlib.sha256(key.address.encode()).hexdigest()
    return place / "asked" / digest[:2] / f"{digest}.gz"


def _headers_file(key: Key) -> Path:
    return _folder(key) / ("data.json" if key.address.startswith(DATA) else "pages.json")


# File of headers → what it says, as this process read it.
_headers_of: dict[Path, dict[str, str]] = {}


def _headers(key: Key) -> dict[str, str] | None:
    """The headers of the pages, or of the data, of a generation; None while none is kept."""
    path = _headers_file(key)
    if (known := _headers_of.get(path)) is not None:
        return known
    try:
        headers = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if len(_headers_of) > 8:
        _headers_of.clear()
    _headers_of[path] = headers
    return headers


def _begin(folder: Path) -> None:
    """The first page of a new generation: its folder becomes ``current`` by one rename; of the older ones the last stays for a while."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder.parent / f".{folder.name}.link"
    with suppress(FileExistsError):
        link.symlink_to(folder.name)
    os.replace(link, folder.parent / "current")
    older = [each for each in folder.parent.iterdir() if each.is_dir() and not each.is_symlink() and each != folder]
    for each in sorted(older, key=lambda path: path.stat().st_mtime)[:-1]:
        shutil.rmtree(each, ignore_errors=True)
    _room.forget()


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: written beside, then renamed. Not synced: a torn file would be an empty one, and those are not served."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


class _Room:
    """Keeps the folder under KEPT_MB: when it is full, the older half of the files goes. Each process counts for itself, roughly."""

    def __init__(self):
        self._used: int | None = None

    def forget(self) -> None:
        self._used = None

    def take(self, size: int) -> bool:
        limit = settings.KEPT_MB * 1_000_000
        if size > limit // 4:
            return False
        if self._used is None:
            self._used = sum(each for _, each, _ in self._files())
        if self._used + size > limit:
            self._used = self._drop_older_half()
        self._used += size
        return True

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in settings.KEPT_DIR.rglob("*.gz"):
            with suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return found

    def _drop_older_half(self) -> int:
        files = sorted(self._files(), key=lambda each: each[:2])
        for _, _, path in files[: len(files) // 2 + 1]:
            path.unlink(missing_ok=True)
        return sum(size for _, size, _ in files[len(files) // 2 + 1 :])


_room = _Room()


def follow(address: str = "/") -> None:
    """Make the folder of the present generation ``current``: after an act, and whenever the worker looks for work."""
    current = settings.KEPT_DIR / "current"
    if settings.KEPT_MB > 0 and current.is_symlink():
        generation = Key.of(address, timezone.localdate()).generation
        if os.readlink(current) != generation:
            with suppress(OSError):
                _begin(settings.KEPT_DIR / generation)
