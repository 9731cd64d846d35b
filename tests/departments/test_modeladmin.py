"""The tables of the staff's site: read-only history (M1, M2), no probing of hidden columns (M15), no long searches (M9)."""

import pytest
from django.contrib.admin.sites import site as stock_site
from django.test import Client

from departments.modeladmin import StaffModelAdmin
from departments.models import Department, Posting
from departments.offices import describe_department
from departments.site import staff_site
from qingdan.items.models import Category
from qingdan.ledger.models import AuditEvent
from tests.world import PASSWORD


def entered(username: str) -> Client:
    client = Client()
    client.post("/admin/login/", {"username": username, "password": PASSWORD})
    return client


@pytest.fixture
def viewer(world) -> Client:
    """A reviewer: may look at departments, may change none."""
    return entered("compliance")


@pytest.fixture
def versions(world):
    department = world.department()
    describe_department(actor=world.system_admin, department=department, phone="0710-1111111")
    describe_department(actor=world.system_admin, department=department, phone="0710-2222222")
    return department, department.history.order_by("history_id")[1]


def test_an_old_version_is_shown_and_cannot_be_written_back(viewer, versions):
    department, old = versions
    address = f"/admin/departments/department/{department.pk}/history/{old.history_id}/"
    page = viewer.get(address)
    assert page.status_code == 200 and "0710-1111111" in page.content.decode()
    fields = {"code": department.code, "name": "写回的名称", "region": department.region_id, "phone": "0710-1111111"}
    assert viewer.post(address, fields).status_code == 405
    assert viewer.post(f"/admin/departments/department/{department.pk}/history/", fields).status_code == 405
    department.refresh_from_db()
    assert (department.name, department.phone) == ("市人力资源和社会保障局", "0710-2222222")


def test_the_trail_says_who_changed_what(viewer, versions):
    page = viewer.get(f"/admin/departments/department/{versions[0].pk}/history/").content.decode()
    assert "严格" in page and "0710-1111111" in page and "信息维护" in page


def test_the_trail_of_a_hidden_object_is_not_found(world, versions, monkeypatch):
    department, old = versions
    monkeypatch.setattr(
        type(staff_site.get_model_admin(Department)),
        "get_queryset",
        lambda self, request: Department.objects.exclude(pk=department.pk),
    )
    client = entered("compliance")
    for address in (f"{department.pk}/history/", f"{department.pk}/history/{old.history_id}/", f"{department.pk}/change/"):
        response = client.get(f"/admin/departments/department/{address}")
        assert response.status_code in (302, 404)
        assert "0710-1111111" not in response.content.decode()


@pytest.mark.parametrize("version", ["999999", "x", "-1"])
def test_an_entry_that_is_not_of_this_object_is_not_found(viewer, versions, version):
    department, _ = versions
    other = Department.objects.exclude(pk=department.pk).first().history.first()
    for entry in (version, other.history_id):
        assert viewer.get(f"/admin/departments/department/{department.pk}/history/{entry}/").status_code == 404


def test_who_may_not_see_a_table_sees_neither_it_nor_its_trail(world):
    client = entered("clerk")
    posting = Posting.objects.first()
    assert client.get("/admin/departments/posting/").status_code == 403
    assert client.get(f"/admin/departments/posting/{posting.pk}/history/").status_code == 404
    assert client.get("/admin/ledger/auditevent/").status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "phone__startswith=0",
        "phone__regex=(a%2B)%2B$",
        "uscc=1",
        "liaison__contains=x",
        "region__name__startswith=襄",
        "successor__phone=1",
    ],
)
def test_the_address_does_not_probe_columns_that_no_filter_shows(viewer, query):
    assert viewer.get(f"/admin/departments/department/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["password__startswith=a", "phone__startswith=1", "must_change_password__exact=1"])
def test_nor_those_of_accounts(world, query):
    assert entered("system_admin").get(f"/admin/departments/user/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["", "kind__exact=government", "abolished_on__isnull=True", "q=民政", "o=2", "p=1"])
def test_the_filters_that_are_shown_work(viewer, query):
    assert viewer.get(f"/admin/departments/department/?{query}").status_code == 200


def test_a_very_long_search_is_cut_and_answered(viewer):
    assert viewer.get("/admin/departments/department/", {"q": " ".join(["词"] * 2_000)}).status_code == 200


def test_nothing_can_be_deleted_or_edited_in_a_list(world):
    for model, table in staff_site._registry.items():
        assert isinstance(table, StaffModelAdmin), model
        assert not table.list_editable and not table.actions and not table.inlines, model
        assert not [pattern for pattern in table.get_urls() if "delete" in str(pattern.pattern)], model


def test_our_tables_stand_in_our_site_only(world):
    assert not {Department, Posting, AuditEvent} & set(stock_site._registry)


def test_reference_data_is_changed_by_the_system_admin_only_and_audited(world):
    fields = {"order": "8", "public_name": "行政奖励", "default_initiation": "ex_officio"}
    assert entered("publisher").post("/admin/items/category/08/change/", fields).status_code == 403
    assert Category.objects.get(code="08").default_initiation == "applied"
    assert entered("system_admin").post("/admin/items/category/08/change/", fields).status_code == 302
    assert Category.objects.get(code="08").default_initiation == "ex_officio"
    event = AuditEvent.objects.order_by("-sequence").first()
    assert (event.act, event.actor_id, event.object_id, event.detail) == (
        "change_reference",
        "system_admin",
        "08",
        "default_initiation",
    )


def test_the_audit_admin_reads_everything_and_a_regions_auditor_its_own(world):
    everything = entered("audit_admin").get("/admin/ledger/auditevent/?q=county_clerk").content.decode()
    own = entered("auditor").get("/admin/ledger/auditevent/?q=county_clerk").content.decode()
    assert "沈洁" in everything
    assert "沈洁" not in own
    assert "李文静" in entered("auditor").get("/admin/ledger/auditevent/?q=clerk").content.decode()


def test_the_audit_trail_is_read_only(world):
    client, event = entered("audit_admin"), AuditEvent.objects.first()
    assert client.get(f"/admin/ledger/auditevent/{event.pk}/change/").status_code == 200
    assert client.post(f"/admin/ledger/auditevent/{event.pk}/change/", {"detail": "x"}).status_code == 405
    assert client.get("/admin/ledger/auditevent/add/").status_code == 404
