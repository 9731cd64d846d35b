"""The stranger's verifier: one file, standard library only; proves what is true, rejects every flipped byte, and says what it did not prove."""

from __future__ import annotations

import ast
import functools
import importlib.util
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from qingdan.items.models import Edition, ItemVersion
from qingdan.items.proofs import edition_proof, item_proof
from qingdan.ledger import heads, keys, notes
from qingdan.ledger.canonical import canonical_bytes
from qingdan.ledger.merkle import inclusion_proof, leaf_hash, tree_root
from qingdan.ledger.models import SignedHead
from tests.ledger.test_append_only import drop_triggers, execute
from tests.ledger.test_merkle import LEAVES, ROOTS

TOOL = Path(settings.BASE_DIR) / "tools" / "verify_bundle.py"
spec = importlib.util.spec_from_file_location("verify_bundle", TOOL)
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)


def export(number: int, folder: Path) -> Path:
    out = folder / f"edition-{number}"
    call_command("export_bundle", "--region", "420600", "--edition", str(number), "--out", str(out), verbosity=0)
    return out


@pytest.fixture
def said(capsys):
    """Run the tool in this process; (exit code, what it printed)."""

    def run(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        return tool.main([str(each) for each in arguments]), capsys.readouterr().out

    return run


def test_it_is_one_readable_file_of_the_standard_library():
    source = TOOL.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 400
    imported = {alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
    assert not {"socket", "urllib", "http", "subprocess", "os"} & imported


@pytest.mark.parametrize("size", range(9))
def test_it_has_the_published_roots(size):
    assert tool.tree_root([tool.leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


@pytest.mark.parametrize("size", range(1, 34))
def test_it_reads_every_inclusion_proof(size):
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert tool.root_from_path(leaves[index], index, size, proof) == tree_root(leaves)
        for wrong in ([*proof, leaves[0]], proof[:-1]):
            if wrong != proof:
                with pytest.raises(tool.Broken):
                    tool.root_from_path(leaves[index], index, size, wrong)


# RFC 8032 section 7.1, tests 1 to 3.
RFC_8032 = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_it_agrees_with_the_published_signatures(public, message, signature):
    public, message, signature = map(bytes.fromhex, (public, message, signature))
    assert tool.signature_holds(public, signature, message)
    assert not tool.signature_holds(public, signature, message + b"x")
    # S + L is the same number to a careless verifier.
    scalar = int.from_bytes(signature[32:], "little") + tool.ORDER
    assert not tool.signature_holds(public, signature[:32] + scalar.to_bytes(32, "little"), message)


@given(st.binary(max_size=100), st.integers(0, 95), st.integers(0, 7))
@trial(max_examples=25, deadline=None)
def test_it_agrees_with_the_library_that_signs(message, at, bit):
    private = Ed25519PrivateKey.generate()
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert tool.signature_holds(public, signature, message)
    both = bytearray(public + signature)
    both[at] ^= 1 << bit
    public, signature = bytes(both[:32]), bytes(both[32:])
    assert tool.signature_holds(public, signature, message) == keys.signature_holds(public, signature, message) is False


def test_a_bundle_is_proven_offline_without_our_software(world, tmp_path):
    out, away = export(2, tmp_path), tmp_path / "away"
    away.mkdir()
    shutil.copy(TOOL, away)
    code = world.item("劳务派遣经营许可").code
    done = subprocess.run(
        [sys.executable, "-I", away / "verify_bundle.py", out, "--item", code], cwd=away, capture_output=True, text=True, env={}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"事项 {code}“劳务派遣经营许可”第 2 版的内容与公布时逐字节相同" in done.stdout
    assert "襄政发〔2019〕30号，2019-11-20 公布，2019-12-01 起生效" in done.stdout
    assert "9 大项 / 10 项" in done.stdout
    assert "没有证明" in done.stdout
    assert "演示密钥" in done.stdout


def test_two_editions_are_of_one_history(world, tmp_path, said):
    old, new = export(1, tmp_path), export(2, tmp_path)
    for one, other in ((new, old), (old, new)):
        code, text = said(one, "--with", other)
        assert code == 0
        assert "1 条的日志是 2 条的日志的开头" in text
        assert "公布者没有向别人出示另一部历史" not in text
    assert "另一份证据正是它的上一个公布版本" in said(new, "--with", old)[1]
    head = tmp_path / "head"
    head.write_text(SignedHead.objects.get(tree_size=1).note, encoding="utf-8")
    assert said(new, "--with", head)[0] == 0


def forged(size: int, root: bytes) -> str:
    """A head signed with the real key: what only the publisher himself can make."""
    last, key = SignedHead.objects.last(), keys.signing_key()
    body = notes.body_of(origin=last.origin, size=size, root=root, signed_at=last.signed_at, audit_hash="-", demo=True)
    return notes.note_of(body, last.origin, bytes.fromhex(last.key_id), key.sign(body.encode()))


def test_two_histories_are_told_apart(world, tmp_path, said):
    new, head = export(2, tmp_path), tmp_path / "head"
    head.write_text(forged(2, b"x" * 32), encoding="utf-8")
    code, text = said(new, "--with", head)
    assert code == 2
    assert SignedHead.objects.last().note in text
    assert head.read_text(encoding="utf-8") in text
    head.write_text(forged(1, b"x" * 32), encoding="utf-8")
    code, text = said(new, "--with", head)
    assert code == 1
    assert "不出自同一部历史" in text


def test_a_key_got_elsewhere_decides(world, tmp_path, said):
    out = export(2, tmp_path)
    key = SignedHead.objects.last().public_key
    (tmp_path / "key").write_text(key + "\n")
    for given_key in (key, tmp_path / "key"):
        code, text = said(out, "--key", given_key)
        assert code == 0
        assert "密钥属于谁" not in text
    assert said(out, "--key", "00" * 32)[0] == 1
    assert said(out, "--key", tmp_path / "none")[0] == 2


def test_an_item_an_ended_item_and_an_edition_are_proven_from_one_file(world, tmp_path, said):
    path = tmp_path / "proof.json"
    path.write_bytes(item_proof(world.version("劳务派遣经营许可")))
    code, text = said(path)
    assert code == 0
    assert "“劳务派遣经营许可”第 2 版的内容与公布时逐字节相同，列在下面的公布版本中" in text
    path.write_bytes(item_proof(ItemVersion.objects.filter(name="对用人单位遵守劳动保障法律的检查").order_by("-number").first()))
    assert "调整（取消、下放或合并）" in said(path)[1]
    path.write_bytes(edition_proof(world.edition(1)))
    code, text = said(path)
    assert code == 0
    assert "第 1 个公布版本" in text


def test_another_text_or_another_number_is_not_proven(world, tmp_path, said):
    import json

    path = tmp_path / "proof.json"
    proof = json.loads(item_proof(world.version("劳务派遣经营许可")))
    content = json.loads(proof["content"])
    for change in (
        {"content": canonical_bytes({**content, "supervision_phone": "1"}).decode()},
        {"version": 1},
        {"code": "420600-00001"},
        {"more": 1},
    ):
        path.write_bytes(canonical_bytes({**proof, **change}))
        assert said(path)[0] == 1, change
    path.write_bytes(json.dumps(proof).encode())
    assert said(path)[0] == 1


@pytest.fixture
def small_bundle(committed_db, tmp_path):
    """A county's first edition of one item, so that every byte can be tried."""
    from tests import world

    build_small(world)
    out = tmp_path / "small"
    call_command("export_bundle", "--region", "420602", "--edition", "1", "--out", str(out), verbosity=0)
    return out


def build_small(world) -> None:
    import datetime

    from django.db import transaction

    from departments.models import Department, Region, User
    from departments.people import Actor
    from qingdan.items.placing import EditionTerms, Placement
    from qingdan.items.publishing import publish_edition

    region = Region.objects.get(code="420602")
    name = world.DEPARTMENTS["420602-MZJ"][0]
    Department.objects.create(code="420602-MZJ", region=region, name=name, order=1)
    actor = Actor(User.objects.create_user("publisher", "许诺", world.PASSWORD))
    day = datetime.date(2020, 1, 1)
    terms = EditionTerms(region=region, kind="baseline", notice_title="通知", notice_no="1号", decided_on=day, published_on=day, effective_on=day, demo=True)  # fmt: skip
    with transaction.atomic():
        publish_edition(
            actor=actor, terms=terms, placements=[Placement(kind="add", content=world.content("420602-MZJ", "07", "收养登记"))]
        )


def test_every_byte_of_a_small_bundle_if_flipped_is_rejected(small_bundle, said, monkeypatch):
    # The same signature need not be computed again for each byte of the other files.
    monkeypatch.setattr(tool, "signature_holds", functools.cache(tool.signature_holds))
    assert said(small_bundle)[0] == 0
    chance, tried = random.Random(1), 0
    for path in sorted(small_bundle.iterdir()):
        kept = path.read_bytes()
        for at in range(len(kept)):
            data = bytearray(kept)
            data[at] ^= 1 << chance.randrange(8)
            path.write_bytes(data)
            assert said(small_bundle)[0] == 1, f"{path.name} byte {at}"
            tried += 1
        for data in (kept[:-1], kept + b"\n", kept + b"x", b""):
            path.write_bytes(data)
            assert said(small_bundle)[0] == 1, f"{path.name} {data[-20:]}"
        path.write_bytes(kept)
    assert tried > 1000


def test_a_missing_file_is_no_proof_and_a_strange_one_does_not_belong(world, tmp_path, said):
    out = export(2, tmp_path)
    (out / "more.txt").write_text("")
    assert said(out)[0] == 1
    (out / "more.txt").unlink()
    (out / "head.txt").unlink()
    assert said(out)[0] == 2
    assert said(tmp_path / "none")[0] == 2


def test_no_bundle_is_written_of_what_is_not_signed_or_not_there(world, tmp_path):
    drop_triggers("ledger_signedhead")
    execute("DELETE FROM ledger_signedhead WHERE tree_size = 2")
    with pytest.raises(CommandError, match="已公布·待签"):
        export(2, tmp_path)
    with pytest.raises(CommandError, match="没有序号为 9"):
        export(9, tmp_path)
    export(1, tmp_path)
    with pytest.raises(CommandError, match="不是空的"):
        export(1, tmp_path)


def test_what_is_withheld_leaves_no_trace_in_a_bundle(world, tmp_path):
    hidden = world.version("专项保密检查")
    out = export(2, tmp_path)
    everything = b"".join(path.read_bytes() for path in out.iterdir())
    for trace in ("专项保密检查", hidden.item.code, hidden.content_hash, Edition.objects.last().withheld_salt):
        assert trace.encode() not in everything
    assert len((out / "items.jsonl").read_bytes().splitlines()) == 12
    assert len(heads.leaf_hashes()) == 2
