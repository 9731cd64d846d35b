"""The first three accounts of an empty installation."""

import json

import pytest
from django.core.management import CommandError, call_command

from departments.models import User
from departments.posts import ADMINISTRATORS
from qingdan.ledger.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_it_makes_the_three_administrators_with_one_time_passwords(capsys):
    call_command("create_first_admins", "--json")
    accounts = json.loads(capsys.readouterr().out)["accounts"]
    assert {account["post"] for account in accounts} == ADMINISTRATORS
    for account in accounts:
        user = User.objects.get(username=account["username"])
        assert user.check_password(account["password"]) and user.must_change_password
        assert user.postings.held().get().post == account["post"]
    assert AuditEvent.objects.filter(act="create_first_admins").count() == 3


def test_it_prints_the_passwords_once_for_people(capsys):
    call_command("create_first_admins")
    out = capsys.readouterr().out
    assert "系统管理员  登录名 sysadmin  一次性密码 " in out and "只显示这一次" in out


def test_it_refuses_once_any_account_exists():
    User.objects.create_user("someone", "某人", "x")
    with pytest.raises(CommandError, match="已有账号"):
        call_command("create_first_admins")
    assert User.objects.count() == 1
