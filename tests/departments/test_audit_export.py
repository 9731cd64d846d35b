"""The auditor's file: what he may see, every field that the hashes are over, oldest first; and the export is an event itself."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.utils import timezone

from qingdan.ledger import audit
from qingdan.ledger.canonical import canonical_bytes, sha256_hex
from qingdan.ledger.models import AuditEvent
from tests.departments.test_screens import entered

ADDRESS = "/admin/audit/export/"


def export(client, kind: str = "jsonl", **given):
    today = timezone.localdate().isoformat()
    return client.post(ADDRESS, {"first": today, "last": today, "kind": kind, **given})


def lines_of(response) -> list[dict]:
    return [json.loads(line) for line in b"".join(response.streaming_content).decode().splitlines()]


@pytest.mark.parametrize("who", ["clerk", "publisher", "system_admin", "security_admin"])
def test_nobody_else_opens_it_nor_gets_a_file(world, who):
    client = entered(who)
    assert client.get(ADDRESS).status_code == 403
    assert export(client).status_code == 403


def test_a_stranger_can_check_the_chain_from_the_file_alone(world):
    client = entered("audit_admin")
    before = AuditEvent.objects.count()
    response = export(client)
    assert response["Content-Disposition"].startswith("attachment")
    lines = lines_of(response)
    assert [line["sequence"] for line in lines] == list(range(1, before + 1))
    previous = audit.GENESIS
    for line in lines:
        hashed = {key: str(value) for key, value in line.items() if key != "hash"}
        assert line["previous_hash"] == previous
        assert sha256_hex(canonical_bytes(hashed)) == line["hash"]
        previous = line["hash"]
    event = AuditEvent.objects.order_by("-sequence").first()
    assert (event.act, event.actor_id, event.outcome) == ("export_audit", "audit_admin", "done")
    assert f"{before} 条" in event.detail


def test_a_regions_auditor_gets_what_his_people_did_and_no_more(world):
    actors = {line["actor_id"] for line in lines_of(export(entered("auditor")))}
    assert {"clerk", "publisher", "legality"} <= actors
    assert not {"county_clerk", "other_clerk"} & actors


def test_a_spreadsheet_runs_nothing_of_it(world):
    from django.db import transaction

    with transaction.atomic():
        audit.record(actor_id="clerk", actor_name="=HYPERLINK(1)", act="test", detail="@SUM(1)")
    text = b"".join(export(entered("audit_admin"), "csv").streaming_content).decode("utf-8-sig")
    row = next(each for each in csv.DictReader(io.StringIO(text)) if each["act"] == "test")
    assert (row["actor_name"], row["detail"]) == ("'=HYPERLINK(1)", "'@SUM(1)")


def test_days_in_the_wrong_order_and_nonsense_are_told(world):
    client = entered("audit_admin")
    assert "截止日期早于起始日期" in export(client, last="2016-01-01").content.decode()
    assert export(client, kind="exe").status_code == 200
    assert export(client, first="昨天").status_code == 200
    assert not AuditEvent.objects.filter(act="export_audit", outcome="done").exists()
    assert lines_of(export(client, first="2016-01-01", last="2016-01-02")) == []
