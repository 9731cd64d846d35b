"""批量修改: the same change applied to many items of one department, seen item by item before a request is made of it.

Two kinds: one element gets a value (or a piece of its text another), and one act takes the place of another in the bases. What would
not change says why; what another open request holds is named with that request's number and left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from departments.models import Department
from departments.people import Actor
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.cells import from_cell
from qingdan.items.checks.rule import Finding
from qingdan.items.content import ItemContent, LegalBasis, stored_elements
from qingdan.items.elements import BY_KEY, ELEMENTS, SECTIONS, Element
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import ItemVersion
from qingdan.items.search import needle_of
from qingdan.laws.citations import parse
from qingdan.laws.citations.replacing import Cited, Replaced, Successor, matching, replace_act
from reviews.checks import findings_of_proposals
from reviews.editing import own_versions, put_changes
from reviews.models import Change, ChangeRequest
from reviews.requests import Proposal, create_request

MOST = 500
# Elements that hold one value and say the same in many items. What tells one item from another, its kind and its standing are not here.
_SECTIONS = ("body", "liability", "remedy", "service")
_SINGLE = ("text", "choice")
BULK_ELEMENTS: tuple[Element, ...] = tuple(
    element for element in ELEMENTS if element.section in _SECTIONS and element.kind in _SINGLE
) + (BY_KEY["note"],)
USUAL = "supervision_phone"


def bulk_elements() -> list[tuple[str, list[tuple[str, str]]]]:
    """(section, [(key, label)]) of the elements that may be changed on many items at once."""
    found: dict[str, list[tuple[str, str]]] = {}
    for element in BULK_ELEMENTS:
        found.setdefault(SECTIONS[element.section], []).append((element.key, element.label))
    return list(found.items())


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


def cites(content: ItemContent, act: Cited) -> bool:
    """Whether a legal basis or the basis of a duty cites ``act``."""
    texts = [_written(basis) for basis in content.legal_bases] + [duty.basis for duty in content.duties]
    return any(act.found_in(each) for text in texts if text and _may_name(text, act) for each in parse(text).citations)


def acts_cited(versions: Iterable[ItemVersion]) -> list[tuple[str, int]]:
    """(title as cited, number of items) of every act that the bases of ``versions`` name, the most cited first."""
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
    return [(titles[key], count) for key, count in counts.most_common()]


def _written(basis: LegalBasis) -> str:
    """A basis as written, or put together from its parts where only those are known."""
    if basis.as_written:
        return basis.as_written
    number = f"（{basis.doc_no}）" if basis.title and basis.doc_no else basis.doc_no
    return (f"《{basis.title}》" if basis.title else "") + number + basis.locator


def _may_name(text: str, act: Cited) -> bool:
    """A quick look before the grammar reads a text: does it hold the first words of the title, or the digits of the number?"""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if act.title and re.split(r"[〈<《(]", matching(act.title))[0] in plain:
        return True
    digits = re.findall(r"\d+", act.doc_no)
    return bool(digits) and digits[-1] in plain or bool(act.doc_no and not digits)


# -- what change ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change makes of one item: its content afterwards, or why it stays; ``left``: what a person must still look at."""

    content: ItemContent | None
    why: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ElementChange:
    """One element gets ``value``; with ``old_text`` only that piece of its text does."""

    key: str
    value: str
    old_text: str = ""

    @property
    def element(self) -> Element:
        return BY_KEY[self.key]

    @property
    def said(self) -> str:
        """The reason that the page proposes."""
        what = f"中的“{self.old_text}”" if self.old_text else ""
        return (
            f"统一修改{self.element.label}{what}，改为“{self.value}”。" if self.value else f"统一删去{self.element.label}{what}。"
        )

    @property
    def document(self) -> str:
        return ""

    def checked(self) -> ElementChange:
        """The change itself. Raises RuleBroken Q50 where it is incomplete, C02 where the element has fixed values and this is none."""
        if self.key not in {element.key for element in BULK_ELEMENTS}:
            raise RuleBroken(Violation("Q50", "选择要修改的要素", "要素"))
        if not self.value and not self.old_text:
            raise RuleBroken(Violation("Q50", "填写新的内容", "改为"))
        if self.element.kind == "choice":
            if self.old_text:
                raise RuleBroken(Violation("Q50", f"{self.element.label}只能整栏替换，这里留空", "只改其中的文字"))
            from_cell(self.element, self.value)
            if self.element.choices and self.value not in self.element.choices:
                raise RuleBroken(Violation("Q50", f"只能填{'、'.join(self.element.choices)}", "改为"))
        return self

    def applied(self, content: ItemContent, *, split: bool) -> Applied:
        before = getattr(content, self.element.attribute)
        if self.old_text:
            if self.old_text not in before:
                return Applied(None, f"{self.element.label}中没有“{self.old_text}”")
            after = before.replace(self.old_text, self.value)
        else:
            after = self.value
        if after == before:
            return Applied(None, f"{self.element.label}已是“{_short(before)}”")
        if split and not before:
            return Applied(None, f"大项已拆分，{self.element.label}由各子项填写")
        return Applied(content.changed(**{self.element.attribute: after}))


@dataclass(frozen=True, slots=True)
class ActChange:
    """One act takes the place of another: in the legal bases, and where duties cite it."""

    old: Cited
    new: Successor

    @property
    def said(self) -> str:
        named = f"《{self.old.title}》" if self.old.title else self.old.doc_no
        if matching(self.old.title) == matching(self.new.title):
            return f"{named}已经修改，相应更新法定依据。"
        return f"{named}已由《{self.new.title}》代替，相应更新法定依据。"

    @property
    def document(self) -> str:
        return f"《{self.new.title}》" + (f"（{self.new.doc_no}）" if self.new.doc_no else "")

    def checked(self) -> ActChange:
        """The change itself. Raises RuleBroken Q51 where an act is not named."""
        broken = []
        if not self.old.title and not self.old.doc_no:
            broken.append(Violation("Q51", "填写现在引用的法律标题或文号", "原法律"))
        if not self.new.title:
            broken.append(Violation("Q51", "填写新法律的标题", "新法律"))
        elif re.search(r"[《》；;。\n]", self.new.title):
            broken.append(Violation("Q51", "只填标题本身，不带书名号、条款和句号；标题内的书名号用〈〉", "新法律"))
        if broken:
            raise RuleBroken(*broken)
        return self

    def applied(self, content: ItemContent, *, split: bool) -> Applied:
        left: list[str] = []
        bases = tuple(self._basis(basis, left) for basis in content.legal_bases)
        duties = tuple(self._duty(duty, left) for duty in content.duties)
        if (bases, duties) == (content.legal_bases, content.duties):
            named = f"《{self.old.title}》" if self.old.title else self.old.doc_no
            why = "所引文字已与修改后的相同" if cites(content, self.old) else f"没有引用{named}"
            return Applied(None, why, tuple(left))
        return Applied(content.changed(legal_bases=bases, duties=duties), left=tuple(dict.fromkeys(left)))

    def _basis(self, basis: LegalBasis, left: list[str]) -> LegalBasis:
        written = _written(basis)
        if not _may_name(written, self.old):
            return basis
        done = replace_act(written, self.old, self.new)
        left += done.left
        if not done.count:
            return basis
        changes: dict[str, object] = {"as_written": done.text if basis.as_written else ""}
        if basis.title or basis.doc_no:
            changes |= self._parts(basis, done)
        return basis.model_copy(update=changes)

    def _parts(self, basis: LegalBasis, done: Replaced) -> dict[str, str]:
        """The parts of a row whose act was known, read again from its new text."""
        new = Cited(self.new.title)
        again = next((each for each in parse(done.text).citations if new.found_in(each)), None)
        if again is None:
            return {"title": self.new.title, "doc_no": self.new.doc_no}
        quote = again.quote if basis.as_written else basis.quote
        rank = again.rank or basis.rank
        return {
            "title": again.title,
            "doc_no": again.doc_no,
            "locator": "、".join(again.locators),
            "quote": quote,
            "rank": rank,
        }

    def _duty(self, duty, left: list[str]):
        if not duty.basis or not _may_name(duty.basis, self.old):
            return duty
        done = replace_act(duty.basis, self.old, self.new)
        left += done.left
        return duty.model_copy(update={"basis": done.text}) if done.count else duty


BulkChange = ElementChange | ActChange


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


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
