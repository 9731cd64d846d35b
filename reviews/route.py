"""The route of a request: which parts of a stage must pass it (RouteRule rows), and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable

from qingdan.items.models import Category
from reviews.models import Change, ChangeRequest, Confirmation, Decision, Revision, RouteRule
from reviews.states import Part, RequestState, Stage

STAGE_OF_PART = {Part.DUTY: Stage.COMPLIANCE, Part.PLATFORM: Stage.COMPLIANCE, Part.LEGALITY: Stage.LEGALITY}
STAGE_OF_STATE = {RequestState.COMPLIANCE: Stage.COMPLIANCE, RequestState.LEGALITY: Stage.LEGALITY}


def deviations(request: ChangeRequest) -> list[str]:
    """Names of changes whose 依申请/依职权 differs from their category's default: they need a reason and both offices."""
    defaults = _default_initiations()
    rows = request.changes.exclude(initiation="").exclude(category_code="").values_list("name", "category_code", "initiation")
    return [name for name, category, initiation in rows if defaults.get(category) != initiation]


def needed_parts(request: ChangeRequest, stage: str, called: set[tuple[str, str]] | None = None) -> list[RouteRule]:
    """Rules of the parts that must pass ``request`` in ``stage``: those for every item, and those for its kinds of initiation.

    ``called``: (initiation, category) of its changes, where the caller has read them.
    """
    if called is None:
        called = set(request.changes.order_by().values_list("initiation", "category_code").distinct())
    return _needed(list(RouteRule.objects.filter(stage=stage)), called, _default_initiations())


def _needed(rules: list[RouteRule], pairs: set[tuple[str, str]], defaults: dict[str, str]) -> list[RouteRule]:
    """Of the rules of one stage, those that changes with these (initiation, category) call for; a deviation calls for every part."""
    initiations = {own or defaults.get(category, "") for own, category in pairs}
    deviates = any(own and category and defaults.get(category) != own for own, category in pairs)
    return [
        rule
        for rule in rules
        if not rule.initiation or rule.initiation in initiations or (deviates and rule.stage == Stage.COMPLIANCE)
    ]


def _default_initiations() -> dict[str, str]:
    return dict(Category.objects.values_list("code", "default_initiation"))


def decided_parts(request: ChangeRequest, stage: str) -> set[str]:
    """Parts that have spoken on the present revision, or confirmed that their word on the one before stands."""
    here = request.revision
    spoken = {each.part for each in request.decisions.all() if (each.revision, each.stage) == (here, stage)}
    confirmed = Confirmation.Answer.CONFIRMED
    return spoken | {each.part for each in request.confirmations.all() if (each.revision, each.answer) == (here, confirmed)}


def lineage(request: ChangeRequest) -> list[int]:
    """Keys of the request and of those that it was split from: who spoke on them spoke on its changes."""
    keys, key = [request.pk], request.origin_id
    while key is not None:
        keys.append(key)
        key = ChangeRequest.objects.filter(pk=key).values_list("origin_id", flat=True).get()
    return keys


def spoken_elsewhere(request: ChangeRequest, stage: str | None) -> set[int]:
    """Keys of the people who spoke on the changes of ``request`` in another stage: decided, or confirmed an earlier word.

    Whatever the revision or split. Two queries, unless both were prefetched; more only of a request that was split off.
    """
    said = [(each.part, each.person_id) for each in (*request.decisions.all(), *request.confirmations.all())]
    if earlier := lineage(request)[1:]:
        decided = Decision.objects.order_by().filter(request__in=earlier).values_list("part", "person_id")
        confirmed = Confirmation.objects.order_by().filter(request__in=earlier).values_list("part", "person_id")
        said += decided.union(confirmed)
    return {person for part, person in said if STAGE_OF_PART[part] != stage}


def missing_parts(request: ChangeRequest, stage: str | None = None, called: set[tuple[str, str]] | None = None) -> list[RouteRule]:
    """Parts of ``stage`` (the present one if not given) that have not spoken yet, in route order; ``called`` as for ``needed_parts``."""
    stage = stage or STAGE_OF_STATE.get(request.state)
    if stage is None:
        return []
    spoken = decided_parts(request, stage)
    return [rule for rule in needed_parts(request, stage, called) if rule.part not in spoken]


def awaited_confirmations(request: ChangeRequest) -> list[RouteRule]:
    """Parts that passed what was before a limited revision and have neither confirmed nor reviewed it; silence is no consent."""
    return awaited_confirmations_of([request]).get(request.pk, [])


def awaited_confirmations_of(requests: Iterable[ChangeRequest]) -> dict[int, list[RouteRule]]:
    """Request key → ``awaited_confirmations``, for those that wait for any; four queries at most. A first revision corrects nothing."""
    present = {request.pk: request for request in requests if request.state in STAGE_OF_STATE and request.revision > 1}
    if not present:
        return {}
    asked = {
        revision.request_id: set(revision.confirming_parts)
        for revision in Revision.objects.filter(request__in=present, limited=True).defer("manifest")
        if revision.number == present[revision.request_id].revision
    }
    if not asked:
        return {}
    answered = set(Confirmation.objects.filter(request__in=asked).values_list("request_id", "revision", "part"))
    answered |= set(Decision.objects.filter(request__in=asked).values_list("request_id", "revision", "part"))
    rules = list(RouteRule.objects.order_by("stage", "part"))
    awaited = {}
    for key, parts in asked.items():
        rows = [rule for rule in rules if rule.part in parts and (key, present[key].revision, rule.part) not in answered]
        if rows:
            awaited[key] = rows
    return awaited


def state_after(request: ChangeRequest) -> str:
    """Where a request in review stands once every word given so far is counted."""
    state = request.state
    if state == RequestState.COMPLIANCE and not missing_parts(request, Stage.COMPLIANCE):
        state = RequestState.LEGALITY
    if state == RequestState.LEGALITY and not missing_parts(request, Stage.LEGALITY) and not awaited_confirmations(request):
        state = RequestState.AWAITING
    return state


def missing_parts_of(requests: Iterable[ChangeRequest]) -> dict[int, list[RouteRule]]:
    """Request key → the parts whose word is due now, confirmations included, for those in a stage: a fixed number of queries."""
    reviewed = [request for request in requests if request.state in STAGE_OF_STATE]
    if not reviewed:
        return {}
    rules, defaults = list(RouteRule.objects.order_by("stage", "part")), _default_initiations()
    pairs: dict[int, set[tuple[str, str]]] = {request.pk: set() for request in reviewed}
    found = Change.objects.filter(request__in=pairs).order_by()
    for key, own, category in found.values_list("request_id", "initiation", "category_code").distinct():
        pairs[key].add((own, category))
    spoken = set(Decision.objects.filter(request__in=pairs).values_list("request_id", "revision", "stage", "part"))
    awaited = awaited_confirmations_of(reviewed)
    given = Confirmation.objects.filter(request__in=pairs, answer=Confirmation.Answer.CONFIRMED)
    confirmed = set(given.values_list("request_id", "revision", "part"))
    missing = {}
    for request in reviewed:
        stage = STAGE_OF_STATE[request.state]
        needed = _needed([rule for rule in rules if rule.stage == stage], pairs[request.pk], defaults)
        due = [
            rule
            for rule in needed
            if (request.pk, request.revision, stage, rule.part) not in spoken
            and (request.pk, request.revision, rule.part) not in confirmed
        ]
        missing[request.pk] = due + [rule for rule in awaited.get(request.pk, ()) if rule not in due]
    return missing
