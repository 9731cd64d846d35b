"""Signed heads: one a size, after the commit, never a second history; the key and the newest head lie outside the database."""

from __future__ import annotations

import base64
import datetime
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from qingdan.ledger import audit, heads, keys, log, notes
from qingdan.ledger.merkle import tree_root
from qingdan.ledger.models import SignedHead
from tests.ledger.test_append_only import drop_triggers, execute
from tests.racing import race


def publish(count: int = 1) -> None:
    for n in range(count):
        with transaction.atomic():
            log.append(kind="publish/adjustment", payload_hash=f"{n:064x}")


def unsigned(count: int, monkeypatch) -> None:
    """Entries whose signing did not happen (the key was away)."""
    with monkeypatch.context() as patch:
        patch.setattr(heads, "sign_heads", lambda: None)
        publish(count)


def sizes() -> list[int]:
    return list(SignedHead.objects.values_list("tree_size", flat=True))


def test_a_head_is_signed_after_every_commit(committed_db):
    publish(3)
    assert sizes() == [1, 2, 3]
    leaves = heads.leaf_hashes()
    for head in SignedHead.objects.all():
        note = notes.read(head.note)
        assert (note.origin, note.size) == ("qingdan-420600", head.tree_size)
        assert note.root == tree_root(leaves[: head.tree_size]) == bytes.fromhex(head.root)
        assert keys.signature_holds(keys.signing_key().public, note.signature, note.body.encode())
        assert datetime.datetime.fromisoformat(note.extension("time")) == head.signed_at
    assert keys.head_file().read_text(encoding="utf-8") == SignedHead.objects.last().note


def test_what_was_rolled_back_is_not_signed(committed_db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.append(kind="publish/adjustment", payload_hash="0" * 64)
        raise ZeroDivisionError
    assert sizes() == []
    assert not keys.head_file().exists()


def test_a_head_names_the_newest_audit_event(committed_db):
    with transaction.atomic():
        log.append(kind="publish/adjustment", payload_hash="0" * 64)
        event = audit.record(actor_id="clerk", actor_name="李文静", act="publish_edition")
    assert notes.read(SignedHead.objects.get().note).extension("audit") == event.hash


def test_it_goes_on_where_it_was_cut_off_and_signs_nothing_twice(committed_db, monkeypatch):
    unsigned(3, monkeypatch)
    assert sizes() == []
    assert [head.tree_size for head in heads.sign_heads()] == [1, 2, 3]
    kept = keys.head_file().read_bytes()
    assert heads.sign_heads() == []
    assert keys.head_file().read_bytes() == kept


def test_a_failure_to_sign_does_not_touch_the_publication(committed_db, monkeypatch, caplog, settings, tmp_path):
    settings.SIGNING_KEY_FILE = str(tmp_path)
    publish()
    assert "日志头未签署" in caplog.text
    assert sizes() == []
    assert len(heads.leaf_hashes()) == 1


def test_a_head_that_reached_only_the_file_is_taken_over(committed_db, monkeypatch):
    publish()
    unsigned(1, monkeypatch)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        heads.sign_heads()
        raise ZeroDivisionError
    assert sizes() == [1]
    outside = keys.head_file().read_text(encoding="utf-8")
    heads.sign_heads()
    assert SignedHead.objects.get(tree_size=2).note == outside


def test_it_refuses_a_log_that_was_rewritten(committed_db):
    publish(2)
    drop_triggers("ledger_logentry")
    execute('UPDATE ledger_logentry SET leaf = (SELECT leaf FROM ledger_logentry WHERE "index" = 1) WHERE "index" = 0')
    with pytest.raises(heads.SigningRefused, match="与已签署的第 2 条日志头不一致"):
        heads.sign_heads()


def test_it_refuses_a_log_with_a_gap(committed_db):
    publish(3)
    drop_triggers("ledger_logentry")
    execute('DELETE FROM ledger_logentry WHERE "index" = 1')
    with pytest.raises(heads.SigningRefused, match="缺第 1 条"):
        heads.sign_heads()


def test_an_old_database_that_publishes_again_is_refused(committed_db, databases):
    """The head file stays where it is while the database is put back: shorter first, then another history of the same length."""
    publish(1)
    old = keys.head_file().read_text(encoding="utf-8")
    publish(1)
    newest = keys.head_file().read_text(encoding="utf-8")
    for table in ("ledger_logentry", "ledger_signedhead"):
        drop_triggers(table)
    execute('DELETE FROM ledger_logentry WHERE "index" = 1')
    execute("DELETE FROM ledger_signedhead WHERE tree_size = 2")
    assert SignedHead.objects.get().note == old
    with pytest.raises(heads.SigningRefused, match="从旧备份恢复"):
        heads.sign_heads()
    with transaction.atomic():
        log.append(kind="publish/adjustment", payload_hash="f" * 64)
    with pytest.raises(heads.SigningRefused, match="分叉"):
        heads.sign_heads()
    assert sizes() == [1]
    assert keys.head_file().read_text(encoding="utf-8") == newest


def test_a_lost_head_file_stops_the_signing_until_someone_says_so(committed_db, monkeypatch):
    publish()
    keys.head_file().unlink()
    unsigned(1, monkeypatch)
    with pytest.raises(heads.SigningRefused, match="没有找到库外的日志头"):
        heads.sign_heads()
    assert [head.tree_size for head in heads.sign_heads(new_head_file=True)] == [2]
    assert notes.read(keys.head_file().read_text(encoding="utf-8")).size == 2


def test_several_processes_sign_each_size_once(committed_db, monkeypatch):
    unsigned(4, monkeypatch)
    assert all(outcome.won for outcome in race(*[heads.sign_heads] * 4))
    assert sizes() == [1, 2, 3, 4]
    assert notes.read(keys.head_file().read_text(encoding="utf-8")).size == 4


def test_the_local_key_is_for_its_owner_only_and_every_head_says_what_it_is(committed_db):
    publish()
    path = keys._key_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    head = SignedHead.objects.get()
    assert head.is_demo
    assert "演示密钥" in head.note


@pytest.mark.parametrize("name", ["SIGNING_KEY_FILE", "LOG_HEAD_FILE"])
def test_production_does_not_sign_without_key_and_head_file_and_says_what_to_set(committed_db, settings, tmp_path, name):
    settings.LOCAL = False
    settings.SIGNING_KEY_FILE, settings.LOG_HEAD_FILE = str(production_key(tmp_path)), str(tmp_path / "head")
    setattr(settings, name, "")
    publish()
    assert sizes() == []
    with pytest.raises(CommandError, match=f"未设置 {name}"):
        call_command("sign_heads")


def production_key(folder):
    path = folder / "key.pem"
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return path


def test_production_signs_with_its_own_key_and_calls_it_none_for_demonstration(committed_db, settings, tmp_path, capsys):
    settings.LOCAL = False
    settings.SIGNING_KEY_FILE, settings.LOG_HEAD_FILE = str(production_key(tmp_path)), str(tmp_path / "head")
    publish()
    head = SignedHead.objects.get()
    assert not head.is_demo
    assert (tmp_path / "head").read_text(encoding="utf-8") == head.note


def test_a_key_that_others_can_read_or_that_is_for_demonstration_is_refused(settings, tmp_path):
    path = production_key(tmp_path)
    settings.LOCAL, settings.SIGNING_KEY_FILE = False, str(path)
    path.chmod(0o644)
    with pytest.raises(keys.KeyMissing, match="chmod 600"):
        keys.signing_key()
    path.chmod(0o600)
    path.write_text(f"{keys.DEMO_MARK}\n{path.read_text()}")
    with pytest.raises(keys.KeyMissing, match="演示密钥"):
        keys.signing_key()
    path.write_text("-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(keys.KeyMissing, match="不是 Ed25519"):
        keys.signing_key()


def test_a_former_key_is_good_for_what_it_signed_before_only(settings):
    settings.FORMER_SIGNING_KEYS = ["AB" * 32 + ":5"]
    trusted = keys.trusted_keys()
    present = keys.signing_key().public.hex()
    assert keys.is_trusted(present, 6, trusted)
    assert keys.is_trusted("ab" * 32, 5, trusted)
    assert not keys.is_trusted("ab" * 32, 6, trusted)
    assert not keys.is_trusted("cd" * 32, 1, trusted)
    settings.FORMER_SIGNING_KEYS = ["ab"]
    with pytest.raises(keys.KeyMissing, match="FORMER_SIGNING_KEYS"):
        keys.trusted_keys()


def test_a_head_file_that_is_no_head_stops_the_signing(committed_db):
    keys.head_file().write_text("abc", encoding="utf-8")
    publish()
    assert sizes() == []
    with pytest.raises(heads.SigningRefused, match="读不了"):
        heads.sign_heads()
    keys.head_file().unlink()


def test_the_command_signs_and_tells_how_many(committed_db, monkeypatch, capsys):
    unsigned(2, monkeypatch)
    call_command("sign_heads")
    assert "已签署 2 个日志头，到第 2 条" in capsys.readouterr().out
    call_command("sign_heads", "--json")
    assert capsys.readouterr().out == '{"signed": []}\n'


@given(st.integers(0, 2**60), st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64), st.booleans())
def test_a_note_is_read_back_as_it_was_written(size, root, signature, demo):
    at = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    body = notes.body_of(origin="qingdan-1", size=size, root=root, signed_at=at, audit_hash="-", demo=demo)
    text = notes.note_of(body, "qingdan-1", b"abcd", signature)
    other = f"{text}— qingdan-1 {base64.b64encode(b'x' * 9).decode()}\n— witness AAAA\n"
    for each in (text, other):
        head = notes.read(each)
        assert (head.size, head.root, head.signature, head.body) == (size, root, signature, body)
    assert notes.read(text).note == text


@pytest.mark.parametrize("text", ["", "a\n1\nAA==\n", "a\n1\nAA==\n\n— a AAAA\n", "a\nx\n" + "A" * 43 + "=\n\n— a " + "A" * 92 + "\n", "a\n1\n?\n\n— a ?\n"])  # fmt: skip
def test_what_is_no_note_is_refused(text):
    with pytest.raises(notes.NoteBroken):
        notes.read(text)
