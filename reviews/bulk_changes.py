"""What may be done to many items at once: one element gets a value, or one act takes the place of another. Pure over one item's content."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from django.utils import timezone

from qingdan.errors import RuleBroken, Violation
from qingdan.items.cells import from_cell
from qingdan.items.content import ItemContent, LegalBasis
from qingdan.items.elements import BY_KEY, ELEMENTS, SECTIONS, Element
from qingdan.laws.citations import parse
from qingdan.laws.citations.replacing import Cited, Replaced, Successor, matching, replace_act
from qingdan.laws.library import acts_named
from qingdan.laws.models import Article
from qingdan.laws.standing import standing_of

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

    def with_library(self) -> ActChange:
        """The change with the confirmed articles of the new act, where the library holds them and nobody typed another text."""
        acts = acts_named([matching(self.new.title)]).get(matching(self.new.title), ())
        versions = [standing_of(act.versions.all(), timezone.localdate()).version for act in acts]
        held = Article.objects.filter(version__in=[v for v in versions if v], state=Article.State.CONFIRMED)
        texts = dict(held.values_list("key", "text"))
        return replace(self, new=replace(self.new, texts={**texts, **self.new.texts}))

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


def cites(content: ItemContent, act: Cited) -> bool:
    """Whether a legal basis or the basis of a duty cites ``act``."""
    texts = [_written(basis) for basis in content.legal_bases] + [duty.basis for duty in content.duties]
    return any(act.found_in(each) for text in texts if text and _may_name(text, act) for each in parse(text).citations)


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
