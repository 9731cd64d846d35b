"""校验: the page that explains, the files of items and editions, and the verifier: what a reader downloads is proven by it."""

from __future__ import annotations

import hashlib
import html
import re

from qingdan.items.models import ItemVersion
from qingdan.ledger.models import SignedHead
from tests.ledger.test_append_only import drop_triggers, execute
from tests.public.office import links_of, text_of
from tests.test_verify_bundle import TOOL, tool


def proven(response, tmp_path, *options: str) -> bool:
    path = tmp_path / "proof.json"
    path.write_bytes(response.content)
    return tool.main([str(path), *options]) == 0


def test_the_page_says_what_is_proven_and_what_is_not(world, client, count_queries):
    with count_queries("public.verify"):
        page = client.get("/verify/")
    text = text_of(page)
    for sentence in ("一个字节也没有改过", "没有证明什么", "公钥属于谁", "演示密钥", "看不出有没有、有多少"):
        assert sentence in text
    head = SignedHead.objects.last()
    assert f"python3 verify_bundle.py 420600-edition-2.json --key {head.public_key}" in text
    assert head.note in html.unescape(page.content.decode())
    assert {"/verify/verify_bundle.py", "/editions/2/proof/", "/editions/"} <= set(links_of(page))


def test_every_page_leads_to_it(world, client, code_of):
    for address in ("/", "/items/", f"/items/{code_of('收养登记')}/", "/editions/1/"):
        assert "/verify/" in links_of(client.get(address))
    assert "/regions/420602/verify/" in links_of(client.get("/regions/420602/"))


def test_the_verifier_that_it_offers_is_the_one_that_it_names(world, client):
    offered = client.get("/verify/verify_bundle.py")
    assert offered.content == TOOL.read_bytes()
    assert offered["Content-Type"] == "text/plain; charset=utf-8"
    assert hashlib.sha256(offered.content).hexdigest() in text_of(client.get("/verify/"))


def test_what_an_item_page_offers_is_proven(world, client, code_of, tmp_path, count_queries, capsys):
    page = client.get(f"/items/{code_of('劳务派遣经营许可')}/")
    assert f"SHA-256 {world.version('劳务派遣经营许可').content_hash}" in text_of(page)
    address = next(each for each in links_of(page) if each.endswith("/proof/"))
    assert address == f"/items/{code_of('劳务派遣经营许可')}/v/2/proof/"
    with count_queries("public.item_proof"):
        proof = client.get(address)
    assert proof["Content-Type"] == "application/json"
    assert proof["Content-Disposition"] == f'attachment; filename="{code_of("劳务派遣经营许可")}-v2.json"'
    key = re.search(r"--key ([0-9a-f]{64})", client.get("/verify/").content.decode())[1]
    assert proven(proof, tmp_path, "--key", key)
    assert "“劳务派遣经营许可”第 2 版" in capsys.readouterr().out


def test_every_public_version_is_proven_and_no_withheld_one(world, client, tmp_path):
    for version in ItemVersion.objects.select_related("item"):
        answer = client.get(f"/items/{version.item.code}/v/{version.number}/proof/")
        if version.not_public:
            assert answer.status_code == 404
        else:
            assert proven(answer, tmp_path), version
    hidden = world.item("专项保密检查").code
    nobody = client.get("/items/420600-99999/v/1/proof/")
    assert text_of(nobody).replace("420600-99999", hidden) == text_of(client.get(f"/items/{hidden}/v/1/proof/"))


def test_what_an_edition_page_offers_is_proven(world, client, tmp_path, count_queries):
    page = client.get("/editions/2/")
    assert "已签署 演示密钥" in text_of(page)
    assert "/editions/2/proof/" in links_of(page)
    with count_queries("public.edition_proof"):
        proof = client.get("/editions/2/proof/")
    assert proven(proof, tmp_path)


def test_an_edition_that_waits_to_be_signed_says_so_and_its_page_changes_when_it_is(world, client, tmp_path, settings):
    settings.LOG_HEAD_FILE = str(tmp_path / "head")
    signed = client.get("/editions/2/")
    drop_triggers("ledger_signedhead")
    execute("DELETE FROM ledger_signedhead WHERE tree_size = 2")
    page = client.get("/editions/2/", headers={"If-None-Match": signed["ETag"]})
    assert page.status_code == 200
    assert "已公布·待签" in text_of(page)
    assert "/editions/2/proof/" not in links_of(page)
    waiting = client.get("/editions/2/proof/")
    assert waiting.status_code == 404
    assert "已公布、待签署" in text_of(waiting)


def test_what_is_not_there_is_not_found(world, client, code_of):
    code = code_of("劳务派遣经营许可")
    for address in (
        "/editions/9/proof/",
        "/editions/99999999999999999999/proof/",
        f"/items/{code}/v/9/proof/",
        "/items/x/v/1/proof/",
    ):
        assert client.get(address).status_code == 404, address


def test_an_item_of_another_region_has_its_proof_there(world, client, code_of):
    code = code_of("劳务派遣经营许可")
    assert client.get(f"/regions/420602/items/{code}/v/1/proof/")["Location"] == f"/items/{code}/v/1/proof/"


def test_a_region_without_a_list_has_the_page_too(db, client):
    page = client.get("/verify/")
    assert page.status_code == 200
    assert "校验文件.json" in text_of(page)
