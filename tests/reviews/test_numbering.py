"""意见书编号: the next of the year, once for each revision, by the office that wrote the opinion; never twice the same."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from reviews.models import OpinionNumber
from reviews.numbering import last_word, number_opinion
from tests.world import add, decide, fresh, propose, review


@pytest.fixture
def decided(world):
    return [review(world, propose(world, [add(f"编号样本{n}")])) for n in range(2)]


def test_numbers_run_on_within_the_year(world, decided):
    numbers = [number_opinion(actor=world.legality, request=request, word="襄司审") for request in decided]
    year = timezone.localdate().year
    assert [str(number) for number in numbers] == [f"襄司审〔{year}〕1号", f"襄司审〔{year}〕2号"]
    assert last_word(world.city) == "襄司审"
    assert (
        AuditEvent.objects.filter(act="number_opinion", outcome="done").count() == 2
        or AuditEvent.objects.filter(act="number_opinion").count() == 2
    )


def test_another_word_has_numbers_of_its_own(world, decided):
    first = number_opinion(actor=world.legality, request=decided[0], word="襄司审")
    second = number_opinion(actor=world.legality, request=decided[1], word="襄法审")
    assert (first.serial, second.serial) == (1, 1)


def test_a_revision_is_numbered_once_and_its_number_stays(world, decided):
    number = number_opinion(actor=world.legality, request=decided[0], word="襄司审")
    with pytest.raises(WrongState, match="已编号"):
        number_opinion(actor=world.legality, request=decided[0], word="襄司审")
    with pytest.raises(DatabaseError), transaction.atomic():
        OpinionNumber.objects.filter(pk=number.pk).update(serial=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        OpinionNumber.objects.filter(pk=number.pk).delete()


def test_there_is_nothing_to_number_before_the_opinion(world):
    request = review(world, propose(world, [add("未审")]), until="legality")
    with pytest.raises(WrongState, match="还没有合法性审查意见"):
        number_opinion(actor=world.legality, request=request, word="襄司审")


def test_a_returned_request_gets_a_number_for_what_was_said_then(world):
    request = review(world, propose(world, [add("退回样本")]), until="legality")
    decide(world.legality, request, "returned", "引用条款有误")
    assert number_opinion(actor=world.legality, request=fresh(request), word="襄司审").revision == fresh(request).revision


@pytest.mark.parametrize("word", ["", "  ", "襄司审〔2020〕1号", "x", "一二三四五六七八九十一二三", "襄\x00审"])
def test_a_word_that_is_none_is_refused(world, decided, word):
    with pytest.raises(RuleBroken, match="机关代字"):
        number_opinion(actor=world.legality, request=decided[0], word=word)
    assert not OpinionNumber.objects.exists()


@pytest.mark.parametrize("who", ["compliance", "publisher", "head", "auditor"])
def test_a_colleague_of_another_post_may_not(world, decided, who):
    with pytest.raises(NotAllowed) as refused:
        number_opinion(actor=getattr(world, who), request=decided[0], word="襄司审")
    assert refused.value.status == 403


@pytest.mark.parametrize("who", ["county_legality", "outsider"])
def test_a_stranger_is_told_nothing(world, decided, who):
    with pytest.raises(NotAllowed) as refused:
        number_opinion(actor=getattr(world, who), request=decided[0], word="襄司审")
    assert refused.value.status == 404
