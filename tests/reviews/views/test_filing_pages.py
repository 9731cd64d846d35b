"""公布与备案 and 紧急暂停 at the desk: what each post sees and does, what was typed is kept, hostile posts are told."""

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import Filing, Measure, PlacedNotice, PublicationPlace
from tests.reviews.test_filings import PAPERS, _put, filed  # noqa: F401
from tests.reviews.test_meetings import colleague
from tests.reviews.test_suspending import NOTICE, suspend
from tests.world import PASSWORD, fresh


def text(response) -> str:
    return response.content.decode()


def at(name, edition) -> str:
    return reverse(f"admin:{name}", args=[edition.pk])


def test_a_published_edition_waits_to_be_put_up_and_filed(world, at_desk):
    publisher, edition = at_desk("publisher"), world.edition(2)
    listed = text(publisher.get(reverse("admin:filing_list")))
    assert "超期未报送" in listed and "不报送" in listed
    page = text(publisher.get(at("edition_filing", edition)))
    assert "政府门户网站" in page and "超期未报送" in page and "报送备案" in page
    portal = PublicationPlace.objects.get(code="portal")
    given = {"place": portal.pk, "placed_on": "2019-11-20", "address": "首页"}
    assert publisher.post(at("edition_notice", edition), {**given, "placed_on": "2019-01-01"}).status_code == 422
    assert publisher.post(at("edition_notice", edition), given).status_code == 302
    assert PlacedNotice.objects.get().address == "首页"
    assert publisher.post(at("edition_file", edition), {"number": "备1"}).status_code == 422
    assert publisher.post(at("edition_file", edition), {"number": "备1", **PAPERS}).status_code == 302
    assert "已报送待登记" in text(publisher.get(at("edition_filing", edition)))


def test_it_is_registered_and_examined_on_the_page(world, filed, at_desk, client):  # noqa: F811
    legality, edition = at_desk("legality"), world.edition(2)
    assert legality.post(at("edition_register", edition), {"registered_no": ""}).status_code == 422
    assert legality.post(at("edition_register", edition), {"registered_no": "登1"}).status_code == 302
    assert "须由另一人审查" in text(legality.get(at("edition_filing", edition)))
    examiner = colleague(world, "legality", "examiner").user
    type(examiner).objects.filter(pk=examiner.pk).update(must_change_password=False, password_changed_at=timezone.now())
    client.force_login(examiner)
    form = {
        "outcome": "advised",
        "number": "审1",
        "opinion": "见问题",
        "fault_code": [world.item("工伤认定").code, "没有"],
        "fault_nature": ["substantive", "clerical"],
        "fault_note": ["依据已废止", "错字"],
    }
    refused = client.post(at("edition_result", edition), form)
    assert refused.status_code == 422 and "本公布版本没有这个清单编码" in text(refused) and "依据已废止" in text(refused)
    form |= {"fault_code": form["fault_code"][:1], "fault_nature": ["substantive"], "fault_note": ["依据已废止"]}
    assert client.post(at("edition_result", edition), form).status_code == 302
    shown = text(at_desk("publisher").get(at("edition_filing", edition)))
    assert "实体问题" in shown and "整改申请" in shown and "/measures/new/suspension/" in shown
    assert client.post(at("edition_result", edition), form).status_code == 409


@pytest.mark.parametrize("name", ["edition_notice", "edition_file", "edition_register", "edition_result"])
def test_strangers_and_the_wrong_posts_are_kept_out(world, at_desk, name):
    edition = world.edition(2)
    person = "legality" if name in ("edition_notice", "edition_file") else "publisher"
    assert at_desk(person).post(at(name, edition), {}).status_code == 403
    assert at_desk("county_publisher" if person == "legality" else "county_legality").post(at(name, edition), {}).status_code == 404
    assert at_desk("clerk").get(at("edition_filing", edition)).status_code == 403


def test_hostile_posts_are_told_and_never_break(world, filed, at_desk):  # noqa: F811
    legality, publisher, edition = at_desk("legality"), at_desk("publisher"), world.edition(2)
    _put(filed, "registered")
    for given in (
        {},
        {"outcome": "x", "number": "\x00", "fault_code": ["\x00"], "fault_note": ["x" * 9000]},
        {"outcome": "accepted"},
    ):
        assert legality.post(at("edition_result", edition), given).status_code == 422
    for given in ({}, {"place": "²", "placed_on": "x"}, {"place": "999999", "placed_on": "9999-12-31", "address": "x" * 400}):
        assert publisher.post(at("edition_notice", edition), given).status_code == 422
    assert publisher.post(at("edition_file", edition), {"number": "x" * 200, "report": "\x00"}).status_code == 422
    assert Filing.objects.get().state == "registered"


def test_the_list_takes_as_many_queries_with_many_editions_as_with_few(world, at_desk, queries_of):
    address = reverse("admin:filing_list")
    assert queries_of(at_desk("publisher"), address) <= 30


# -- 紧急暂停 and 更正 -------------------------------------------------------------------------------------------------------------------


def test_an_item_is_found_proposed_and_confirmed_with_the_password(committed_world, client):
    world, _ = committed_world
    client.force_login(world.publisher.user)
    listed = text(client.get(reverse("admin:measure_list"), {"q": "劳务派遣"}))
    code = world.item("劳务派遣经营许可").code
    new = reverse("admin:measure_new", args=["suspension", code])
    assert new in listed
    assert client.post(new, {"reason": "", **NOTICE}).status_code == 422
    assert client.post(new, {"reason": "依据废止", **NOTICE}).status_code == 302
    measure = Measure.objects.get()
    address = reverse("admin:measure", args=[measure.pk])
    assert "待核对" in text(client.get(address))
    client.force_login(world.legality.user)
    confirm = reverse("admin:measure_confirm", args=[measure.pk])
    wrong = client.post(confirm, {"seen_hash": measure.content_hash, "password": "不对"})
    assert wrong.status_code == 422 and "密码不对" in text(wrong)
    assert client.post(confirm, {"seen_hash": "0" * 64, "password": PASSWORD}).status_code == 409
    assert client.post(confirm, {"seen_hash": measure.content_hash, "password": PASSWORD}).status_code == 302
    assert world.version("劳务派遣经营许可").state == "suspended"
    assert "待向下一次常务会报告" in text(client.get(address))
    assert client.post(confirm, {"seen_hash": measure.content_hash, "password": PASSWORD}).status_code == 409


def test_a_correction_offers_only_what_may_be_mended(world, at_desk):
    client, code = at_desk("publisher"), world.item("劳务派遣经营许可").code
    new = reverse("admin:measure_new", args=["correction", code])
    page = text(client.get(new))
    assert 'name="e_supervision_phone"' in page and 'name="e_duties"' not in page and "item_name" not in page
    names = client.get(new).context["elements"]
    given = {field.html_name: field.value() or "" for field in names}
    unchanged = client.post(new, {**given, "reason": "号码有误", **NOTICE})
    assert unchanged.status_code == 422 and "没有更正任何内容" in text(unchanged)
    changed = {**given, "e_supervision_phone": "0710-3600009", "reason": "号码有误", **NOTICE}
    assert client.post(new, changed).status_code == 302
    measure = Measure.objects.get()
    assert measure.content == measure.base_version.content.changed(supervision_phone="0710-3600009")
    assert "监督电话" in text(at_desk("legality").get(reverse("admin:measure", args=[measure.pk])))


def test_it_is_declined_with_a_reason_or_withdrawn(world, at_desk):
    measure = suspend(world, "劳务派遣经营许可")
    decline = reverse("admin:measure_decline", args=[measure.pk])
    assert at_desk("legality").post(decline, {"opinion": " "}).status_code == 422
    assert at_desk("legality").post(decline, {"opinion": "依据有效"}).status_code == 302
    assert at_desk("publisher").post(reverse("admin:measure_withdraw", args=[measure.pk])).status_code == 409
    assert fresh(measure).opinion == "依据有效"


@pytest.mark.parametrize("path", [("suspension", "没有"), ("x", "420600-00001"), ("correction", "\x00")])
def test_an_address_of_nothing_is_404(world, at_desk, path):
    assert at_desk("publisher").get(reverse("admin:measure_new", args=path)).status_code == 404


def test_strangers_see_no_measure(world, at_desk):
    measure = suspend(world, "劳务派遣经营许可")
    assert at_desk("county_legality").get(reverse("admin:measure", args=[measure.pk])).status_code == 404
    assert at_desk("clerk").get(reverse("admin:measure_list")).status_code == 403
