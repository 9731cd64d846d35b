"""批, 次 and 调整事项数 are what a count by hand of the published editions gives."""

import datetime

import pytest
from django.urls import reverse

from qingdan.items.models import Edition, EditionChange
from reviews.counting import adjusted_items, by_department, by_kind, figures
from reviews.models import Directive
from tests.reviews.directives import directive
from tests.world import amend, decide_batch, propose, publish, review

FIRST, LAST = datetime.date(2016, 1, 1), datetime.date(2030, 1, 1)


@pytest.fixture
def adjusted_again(world):
    """A second and a third adjustment, which touch one item of the first again, a withheld one, and a 大项 with its sub-items."""
    publish(
        world,
        world.batch("decided"),
        "襄政发〔2020〕1号",
        published_on=datetime.date(2020, 2, 20),
        effective_on=datetime.date(2020, 3, 1),
    )
    changes = [
        amend(world.version("劳务派遣经营许可"), supervision_phone="0710-3600003"),
        amend(world.version("民办职业技能培训学校设立"), "rename", name="民办职业技能培训学校审批"),
        amend(world.version("专项保密检查"), supervision_phone="0710-3600004"),
    ]
    request = propose(world, changes)
    review(world, request)
    batch = decide_batch(world, [request], "再调整", held_on=datetime.date(2020, 5, 1))
    publish(world, batch, "襄政发〔2020〕9号", published_on=datetime.date(2020, 5, 20), effective_on=datetime.date(2020, 6, 1))
    return world


def by_hand(region, since, until) -> tuple[int, int, int, int]:
    """Counted row by row, without any of the queries under test."""
    batches = [d for d in Directive.objects.all() if d.region == region and d.parent is None and d.level != "city"]
    editions = [e for e in Edition.objects.all() if e.region == region and e.kind in ("adjustment", "backfill")]
    editions = [e for e in editions if since <= e.published_on <= until]
    touched = []
    for edition in editions:
        for change in EditionChange.objects.filter(edition=edition):
            if not change.follows and not change.not_public:
                touched.append(change.item_id)
    return len([d for d in batches if since <= d.decided_on <= until]), len(editions), len(touched), len(set(touched))


def test_the_figures_equal_a_count_by_hand(adjusted_again):
    world = adjusted_again
    above = directive(world, "国发〔2020〕6号", issuer="国务院")
    directive(world, "鄂政发〔2020〕7号", parent=above)
    directive(world, "襄政发〔2020〕8号", issuer="襄阳市人民政府")
    for since, until in ((FIRST, LAST), (datetime.date(2020, 1, 1), LAST), (FIRST, datetime.date(2020, 3, 1)), (LAST, LAST)):
        counted = figures(world.city, since=since, until=until)
        assert (counted.batches, counted.rounds, counted.summed, counted.distinct) == by_hand(world.city, since, until)
    whole = figures(world.city)
    assert (whole.batches, whole.rounds) == (1, 3)
    assert whole.summed > whole.distinct, "one item was adjusted twice"
    assert whole.summed == sum(
        Edition.objects.filter(region=world.city, adjustment_no__gt=0).values_list("changed_count", flat=True)
    )


def test_a_first_list_is_no_adjustment(world):
    numbers = {change.edition.number for change in adjusted_items(world.city).select_related("edition")}
    assert numbers == {2}


def test_kinds_and_departments_add_up_to_the_whole(adjusted_again):
    changes = adjusted_items(adjusted_again.city)
    whole = figures(adjusted_again.city)
    assert sum(share.summed for share in by_kind(changes)) == whole.summed
    assert sum(share.summed for share in by_department(changes)) == whole.summed
    assert {share.label for share in by_kind(changes)} == {"新增", "取消", "变更名称", "变更其他要素"}


def test_the_page_prints_the_rule_beside_the_numbers(adjusted_again):
    from django.test import Client

    client = Client()
    client.force_login(adjusted_again.compliance.user)
    text = client.get(reverse("admin:adjustment_statistics")).content.decode()
    assert "同一事项调整几次计几次" in text and "<b>3</b> 次动态调整" in text
    past = client.get(reverse("admin:adjustment_statistics"), {"until": "2018-01-01"}).content.decode()
    assert "这个期间没有动态调整" in past
    for strange in ({"since": "x"}, {"until": "\x00"}, {"since": "9" * 500}):
        assert client.get(reverse("admin:adjustment_statistics"), strange).status_code == 422
    assert client.get(reverse("admin:adjustment_statistics"), {"region": "420602"}).status_code == 404
