"""批量修改: the same change applied to many items of one department, seen item by item before a request is made of it.

What a change makes of one item is in ``bulk_changes``. What would not change says why; what another open request holds is named with
that request's number and left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from departments.models import Department
from departments.people import Actor
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.checks.rule import Finding
from qingdan.items.content import ItemContent, stored_elements
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import ItemVersion
from qingdan.items.search import needle_of
from qingdan.laws.citations import parse
from qingdan.laws.citations.replacing import Cited, matching
from qingdan.laws.library import acts_named
from qingdan.laws.standing import Standing, Word, standing_of
from reviews.bulk_changes import BulkChange, cites
from reviews.checks import findings_of_proposals
from reviews.editing import own_versions, put_changes
from reviews.models import Change, ChangeRequest
from reviews.proposals import Proposal
from reviews.requests import create_request

MOST = 500


# -- which items ------------------------------------------------------------------------------------------------------------------


def chosen_items(department: Department, *, q: str = "", category: str = "", act: Cited | None = None) -> list[ItemVersion]:
    """Own items narrowed by words, category and an act that they cite. Raises RuleBroken (S01–S03) for words that cannot be asked."""
    entries = own_versions(department)
    if category:
        entries = entries.filter(version__category=category)
    needle = needle_of(q)
    if needle:
        entries = entries.holding(needle)
    versions = versions_of(entries)
    return [version for version in versions if cites(version.content, act)] if act else versions


def versions_of(entries) -> list[ItemVersion]:
    """The versions of some entries in their order, with their item and category."""
    found = entries.select_related("version__item", "version__category").defer("version__search_text")
    return [entry.version for entry in found]


@dataclass(frozen=True, slots=True)
class CitedAct:
    """An act that own items cite: its title as cited, in how many items, how it stands; ``successor``: the act that took its place, if known."""

    title: str
    items: int
    standing: Standing
    successor: str = ""


def acts_cited(versions: Iterable[ItemVersion], *, most: int) -> list[CitedAct]:
    """The acts that the bases of ``versions`` name: those not in force first, then the most cited; two queries."""
    counts: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for version in versions:
        here = {}
        for basis in stored_elements(version.content_bytes).get("legal_bases", ()):
            named = [basis["title"]] if basis.get("title") else [c.title for c in parse(basis.get("as_written", "")).citations]
            here |= {matching(title): title for title in named if title}
        for key, title in here.items():
            titles.setdefault(key, title)
            counts[key] += 1
    acts, day = acts_named(titles), timezone.localdate()
    found = []
    for key, count in counts.most_common():
        standings = [standing_of(act.versions.all(), day) for act in acts.get(key, ())] or [Standing(Word.UNKNOWN)]
        standing = next((each for each in standings if each.word == Word.IN_FORCE), standings[0])
        found.append(CitedAct(titles[key], count, standing, _successor(standing)))
    return sorted(found, key=lambda each: each.standing.word in (Word.IN_FORCE, Word.UNKNOWN))[:most]


def _successor(standing: Standing) -> str:
    """The act that ``changed_by`` of a repealed version names."""
    if standing.word != Word.REPEALED or standing.version is None:
        return ""
    return next((each.title for each in parse(standing.version.changed_by).citations if each.title), "")


# -- what comes of it -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Line:
    """One item that would change. ``findings``: what the rules find in it only after the change; ``standing``: how many they found before."""

    version: ItemVersion
    content: ItemContent
    left: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    standing: int = 0

    @property
    def code(self) -> str:
        return self.version.item.code

    @property
    def before(self) -> ItemContent:
        return self.version.content

    @property
    def kind(self) -> str:
        """变更依据 where the legal bases change, 变更其他要素 otherwise."""
        return ChangeKind.BASIS if self.before.legal_bases != self.content.legal_bases else ChangeKind.ELEMENTS

    @property
    def seal(self) -> str:
        """What a tick on the preview stands for: this item, from this version, to this content."""
        return f"{self.code}~{self.version.number}~{self.content.content_hash[:16]}"

    def proposal(self) -> Proposal:
        return Proposal(kind=self.kind, content=self.content, item=self.version.item, base_version=self.version)


@dataclass(slots=True)
class Plan:
    """A change over some items: what changes, what stays and why, what another open request holds."""

    changing: list[Line] = field(default_factory=list)
    same: list[tuple[ItemVersion, str, tuple[str, ...]]] = field(default_factory=list)
    held: list[tuple[ItemVersion, ChangeRequest]] = field(default_factory=list)

    @property
    def kinds(self) -> list[tuple[str, int]]:
        return [(ChangeKind(kind).label, count) for kind, count in Counter(line.kind for line in self.changing).items()]


def plan_change(department: Department, codes: Sequence[str], change: BulkChange, *, findings: bool = True) -> Plan:
    """What ``change`` would do to the items of ``codes``. Raises RuleBroken Q52 where none or too many are chosen, Q53 for an item of others.

    The number of queries does not depend on the number of items.
    """
    change = change.checked()
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        raise RuleBroken(Violation("Q52", "没有选择事项，至少勾选一项", "事项"))
    if len(wanted) > MOST:
        raise RuleBroken(Violation("Q52", f"一次最多修改 {MOST} 项，现选 {len(wanted)} 项，请分几次办理", "事项"))
    versions = versions_of(own_versions(department).filter(item__code__in=wanted))
    if len(versions) != len(wanted):
        raise RuleBroken(Violation("Q53", "所选事项中有不属于本部门现行清单的，没有修改任何事项；请重新选择", "事项"))
    held = {
        row.item_id: row.request
        for row in Change.objects.filter(item__in=[v.item_id for v in versions], open=True).select_related("request")
    }
    split = set(own_versions(department).exclude(version__parent=None).values_list("version__parent_id", flat=True))
    plan = Plan()
    for version in versions:
        if version.item_id in held:
            plan.held.append((version, held[version.item_id]))
            continue
        done = change.applied(version.content, split=version.item_id in split)
        if done.content is None:
            plan.same.append((version, done.why, done.left))
        else:
            plan.changing.append(Line(version, done.content, done.left))
    if findings:
        _put_findings(department, plan.changing)
    return plan


def _put_findings(department: Department, lines: list[Line]) -> None:
    """What the rules find after the change, less what they found before it."""
    after = findings_of_proposals(department.region, [line.proposal() for line in lines])
    before = findings_of_proposals(
        department.region,
        [Proposal(kind=line.kind, content=line.before, item=line.version.item, base_version=line.version) for line in lines],
    )
    for line, now, earlier in zip(lines, after, before, strict=True):
        known = {(finding.rule.number, finding.element, finding.detail) for finding in earlier}
        line.findings = [each for each in now if (each.rule.number, each.element, each.detail) not in known]
        line.standing = len(now) - len(line.findings)


def propose_change(
    *,
    actor: Actor,
    department: Department,
    change: BulkChange,
    seals: Sequence[str],
    reason: str,
    document: str = "",
    into: ChangeRequest | None = None,
) -> ChangeRequest:
    """A draft request with one change an item, or the same put behind those of a draft (``into``).

    ``seals``: the ticked lines as the preview showed them. Raises WrongState where one of them is not so any more.
    """
    codes = [seal.partition("~")[0] for seal in seals]
    plan = plan_change(department, codes, change, findings=False)
    ticked = set(seals)
    moved = [line.version.name for line in plan.changing if line.seal not in ticked]
    moved += [version.name for version, *_ in plan.same] + [version.name for version, _ in plan.held]
    if moved:
        named = "、".join(f"“{name}”" for name in moved[:3]) + (f"等 {len(moved)} 项" if len(moved) > 3 else "")
        raise WrongState(f"预览之后{named}有变化，请重新核对预览")
    proposals = [line.proposal() for line in plan.changing]
    if into is not None:
        return put_changes(actor=actor, request=into, proposals=proposals)
    return create_request(actor=actor, department=department, reason=reason, document=document, proposals=proposals)
