"""校验: what can be proven of a page without trusting us, the files for it, and the verifier itself."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse

from qingdan.items import proofs, reads
from qingdan.ledger.models import SignedHead
from qingdan.public.frame import Elsewhere, Frame, NotHere, page
from qingdan.public.links import Links

VERIFIER = Path(settings.BASE_DIR) / "tools" / "verify_bundle.py"


@page(dated=False)
def verify(frame: Frame) -> HttpResponse:
    edition = frame.edition
    return frame.page(
        "verify.html",
        title="校验",
        edition=edition,
        edition_url=edition and frame.links.edition(edition.number),
        proof_url=edition and frame.links.edition_proof(edition.number),
        proof_name=edition and _edition_file(frame, edition.number),
        tool_hash=hashlib.sha256(_verifier()).hexdigest(),
        head=SignedHead.objects.last(),
    )


@cache
def _verifier() -> bytes:
    return VERIFIER.read_bytes()


@page(dated=False)
def verifier(frame: Frame) -> HttpResponse:
    return _file(_verifier(), "text/plain; charset=utf-8", VERIFIER.name)


@page(dated=False)
def edition_proof(frame: Frame, number: int) -> HttpResponse:
    found = reads.edition_with_manifest(frame.region, number) if frame.region.pk and number < 2**31 else None
    if found is None:
        raise NotHere(f"没有第 {number} 个公布版本", way_out=("看全部公布版本", frame.links.editions))
    return _proof(frame, found.number, lambda: proofs.edition_proof(found), _edition_file(frame, number))


@page(dated=False)
def item_proof(frame: Frame, code: str, number: int) -> HttpResponse:
    known = reads.item_named(code)
    found = reads.version_with_manifest(known, number) if known and number < 2**31 else None
    if found is None:
        raise NotHere(f"没有编码为“{code}”的事项，或没有第 {number} 版", way_out=("看全部事项", frame.links.all_items))
    if known.region_id != frame.region.pk:
        raise Elsewhere(Links(known.region.code).item_proof(code, number))
    return _proof(frame, found.edition.number, lambda: proofs.item_proof(found), f"{code}-v{number}.json")


def _proof(frame: Frame, edition: int, make, name: str) -> HttpResponse:
    try:
        return _file(make(), "application/json", name)
    except proofs.NotSigned:
        raise NotHere(
            "这个公布版本已公布、待签署，校验文件签署后提供", way_out=("看这个版本", frame.links.edition(edition))
        ) from None


def _edition_file(frame: Frame, number: int) -> str:
    return f"{frame.region.code}-edition-{number}.json"


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
