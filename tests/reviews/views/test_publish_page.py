"""The last step: numbers before, password, and where to see it afterwards."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition
from reviews.proposals import Proposal
from reviews.publication import foresee, publish_batch
from tests.world import PASSWORD, add, amend, decide_batch, fresh, propose, review


def send(client, batch, **fields):
    today = timezone.localdate().isoformat()
    given = {
        "notice_title": "关于公布权责清单动态调整的通知",
        "notice_no": "襄政发〔2020〕5号",
        "published_on": today,
        "effective_on": today,
        "seen_hash": batch.submission_hash,
        "password": PASSWORD,
        **fields,
    }
    return client.post(reverse("admin:batch_publish", args=[batch.pk]), given, follow=True, REMOTE_ADDR="127.0.0.1")


def test_it_shows_in_numbers_what_will_happen(world, at_desk):
    batch = world.batch("decided")
    shown = at_desk("publisher").get(reverse("admin:batch_publish", args=[batch.pk])).content.decode()
    assert "<b>1</b> 项新增" in shown and "<b>0</b> 项变更" in shown and "<b>0</b> 项取消" in shown
    before, after = foresee(batch).before, foresee(batch).after
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
    assert f'<td class="number">{before[1]}</td>' in shown and f'<td class="number">{after[1]}</td>' in shown
    assert f'value="{timezone.localdate():%Y-%m-%d}"' in shown


def test_what_was_foreseen_is_what_the_edition_counts(world):
    """With an ended item, a split 大项 and a new sub-item."""
    today = timezone.localdate()
    first = world.batch("decided")
    terms = {"notice_title": "通知", "published_on": today, "effective_on": today}
    publish_batch(actor=world.publisher, batch=first, notice_no="一号", seen_hash=first.submission_hash, **terms)
    gone = world.version("工伤认定")
    row = propose(
        world,
        [
            Proposal(
                kind=ChangeKind.REPEAL,
                content=gone.content.changed(state="repealed"),
                item=gone.item,
                base_version=gone,
                reason="取消",
                document="国发〔2020〕1号",
            ),
            add("新大项"),
            add("新子项一", major="新大项"),
            add("新子项二", major="新大项"),
            amend(world.version("劳务派遣经营许可"), note="改"),
        ],
    )
    review(world, row)
    batch = decide_batch(world, [row], "预计批次", held_on=datetime.date(2020, 4, 1))
    foreseen = foresee(batch)
    edition = publish_batch(actor=world.publisher, batch=batch, notice_no="二号", seen_hash=batch.submission_hash, **terms)
    kept = list(edition.counts.values_list("majors", "items"))
    assert foreseen.after == (sum(majors for majors, _ in kept), sum(items for _, items in kept))
    assert dict(foreseen.kinds) == {"add": 3, "repeal": 1, "elements": 1}


def test_it_publishes_and_links_to_the_public_page(world, at_desk):
    batch = world.batch("decided")
    shown = send(at_desk("publisher"), batch).content.decode()
    edition = Edition.objects.newest(world.city)
    assert fresh(batch).edition == edition and edition.notice_no == "襄政发〔2020〕5号"
    assert f'<a href="{reverse("public:edition", args=[edition.number])}">第2次动态调整</a>' in shown


def test_a_county_edition_is_linked_in_its_own_tree(world):
    from reviews.views.pages import edition_url

    edition = Edition(region=world.county, number=3)
    assert edition_url(edition) == "/regions/420602/editions/3/"


def test_it_asks_for_the_password_again(world, at_desk):
    batch = world.batch("decided")
    response = send(at_desk("publisher"), batch, password="Chang-Qing-2017")
    assert response.status_code == 422 and "密码不对" in response.content.decode()
    assert "襄政发〔2020〕5号" in response.content.decode() and "Chang-Qing-2017" not in response.content.decode()
    assert fresh(batch).state == "decided"


def test_broken_rules_are_all_told_and_nothing_is_published(world, at_desk):
    batch = world.batch("decided")
    response = send(at_desk("publisher"), batch, effective_on="2019-01-01", published_on="2019-01-01")
    shown = response.content.decode()
    assert response.status_code == 422
    assert "早于审议日期" in shown and "早于上一版本的生效日期" in shown
    assert fresh(batch).state == "decided"


def test_another_submission_is_409(world, at_desk):
    batch = world.batch("decided")
    response = send(at_desk("publisher"), batch, seen_hash="0" * 64)
    assert response.status_code == 409 and "送审稿已变化" in response.content.decode()
    assert fresh(batch).state == "decided"


@pytest.mark.parametrize(("person", "status"), [("county_publisher", 404), ("council", 403), ("head", 403), ("auditor", 403)])
def test_nobody_else_may(world, at_desk, person, status):
    batch = world.batch("decided")
    client = at_desk(person)
    assert client.get(reverse("admin:batch_publish", args=[batch.pk])).status_code == status
    assert send(client, batch).status_code == status
    assert fresh(batch).state == "decided"


def test_a_published_batch_is_not_published_twice(world, at_desk):
    client, batch = at_desk("publisher"), world.batch("decided")
    send(client, batch)
    assert send(client, batch).status_code == 409
    assert Edition.objects.of(world.city).count() == 3
