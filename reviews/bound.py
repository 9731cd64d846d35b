"""Changes that evidence names: 套用新版本 and 会后修改 keep the change they were about, so editing writes into it and never deletes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from departments.people import Actor
from departments.trail import keep
from qingdan.errors import RuleBroken, Violation
from reviews.models import Change, ChangeRequest
from reviews.proposals import Proposal


def bound_changes(request: ChangeRequest) -> list[Change]:
    """Changes of a request that were carried onto a new version, or amended after a meeting, in their order. One query."""
    named = Q(rebases__isnull=False) | Q(amendments__isnull=False)
    return list(request.changes.filter(named).select_related("item", "base_version").distinct().order_by("position"))


def check_removable(changes: Iterable[Change], bound: Collection[Change]) -> None:
    """Q41: what evidence names stays in its request. Raises RuleBroken with every such change."""
    names = [change.name for change in changes if change in bound]
    if names:
        told = "曾套用新版本或按会议意见修改，留有办理记录，不能从申请中去掉；不再调整的，撤回整个申请后就其余各项另行提出"
        raise RuleBroken(*(Violation("Q41", told, name) for name in names))


def overwrite(change: Change, proposal: Proposal, actor: Actor) -> None:
    """Write what is proposed now into a change that is kept, with its history row."""
    change.kind = str(proposal.kind)
    change.item, change.base_version = proposal.item, proposal.base_version
    change.content_bytes, change.content_hash = proposal.content.canonical, proposal.content.content_hash
    change.name = proposal.content.name
    change.category_code = getattr(proposal.content, "category", "")
    change.initiation = getattr(proposal.content, "initiation", "")
    change.reason, change.document, change.terms_text = proposal.reason, proposal.document, proposal.terms_text
    keep(change, actor=actor, reason="修改")
