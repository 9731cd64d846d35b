"""Which papers there are, when each can be made, and where it is kept: short ones at once, long ones by the worker.

A file is kept under what it shows: the hash of the 送审稿, of the edition, or of the request with what was said of it. What is frozen
keeps its files for good; a request that moves on gets others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from qingdan.errors import WrongState
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from qingdan.paper.blocks import Document
from qingdan.paper.keeping import TEMPLATE, keep
from qingdan.paper.models import KeptFile
from qingdan.paper.orders import Order, Progress, order_papers, progress_of
from qingdan.paper.pdf import write_pdf
from qingdan.paper.word import write_word
from reviews.models import Batch, ChangeRequest, OpinionNumber
from reviews.papers.batches import agenda_basis, agenda_paper, submission_paper
from reviews.papers.publication import filing_paper, notice_paper
from reviews.papers.requests import compliance_opinion, decisions_on, legality_opinion, request_form
from reviews.states import Stage

FORMS: dict[str, tuple[str, Callable[[Document, BinaryIO], None], str]] = {
    "docx": ("Word", write_word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("PDF", write_pdf, "application/pdf"),
}
# Papers of a request with more changes than this are made by the worker.
SHORT = 60


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One paper. ``basis`` says what it rests on, or "" while it cannot be made; ``stage``: of a request, the stage that it tells of."""

    key: str
    label: str
    build: Callable[..., Document]
    basis: Callable[..., str]
    stage: str = ""


def _of_request(request: ChangeRequest, shown: list[str] | None = None) -> str:
    """``shown``: the hashes of the changes in their order, where the caller has read them."""
    said = [decision for decision in request.decisions.all() if decision.revision == request.revision]
    # Only what 司法 said has a number.
    given = OpinionNumber.objects.filter(request=request, revision=request.revision)
    numbers = [str(number) for number in given] if any(each.stage == Stage.LEGALITY for each in said) else []
    if shown is None:
        shown = list(request.changes.order_by("position").values_list("content_hash", flat=True))
    keys = sorted(each.pk for each in said)
    return sha256_hex(canonical_bytes([request.revision, request.proposed_hash, request.state, numbers, keys, shown, TEMPLATE]))


def _after(stage: str) -> Callable[[ChangeRequest], str]:
    return lambda request: _of_request(request) if decisions_on(request, stage) else ""


def _frozen(batch: Batch) -> str:
    return batch.submission_hash


def _published(batch: Batch) -> str:
    return batch.edition.manifest_hash if batch.edition_id else ""


OF_REQUEST: dict[str, PaperKind] = {
    kind.key: kind
    for kind in (
        PaperKind("form", "权责事项调整申请表", request_form, _of_request),
        PaperKind("compliance", "合规性审查意见", compliance_opinion, _after(Stage.COMPLIANCE), Stage.COMPLIANCE),
        PaperKind("legality", "合法性审查意见书", legality_opinion, _after(Stage.LEGALITY), Stage.LEGALITY),
    )
}
OF_BATCH: dict[str, PaperKind] = {
    kind.key: kind
    for kind in (
        PaperKind("submission", "送审稿", submission_paper, _frozen),
        PaperKind("agenda", "会议议题材料", agenda_paper, agenda_basis),
        PaperKind("notice", "公布通知", notice_paper, _published),
        PaperKind("filing", "备案报告", filing_paper, _published),
    )
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper in one form, and how far it is."""

    kind: PaperKind
    form: str
    progress: Progress
    label: str

    @property
    def form_label(self) -> str:
        return FORMS[self.form][0]


def papers_of_batch(batch: Batch) -> list[Paper]:
    """The papers that the batch can have now, made or not."""
    bases = [(kind, kind.basis(batch)) for kind in OF_BATCH.values()]
    wanted = {_key(batch, kind, form, basis): (kind, form) for kind, basis in bases if basis for form in FORMS}
    progress = progress_of(wanted)
    return [Paper(kind, form, progress[key], label_of(batch, kind)) for key, (kind, form) in wanted.items()]


def papers_of_request(request: ChangeRequest, shown: list[str] | None = None) -> list[Paper]:
    """The papers that the request can have now, made or not; as many queries for a long request as for a short one.

    ``shown``: the hashes of the changes in their order, where the caller has read them.
    """
    basis = _of_request(request, shown)
    stages = {decision.stage for decision in request.decisions.all() if decision.revision == request.revision}
    kinds = [kind for kind in OF_REQUEST.values() if not kind.stage or kind.stage in stages]
    keys = {(kind.key, form): _key(request, kind, form, basis) for kind in kinds for form in FORMS}
    progress = progress_of(keys.values())
    return [Paper(kind, form, progress[keys[kind.key, form]], kind.label) for kind in kinds for form in FORMS]


def order_batch_papers(batch: Batch) -> None:
    """Ask the worker for every paper that the batch can have now, in the caller's transaction."""
    order_papers(_order(batch, kind, form) for kind in OF_BATCH.values() if kind.basis(batch) for form in FORMS)


def order_request_paper(request: ChangeRequest, kind: PaperKind, form: str) -> None:
    """Ask the worker for one paper of a request, in the caller's transaction."""
    order_papers([_order(request, kind, form)])


def paper_progress(owner: ChangeRequest | Batch, kind: PaperKind, form: str) -> Progress:
    key = _key(owner, kind, form)
    return progress_of([key])[key]


def make_paper(owner: ChangeRequest | Batch, kind: PaperKind, form: str) -> KeptFile:
    """Make one paper now, or give the one that was made. Raises WrongState where there is nothing to make it from."""
    if not kind.basis(owner):
        raise WrongState(f"现在还不能生成{kind.label}")
    write = FORMS[form][1]
    return keep(_key(owner, kind, form), name_of(owner, kind, form), lambda to: write(kind.build(owner), to))


def make_ordered_paper(*, of: str, owner: int, kind: str, form: str, key: str) -> None:
    """Carry out an order. What was ordered of a content that has since moved on is not made: nobody asks for it any more."""
    model, kinds = (Batch, OF_BATCH) if of == "batch" else (ChangeRequest, OF_REQUEST)
    row = model.objects.select_related("region").get(pk=owner)
    if kinds[kind].basis(row) and _key(row, kinds[kind], form) == key:
        make_paper(row, kinds[kind], form)


def name_of(owner: ChangeRequest | Batch, kind: PaperKind, form: str) -> str:
    """The Chinese file name: what it is, and of what."""
    of = owner.number if isinstance(owner, ChangeRequest) else owner.title
    return f"{label_of(owner, kind)}_{of}.{form}"


def label_of(owner: ChangeRequest | Batch, kind: PaperKind) -> str:
    """What the paper is called: the 送审稿 of a batch that goes to no meeting is its 公布稿."""
    return owner.paper_name if isinstance(owner, Batch) and kind.key == "submission" else kind.label


def _order(owner: ChangeRequest | Batch, kind: PaperKind, form: str) -> Order:
    arguments = {"of": _sort(owner), "owner": owner.pk, "kind": kind.key, "form": form, "key": _key(owner, kind, form)}
    return Order(_key(owner, kind, form), "reviews.papers.kept.make_ordered_paper", arguments)


def _sort(owner: ChangeRequest | Batch) -> str:
    return "batch" if isinstance(owner, Batch) else "request"


def _key(owner: ChangeRequest | Batch, kind: PaperKind, form: str, basis: str = "") -> str:
    return f"{_sort(owner)}/{owner.pk}/{basis or kind.basis(owner)}/{kind.key}.{form}"
