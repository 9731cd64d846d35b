"""Who may not examine the filing of an edition, because he had a hand in it."""

from __future__ import annotations

from django.db.models import Q

from departments.models import User
from departments.people import Actor
from qingdan.errors import NotAllowed
from qingdan.items.models import Edition
from qingdan.ledger.models import AuditEvent
from reviews.models import ChangeRequest, Decision, Filing, MeetingDecision
from reviews.states import Stage


def check_impartial(*, actor: Actor, filing: Filing) -> None:
    """Nobody examines what he proposed, passed as lawful, recorded as decided, checked, published or filed himself."""
    edition, user = filing.edition, actor.user
    if filing.filed_by_id == user.pk:
        raise NotAllowed("报送人不能审查自己报送的备案")
    carried = _carried(edition)
    if Decision.objects.filter(stage=Stage.LEGALITY, person=user, request__in=carried).exists():
        raise NotAllowed("合法性审查人不能审查同一次公布的备案，须由另一人审查")
    proposed = Q(pk__in=carried) & (Q(created_by=user) | Q(submitted_by=user))
    measures = [found for name in ("measure", "reform") if (found := getattr(edition, name, None)) is not None]
    if ChangeRequest.objects.filter(proposed).exists() or user.pk in [each.proposed_by_id for each in measures]:
        raise NotAllowed("提出过其中调整的人不能审查它的备案，须由另一人审查")
    recorded = MeetingDecision.objects.filter(Q(person=user) | Q(confirmed_by=user), batch__edition=edition)
    if recorded.exists():
        raise NotAllowed("登记或核对过审议结果的人不能审查它的备案，须由另一人审查")
    published = AuditEvent.objects.filter(
        object_type=Edition._meta.label_lower, object_id=str(edition.pk), act="publish_edition", actor_id=user.get_username()
    )
    if published.exists() or Edition.objects.filter(pk=edition.pk, batch__text_confirmations__person=user).exists():
        raise NotAllowed("公布或核对过公布文本的人不能审查它的备案，须由另一人审查")


def is_impartial(user: User, filing: Filing) -> bool:
    """Twin of ``check_impartial``."""
    try:
        check_impartial(actor=Actor(user), filing=filing)
    except NotAllowed:
        return False
    return True


def _carried(edition: Edition) -> set[int]:
    """Keys of the requests that the edition published, and of those that they were split from; one query a split."""
    carried: set[int] = set()
    found = set(ChangeRequest.objects.filter(batch__edition=edition).order_by().values_list("pk", flat=True))
    while found:
        carried |= found
        found = set(ChangeRequest.objects.filter(followups__in=found).order_by().values_list("pk", flat=True)) - carried
    return carried
