"""What the access matrix goes to: one object of each kind in each state, made by the acts, with the addresses and filled-in forms for it.

``KINDS``: kind → state → a function of the world. Each is called inside a savepoint that is rolled back, so a state may be made from what
another state uses.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localdate

from departments.models import Posting, User
from departments.people import Actor
from qingdan.items.kinds import ChangeKind
from reviews.batches import create_batch, freeze_batch
from reviews.meetings import call_meeting, record_meeting, register_minutes
from reviews.models import Batch, Change, ChangeRequest, Comment, ShortRoute, Upload
from reviews.opinions import ask_opinion
from reviews.proposals import Proposal
from reviews.reforming import decline_reform, withdraw_reform
from reviews.scans import attach_minutes
from reviews.states import RequestState
from reviews.suspending import decline_measure, propose_measure, withdraw_measure
from tests.reviews import test_filings, test_reforming
from tests.reviews.papers_at_hand import PDF, PNG
from tests.reviews.test_meetings import minutes, scanned
from tests.reviews.test_suspending import NOTICE
from tests.reviews.views import test_upload_pages
from tests.structure.access_made import Made
from tests.structure.access_more import MORE
from tests.structure.access_people import COUNTY_MZJ, RSJ, SCJ
from tests.structure.access_tables_made import TABLES
from tests.world import CITY, COUNTY, PASSWORD, World, amend, fresh, propose, review

# -- requests ----------------------------------------------------------------------------------------------------------------------


def _request(state: str) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        row = world.any_request(state) if state in ("batched", "published") else world.request(state)
        return of_request(world, row)

    return make


def of_request(world: World, row: ChangeRequest) -> Made:
    change = row.changes.order_by("position").first()
    place = {CITY: RSJ, COUNTY: COUNTY_MZJ}[row.region.code]
    reviewer = world.legality if place == RSJ else world.county_legality
    comment = Comment.objects.create(
        request=row,
        kind="raised",
        text="请说明",
        revision=row.revision,
        seen_hash=row.proposed_hash,
        person=reviewer.user,
        post="legality",
    )
    file = attached(world, row)
    pk, seen = row.pk, {"seen_hash": row.proposed_hash}
    words = {"opinion": "情况有变", **seen}
    return Made(
        row,
        place,
        keys={
            "request_change": [pk, change.position],
            "request_mark": [pk, change.position],
            "change_edit": [pk, change.pk],
            "change_remove": [pk, change.pk],
            "comment_act": [pk, comment.pk],
            "attachment_void": [pk, file.pk],
            "attachment": [file.pk],
            "request_paper": [pk, "form", "docx"],
            "request_paper_order": [pk, "form", "docx"],
            "urge_new": ["request", pk],
        },
        filled={
            "request_submit": seen,
            "request_withdraw": words,
            "request_return": words,
            "request_decide": {"outcome": "refused", **words},
            "request_describe": {"reason": "另一理由", "document": "", **seen},
            "request_mark": {"word": "passed", **seen},
            "request_comments": {"text": "请补充", **seen},
            "comment_act": {"act": "answer", "text": "已补充"},
            "request_opinions": {"department": world.department("420600-MZJ").pk, "question": "请研究"},
            "attachment_void": {"reason": "附错"},
            "change_remove": {"seen_seal": change.seal},
            "urge_new": {"text": "请尽快补正", "due_on": "2099-12-31"},
        },
    )


def attached(world: World, row):
    """A file of a row, kept as the acts keep it but in any state."""
    from reviews.models import Attachment

    return Attachment.objects.create(
        owner_type=row._meta.label_lower, owner_id=row.pk, kind="document", file_name="说明.pdf", media_type="application/pdf",
        size=len(PDF), sha256=_sha(PDF), file=SimpleUploadedFile("x.pdf", PDF), person=world.head.user, post="head",
    )  # fmt: skip


def _sha(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _asked(world: World) -> Made:
    """A request on which another department was asked."""
    row = world.request("legality")
    opinion = ask_opinion(actor=world.legality, request=row, department=world.department(SCJ), question="请就分工提出意见")
    given = {"outcome": "agreed", "text": "", "seen_hash": row.proposed_hash}
    made = of_request(world, row)
    made.keys["opinion_give"] = [row.pk, opinion.pk]
    made.filled["opinion_give"] = given
    return made


def _transfer(world: World) -> Made:
    version = world.version("劳务派遣经营许可")
    moved = version.content.changed(department_code=SCJ, department_name=world.department(SCJ).name)
    terms = {"to_department": SCJ}
    proposal = Proposal(
        kind=ChangeKind.TRANSFER, content=moved, item=version.item, base_version=version, reason="职责划转", terms=terms
    )
    change = propose(world, [proposal], submit=False).changes.get()
    return Made(change, SCJ, filled={"transfer": {"outcome": "agreed", "opinion": "", "seen_seal": change.seal}})


def _upload(world: World) -> Made:
    browser = Client()
    browser.force_login(world.clerk.user, backend="departments.accounts.PostBackend")
    test_upload_pages.send(browser, world, test_upload_pages.workbook())
    return Made(Upload.objects.get(), RSJ)


# -- batches and meetings ----------------------------------------------------------------------------------------------------------


def _batch(state: str) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        batch = world.batch(state)
        return of_batch(world, batch)

    return make


def of_batch(world: World, batch: Batch, **filled) -> Made:
    change = Change.objects.filter(request__batch=batch).order_by("pk").first()
    inside = batch.requests.order_by("pk").first()
    record = batch.meeting_records.order_by("pk").last()
    pk = batch.pk
    waiting = ChangeRequest.objects.filter(region=batch.region, state=RequestState.AWAITING).order_by("pk").first()
    decided = {"meeting_title": "市政府第88次常务会议", "held_on": localdate(), "minutes_no": "〔2026〕9号", "outcome": "agreed", "opinion": "", "seen_hash": batch.submission_hash}  # fmt: skip
    notice = {
        "notice_title": "关于公布的通知",
        "notice_no": "襄政发〔2026〕9号",
        "published_on": localdate(),
        "effective_on": localdate(),
    }
    return Made(
        batch,
        batch.region.code,
        keys={
            "batch_amend": [pk, change.pk if change else 0],
            "batch_paper": [pk, "submission", "docx"],
        },
        filled={
            **({"batch_add": {"request": waiting.pk}} if waiting else {}),
            **({"batch_remove": {"request": inside.pk}} if inside else {}),
            "batch_freeze": {},
            "batch_reopen": {},
            "batch_dissolve": {},
            "batch_meeting": decided,
            **({"batch_minutes": {"record": record.pk, "verdict": "back", "opinion": "与纪要不符"}} if record else {}),
            "batch_publish": {**notice, "seen_hash": batch.submission_hash, "password": PASSWORD},
            **filled,
        },
    )


def _recorded(world: World) -> Made:
    batch = world.batch("frozen")
    given = {**minutes(), "outcome": "agreed", "seen_hash": batch.submission_hash}
    scanned(world.county, world.county_council)
    second = User.objects.create_user("publisher.second", "第二人", None)
    Posting.objects.create(user=second, post="publisher", region=world.county, from_on="2016-01-01")
    register_minutes(actor=Actor(second), batch=batch, **given)
    return of_batch(world, fresh(batch))


def _amending(world: World) -> Made:
    from reviews.amending import text_hash

    batch = world.batch("frozen")
    record_meeting(
        actor=world.county_council, batch=batch, meeting_title="区政府第9次常务会议", held_on=localdate(), outcome="principle",
        opinion="修改后公布", seen_hash=batch.submission_hash,
    )  # fmt: skip
    batch = fresh(batch)
    return of_batch(world, batch, batch_confirm={"seen_hash": text_hash(batch)}, batch_stop={"opinion": "冲突"})


def _short(world: World) -> Made:
    """The 送审稿 of a batch that goes to no meeting, fixed."""
    ShortRoute.objects.create(region=world.city, kind="elements", basis="某办法第八条", in_use=True)
    request = review(world, propose(world, [amend(world.version("劳务派遣经营许可"), note="备注")]))
    batch = create_batch(actor=world.publisher, region=world.city, title="要素批", requests=[request], without_meeting=True)
    batch = freeze_batch(actor=world.publisher, batch=batch)
    return of_batch(world, batch, batch_settle={"seen_hash": batch.submission_hash})


def _meeting(world: World) -> Made:
    row = call_meeting(
        actor=world.council, region=world.city, title="市政府第99次常务会议", number=None, held_on=localdate(), agenda=[]
    )
    scan = {"number": "〔2026〕9号", "dated_on": localdate()}
    kept = attach_minutes(actor=world.council, meeting=row, file_name="纪要.pdf", data=PDF, **scan)
    filled = {"meeting": {"subject": "听取汇报"}, "meeting_scan": {**scan, "file": a_scan}, "scan_void": {"reason": "附错"}}
    return Made(row, CITY, keys={"scan_void": [kept.pk]}, filled=filled)


def a_scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("盖章.png", PNG)


# -- outside of a request ----------------------------------------------------------------------------------------------------------


def _measure(how: Callable | None = None) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        given = {"kind": "suspension", "item": world.item("劳务派遣经营许可"), "reason": "设定依据已经废止", **NOTICE}
        row = propose_measure(actor=world.publisher, region=world.city, **given)
        if how is not None:
            row = how(world, row)
        sealed = {"seen_hash": row.content_hash, "password": PASSWORD}
        said = {"seen_hash": row.content_hash, "opinion": "依据仍然有效"}
        return Made(row, CITY, filled={"measure_confirm": sealed, "measure_decline": said, "measure_withdraw": {}})

    return make


def _reform(how: Callable | None = None) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        test_reforming.settle_batch(world)
        row = test_reforming.rename(world)
        if how is not None:
            row = how(world, row)
        sealed, said = {"seen_hash": "-", "password": PASSWORD}, {"seen_hash": "-", "opinion": "再研究"}
        return Made(row, CITY, filled={"reform_confirm": sealed, "reform_decline": said, "reform_withdraw": {}})

    return make


def _edition(state: str) -> Callable[[World], Made]:
    """An edition of the city and how far its filing is."""

    def make(world: World) -> Made:
        from reviews.filings import Fault, conclude_filing, file_edition, register_filing
        from reviews.models import FilingFault

        edition = world.edition(2)
        if state != "unfiled":
            filing = file_edition(actor=world.publisher, edition=edition, number="襄府备〔2019〕1号", **test_filings.PAPERS)
            if state != "filed":
                register_filing(actor=world.legality, filing=filing, registered_no="备1")
            if state not in ("filed", "registered"):
                examiner = test_filings.colleague(world, "legality", "examiner")
                outcome = {"correcting": "returned", "accepted": "accepted", "advised": "advised"}[state]
                fault = Fault(world.item("劳务派遣经营许可"), FilingFault.Nature.CLERICAL, "文字")
                said = {"number": "审〔2026〕1号", "opinion": "请补正", "faults": [fault] if state == "advised" else []}
                conclude_filing(actor=examiner, filing=filing, outcome=outcome, **said)
        papers = {"number": "襄府备〔2019〕2号", "report": "报告", "explanation": "说明", "basis": "依据"}
        return Made(
            edition,
            CITY,
            filled={
                "edition_notice": {"place": test_filings.places_of(world.city)[0].pk, "placed_on": localdate(), "address": "首页"},
                "edition_file": papers,
                "edition_register": {"registered_no": "备9"},
                "edition_scan": {"file": a_scan, "number": "襄府备〔2019〕1号", "dated_on": localdate()},
            },
        )

    return make


KINDS: dict[str, dict[str, Callable[[World], Made]]] = {
    "request": {str(state): _request(str(state)) for state in RequestState},
    "asked": {"legality": _asked},
    "transfer": {"open": _transfer},
    "upload": {"read": _upload},
    "batch": {
        **{state: _batch(state) for state in ("draft", "frozen", "decided", "published", "dissolved")},
        "recorded": _recorded,
        "amending": _amending,
        "short": _short,
    },
    "meeting": {"called": _meeting},
    "measure": {
        "proposed": _measure(),
        "declined": _measure(lambda world, row: decline_measure(actor=world.legality, measure=row, opinion="依据有效")),
        "withdrawn": _measure(lambda world, row: withdraw_measure(actor=world.publisher, measure=row)),
    },
    "reform": {
        "proposed": _reform(),
        "declined": _reform(lambda world, row: decline_reform(actor=world.compliance, reform=row, opinion="再研究")),
        "withdrawn": _reform(lambda world, row: withdraw_reform(actor=world.publisher, reform=row)),
    },
    "edition": {state: _edition(state) for state in ("unfiled", "filed", "registered", "correcting", "accepted", "advised")},
    **MORE,
    **TABLES,
}
