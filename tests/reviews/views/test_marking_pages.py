"""Going through the changes of a request one by one: marks kept as one goes, next without the list, ticks, checklist, reasons."""

import pytest
from django.urls import reverse

from reviews.models import ChangeMark, ChecklistRow, RequestSplit
from tests.world import add, decide, fresh, propose, reasons_for


def change(row, position, name="request_change"):
    return reverse(f"admin:{name}", args=[row.pk, position])


def mark(client, row, position, **fields):
    given = {"word": "passed", "opinion": "", "seen_hash": row.proposed_hash, **fields}
    return client.post(change(row, position, "request_mark"), given)


def send(client, row, **fields):
    reasons = {f"waive_{number}": reason for number, reason in reasons_for(fresh(row)).items()}
    given = {"outcome": "passed", "opinion": "", "seen_hash": row.proposed_hash, **reasons, **fields}
    return client.post(reverse("admin:request_decide", args=[row.pk]), given)


def text(response) -> str:
    return response.content.decode()


def test_one_goes_from_change_to_change_and_ends_at_the_decision(world, at_desk):
    row = propose(world, [add("甲"), add("乙"), add("丙")])
    client = at_desk("compliance")
    shown = text(client.get(change(row, 2)))
    assert f'href="{change(row, 1)}" data-key="k"' in shown and f'href="{change(row, 3)}" data-key="j"' in shown
    assert mark(client, row, 1)["Location"] == change(row, 2)
    assert mark(client, row, 2, word="refused", opinion="无依据")["Location"] == change(row, 3)
    assert mark(client, row, 3)["Location"].endswith("#decide")
    page = text(client.get(reverse("admin:request", args=[row.pk])))
    assert "已标记 3 项" in page and "无依据" in page
    assert send(client, row).status_code == 302
    assert fresh(row).changes.count() == 2
    assert RequestSplit.objects.get(source=row).target.changes.get().name == "乙"


def test_a_mark_names_the_elements_and_says_what_of_them(world, at_desk):
    row = propose(world, [add("甲"), add("乙")])
    client = at_desk("compliance")
    mark(client, row, 1, word="returned", element=["name", "", "promised_time"], note=["用全称", "", "超过法定时限"])
    kept = ChangeMark.objects.get(request=row)
    assert kept.marked_fields == [("name", "用全称"), ("promised_time", "超过法定时限")]
    shown = text(client.get(change(row, 1)))
    assert 'value="用全称"' in shown and '<option value="promised_time" selected>' in shown


def test_the_department_sees_what_to_correct_and_where_it_will_go(world, at_desk):
    row = propose(world, [add("甲"), add("乙")])
    client = at_desk("compliance")
    mark(client, row, 2, word="returned", element=["name"], note=["用全称"])
    send(client, row, outcome="returned", opinion="补正后再报")
    shown = text(at_desk("clerk").get(reverse("admin:request", args=[row.pk])))
    assert "须补正 1 处" in shown and "用全称" in shown and "没有超出所标之处" in shown


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"word": ""}, 422),
        ({"word": "maybe"}, 422),
        ({"word": "returned", "element": "no_such", "note": "x"}, 422),
        ({"word": "returned", "opinion": "x" * 5001}, 422),
        ({"word": "returned", "element": "name", "note": "x" * 501}, 422),
        ({"word": "returned", "element": "name", "note": "a\x00b"}, 422),
        ({"word": "returned", "element": "\x00", "note": "a"}, 422),
        ({"seen_hash": ""}, 422),
        ({"seen_hash": "f" * 64}, 409),
    ],
)
def test_a_faulty_mark_gets_a_sentence_and_keeps_what_was_typed(world, at_desk, fields, status):
    row = world.request("compliance")
    response = mark(at_desk("compliance"), row, 1, **{"opinion": "写了一半", **fields})
    assert response.status_code == status and not ChangeMark.objects.filter(request=row).exists()
    if "opinion" not in fields:
        assert "写了一半</textarea>" in text(response)


@pytest.mark.parametrize("position", [0, 9, 4_000_000_000])
def test_there_is_no_page_of_a_change_that_is_not_there(world, at_desk, position):
    row = world.request("compliance")
    client = at_desk("compliance")
    assert client.get(change(row, position)).status_code == 404
    assert mark(client, row, position).status_code == 404


def test_strangers_find_nothing_and_colleagues_may_look_but_not_mark(world, at_desk):
    row = world.request("compliance")
    for name in ("outsider", "county_compliance"):
        assert at_desk(name).get(change(row, 1)).status_code == 404
    assert mark(at_desk("county_compliance"), row, 1).status_code == 404
    for name in ("clerk", "legality", "auditor"):
        shown = at_desk(name).get(change(row, 1))
        assert shown.status_code == 200 and 'name="word"' not in text(shown)
        assert mark(at_desk(name), row, 1).status_code == 403
    assert not ChangeMark.objects.filter(request=row).exists()


def test_all_but_the_ticked_ones_pass_with_one_opinion(world, at_desk):
    row = propose(world, [add("甲"), add("乙"), add("丙")])
    response = send(at_desk("compliance"), row, tick=["2", "3"], ticked_as="refused", opinion="依据已废止")
    assert response.status_code == 302
    split = RequestSplit.objects.get(source=row)
    assert [word.opinion for word in split.decision.words.all()] == ["依据已废止", "依据已废止"]
    assert split.target.state == "refused" and fresh(row).changes.get().name == "甲"
    shown = text(at_desk("clerk").get(reverse("admin:request", args=[row.pk])))
    assert "其后有调整分出另立" in shown and split.target.number in shown


@pytest.mark.parametrize("tick", ["99", "²", "-1", "1" * 40, "x\x00"])
def test_strange_ticks_do_no_harm(world, at_desk, tick):
    row = propose(world, [add("甲"), add("乙")])
    response = send(at_desk("compliance"), row, tick=[tick], ticked_as="returned", opinion="改")
    assert response.status_code in (302, 422)
    assert not RequestSplit.objects.exists()


def test_ticks_and_opinion_stay_when_the_form_is_refused(world, at_desk):
    row = propose(world, [add("甲"), add("乙")])
    response = send(at_desk("compliance"), row, tick=["1", "2"], ticked_as="returned", opinion="全都要改")
    shown = text(response)
    assert response.status_code == 422 and "全部调整都已勾选" in shown and "全都要改</textarea>" in shown
    assert shown.count('name="tick" value="1" form="decide-form" aria-label="勾选第 1 项" checked') == 1


def test_the_checklist_of_the_part_and_kind_is_kept_with_the_decision(world, at_desk):
    row = propose(world, [add("甲")])
    client = at_desk("compliance")
    rows = list(ChecklistRow.objects.filter(part="duty", kind__in=["", "add"]))
    shown = text(client.get(reverse("admin:request", args=[row.pk])))
    assert rows and all(each.text in shown for each in rows)
    assert ChecklistRow.objects.filter(part="duty", kind="repeal").first().text not in shown
    send(client, row, checked=[str(rows[0].pk)])
    answers = row.decisions.get().answers
    assert [answer.text for answer in answers.filter(ticked=True)] == [rows[0].text]
    assert answers.filter(ticked=False).count() == len(rows) - 1
    assert f"已核对：{rows[0].text}" in text(at_desk("clerk").get(reverse("admin:request", args=[row.pk])))


def test_the_reasons_of_warnings_are_asked_on_the_page_and_kept(world, at_desk):
    row = propose(world, [add("甲")])
    client = at_desk("compliance")
    response = client.post(
        reverse("admin:request_decide", args=[row.pk]), {"outcome": "passed", "opinion": "好", "seen_hash": row.proposed_hash}
    )
    shown = text(response)
    assert response.status_code == 422 and all(f'name="waive_{number}"' in shown for number in reasons_for(row))
    send(client, row)
    assert "通过理由：已核对，情况属实" in text(client.get(reverse("admin:request", args=[row.pk])))


def test_a_long_request_shows_its_list_and_takes_as_many_queries_as_a_longer_one(world, at_desk, queries_of):
    short = propose(world, [add(f"短{number}") for number in range(60)], submit=True)
    long = propose(world, [add(f"长{number}") for number in range(180)], submit=True)
    client = at_desk("compliance")
    pages = [reverse("admin:request", args=[row.pk]) for row in (short, long)]
    shown = text(client.get(pages[1]))
    assert shown.count('name="tick"') == 180 and "长179" in shown and "连续显示差异" in shown
    assert queries_of(client, pages[0]) == queries_of(client, pages[1])
    assert queries_of(client, change(short, 30)) == queries_of(client, change(long, 170))


# -- the answers to a limited revision -------------------------------------------------------------------------------------------------


@pytest.fixture
def limited(world):
    from tests.reviews.test_returning import corrected, handed_in, returned_by_legality

    return handed_in(world, corrected(world, returned_by_legality(world), supervision_phone="0710-3600009"))


def answer(client, row, **fields):
    given = {"answer": "confirmed", "opinion": "", "seen_hash": row.proposed_hash, "part": "", **fields}
    return client.post(reverse("admin:request_answer", args=[row.pk]), given)


def test_who_had_passed_it_sees_the_difference_and_confirms(world, at_desk, limited):
    client = at_desk("compliance")
    shown = text(client.get(reverse("admin:request", args=[limited.pk])))
    assert "只改了所标要素" in shown and "0710-3600009" in shown and "不答复不视为同意" in shown
    assert reverse("admin:request_answer", args=[limited.pk]) in shown
    assert answer(client, limited).status_code == 302
    assert "确认</span> 职责审查" in text(client.get(reverse("admin:request", args=[limited.pk])))
    assert answer(client, limited).status_code == 409


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"answer": "reopened"}, 422), ({"answer": "x"}, 422), ({"seen_hash": "0" * 64}, 409), ({"part": "legality"}, 409)],
)
def test_a_faulty_answer_is_refused_in_words(world, at_desk, limited, fields, status):
    response = answer(at_desk("service"), limited, **fields)
    assert response.status_code == status and "notice-error" in text(response)
    assert not limited.confirmations.exists()


def test_nobody_else_is_offered_or_may_give_the_answer(world, at_desk, limited):
    for name, status in (("legality", 403), ("county_compliance", 404)):
        assert answer(at_desk(name), limited).status_code == status
    assert reverse("admin:request_answer", args=[limited.pk]) not in text(
        at_desk("legality").get(reverse("admin:request", args=[limited.pk]))
    )


def test_a_revision_that_starts_again_says_why_to_its_reviewers(world, at_desk):
    row = propose(world, [add("甲")])
    decide(world.compliance, row, "returned", "改")
    from reviews.requests import submit_request

    submit_request(actor=world.head, request=fresh(row), seen_hash=row.proposed_hash)
    shown = text(at_desk("compliance").get(reverse("admin:request", args=[row.pk])))
    assert "从合规审查重新开始" in shown and "退回时没有标出要素" in shown
