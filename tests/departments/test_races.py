"""Two 系统管理员 at once: one registers, the other is told so; never both, never an error page."""

from departments.models import Department, User
from departments.offices import create_department
from departments.passwords import PreparedPassword
from departments.staffing import create_account
from qingdan.ledger.models import AuditEvent
from tests.racing import race


def told(outcomes) -> list[int]:
    """Statuses of those that lost: 409 from the constraint, 422 from the act's own check where the other was quicker."""
    return [outcome.error.status for outcome in outcomes if not outcome.won]


def test_the_same_department_code_twice_at_once_is_registered_once(committed_world):
    world, _ = committed_world
    actor, region = world.system_admin, world.city
    acts = [
        lambda name=name: create_department(actor=actor, region=region, code="420600-XX", name=name)
        for name in ("市甲局", "市乙局")
    ]
    assert told(race(*acts)) in ([409], [422])
    assert Department.objects.filter(code="420600-XX").count() == 1


def test_the_same_log_in_name_twice_at_once_is_one_account(committed_world):
    world, _ = committed_world
    actor = world.system_admin
    acts = [
        lambda name=name: create_account(actor=actor, username="new", name=name, password=PreparedPassword.make())
        for name in ("甲", "乙")
    ]
    assert told(race(*acts)) in ([409], [422])
    assert User.objects.filter(username="new").count() == 1
    assert AuditEvent.objects.filter(act="create_account", outcome="denied").count() == 1
