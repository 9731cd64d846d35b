"""``verify``: sound worlds are called sound; whatever is changed in an evidence table itself is found, and the edition is named."""

from __future__ import annotations

import datetime
import json
import os
import random

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from qingdan.items.models import Edition, EditionEntry, ItemVersion
from qingdan.items.verifying import verify
from qingdan.ledger import append_only, heads, keys
from qingdan.ledger.models import SignedHead
from tests.ledger.test_append_only import drop_triggers, execute

TABLES = {model._meta.db_table: model for model in apps.get_models()}
EVIDENCE = {name: TABLES[name] for name in sorted(append_only.registered()) if name.startswith(("items_", "ledger_"))}
COLUMNS = [
    (table, field.column) for table, model in EVIDENCE.items() for field in model._meta.concrete_fields if not (field.primary_key and field.column == "id")
]  # fmt: skip
# Rows of these belong to one edition, which the report must name.
OF_AN_EDITION = [name for name in EVIDENCE if name.startswith("items_")]


def other_value(chance: random.Random, field: models.Field, value):
    """Something else that the column could hold."""
    if field.is_relation:
        others = [pk for pk in field.related_model._base_manager.values_list("pk", flat=True) if pk != value]
        return chance.choice(others)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.BinaryField):
        data = bytearray(value)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(7)
        return bytes(data)
    if isinstance(field, models.DateTimeField):
        return value + datetime.timedelta(seconds=chance.choice([-1, 1]))
    if isinstance(field, models.DateField):
        return value + datetime.timedelta(days=1)
    if isinstance(field, models.IntegerField):
        return (value or 0) + chance.choice([1, 7])
    choices = [key for key, _ in field.choices or () if key != value]
    if choices:
        return chance.choice(choices)
    if value and chance.random() < 0.5:
        at = chance.randrange(len(value))
        return value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]
    return (value or "")[: (field.max_length or 1000) - 1] + "x"


def tamper(chance: random.Random, table: str, column: str) -> str | None:
    """Change one column of one row in the database itself; triggers are back afterwards. None if a constraint refused it, else the row's name."""
    model = EVIDENCE[table]
    field = next(each for each in model._meta.concrete_fields if each.column == column)
    named_by = ["edition_id", "position"] if table == "items_editionentry" else [model._meta.pk.attname]
    rows = list(model._base_manager.order_by(*named_by).values(*named_by, field.attname))
    if field.is_relation and field.null:
        rows = [row for row in rows if row[field.attname]] or rows
    row = chance.choice(rows)
    value = field.get_db_prep_value(other_value(chance, field, row[field.attname]), connection)
    drop_triggers(table)
    where = " AND ".join(f'"{model._meta.get_field(name).column}" = %s' for name in named_by)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE {where}', [value, *(row[name] for name in named_by)])
            connection.check_constraints()
    except DatabaseError:
        return None
    finally:
        append_only.install()
    return f"{table} {row}"


def test_the_world_is_sound(world):
    report = verify()
    assert (report.findings, report.unchecked) == ([], [])
    assert report.figures["editions"] == report.figures["log_entries"] == report.figures["signed_heads"] == 2
    assert report.figures["unsigned"] == 0


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_column_is_found(world, table, column):
    changed = tamper(random.Random(f"{table}.{column}"), table, column)
    report = verify()
    if changed is None:
        assert report.findings == []
        return
    assert report.findings, changed
    assert report.exit_code == 1
    if table in OF_AN_EDITION:
        assert any("个公布版本" in finding.edition for finding in report.findings), report.findings


@pytest.mark.parametrize("seed", range(int(os.environ.get("TRIALS", "30"))))
def test_a_random_change_is_found(world, seed):
    chance = random.Random(seed)
    while (changed := tamper(chance, *chance.choice(COLUMNS))) is None:
        pass
    assert verify().findings, changed


# Tables whose rows nothing else refers to: the others are held by foreign keys.
LOOSE = [
    "items_editionentry",
    "items_editionchange",
    "items_editioncount",
    "items_editiondepartment",
    "ledger_logentry",
    "ledger_auditevent",
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("table", LOOSE)
def test_a_deleted_row_is_found(world, table, seed):
    model = EVIDENCE[table]
    keys = ["edition_id", "position"] if table == "items_editionentry" else [model._meta.pk.attname]
    # The newest events are bound by the next head only; these stand before the newest one.
    rows = list(model._base_manager.order_by(*keys).values(*keys))[: 20 if table == "ledger_auditevent" else None]
    row = random.Random(f"{table}{seed}").choice(rows)
    drop_triggers(table)
    where = " AND ".join(f'"{name}" = %s' for name in keys)
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}" WHERE {where}', list(row.values()))
    append_only.install()
    assert verify().findings, row


def test_the_newest_head_if_deleted_is_put_back_from_outside(world, settings, tmp_path):
    newest = SignedHead.objects.get(tree_size=2)
    path = tmp_path / "head"
    path.write_text(newest.note, encoding="utf-8")
    settings.LOG_HEAD_FILE = str(path)
    drop_triggers("ledger_signedhead")
    execute("DELETE FROM ledger_signedhead WHERE tree_size = 2")
    append_only.install()
    assert verify().figures["unsigned"] == 1
    heads.sign_heads()
    assert SignedHead.objects.get(tree_size=2).note == newest.note


def rewrite(version: ItemVersion, **elements) -> None:
    """What a clever insider does: bytes, hash and columns all changed together."""
    content = version.content.changed(**elements)
    drop_triggers("items_itemversion")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE items_itemversion SET content_bytes = %s, content_hash = %s, name = %s WHERE id = %s",
            [content.canonical, content.content_hash, content.name, version.pk],
        )
    append_only.install()


def test_a_text_that_was_rewritten_with_its_hash_is_found_and_the_item_named(world):
    version = world.version("劳务派遣经营许可")
    rewrite(version, supervision_phone="0710-9999999")
    found = verify().findings
    assert {"420600 第 2 个公布版本（襄政发〔2019〕30号）"} == {each.edition for each in found}
    assert version.item.code in {each.item for each in found}


def test_an_ended_item_and_a_withheld_one_cannot_be_rewritten_either(world):
    for name in ("对用人单位遵守劳动保障法律的检查", "专项保密检查"):
        rewrite(ItemVersion.objects.filter(name=name).order_by("-number").first(), phone="1")
    messages = [each.message for each in verify().findings]
    assert "调整内容与版本清单不符" in messages
    assert "依法不予公开的部分与版本清单不符" in messages


def test_an_insider_who_rewrites_manifest_and_log_is_found_by_the_head(world):
    edition = world.edition(2)
    manifest = bytes(edition.manifest).replace(b"0710", b"0711")
    manifest = manifest.replace("2019〕30号".encode(), "2019〕31号".encode())
    from qingdan.ledger.canonical import canonical_bytes, sha256_hex
    from qingdan.ledger.merkle import leaf_hash

    digest = sha256_hex(manifest)
    leaf = canonical_bytes({"schema": 1, "index": edition.log_index, "kind": "publish/adjustment", "sha256": digest})
    for table in ("items_edition", "ledger_logentry"):
        drop_triggers(table)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE items_edition SET manifest = %s, manifest_hash = %s, notice_no = %s WHERE id = %s",
            [manifest, digest, "襄政发〔2019〕31号", edition.pk],
        )
        cursor.execute(
            'UPDATE ledger_logentry SET leaf = %s, leaf_hash = %s WHERE "index" = %s',
            [leaf, leaf_hash(leaf).hex(), edition.log_index],
        )
    append_only.install()
    messages = [each.message for each in verify().findings]
    assert any("日志被改动或截短" in each for each in messages)
    assert any("分叉" in each for each in messages)


def test_a_head_signed_by_another_key_is_found(world, settings, tmp_path):
    settings.SIGNING_KEY_FILE = str(tmp_path / "another.pem")
    report = verify()
    assert [each.message for each in report.findings] == [f"第 {n} 条日志头不是由本系统的密钥签署的" for n in (1, 2)]
    settings.FORMER_SIGNING_KEYS = [f"{SignedHead.objects.first().public_key}:2"]
    assert not verify().findings
    settings.FORMER_SIGNING_KEYS = [f"{SignedHead.objects.first().public_key}:1"]
    assert [each.message for each in verify().findings] == ["第 2 条日志头不是由本系统的密钥签署的"]


def test_missing_triggers_are_named(world):
    drop_triggers("items_editionentry")
    assert [each.message for each in verify().findings] == ["表 items_editionentry 缺少拒绝修改和删除的触发器"]


def test_a_database_that_is_not_migrated_yet_is_no_tampered_one(world, monkeypatch):
    monkeypatch.setattr(append_only, "missing", lambda: ["room_yet_to_come"])
    report = verify()
    assert (report.exit_code, report.unchecked) == (2, ["没有表 room_yet_to_come：请先执行 migrate"])


def test_without_the_head_outside_it_says_that_it_could_not_check(world, settings, tmp_path):
    settings.LOG_HEAD_FILE = str(tmp_path / "gone")
    report = verify()
    assert report.exit_code == 2
    assert "没有与库外的日志头核对" in report.unchecked[0]


def test_an_older_head_is_a_prefix_and_an_alien_one_is_not_ours(world, tmp_path):
    path = tmp_path / "head"
    path.write_text(SignedHead.objects.get(tree_size=1).note, encoding="utf-8")
    assert verify(head_path=path).exit_code == 0
    path.write_text(path.read_text(encoding="utf-8").replace("time 2", "time 3"), encoding="utf-8")
    assert verify(head_path=path).exit_code == 2


def test_a_longer_head_outside_says_that_the_database_is_old(world, tmp_path):
    path = tmp_path / "head"
    ahead = SignedHead.objects.get(tree_size=2)
    body = ahead.body.replace("\n2\n", "\n3\n", 1)
    from qingdan.ledger import notes

    key = keys.signing_key()
    path.write_text(notes.note_of(body, ahead.origin, bytes.fromhex(ahead.key_id), key.sign(body.encode())), encoding="utf-8")
    report = verify(head_path=path)
    assert report.exit_code == 1
    assert "公布记录被删去，或数据库是旧的" in report.findings[0].message


def run(capsys, *arguments: str) -> tuple[int, str]:
    code = 0
    try:
        call_command("verify", *arguments)
    except SystemExit as left:
        code = left.code
    return code, capsys.readouterr().out


def test_the_command_answers_with_0_1_or_2(world, capsys, tmp_path):
    code, out = run(capsys)
    assert code == 0
    assert "公布版本 2 个" in out
    assert out.endswith("结论：完好\n")
    code, out = run(capsys, "--json", "--head", str(tmp_path / "none"))
    assert code == 2
    assert json.loads(out)["verdict"] == "unchecked"
    drop_triggers("items_editionentry")
    execute("UPDATE items_editionentry SET version_id = (SELECT min(id) FROM items_itemversion) WHERE edition_id = (SELECT max(id) FROM items_edition) AND position = 1")  # fmt: skip
    append_only.install()
    code, out = run(capsys, "--json")
    said = json.loads(out)
    assert (code, said["verdict"]) == (1, "tampered")
    assert {each["edition"] for each in said["findings"]} == {"420600 第 2 个公布版本（襄政发〔2019〕30号）"}


def test_what_was_published_but_not_signed_is_no_tampering(committed_world, monkeypatch, capsys):
    from tests.public.office import Office

    world, _ = committed_world
    with monkeypatch.context() as patch:
        patch.setattr(heads, "sign_heads", lambda: None)
        Office(world).publish(Office(world).change("收养登记", phone="0710-1"))
    code, out = run(capsys)
    assert code == 0
    assert "已公布·待签 1 个" in out
    heads.sign_heads()
    assert "待签" not in run(capsys)[1]
    assert Edition.objects.count() == SignedHead.objects.count() == 3
    assert EditionEntry.objects.filter(edition=world.edition(3)).exists()
