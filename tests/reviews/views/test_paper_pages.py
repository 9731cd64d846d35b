"""Papers as downloads: under their Chinese names, for whoever may see what they are of; long ones are made by the worker."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import override_settings
from django.urls import reverse

from qingdan.outbox.models import OutboxEntry
from qingdan.outbox.queue import deliver_next
from qingdan.paper.models import KeptFile
from reviews.archiving import order_archive
from reviews.models import OpinionNumber
from reviews.papers import kept
from reviews.papers.kept import order_batch_papers
from reviews.views import papers
from tests.paper.reading import pdf_text, word_text
from tests.world import add, propose, review


@pytest.fixture(autouse=True)
def media(tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def paper(row, kind: str = "form", form: str = "docx") -> str:
    return reverse("admin:request_paper", args=[row.pk, kind, form])


def batch_paper(batch, kind: str = "submission", form: str = "pdf") -> str:
    return reverse("admin:batch_paper", args=[batch.pk, kind, form])


def only(start: str) -> None:
    """Leave the worker nothing but the orders whose keys begin so."""
    OutboxEntry.objects.exclude(key__startswith=f"paper:{start}").delete()


@pytest.mark.parametrize(("form", "read"), [("docx", word_text), ("pdf", pdf_text)])
def test_the_form_of_a_request_is_a_download_with_its_chinese_name(world, at_desk, form, read):
    row = world.request("compliance")
    response = at_desk("clerk").get(paper(row, form=form))
    assert response.status_code == 200
    name = quote(f"权责事项调整申请表_{row.number}.{form}")
    assert f"attachment; filename*=utf-8''{name}" == response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "状态样本·compliance" in read(response.content)


def test_the_page_of_a_request_links_what_can_be_printed_now(world, at_desk):
    page = at_desk("clerk").get(reverse("admin:request", args=[world.request("compliance").pk])).content.decode()
    assert "权责事项调整申请表" in page
    assert "合法性审查意见书" not in page
    page = at_desk("clerk").get(reverse("admin:request", args=[world.request("awaiting").pk])).content.decode()
    assert paper(world.request("awaiting"), "legality", "pdf") in page


def test_what_was_not_said_yet_cannot_be_printed(world, at_desk):
    assert at_desk("clerk").get(paper(world.request("compliance"), "legality")).status_code == 409


@pytest.mark.parametrize(("kind", "form"), [("nothing", "docx"), ("form", "exe"), ("submission", "pdf")])
def test_an_unknown_paper_is_not_found(world, at_desk, kind, form):
    assert at_desk("clerk").get(paper(world.request("compliance"), kind, form)).status_code == 404


@pytest.mark.parametrize("who", ["outsider", "county_clerk", "county_legality"])
def test_a_stranger_finds_no_paper(world, at_desk, who):
    client = at_desk(who)
    assert client.get(paper(world.request("compliance"))).status_code == 404
    assert (
        client.post(reverse("admin:request_paper_order", args=[world.request("compliance").pk, "form", "pdf"])).status_code == 404
    )


def test_a_long_paper_is_ordered_made_by_the_worker_and_then_downloaded(world, at_desk, monkeypatch):
    monkeypatch.setattr(papers, "SHORT", 0)
    row, client = world.request("compliance"), at_desk("clerk")
    page = client.get(reverse("admin:request", args=[row.pk])).content.decode()
    assert "生成 Word" in page
    assert client.get(paper(row)).status_code == 409
    order = reverse("admin:request_paper_order", args=[row.pk, "form", "docx"])
    assert "正在生成" in client.post(order, follow=True).content.decode()
    only("request/")
    assert deliver_next()
    response = client.get(paper(row))
    assert "状态样本·compliance" in word_text(b"".join(response.streaming_content))
    assert quote("权责事项调整申请表") in response["Content-Disposition"]


def test_an_order_of_a_content_that_moved_on_is_not_made(world, at_desk):
    row = world.request("compliance")
    kept.make_ordered_paper(of="request", owner=row.pk, kind="form", form="docx", key="request/1/of-old/form.docx")
    assert not KeptFile.objects.exists()


def test_legality_numbers_its_opinion_from_the_page(world, at_desk):
    row = review(world, propose(world, [add("页面编号")]))
    client = at_desk("legality")
    assert "机关代字" in client.get(reverse("admin:request", args=[row.pk])).content.decode()
    address = reverse("admin:opinion_number", args=[row.pk])
    assert "机关代字是 1 至 12 个汉字" in client.post(address, {"word": "x" * 5000}, follow=True).content.decode()
    assert client.post(address, {}, follow=True).status_code == 200
    page = client.post(address, {"word": "襄司审"}, follow=True).content.decode()
    assert "已编号 襄司审〔" in page
    assert OpinionNumber.objects.get().request == row
    assert at_desk("compliance").post(address, {"word": "襄司审"}).status_code == 403


def test_freezing_orders_the_papers_and_the_page_tells_how_far_they_are(world, at_desk):
    batch = world.batch("decided")
    client = at_desk("council")
    page = client.get(reverse("admin:batch", args=[batch.pk])).content.decode()
    assert "已生成 0 / 4" in page
    assert "正在生成" in page
    assert client.get(batch_paper(batch)).status_code == 409
    only(f"batch/{batch.pk}/")
    while deliver_next():
        pass
    page = client.get(reverse("admin:batch", args=[batch.pk])).content.decode()
    assert "已生成 4 / 4" in page
    response = client.get(batch_paper(batch))
    file = KeptFile.objects.get(key__endswith="submission.pdf")
    assert b"".join(response.streaming_content) == file.path.read_bytes()
    assert file.sha256 in page
    assert quote("送审稿_待公布批次.pdf") in response["Content-Disposition"]


@pytest.mark.parametrize("who", ["clerk", "head"])
def test_a_department_has_no_papers_of_the_batch(world, at_desk, who):
    batch = world.batch("decided")
    assert at_desk(who).get(batch_paper(batch)).status_code == 403
    assert at_desk(who).post(reverse("admin:batch_papers_order", args=[batch.pk])).status_code == 403


def test_another_region_finds_no_papers_of_the_batch(world, at_desk):
    batch = world.batch("decided")
    assert at_desk("county_publisher").get(batch_paper(batch)).status_code == 404
    assert at_desk("county_publisher").post(reverse("admin:batch_archive_order", args=[batch.pk])).status_code == 404


def test_only_the_publisher_and_the_auditor_archive_and_only_what_is_published(world, at_desk):
    published, decided = world.batch("published"), world.batch("decided")
    for who in ("publisher", "auditor"):
        assert "归档" in at_desk(who).get(reverse("admin:batch", args=[published.pk])).content.decode()
        assert at_desk(who).get(reverse("admin:batch_archive", args=[decided.pk])).status_code == 409
        assert at_desk(who).post(reverse("admin:batch_archive_order", args=[decided.pk])).status_code == 409
        assert at_desk(who).get(reverse("admin:batch_archive", args=[published.pk])).status_code == 409
    assert at_desk("council").get(reverse("admin:batch_archive", args=[published.pk])).status_code == 403
    assert (
        "正在生成"
        in at_desk("auditor").post(reverse("admin:batch_archive_order", args=[published.pk]), follow=True).content.decode()
    )


def test_asking_twice_orders_once(world):
    before = OutboxEntry.objects.count()
    order_batch_papers(world.batch("decided"))
    assert OutboxEntry.objects.count() == before
    order_archive(world.batch("published"))
    order_archive(world.batch("published"))
    assert OutboxEntry.objects.count() == before + 1
