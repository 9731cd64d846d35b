"""The same city in the product: its people and first list, how each act of the model is done there, and what it then looks like."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from departments.models import Department, Posting, Region, User
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, Refusal, RuleBroken
from qingdan.items.content import ItemContent, make_content
from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionEntry, Item, ItemVersion
from qingdan.items.placing import EditionTerms, Placement
from reviews.checks import ALL_RULES
from reviews.claims import claim_request, claims_of, release_claim
from reviews.deciding import answer_revision, decide_request
from reviews.models import Change, ChangeRequest, Confirmation, Decision
from reviews.on_behalf import propose_on_behalf
from reviews.publication import publish_afterwards
from reviews.requests import (
    Proposal,
    create_request,
    replace_changes,
    return_before_batch,
    submit_request,
    withdraw_request,
)
from reviews.words import Word
from tests.reviews.model.desk import (
    BROKEN,
    DEPUTIES,
    NOT_ALLOWED,
    PEOPLE,
    REGION_OF,
    STRANGER,
    WRONG_STATE,
    Listed,
    Piece,
    Refused,
    Text,
)

FIRST_DAY = datetime.date(2016, 5, 1)
ELEMENTS = {"phone": "supervision_phone", "note": "note", "": ""}
REASONS = dict.fromkeys((rule.number for rule in ALL_RULES), "已核对，情况属实")
OTHER_HASH = "0" * 64
# What is read of a request to compare it.
SHOWN = (
    *("state", "revision", "state_since", "on_behalf", "notified", "origin_id", "batch_id"),
    *("department__code", "created_by__username", "submitted_by__username"),
)


def first_lists(each: int) -> dict[str, dict[str, Listed]]:
    """``each`` items of every department: 许可 and 处罚 in turn."""
    lists: dict[str, dict[str, Listed]] = defaultdict(dict)
    for department, region in REGION_OF.items():
        for number in range(each):
            category = "01" if number % 2 else "02"
            name = f"{department[-1]}类事项第{number:03}号"
            lists[region][name] = Listed(department, Text(name, category), 1)
    return lists


class Product:
    """Acts on the database; keys of the model stand for rows (``rows``)."""

    def __init__(self, lists: dict[str, dict[str, Listed]]):
        self.requests: dict[int, int] = {}
        self.departments: dict[str, Department] = {}
        for code, region in REGION_OF.items():
            self.departments[code] = Department.objects.create(
                code=code,
                region=Region.objects.get(code=region),
                name=f"第{code[-1]}管理局",
                order=1,
                established_on=datetime.date(2001, 1, 1),
            )
        self.regions = {code: Region.objects.get(code=code) for code in lists}
        self._people()
        self.users = {user.username: user for user in User.objects.filter(username__in=PEOPLE)}
        for region, rows in lists.items():
            publisher = "publisher_1" if region == "420600" else "county_publisher"
            publish_afterwards(
                actor=self.actor(publisher),
                terms=EditionTerms(
                    region=self.regions[region],
                    kind=EditionKind.BASELINE,
                    notice_title="关于公布权责清单的通知",
                    notice_no=f"公布〔2016〕{region}号",
                    decided_on=FIRST_DAY,
                    published_on=FIRST_DAY,
                    effective_on=FIRST_DAY,
                    entered_afterwards=True,
                ),
                placements=[
                    Placement(kind=ChangeKind.ADD, content=self.content(row.department, row.text)) for row in rows.values()
                ],
            )
        found = Item.objects.filter(versions__name__in=[name for rows in lists.values() for name in rows])
        self.items = {item.versions.first().name: item for item in found.distinct().prefetch_related("versions")}

    def _people(self) -> None:
        for name, posts in PEOPLE.items():
            user = User.objects.create_user(name, f"人员{name}", must_change_password=False, password_changed_at=timezone.now())
            for post, place in posts:
                deputy, stood_for = DEPUTIES.get(name, ("", ""))
                of = Posting.objects.get(user__username=stood_for, post=post) if post == deputy else None
                Posting.objects.create(
                    user=user,
                    post=Post(post),
                    region=None if place in REGION_OF else Region.objects.get(code=place),
                    department=self.departments.get(place),
                    from_on=datetime.date(2016, 1, 1),
                    to_on=timezone.localdate() + datetime.timedelta(days=60) if of else None,
                    deputy_of=of,
                )

    def actor(self, who: str) -> Actor:
        return Actor(self.users[who])

    def content(self, department: str, text: Text) -> ItemContent:
        return make_content(
            {
                "department_code": department,
                "department_name": self.departments[department].name,
                "category": text.category,
                "name": text.name,
                "initiation": "applied" if text.category == "01" else "ex_officio",
                "supervision_phone": text.phone,
                "note": text.note,
                "state": text.state,
            }
        )

    def do(self, act: str, arguments: dict) -> Refused | None:
        """Do it; the refusal as the model names it. Whatever else goes wrong is raised."""
        arguments = dict(arguments)
        actor = self.actor(arguments.pop("who"))
        try:
            getattr(self, act)(actor, **arguments)
        except RuleBroken as refusal:
            return Refused(BROKEN, *(violation.rule for violation in refusal.violations))
        except NotAllowed as refusal:
            return Refused(STRANGER if refusal.status == 404 else NOT_ALLOWED)
        except Refusal:
            return Refused(WRONG_STATE)
        return None

    # -- requests -----------------------------------------------------------------------------------------------------------------------

    def request(self, key: int) -> ChangeRequest:
        return ChangeRequest.objects.get(pk=self.requests[key])

    def item(self, name: str) -> Item:
        if name not in self.items:
            self.items[name] = ItemVersion.objects.filter(name=name).select_related("item").first().item
        return self.items[name]

    def proposals(self, department: str, pieces: Iterable[Piece]) -> list[Proposal]:
        made = []
        for piece in pieces:
            text = piece.after
            item = self.item(piece.name) if piece.base else None
            base = ItemVersion.objects.get(item=item, number=piece.base) if item else None
            owner = base.content.department_code if base else department
            why = {"reason": "整合", "document": "鄂政发〔2019〕20号"} if piece.documented else {}
            content = self.content(owner, text)
            made.append(Proposal(kind=ChangeKind(piece.kind), content=content, item=item, base_version=base, **why))
        return made

    def create(self, actor: Actor, department: str, reason: str, pieces: list[Piece]) -> None:
        create_request(
            actor=actor,
            department=self.departments[department],
            reason=reason,
            proposals=self.proposals(department, pieces),
            source=ChangeRequest.Source.FORM,
        )

    def on_behalf(self, actor: Actor, department: str, reason: str, notified: str, pieces: list[Piece]) -> None:
        propose_on_behalf(
            actor=actor,
            department=self.departments[department],
            reason=reason,
            document="鄂政发〔2019〕20号",
            notified=notified,
            proposals=self.proposals(department, pieces),
        )

    def edit(self, actor: Actor, request: int, reason: str, pieces: list[Piece], seen: bool) -> None:
        row = self.request(request)
        replace_changes(
            actor=actor,
            request=row,
            reason=reason,
            document=row.document,
            proposals=self.proposals(row.department.code, pieces),
            seen_hash=self.seen(row, seen),
        )

    def seen(self, row, seen: bool) -> str:
        return row.proposed_hash if seen else OTHER_HASH

    def submit(self, actor: Actor, request: int, seen: bool) -> None:
        row = self.request(request)
        submit_request(actor=actor, request=row, seen_hash=self.seen(row, seen))

    def withdraw(self, actor: Actor, request: int, opinion: str) -> None:
        withdraw_request(actor=actor, request=self.request(request), opinion=opinion)

    def return_before_batch(self, actor: Actor, request: int, opinion: str, seen: bool) -> None:
        row = self.request(request)
        return_before_batch(actor=actor, request=row, opinion=opinion, seen_hash=self.seen(row, seen))

    def decide(
        self, actor: Actor, request: int, outcome: str, opinion: str, seen: bool, part: str, words: dict, reasons: bool
    ) -> None:
        row = self.request(request)
        decide_request(
            actor=actor,
            request=row,
            outcome=outcome,
            opinion=opinion,
            seen_hash=self.seen(row, seen),
            part=part,
            words={
                position: Word(word, why, ((ELEMENTS[element], why),) if element else ())
                for position, (word, why, element) in words.items()
            },
            reasons=REASONS if reasons else {},
        )

    def answer(self, actor: Actor, request: int, answer: str, opinion: str, seen: bool, part: str) -> None:
        row = self.request(request)
        answer_revision(actor=actor, request=row, answer=answer, opinion=opinion, seen_hash=self.seen(row, seen), part=part)

    def claim(self, actor: Actor, request: int) -> None:
        claim_request(actor=actor, request=self.request(request))

    def unclaim(self, actor: Actor, request: int) -> None:
        release_claim(actor=actor, request=self.request(request))

    # -- what it looks like ---------------------------------------------------------------------------------------------------------------

    def learn(self, keys: Iterable[int]) -> None:
        """Which rows the model's new requests are: both are made in the same order."""
        unknown = sorted(set(keys) - set(self.requests))
        if unknown:
            rows = ChangeRequest.objects.exclude(pk__in=self.requests.values()).order_by("pk").values_list("pk", flat=True)
            self.requests |= dict(zip(unknown, rows, strict=True))

    def view_requests(self, keys: Iterable[int]) -> dict[int, dict]:
        """What the database says of requests, in the model's words."""
        back = {self.requests[key]: key for key in keys}
        if not back:
            return {}
        found = ChangeRequest.objects.filter(pk__in=back).select_related("department", "created_by", "submitted_by")
        rows = {row.pk: row for row in found.only(*SHOWN)}
        views = {pk: {"pieces": [], "said": [], "answers": []} for pk in rows}
        changes = Change.objects.filter(request__in=rows).order_by("position")
        shown = ("request", "position", "kind", "content_bytes", "base_version__number", "outcome", "open")
        for pk, position, kind, content, base, outcome, still in changes.values_list(*shown):
            views[pk]["pieces"].append((position, kind, text_of(json.loads(bytes(content))), base, outcome, still))
        for word, model, outcome in (("said", Decision, "outcome"), ("answers", Confirmation, "answer")):
            words = model.objects.filter(request__in=rows).order_by("pk")
            for pk, *said in words.values_list("request", "part", "person__username", outcome, "revision"):
                views[pk][word].append(tuple(said))
        claims = claims_of(rows.values())
        known = {pk: key for key, pk in self.requests.items()}
        for pk, row in rows.items():
            views[pk] |= {
                "state": row.state,
                "revision": row.revision,
                "department": row.department.code,
                "author": row.created_by.username,
                "submitter": row.submitted_by.username if row.submitted_by else "",
                "on_behalf": (row.on_behalf, bool(row.notified)),
                "origin": known[row.origin_id] if row.origin_id else None,
                "batch": row.batch_id,
                "claims": [(claim.post, claim.person.username) for claim in claims.get(pk, [])],
            }
        return {back[pk]: view for pk, view in views.items()}

    def count_requests(self) -> int:
        return ChangeRequest.objects.count()

    def list_in_force(self, region: str) -> dict[str, tuple]:
        """name → (department, text, version) of the list of today."""
        edition = Edition.objects.in_force(self.regions[region], timezone.localdate())
        entries = EditionEntry.objects.filter(edition=edition).select_related("version")
        found = {}
        for entry in entries:
            said = json.loads(bytes(entry.version.content_bytes))
            found[said["name"]] = (said["department_code"], text_of(said), entry.version.number)
        return found


def text_of(said: dict) -> Text:
    return Text(
        said["name"], said["category"], said.get("supervision_phone", ""), said.get("note", ""), said.get("state", "in_use")
    )
