"""The suite's own footing: ordinary tests leave nothing behind, committing ones work on a copy."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import connection, transaction

from departments.models import Region
from qingdan.items.models import Category
from tests.racing import race

NEW = {"code": "999999", "name": "测试市", "level": Region.Level.CITY}


@pytest.mark.parametrize("round", [1, 2])
def test_it_leaves_nothing_of_an_ordinary_test(db, round):
    assert not Region.objects.filter(code="999999").exists()
    Region.objects.create(**NEW)


@pytest.mark.parametrize("round", [1, 2])
def test_it_gives_a_committing_test_a_copy_of_its_own(committed_db, round):
    assert not Region.objects.filter(code="999999").exists()
    with transaction.atomic(durable=True):
        Region.objects.create(**NEW)
    connection.close()
    assert Region.objects.filter(code="999999").exists()


def test_it_has_the_reference_data_in_both(db):
    assert Category.objects.count() == 10


def test_it_has_the_reference_data_in_a_copy(committed_db):
    assert Category.objects.count() == 10


def test_it_shows_a_copy_to_child_processes(committed_db):
    Region.objects.create(**NEW)
    script = (
        "import django; django.setup(); from departments.models import Region; print(Region.objects.filter(code='999999').count())"
    )
    child = subprocess.run([sys.executable, "-c", script], env=committed_db.env, capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "1"


def test_it_races_acts_that_commit_for_real(committed_db):
    outcomes = race(*[lambda: Region.objects.create(**NEW).pk] * 4)
    assert sum(outcome.won for outcome in outcomes) == 1
    assert {type(outcome.error).__name__ for outcome in outcomes if not outcome.won} == {"IntegrityError"}
    assert Region.objects.filter(code="999999").count() == 1


def test_it_counts_queries_against_the_reviewed_file(db, count_queries):
    with pytest.raises(pytest.fail.Exception, match="1 queries, query_counts.json says None"), count_queries("no such page"):
        Region.objects.count()
