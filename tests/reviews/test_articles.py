"""条文 entered once and confirmed by 司法; a basis beside the library."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.content import LegalBasis
from qingdan.laws.library import matching_title
from qingdan.laws.models import Act, ActVersion, Article
from qingdan.laws.standing import Word
from qingdan.ledger.models import AuditEvent
from reviews.articles import confirm_article, enter_article, refuse_article, text_hash
from reviews.basis_reading import basis_readings, readings_of

DAY = datetime.date(2024, 5, 6)
TEXT = "设立食品生产企业，应当取得许可。\n有下列情形之一的，不予许可：\n（一）没有场所的；\n（二）没有设备的。"


@pytest.fixture
def version(world) -> ActVersion:
    return an_act("中华人民共和国甲法")


def an_act(title: str, status: str = "in_force", **fields) -> ActVersion:
    act = Act.objects.create(title=title, kind="法律", normal_title=matching_title(title))
    return ActVersion.objects.create(act=act, status=status, **fields)


def enter(world, version, article="第五条", text=TEXT, person="clerk", **changes) -> Article:
    given = {"source": "国家法律法规数据库", "source_on": DAY, **changes}
    return enter_article(actor=getattr(world, person), version=version, article=article, text=text, **given)


def confirmed(world, version, **changes) -> Article:
    article = enter(world, version, **changes)
    return confirm_article(actor=world.legality, article=article, seen_hash=text_hash(article))


def written(text: str, **parts) -> LegalBasis:
    return LegalBasis(as_written=text, **parts)


def test_it_is_entered_once_confirmed_by_another_and_kept_with_its_history(world, version):
    article = enter(world, version)
    assert (article.key, article.state, str(article)) == ("5", "pending", "《中华人民共和国甲法》第五条")
    confirm_article(actor=world.legality, article=article, seen_hash=text_hash(article))
    assert (article.state, article.decided_by_name) == ("confirmed", "吴法")
    assert [entry.history_change_reason for entry in article.history.order_by("history_id")] == ["录入", "已确认"]
    acts = AuditEvent.objects.filter(act__in=("enter_article", "confirm_article")).order_by("pk")
    assert [event.actor_id for event in acts] == ["clerk", "legality"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"article": "某条"}, "写明是哪一条"),
        ({"text": "  "}, "粘贴条文全文"),
        ({"source": ""}, "写明条文从何处来"),
        ({"source_on": None}, "写明来源的日期"),
        ({"source_on": datetime.date(2999, 1, 1)}, "在今天之后"),
        ({"text": "字" * 20_001}, "超过 20000 字"),
        ({"text": "甲\x00乙"}, "控制字符"),
    ],
)
def test_what_is_missing_or_wrong_is_refused(world, version, changes, sentence):
    with pytest.raises(RuleBroken, match=sentence):
        enter(world, version, **changes)
    assert not Article.objects.exists()


def test_a_second_text_of_one_article_waits_until_the_first_is_sent_back(world, version):
    first = enter(world, version)
    with pytest.raises(RuleBroken, match="第五条已有待确认的条文"):
        enter(world, version, text="别的文字")
    with pytest.raises(RuleBroken, match="须写明意见"):
        refuse_article(actor=world.legality, article=first, opinion=" ", seen_hash=text_hash(first))
    refuse_article(actor=world.legality, article=first, opinion="漏了第二款", seen_hash=text_hash(first))
    assert enter(world, version, text="别的文字").pk != first.pk


@pytest.mark.parametrize("person", ["clerk", "head", "compliance", "service", "publisher", "auditor", "county_clerk"])
def test_only_the_legality_office_confirms(world, version, person):
    article = enter(world, version)
    with pytest.raises(NotAllowed):
        confirm_article(actor=getattr(world, person), article=article, seen_hash=text_hash(article))
    with pytest.raises(NotAllowed):
        refuse_article(actor=getattr(world, person), article=article, opinion="不对", seen_hash=text_hash(article))


@pytest.mark.parametrize("person", ["compliance", "council", "auditor", "system_admin"])
def test_reviewers_of_other_kinds_enter_nothing(world, version, person):
    with pytest.raises(NotAllowed):
        enter(world, version, person=person)


def test_nobody_confirms_his_own_text_and_nothing_is_decided_twice(world, version):
    own = enter(world, version, person="legality")
    with pytest.raises(NotAllowed, match="自己录入"):
        confirm_article(actor=world.legality, article=own, seen_hash=text_hash(own))
    confirm_article(actor=world.county_legality, article=own, seen_hash=text_hash(own))
    with pytest.raises(WrongState, match="已由他人办理"):
        confirm_article(actor=world.legality, article=enter_again(own), seen_hash=text_hash(own))
    with pytest.raises(WrongState, match="条文已变化"):
        refuse_article(actor=world.legality, article=own, opinion="不对", seen_hash="0" * 64)


def enter_again(article: Article) -> Article:
    """The same row as somebody read it before it was decided."""
    found = Article.objects.get(pk=article.pk)
    found.state, found.entered_by = Article.State.PENDING, "clerk"
    return found


def test_a_basis_says_how_its_act_stands(world, version):
    an_act("乙条例", "repealed", changed_by="《丙条例》")
    an_act("丁法", effective_on=datetime.date(2999, 1, 1))
    bases = [
        written("《甲法》第五条"),
        written("《乙条例》第三条"),
        written("《丁法》第一条"),
        written("《戊法》第一条"),
        written("有关规定"),
    ]
    readings = basis_readings(bases)
    assert [each.standing.word for each in readings] == [Word.IN_FORCE, Word.REPEALED, Word.PENDING, Word.UNKNOWN, Word.UNKNOWN]
    assert readings[1].standing.note == "由《丙条例》"
    assert [each.sound for each in readings] == [True, False, False, False, False]
    assert (readings[4].title, readings[4].written) == ("", "有关规定")


def test_the_article_stands_beside_and_what_is_quoted_otherwise_is_marked(world, version):
    confirmed(world, version)
    same, other, item, bare = basis_readings(
        [
            written("《甲法》第五条第一款 设立食品生产企业，应当取得许可"),
            written("《甲法》第五条第一款 设立食品经营企业，应当取得许可。"),
            written("《甲法》第五条第二款第（二）项"),
            written("《甲法》第六条"),
        ]
    )
    assert same.articles[0].differing is None and same.articles[0].text == "设立食品生产企业，应当取得许可。"
    quoted, library = other.articles[0].differing
    assert [text for text, differs in quoted if differs] == ["经营"] and [t for t, d in library if d] == ["生产"]
    assert not other.sound
    assert item.articles[0].text == "（二）没有设备的。"
    assert bare.articles[0].missing and bare.lacking == 1


def test_a_text_that_waits_is_shown_as_waiting_and_one_sent_back_is_not_shown(world, version):
    article = enter(world, version)
    (reading,) = basis_readings([written("《甲法》第五条")])
    assert reading.articles[0].pending and reading.lacking == 1
    refuse_article(actor=world.legality, article=article, opinion="漏字", seen_hash=text_hash(article))
    (reading,) = basis_readings([written("《甲法》第五条")])
    assert reading.articles[0].missing


def test_a_row_known_by_its_parts_and_a_row_of_two_acts_are_read(world, version):
    confirmed(world, version)
    parts = LegalBasis(title="甲法", locator="第五条第一款", quote="设立食品生产企业，须取得许可。")
    (reading,) = basis_readings([parts])
    assert reading.articles[0].differing is not None and reading.places == "第五条第一款"
    found = basis_readings([written("《甲法》第五条、《乙法》第二条")])
    assert [(each.title, each.places) for each in found] == [("甲法", "第五条"), ("乙法", "第二条")]


def test_of_two_acts_of_one_name_the_one_that_is_in_force_is_meant(world):
    act = Act.objects.create(title="甲规定", kind="部门规章", normal_title="甲规定")
    ActVersion.objects.create(act=act, status="repealed")
    other = Act.objects.create(title="甲规定", kind="行政法规", normal_title="甲规定")
    ActVersion.objects.create(act=other)
    (reading,) = basis_readings([written("《甲规定》第一条")])
    assert reading.act == other and reading.standing.word == Word.IN_FORCE


def test_the_queries_do_not_grow_with_the_bases(world, version):
    confirmed(world, version)
    with CaptureQueriesContext(connection) as few:
        readings_of([[written("《甲法》第五条")]])
    with CaptureQueriesContext(connection) as many:
        readings_of([[written(f"《甲法》第{n}条"), written(f"《第{n}法》第一条")] for n in range(1, 60)])
    assert len(few) == len(many) == 3
