"""One row of each table of the staff's site, for the access matrix."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.apps import apps

from departments.models import Posting
from qingdan.items.models import Alias, MissedWord
from qingdan.ledger.models import AuditEvent
from qingdan.outbox.models import OutboxEntry, TaskRun
from reviews.models import DeskSetting, ShortRoute
from tests.reviews.test_articles import an_act
from tests.structure.access_made import Made
from tests.structure.access_table import MODELS, WITH_TRAIL
from tests.world import CITY, World

DAY = datetime.date(2026, 1, 5)
_NEW: dict[str, Callable[[World], object]] = {
    "outbox.outboxentry": lambda world: (
        OutboxEntry.objects.first() or OutboxEntry.objects.create(kind="mail", key="x", payload="{}")
    ),
    "outbox.taskrun": lambda world: TaskRun.objects.create(day=DAY, name="notices"),
    "items.alias": lambda world: Alias.objects.first() or Alias.objects.create(word="甲证", normal="甲证", official="甲许可"),
    "items.missedword": lambda world: MissedWord.objects.create(word="找不到", last_on=DAY),
    "laws.act": lambda world: an_act("中华人民共和国乙法").act,
    "laws.actversion": lambda world: an_act("中华人民共和国乙法"),
    "reviews.desksetting": lambda world: DeskSetting.objects.first() or DeskSetting.objects.create(region=world.city),
    "reviews.shortroute": lambda world: ShortRoute.objects.create(region=world.city, kind="elements", basis="某办法第八条"),
    "ledger.auditevent": lambda world: AuditEvent.objects.filter(actor_id="legality").first(),
    "departments.posting": lambda world: Posting.objects.get(user__username="legality"),
}


def _row(label: str) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        model = apps.get_model(label)
        row = _NEW[label](world) if label in _NEW else model._default_manager.order_by("pk").first()
        assert row is not None, f"no row of {label}: name one in _NEW"
        name, keys = label.replace(".", "_"), {}
        for listing in ("changelist", "add"):
            keys[f"{name}_{listing}"] = []
        if label in WITH_TRAIL:
            if not row.history.exists():
                row.save()
            keys[f"{name}_simple_history"] = [row.pk, row.history.first().history_id]
        return Made(row, CITY if label == "ledger.auditevent" else "", keys=keys)

    return make


TABLES: dict[str, dict[str, Callable[[World], Made]]] = {f"table {label}": {"kept": _row(label)} for label in MODELS}
