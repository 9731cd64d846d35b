"""I1 to I12: what must hold after every act, crash and race. ``hold`` is called after every trial of this folder.

Most of I1, I4 to I9 is what ``verify`` recomputes from the evidence; here it is called, and what it does not know is added: who decided
(I2), what is open (I3), consistency proofs between heads (I5), drafts (I8), acts against audit events (I9), money (I10), people (I11) and
the list of any day out of the log alone (I12).
"""

from __future__ import annotations

import datetime
import json
from collections import Counter, defaultdict

from django.db.models import Count, F

from budget.models import Expenditure, Fund
from departments.models import Posting, Region, User
from departments.posts import ADMINISTRATORS
from qingdan.items.models import Category, Edition
from qingdan.items.verifying import verify
from qingdan.ledger import heads
from qingdan.ledger.canonical import sha256_hex
from qingdan.ledger.merkle import consistency_proof, leaf_hash, verify_consistency
from qingdan.ledger.models import AuditEvent, LogEntry, SignedHead
from reviews.models import Batch, Change, Decision
from tests.resilience.acts import Disturbed
from tests.resilience.faults import counts, digest

# Who stands in the audit trail where no account acted: a stranger at the door, the first installation, a task of the night.
NOBODY = {"", "-"}


def hold() -> None:
    """Fail with every invariant that is broken in the present database."""
    found = broken()
    assert not found, "\n".join(found)


def whole(act: Disturbed, before: str, after: dict[str, int], acknowledged: bool) -> bool:
    """Old or new, whole, and what was acknowledged is there. Returns whether it is new; afterwards everything is signed."""
    new = act.done()
    if new:
        unsigned = LogEntry.objects.count() - SignedHead.objects.count()
        assert unsigned in (0, 1)
        hold()
        heads.sign_heads()
        assert counts() == after
    else:
        assert not acknowledged, "an acknowledged act is lost"
        assert digest() == before
    hold()
    return new


def broken() -> list[str]:
    report = verify()
    found = [f"{each.rule} {each.message} {each.edition} {each.item}" for each in report.findings] + report.unchecked
    for check in (_decided, _open_once, _heads, _ten_categories, _drafts, _audited, _money, _people, _any_day):
        found += check()
    return found


def _decided() -> list[str]:
    """I2: both stages and the meeting stand in the manifest, in order, by different people, none its author, over the hash they saw."""
    found = []
    for batch in Batch.objects.exclude(edition=None).select_related("edition"):
        said = json.loads(bytes(batch.edition.manifest))["decisions"]
        meeting = [each for each in said if each["stage"] == "meeting"]
        if [each["hash"] for each in meeting] != [batch.submission_hash]:
            found.append(f"I2 {batch}: the meeting's decision is not over the 送审稿")
        for request in batch.requests.filter(state="published", origin=None):
            of_request = [each for each in said if each.get("request") == request.number]
            stages = [each["stage"] for each in sorted(of_request, key=lambda each: each["at"])]
            if stages != sorted(stages) or {"compliance", "legality"} - set(stages):
                found.append(f"I2 {request}: decided by {stages}")
            decisions = list(Decision.objects.filter(request=request))
            kept = {(each["stage"], each["part"], each["hash"]) for each in of_request}
            if not kept <= {(each.stage, each.part, each.proposed_hash) for each in decisions}:
                found.append(f"I2 {request}: the manifest names a decision that nobody made")
    return found


def _open_once() -> list[str]:
    """I3."""
    doubled = Change.objects.filter(open=True, item__isnull=False).order_by().values("item").annotate(n=Count("pk")).filter(n__gt=1)
    twice = Decision.objects.order_by().values("request", "stage", "part", "revision").annotate(n=Count("pk")).filter(n__gt=1)
    return [f"I3 {each}" for each in [*doubled, *twice]]


def _heads() -> list[str]:
    """I5: every pair of neighbouring heads has a consistency proof that holds."""
    leaves = [leaf_hash(bytes(leaf)) for leaf in LogEntry.objects.order_by("index").values_list("leaf", flat=True)]
    heads = list(SignedHead.objects.order_by("tree_size"))
    found = []
    for old, new in zip(heads, heads[1:], strict=False):
        proof = consistency_proof(leaves[: new.tree_size], old.tree_size)
        roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
        if not verify_consistency(old.tree_size, new.tree_size, *roots, proof):
            found.append(f"I5 heads {old.tree_size} and {new.tree_size} are of two histories")
    return found


def _ten_categories() -> list[str]:
    """I7: the ten categories of the manifest sum to what the edition's kept counts say."""
    codes = set(Category.objects.values_list("code", flat=True))
    found = []
    for edition in Edition.objects.all():
        totals = json.loads(bytes(edition.manifest))["totals"]
        kept = [sum(row) for row in zip(*edition.counts.values_list("majors", "items"), strict=True)] or [0, 0]
        summed = [sum(row) for row in zip(*totals.values(), strict=True)] or [0, 0]
        if not set(totals) <= codes or summed != kept:
            found.append(f"I7 {edition}: {summed} in the manifest, {kept} kept")
    return found


def _drafts() -> list[str]:
    """I8: what is still under way stands in no manifest."""
    published = {
        row[2] for manifest in Edition.objects.values_list("manifest", flat=True) for row in json.loads(bytes(manifest))["items"]
    }
    open_changes = Change.objects.filter(open=True).values_list("content_hash", "name")
    return [f"I8 the draft “{name}” is published" for digest, name in open_changes if digest in published]


def _audited() -> list[str]:
    """I9: as many acts as audit events, one for one: none without the other."""
    done = AuditEvent.objects.filter(outcome="done")
    found = []
    pairs = {
        "editions": (
            Counter(Edition.objects.values_list("manifest_hash", flat=True)),
            Counter(done.filter(act="publish_edition").values_list("after_hash", flat=True)),
        ),
        "batches": (
            Counter(Batch.objects.exclude(edition=None).values_list("edition__manifest_hash", flat=True)),
            Counter(done.filter(act="publish_batch").values_list("after_hash", flat=True)),
        ),
        "decisions": (
            Counter(str(pk) for pk in Decision.objects.filter(outcome="passed").values_list("request_id", flat=True)),
            Counter(done.filter(act="pass_request").values_list("object_id", flat=True)),
        ),
    }
    for name, (rows, events) in pairs.items():
        if rows != events:
            found.append(f"I9 {name}: rows without event {rows - events}, events without row {events - rows}")
    return found


def _money() -> list[str]:
    """I10: no reversal of a reversal or of another amount; a closed year has nothing unchecked."""
    wrong = Expenditure.objects.filter(reversal_of__isnull=False).exclude(
        reversal_of__amount=F("amount"), reversal_of__line=F("line"), reversal_of__reversal_of=None
    )
    unchecked = Expenditure.objects.filter(fund__state=Fund.State.CLOSED, checked_at=None)
    return [f"I10 {each.voucher}" for each in [*wrong, *unchecked]]


def _people() -> list[str]:
    """I11: who acted is still there; nobody holds two of 三员; nobody judged his own request."""
    gone = set(AuditEvent.objects.values_list("actor_id", flat=True)) - set(User.objects.values_list("username", flat=True))
    held = defaultdict(set)
    for user, post in Posting.objects.held().filter(post__in=ADMINISTRATORS).values_list("user__username", "post"):
        held[user].add(post)
    own = Decision.objects.filter(person=F("request__created_by")) | Decision.objects.filter(person=F("request__submitted_by"))
    found = [f"I11 {name} acted and is gone" for name in gone - NOBODY]
    found += [f"I11 {name} holds {posts}" for name, posts in held.items() if len(posts) > 1]
    return found + [f"I11 {each.person} judged his own request" for each in own]


def _any_day() -> list[str]:
    """I12: the edition in force on a day, worked out from manifests that the log names, is the one that the site shows."""
    logged = {json.loads(bytes(leaf))["sha256"] for leaf in LogEntry.objects.values_list("leaf", flat=True)}
    said = [(sha256_hex(bytes(each)), json.loads(bytes(each))) for each in Edition.objects.values_list("manifest", flat=True)]
    found = []
    for region in Region.objects.filter(editions__isnull=False).distinct():
        of_region = [
            (each["effective_on"], each["number"], digest)
            for digest, each in said
            if digest in logged and each["region"] == region.code
        ]
        days = {datetime.date.fromisoformat(day) + datetime.timedelta(days=n) for day, _, _ in of_region for n in (-1, 0, 1)}
        for day in sorted(days):
            by_log = max((each for each in of_region if each[0] <= day.isoformat()), default=None)
            shown = Edition.objects.in_force(region, day)
            if (shown.manifest_hash if shown else None) != (by_log[2] if by_log else None):
                found.append(f"I12 {region} on {day}: the site shows {shown}, the log says {by_log}")
    return found
