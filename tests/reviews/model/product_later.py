"""Batches, meetings, publication, measures and filings as the product does them, for the walk."""

from __future__ import annotations

import itertools

from django.utils import timezone

from departments.models import User
from departments.people import Actor
from qingdan.items.models import Edition
from reviews.amending import amend_after_meeting, confirm_amended_text, stop_conflicts, text_hash
from reviews.batches import add_to_batch, create_batch, dissolve_batch, freeze_batch, remove_from_batch, reopen_batch
from reviews.filings import Fault, conclude_filing, file_again, file_edition, register_filing
from reviews.meetings import ItemOutcome, confirm_minutes, record_meeting, register_minutes, send_minutes_back
from reviews.models import Attachment, Batch, Change, Filing, Measure, Meeting, MeetingRecord
from reviews.publication import publish_batch
from reviews.rebasing import rebase_request
from reviews.suspending import confirm_measure, decline_measure, propose_measure, withdraw_measure
from tests.reviews.model.desk import Text
from tests.reviews.model.product import OTHER_HASH, Product

PAPERS = {"explanation": "起草说明", "basis": "《湖北省行政规范性文件管理办法》"}


class Later(Product):
    def __init__(self, lists):
        super().__init__(lists)
        self.batches: dict[int, int] = {}
        self.measures: dict[int, int] = {}
        self.filings: dict[int, int] = {}
        self.editions: list[int] = []
        self.ordinal = itertools.count(1)

    # -- batches --------------------------------------------------------------------------------------------------------------------

    def batch(self, key: int) -> Batch:
        return Batch.objects.select_related("region").get(pk=self.batches[key])

    def change(self, place: tuple[int, int]) -> Change | None:
        request, position = place
        return Change.objects.filter(request=self.requests.get(request), position=position).first()

    def create_batch(self, actor: Actor, region: str, title: str, requests: list[int]) -> None:
        create_batch(actor=actor, region=self.regions[region], title=title, requests=[self.request(key) for key in requests])

    def add(self, actor: Actor, batch: int, request: int) -> None:
        add_to_batch(actor=actor, batch=self.batch(batch), request=self.request(request))

    def remove(self, actor: Actor, batch: int, request: int) -> None:
        remove_from_batch(actor=actor, batch=self.batch(batch), request=self.request(request))

    def freeze(self, actor: Actor, batch: int) -> None:
        freeze_batch(actor=actor, batch=self.batch(batch))

    def reopen(self, actor: Actor, batch: int) -> None:
        reopen_batch(actor=actor, batch=self.batch(batch))

    def dissolve(self, actor: Actor, batch: int) -> None:
        dissolve_batch(actor=actor, batch=self.batch(batch))

    def rebase(self, actor: Actor, request: int, seen: bool) -> None:
        row = self.request(request)
        rebase_request(actor=actor, request=row, seen_hash=self.seen(row, seen))

    def minutes(self, batch: Batch, outcome: str, opinion: str, exceptions: dict, seen: bool) -> dict:
        changes = {place: self.change(place) for place in exceptions}
        return {
            "batch": batch,
            "meeting_title": f"常务会第{next(self.ordinal)}次",
            "held_on": timezone.localdate(),
            "outcome": outcome,
            "opinion": opinion,
            "exceptions": {changes[p].pk if changes[p] else 0: ItemOutcome(end, "会议意见") for p, end in exceptions.items()},
            "seen_hash": batch.submission_hash if seen else OTHER_HASH,
        }

    def record(self, actor: Actor, batch: int, outcome: str, opinion: str, exceptions: dict, seen: bool) -> None:
        record_meeting(actor=actor, **self.minutes(self.batch(batch), outcome, opinion, exceptions, seen))

    def register(self, actor: Actor, batch: int, outcome: str, opinion: str, number: str, exceptions: dict, seen: bool) -> None:
        row = self.batch(batch)
        given = self.minutes(row, outcome, opinion, exceptions, seen)
        self.scan(row, given, number)
        register_minutes(actor=actor, minutes_no=number, **given)

    def scan(self, batch: Batch, minutes: dict, number: str) -> None:
        """The stamped minutes lie with the meeting before anybody registers from them."""
        where = {"region": batch.region, "title": minutes["meeting_title"], "held_on": minutes["held_on"]}
        meeting = Meeting.objects.create(**where)
        Attachment.objects.create(
            owner_type="reviews.meeting", owner_id=meeting.pk, kind=Attachment.Kind.MINUTES, number=number, size=0,
            dated_on=minutes["held_on"], person=User.objects.first(), post="council",
        )  # fmt: skip

    def registration(self, of: int, minutes: int) -> MeetingRecord:
        return MeetingRecord.objects.filter(batch=self.batches[of]).order_by("pk")[minutes]

    def check(self, actor: Actor, batch: int, of: int, minutes: int) -> None:
        confirm_minutes(actor=actor, batch=self.batch(batch), record=self.registration(of, minutes))

    def send_back(self, actor: Actor, batch: int, of: int, minutes: int, opinion: str) -> None:
        send_minutes_back(actor=actor, batch=self.batch(batch), record=self.registration(of, minutes), opinion=opinion)

    def amend(self, actor: Actor, batch: int, place: tuple[int, int], text: Text, note: str, seen: bool) -> None:
        row, change = self.batch(batch), self.change(place)
        amend_after_meeting(
            actor=actor,
            batch=row,
            change=change,
            content=self.content(change.content.department_code, text),
            note=note,
            seen_hash=text_hash(row) if seen else OTHER_HASH,
        )

    def confirm_text(self, actor: Actor, batch: int, seen: bool) -> None:
        row = self.batch(batch)
        confirm_amended_text(actor=actor, batch=row, seen_hash=text_hash(row) if seen else OTHER_HASH)

    def stop(self, actor: Actor, batch: int, opinion: str) -> None:
        stop_conflicts(actor=actor, batch=self.batch(batch), opinion=opinion)

    def publish(self, actor: Actor, batch: int, notice: str, seen: bool) -> None:
        row, today = self.batch(batch), timezone.localdate()
        publish_batch(
            actor=actor,
            batch=row,
            notice_title=notice,
            notice_no=f"公布〔2026〕{next(self.ordinal)}号",
            published_on=today,
            effective_on=today,
            seen_hash=row.submission_hash if seen else OTHER_HASH,
        )

    # -- measures -------------------------------------------------------------------------------------------------------------------

    def measure(self, key: int) -> Measure:
        return Measure.objects.get(pk=self.measures[key])

    def propose_measure(self, actor: Actor, region: str, kind: str, text: Text, reason: str, notice: str) -> None:
        item = self.item(text.name)
        content = self.content(item.versions.order_by("-number").first().content.department_code, text)
        propose_measure(
            actor=actor,
            region=self.regions[region],
            kind=kind,
            item=item,
            content=content,
            reason=reason,
            notice_title="关于有关事项的通知",
            notice_no=f"{notice}{next(self.ordinal)}号" if notice else "",
        )

    def confirm_measure(self, actor: Actor, measure: int, seen: bool) -> None:
        row = self.measure(measure)
        confirm_measure(actor=actor, measure=row, seen_hash=row.content_hash if seen else OTHER_HASH)

    def decline_measure(self, actor: Actor, measure: int, opinion: str) -> None:
        decline_measure(actor=actor, measure=self.measure(measure), opinion=opinion)

    def withdraw_measure(self, actor: Actor, measure: int) -> None:
        withdraw_measure(actor=actor, measure=self.measure(measure))

    # -- filings --------------------------------------------------------------------------------------------------------------------

    def filing(self, key: int) -> Filing:
        return Filing.objects.get(pk=self.filings[key])

    def file(self, actor: Actor, edition: int, report: str) -> None:
        row = Edition.objects.get(pk=self.editions[edition])
        file_edition(actor=actor, edition=row, number=f"备〔2026〕{row.pk}号", report=report, **PAPERS)

    def register_filing(self, actor: Actor, filing: int, number: str) -> None:
        register_filing(actor=actor, filing=self.filing(filing), registered_no=number)

    def conclude(self, actor: Actor, filing: int, outcome: str, number: str, opinion: str, faults: list) -> None:
        conclude_filing(
            actor=actor,
            filing=self.filing(filing),
            outcome=outcome,
            number=number,
            opinion=opinion,
            faults=[Fault(self.item(name), nature, "问题") for name, nature in faults],
        )

    def refile(self, actor: Actor, filing: int, report: str) -> None:
        file_again(actor=actor, filing=self.filing(filing), report=report, **PAPERS)

    # -- what it looks like -----------------------------------------------------------------------------------------------------------

    def learn_later(self, model) -> None:
        """Which rows the model's new objects are: both are made in the same order."""
        for known, keys, rows in (
            (self.batches, model.batches, Batch.objects),
            (self.measures, model.measures, Measure.objects),
            (self.filings, model.filings, Filing.objects),
        ):
            if len(known) < len(keys):
                found = rows.exclude(pk__in=known.values()).order_by("pk").values_list("pk", flat=True)
                known |= dict(zip(sorted(set(keys) - set(known)), found, strict=True))
        if len(self.editions) < len(model.editions):
            new = Edition.objects.filter(entered_afterwards=False).exclude(pk__in=self.editions).order_by("pk")
            self.editions += new.values_list("pk", flat=True)

    def view_later(self, kind: str, key: int) -> tuple:
        if kind == "batch":
            row = self.batch(key)
            back = {pk: each for each, pk in self.requests.items()}
            return row.state, bool(row.submission_hash), sorted(back[pk] for pk in row.requests.values_list("pk", flat=True))
        if kind == "measure":
            row = Measure.objects.select_related("settled_by").get(pk=self.measures[key])
            return row.state, row.settled_by.username if row.settled_by else "", row.reported_at_id is not None
        row = self.filing(key)
        return row.state, row.round, row.registered_no, sorted(row.results.values_list("number", flat=True))
