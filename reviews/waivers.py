"""What the numbered rules say at a decision: what stops lets nobody pass; what warns is passed with a written reason, kept with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qingdan.errors import RuleBroken, Violation
from qingdan.items.checks.rule import Finding, Rule
from reviews.checks import ALL_RULES, findings_of
from reviews.models import Change, ChangeRequest, Decision, Waiver

_RULES: dict[str, Rule] = {rule.number: rule for rule in ALL_RULES}


@dataclass(slots=True)
class Warned:
    """One rule that warns of a request, and at how many places; ``names``: the first few items."""

    number: str
    sentence: str
    places: int = 0
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Examined:
    """What the rules say of a request: what stops it, sentence by sentence, and what they warn of, by rule."""

    stopping: list[Violation] = field(default_factory=list)
    warned: dict[str, Warned] = field(default_factory=dict)


def examine(request: ChangeRequest) -> Examined:
    """Run every rule over the request as it is now."""
    changes = list(request.changes.select_related("item", "base_version").order_by("position"))
    found = findings_of(request, changes)
    return _gathered((change, finding) for change in changes for finding in found[change.pk])


def _gathered(found: Iterable[tuple[Change, Finding]]) -> Examined:
    examined = Examined()
    for change, finding in found:
        number = finding.rule.number
        if finding.stops:
            examined.stopping.append(Violation(number, f"{number} {finding.message}", change.name))
            continue
        warned = examined.warned.setdefault(number, Warned(number, finding.rule.sentence))
        warned.places += 1
        if len(warned.names) < 3 and change.name not in warned.names:
            warned.names.append(change.name)
    return examined


def warned_in(summary: str) -> list[Warned]:
    """What a submission was warned of, read from the line that its history keeps (R05 2 处、R25 12 处)."""
    found = []
    for part in summary.split("、"):
        number, _, rest = part.strip().partition(" ")
        places = rest.partition(" ")[0]
        if number in _RULES and places.isdecimal():
            found.append(Warned(number, _RULES[number].sentence, int(places)))
    return found


def rule_warned(number: str) -> Warned | None:
    """A rule by its number, with no places counted; None where there is no such rule."""
    return Warned(number, _RULES[number].sentence) if number in _RULES else None


def waived_rules(request: ChangeRequest) -> dict[str, Waiver]:
    """Rule → the reason for which a reviewer passed its warning on the present revision."""
    given = Waiver.objects.filter(decision__request=request, decision__revision=request.revision)
    return {waiver.rule: waiver for waiver in given.select_related("decision__person")}


def check_passing(request: ChangeRequest, reasons: Mapping[str, str]) -> Examined:
    """A request that is passed now: nothing stops it, and every warning has its reason (S07), given now or by an earlier part."""
    examined = examine(request)
    if examined.stopping:
        raise RuleBroken(*examined.stopping)
    waived = waived_rules(request)
    lacking = [warned for number, warned in examined.warned.items() if not reasons.get(number, "").strip() and number not in waived]
    if lacking:
        raise RuleBroken(
            *(
                Violation(
                    "S07", f"{each.number} {each.sentence}（{each.places} 处）：写明为什么可以通过", waiver_label(each.number)
                )
                for each in lacking
            )
        )
    return examined


def waiver_label(number: str) -> str:
    """How the form calls the reason for one rule; refusals are put to the field of this name."""
    return f"{number} 通过理由"


def keep_waivers(decision: Decision, examined: Examined, reasons: Mapping[str, str]) -> None:
    """One row for each warned rule that has a reason."""
    rows = [
        Waiver(decision=decision, rule=number, sentence=warned.sentence[:300], places=warned.places, reason=reasons[number].strip())
        for number, warned in sorted(examined.warned.items())
        if reasons.get(number, "").strip()
    ]
    Waiver.objects.bulk_create(rows)
