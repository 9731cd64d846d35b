"""Logging in: forced change, lock-out, idle time-out that keeps the form, reset without e-mail."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Posting, User
from departments.signing_in import change_password, reset_password, unlock_account
from qingdan.errors import RuleBroken
from qingdan.ledger.models import AuditEvent
from tests.world import PASSWORD

NEW = "Xiang-Yang-2026"
LOGIN = "/admin/login/"
CHANGE = "/admin/password_change/"


def log_in(client: Client, username: str = "clerk", password: str = PASSWORD, **fields):
    return client.post(LOGIN, {"username": username, "password": password, **fields})


def text(response) -> str:
    return response.content.decode()


def make_idle(client: Client, minutes: int) -> None:
    session = client.session
    session["seen_at"] = session["seen_at"] - minutes * 60
    session.save()


@pytest.fixture
def inside(world, client):
    """A client in which the clerk is logged in and has seen the workbench."""
    log_in(client)
    assert client.get("/admin/").status_code == 200
    return client


def test_it_lets_a_person_with_a_post_in_and_writes_it_down(world, client):
    response = log_in(client)
    assert response.status_code == 302 and response.url == "/admin/"
    event = AuditEvent.objects.order_by("-sequence").first()
    assert (event.act, event.actor_id, event.address) == ("log_in", "clerk", "127.0.0.1")


@pytest.mark.parametrize(("username", "password"), [("clerk", "wrong"), ("nobody", PASSWORD)])
def test_it_says_the_same_for_a_wrong_password_and_an_unknown_name(world, client, username, password):
    response = log_in(client, username, password)
    assert response.status_code == 200
    assert "登录名或密码不对" in text(response)
    assert not AuditEvent.objects.filter(act="log_in").exists()


def test_it_refuses_a_person_without_a_post(world, client):
    Posting.objects.filter(user__username="clerk").delete()
    assert "今天没有任职" in text(log_in(client))


def test_it_refuses_a_leaver_and_ends_his_open_session(inside):
    User.objects.filter(username="clerk").update(ends_on=timezone.localdate())
    assert inside.get("/admin/").status_code == 302
    assert "登录名或密码不对" in text(log_in(Client()))


def test_it_goes_to_local_addresses_only_after_the_log_in(world, client):
    assert log_in(client, next="//evil.example/").url == "/admin/"


def test_a_one_time_password_must_be_changed_before_anything_else(world, client):
    password = reset_password(actor=world.system_admin, user=world.clerk.user)
    log_in(client, password=password)
    assert client.get("/admin/").url == CHANGE
    assert client.post("/admin/logout/").status_code == 200
    log_in(client, password=password)
    page = client.get(CHANGE)
    assert "这是首次登录" in text(page)
    given = {"present_password": password, "new_password": NEW, "new_password_again": NEW}
    assert client.post(CHANGE, given).url == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert log_in(Client(), password=NEW).status_code == 302


def test_a_one_time_password_that_was_not_used_in_time_lets_nobody_in(world, client, settings):
    password = reset_password(actor=world.system_admin, user=world.clerk.user)
    long_ago = timezone.now() - datetime.timedelta(days=settings.ONE_TIME_PASSWORD_DAYS, minutes=1)
    User.objects.filter(username="clerk").update(password_changed_at=long_ago)
    assert "一次性密码已过期" in text(log_in(client, password=password))


def test_a_password_older_than_the_limit_must_be_changed(inside, settings):
    long_ago = timezone.now() - datetime.timedelta(days=settings.PASSWORD_MAX_DAYS, minutes=1)
    User.objects.filter(username="clerk").update(password_changed_at=long_ago)
    assert inside.get("/admin/").url == CHANGE
    settings.PASSWORD_MAX_DAYS = 0
    assert inside.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("Short-1", "至少"),
        ("onlylowercaseletters", "至少 3 类"),
        (PASSWORD, "最近 5 次用过的密码"),
    ],
)
def test_it_refuses_a_weak_or_used_password_in_chinese(inside, new, sentence):
    response = inside.post(CHANGE, {"present_password": PASSWORD, "new_password": new, "new_password_again": new})
    assert response.status_code == 200
    assert sentence in text(response)


def test_it_bars_the_last_five_passwords_and_no_more(world, client):
    used = [PASSWORD] + [f"Xiang-Yang-202{n}" for n in range(5)]
    for before, after in zip(used, used[1:], strict=False):
        change_password(actor=world.clerk, present=before, new=after)
    with pytest.raises(RuleBroken, match="最近 5 次"):
        change_password(actor=world.clerk, present=used[-1], new=used[1])
    change_password(actor=world.clerk, present=used[-1], new=used[0])


def test_it_wants_the_present_password_for_a_change(inside):
    response = inside.post(CHANGE, {"present_password": "wrong", "new_password": NEW, "new_password_again": NEW})
    assert "不对" in text(response)
    assert User.objects.get(username="clerk").check_password(PASSWORD)
    assert AuditEvent.objects.filter(act="change_password", outcome="denied").count() == 1


def test_a_reset_ends_the_open_sessions_of_the_account(world, inside):
    reset_password(actor=world.system_admin, user=world.clerk.user)
    assert inside.get("/admin/").status_code == 302


def test_it_locks_the_pair_of_name_and_address_and_not_the_person_elsewhere(world, client, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = log_in(client, password="wrong")
    assert response.status_code == 429
    assert "已锁定 15 分钟" in text(response)
    assert log_in(client).status_code == 429
    assert log_in(client, "head").status_code == 302
    assert log_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_the_system_admin_unlocks_an_account(world, client, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, password="wrong")
    unlock_account(actor=world.system_admin, user=world.clerk.user)
    assert log_in(client).status_code == 302


def test_an_idle_session_ends_and_the_log_in_leads_back(inside, settings):
    make_idle(inside, settings.IDLE_MINUTES + 1)
    response = inside.get("/admin/?tab=2")
    assert response.url == "/admin/login/?next=%2Fadmin%2F%3Ftab%3D2&idle=1"
    page = text(inside.get(response.url))
    assert f"已有 {settings.IDLE_MINUTES} 分钟没有操作" in page
    assert inside.get("/admin/").status_code == 302


def test_a_session_in_use_does_not_end(inside, settings):
    for _ in range(3):
        make_idle(inside, settings.IDLE_MINUTES - 1)
        assert inside.get("/admin/").status_code == 200


def kept_text(page: str) -> str:
    return re.search(r'name="kept" value="([^"]+)"', page)[1]


def test_a_form_sent_after_the_time_out_is_kept_until_its_author_sends_it_again(inside, settings):
    make_idle(inside, settings.IDLE_MINUTES + 1)
    answer = inside.post("/admin/drafts/7/?part=2", {"text": "第一行\n<第二行>", "tick": ["a", "b"], "csrfmiddlewaretoken": "x"})
    assert answer.status_code == 401
    assert "刚才提交的内容已保留" in text(answer)
    again = text(log_in(inside, kept=kept_text(text(answer))))
    assert 'action="/admin/drafts/7/?part=2"' in again
    assert '<textarea name="text" hidden>\n第一行\n&lt;第二行&gt;</textarea>' in again
    assert again.count('name="tick"') == 2
    assert again.count('name="csrfmiddlewaretoken"') == 2  # its own and that of the log-out button
    assert "继续提交" in again


def test_a_form_sent_after_another_tab_found_the_time_out_is_kept_too(inside, settings):
    make_idle(inside, settings.IDLE_MINUTES + 1)
    assert inside.get("/admin/").status_code == 302
    assert inside.post("/admin/drafts/7/", {"text": "草稿"}).status_code == 401


def test_a_kept_form_is_not_offered_to_another_person(inside, settings):
    make_idle(inside, settings.IDLE_MINUTES + 1)
    kept = kept_text(text(inside.post("/admin/drafts/7/", {"text": "草稿"})))
    response = log_in(inside, "head", kept=kept)
    assert response.status_code == 302


def test_a_forged_kept_form_is_dropped(world, client):
    assert log_in(client, kept="WyIvIl0:1abc:forged").status_code == 302


def test_passwords_are_never_kept(inside, settings):
    make_idle(inside, settings.IDLE_MINUTES + 1)
    fields = {"present_password": "geheim-1", "new_password": "geheim-2", "note": "ok"}
    kept = kept_text(text(inside.post(CHANGE, fields)))
    again = text(log_in(inside, kept=kept))
    assert "geheim" not in again
    assert 'name="note"' in again


def test_a_cross_site_form_is_not_kept(world, settings):
    client = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text(client.get(LOGIN)))[1]
    log_in(client, csrfmiddlewaretoken=token)
    client.get("/admin/")
    make_idle(client, settings.IDLE_MINUTES + 1)
    response = client.post("/admin/drafts/7/", {"text": "外站"}, headers={"origin": "https://evil.example"})
    assert response.status_code == 403
    assert "外站" not in text(response)


def test_a_page_of_our_own_with_an_old_token_may_be_sent_again_by_a_click(world):
    client = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text(client.get(LOGIN)))[1]
    log_in(client, csrfmiddlewaretoken=token)
    response = client.post(
        "/admin/drafts/7/", {"text": "草稿", "csrfmiddlewaretoken": token}, headers={"origin": "http://testserver"}
    )
    assert response.status_code == 403
    assert "继续提交" in text(response) and "草稿" in text(response)


def test_the_log_out_leaves_nothing_open(inside):
    assert "已退出登录" in text(inside.post("/admin/logout/"))
    assert inside.get("/admin/").status_code == 302


def test_the_frame_shows_only_what_the_posts_open(world, client):
    log_in(client, "system_admin")
    page = text(client.get("/admin/"))
    assert "账号" in page and "审计记录" not in page
    other = Client()
    log_in(other, "audit_admin")
    assert "审计记录" in text(other.get("/admin/"))
