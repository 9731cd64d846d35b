"""The route of a request: which parts of a stage must pass it (RouteRule rows), and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable

from qingdan.items.models import Category
from reviews.models import Change, ChangeRequest, Decision, RouteRule
from reviews.states import Part, RequestState, Stage

STAGE_OF_STATE = {RequestState.COMPLIANCE: Stage.COMPLIANCE, RequestState.LEGALITY: Stage.LEGALITY}


def deviations(request: ChangeRequest) -> list[str]:
    """Names of changes whose 依申请/依职权 differs from their category's default: they need a reason and both offices."""
    defaults = _default_initiations()
    rows = request.changes.exclude(initiation="").exclude(category_code="").values_list("name", "category_code", "initiation")
    return [name for name, category, initiation in rows if defaults.get(category) != initiation]


def needed_parts(request: ChangeRequest, stage: str) -> list[RouteRule]:
    """Rules of the parts that must pass ``request`` in ``stage``: those for every item, and those for its kinds of initiation."""
    pairs = set(request.changes.order_by().values_list("initiation", "category_code").distinct())
    return _needed(list(RouteRule.objects.filter(stage=stage)), pairs, _default_initiations())


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
    """Parts that have spoken on the present revision."""
    return set(Decision.objects.filter(request=request, revision=request.revision, stage=stage).values_list("part", flat=True))


def missing_parts(request: ChangeRequest) -> list[RouteRule]:
    """Parts of the present stage that have not spoken yet, in route order."""
    stage = STAGE_OF_STATE.get(request.state)
    if stage is None:
        return []
    spoken = decided_parts(request, stage)
    return [rule for rule in needed_parts(request, stage) if rule.part not in spoken]


def missing_parts_of(requests: Iterable[ChangeRequest]) -> dict[int, list[RouteRule]]:
    """Request key → ``missing_parts`` of it, for those in a stage: four queries, however many requests."""
    reviewed = [request for request in requests if request.state in STAGE_OF_STATE]
    if not reviewed:
        return {}
    rules, defaults = list(RouteRule.objects.order_by("stage", "part")), _default_initiations()
    pairs: dict[int, set[tuple[str, str]]] = {request.pk: set() for request in reviewed}
    found = Change.objects.filter(request__in=pairs).order_by()
    for key, own, category in found.values_list("request_id", "initiation", "category_code").distinct():
        pairs[key].add((own, category))
    spoken = set(Decision.objects.filter(request__in=pairs).values_list("request_id", "revision", "stage", "part"))
    missing = {}
    for request in reviewed:
        stage = STAGE_OF_STATE[request.state]
        needed = _needed([rule for rule in rules if rule.stage == stage], pairs[request.pk], defaults)
        missing[request.pk] = [rule for rule in needed if (request.pk, request.revision, stage, rule.part) not in spoken]
    return missing


def part_label(part: str) -> str:
    return Part(part).label
