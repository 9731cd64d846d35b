"""The trail of many changes at once holds what django-simple-history itself would have written."""

import datetime

from django.utils import timezone

from reviews.models import Change
from reviews.trail import ADDED, CHANGED, record_history
from tests.world import add, amend, propose

NOT_COMPARED = {"history_id", "history_date"}


def rows_of(changes, kind: str) -> list[dict]:
    """The history rows of ``changes`` of one kind, every column but the row's own key and moment."""
    found = Change.history.filter(id__in=[change.pk for change in changes], history_type=kind).order_by("id", "history_id")
    rows = found.values()
    return [{name: as_bytes(value) for name, value in row.items() if name not in NOT_COMPARED} for row in rows]


def as_bytes(value):
    return bytes(value) if isinstance(value, memoryview) else value


def test_new_changes_leave_the_rows_that_simple_history_writes_field_by_field(world):
    request = propose(world, [add("甲"), amend(world.version("工伤认定"), note="改")], submit=False)
    changes = list(request.changes.all())
    written = rows_of(changes, "+")
    user = world.clerk.user
    Change.history.filter(id__in=[change.pk for change in changes]).delete()
    Change.history.bulk_history_create(changes, default_user=user, default_change_reason="列入申请")
    assert len(written) == 2
    assert written == rows_of(changes, "+")
    assert set(written[0]) == {field.attname for field in Change.history.model._meta.fields} - NOT_COMPARED


def test_changed_rows_are_kept_as_they_stand_with_who_and_why(world):
    request = propose(world, [add("甲"), add("乙")], submit=False)
    request.changes.filter(name="甲").update(outcome=Change.Outcome.DEFERRED, outcome_note="再议")
    before = timezone.now() - datetime.timedelta(seconds=1)
    record_history(request.changes.filter(name="甲"), kind=CHANGED, actor=world.publisher, reason="常务会审议")
    (kept,) = Change.history.filter(id__in=request.changes.values("pk"), history_type="~")
    assert (kept.name, kept.outcome, kept.outcome_note) == ("甲", "deferred", "再议")
    assert (kept.history_user, kept.history_change_reason) == (world.publisher.user, "常务会审议")
    assert before < kept.history_date <= timezone.now()


def test_the_present_row_and_its_history_are_linked_as_usual(world):
    change = propose(world, [add("甲")], submit=False).changes.get()
    record_history(Change.objects.filter(pk=change.pk), kind=ADDED, actor=world.clerk, reason="又一次")
    assert [row.history_change_reason for row in change.history.order_by("history_id")] == ["列入申请", "又一次"]
    assert bytes(change.history.first().instance.content_bytes) == bytes(change.content_bytes)
