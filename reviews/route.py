"""The route of a request: which parts of a stage must pass it (RouteRule rows), and what is still missing."""

from __future__ import annotations

from qingdan.items.models import Category
from reviews.models import ChangeRequest, Decision, RouteRule
from reviews.states import Part, RequestState, Stage

STAGE_OF_STATE = {RequestState.COMPLIANCE: Stage.COMPLIANCE, RequestState.LEGALITY: Stage.LEGALITY}


def deviations(request: ChangeRequest) -> list[str]:
    """Names of changes whose 依申请/依职权 differs from their category's default: they need a reason and both offices."""
    defaults = dict(Category.objects.values_list("code", "default_initiation"))
    rows = request.changes.exclude(initiation="").exclude(category_code="").values_list("name", "category_code", "initiation")
    return [name for name, category, initiation in rows if defaults.get(category) != initiation]


def needed_parts(request: ChangeRequest, stage: str) -> list[RouteRule]:
    """Rules of the parts that must pass ``request`` in ``stage``: those for every item, and those for its kinds of initiation."""
    rules = RouteRule.objects.filter(stage=stage)
    defaults = dict(Category.objects.values_list("code", "default_initiation"))
    initiations = {
        own or defaults.get(category, "") for own, category in request.changes.values_list("initiation", "category_code").distinct()
    }
    every_part = stage == Stage.COMPLIANCE and bool(deviations(request))
    return [rule for rule in rules if every_part or not rule.initiation or rule.initiation in initiations]


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


def part_label(part: str) -> str:
    return Part(part).label
