"""The screens of 系统管理员: accounts, departments, rosters."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from departments.models import Department, Posting, User
from tests.departments.test_rosters import workbook
from tests.world import PASSWORD

READ = [
    "accounts",
    "account_new",
    "account_roster",
    "account_template",
    "offices",
    "office_new",
    "department_roster",
    "department_template",
]
OF_ONE = ["account", "office", "office_describe"]
ACTS = ["account_grant", "account_end_posting", "account_end", "account_resume", "account_reset", "account_unlock"]
ACTS += ["office_rename", "office_merge", "office_close"]


def entered(username: str) -> Client:
    client = Client()
    client.post("/admin/login/", {"username": username, "password": PASSWORD})
    return client


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def admin(world) -> Client:
    return entered("system_admin")


@pytest.fixture
def clerk(world) -> User:
    return world.clerk.user


@pytest.mark.parametrize("who", ["clerk", "publisher", "security_admin", "audit_admin", "auditor"])
def test_nobody_else_opens_them(world, who):
    client = entered(who)
    for name in READ:
        assert client.get(reverse(f"admin:{name}")).status_code == 403, name
    for name in OF_ONE:
        assert client.get(reverse(f"admin:{name}", args=[1])).status_code == 403, name
    for name in ACTS:
        assert client.post(reverse(f"admin:{name}", args=[1])).status_code == 403, name


def test_the_list_of_accounts_finds_by_name_department_and_state(admin, clerk):
    assert "李文静" in text(admin.get("/admin/accounts/?q=李文"))
    assert "赵明" not in text(admin.get("/admin/accounts/?q=李文"))
    assert "赵明" in text(admin.get("/admin/accounts/?q=市场监督"))
    User.objects.filter(pk=clerk.pk).update(ends_on=timezone.localdate())
    assert "李文静" in text(admin.get("/admin/accounts/?state=ended"))
    assert "李文静" not in text(admin.get("/admin/accounts/?state=active"))
    assert "没有符合条件的账号" in text(admin.get("/admin/accounts/?q=没有这人"))


def test_the_list_of_accounts_asks_as_often_for_one_as_for_many(admin, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        admin.get("/admin/accounts/")


def test_a_new_account_is_shown_with_its_password_once(admin):
    answer = text(admin.post("/admin/accounts/new/", {"name": "罗新", "username": "luoxin", "phone": ""}))
    password = re.search(r'class="secret">([^<]+)<', answer)[1]
    user = User.objects.get(username="luoxin")
    assert user.check_password(password)
    assert password not in text(admin.get(f"/admin/accounts/{user.pk}/"))
    again = admin.post("/admin/accounts/new/", {"name": "罗新", "username": "luoxin"})
    assert "“luoxin”已由罗新使用" in text(again)


def test_a_post_is_granted_and_ended_on_the_page_of_the_account(admin, clerk, world):
    address = f"/admin/accounts/{clerk.pk}/"
    answer = admin.post(f"{address}grant/", {"post": "head", "department": world.department().pk, "from_on": timezone.localdate()})
    assert answer.url == address
    posting = clerk.postings.get(post="head")
    refused = admin.post(f"{address}grant/", {"post": "audit_admin", "from_on": timezone.localdate()})
    assert refused.status_code == 422 and "不得兼任" in text(refused)
    assert admin.post(f"{address}end-posting/", {"posting": posting.pk, "on": timezone.localdate()}).url == address
    assert "已离任" in text(admin.get(address))


def test_a_posting_of_somebody_else_is_not_ended_by_a_forged_number(admin, clerk, world):
    other = world.outsider.user.postings.get()
    answer = admin.post(f"/admin/accounts/{clerk.pk}/end-posting/", {"posting": other.pk, "on": timezone.localdate()})
    assert answer.status_code == 422
    assert Posting.objects.get(pk=other.pk).to_on is None


def test_a_leaver_is_ended_with_a_successor_and_comes_back(admin, clerk, world):
    address = f"/admin/accounts/{clerk.pk}/"
    answer = admin.post(f"{address}end/", {"on": timezone.localdate(), "successor": world.head.user.pk}, follow=True)
    assert "未办结的工作交接给王建国" in text(answer) and "恢复使用" in text(answer)
    assert "一次性密码" in text(admin.post(f"{address}resume/"))
    assert User.objects.get(pk=clerk.pk).is_active


def test_an_outsider_is_not_offered_as_successor(admin, clerk, world):
    page = text(admin.get(f"/admin/accounts/{clerk.pk}/"))
    assert "王建国（head）" in page and "赵明（outsider）" not in page


def test_a_reset_shows_the_password_that_then_works(admin, clerk):
    answer = text(admin.post(f"/admin/accounts/{clerk.pk}/reset/"))
    password = re.search(r'class="secret">([^<]+)<', answer)[1]
    assert Client().post("/admin/login/", {"username": "clerk", "password": password}).status_code == 302


def test_a_locked_account_says_so_and_is_unlocked(admin, clerk, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        Client().post("/admin/login/", {"username": "clerk", "password": "wrong"})
    assert "登录已锁定" in text(admin.get(f"/admin/accounts/{clerk.pk}/"))
    admin.post(f"/admin/accounts/{clerk.pk}/unlock/")
    assert "登录已锁定" not in text(admin.get(f"/admin/accounts/{clerk.pk}/"))


def test_a_page_with_a_password_is_kept_by_no_cache(admin, clerk):
    assert "no-store" in admin.post(f"/admin/accounts/{clerk.pk}/reset/")["Cache-Control"]


def an_empty_department(admin, world) -> Department:
    """One that holds nothing, made on the page."""
    fields = {"region": world.city.pk, "code": "420600-KJJ", "name": "市科学技术局", "kind": "government", "order": 6}
    admin.post("/admin/offices/new/", fields)
    return Department.objects.get(code="420600-KJJ")


def test_a_department_is_made_described_renamed_merged_and_closed(admin, world):
    made = admin.post(
        "/admin/offices/new/", {"region": world.city.pk, "code": "420600-JYJ", "name": "市教育局", "kind": "government", "order": 5}
    )
    department = Department.objects.get(code="420600-JYJ")
    address = f"/admin/offices/{department.pk}/"
    assert made.url == address
    assert admin.post(f"{address}describe/", {"kind": "government", "order": 5, "phone": "0710-3600003"}).url == address
    assert (
        admin.post(f"{address}rename/", {"name": "市教育体育局", "on": timezone.localdate(), "reason": "鄂编发1号"}).url == address
    )
    page = text(admin.get(address))
    assert "0710-3600003" in page and "曾用名" in page and "市教育局" in page
    form = {"into": world.department().pk, "on": timezone.localdate(), "reason": "机构改革"}
    assert "与部门代码不一致" in text(admin.post(f"{address}merge/", {**form, "typed": "420600"}))
    assert admin.post(f"{address}merge/", {**form, "typed": "420600-JYJ"}).url == address
    assert "并入" in text(admin.get(address)) and "机构变动" not in text(admin.get(address))
    assert "市教育体育局" in text(admin.get(f"/admin/offices/{world.department().pk}/"))
    other = Department.objects.get(code="420600-MZJ")
    closing = {"on": timezone.localdate(), "reason": "x"}
    assert "在清单中还有" in text(admin.post(f"/admin/offices/{other.pk}/close/", {**closing, "typed": "420600-MZJ"}))
    empty = an_empty_department(admin, world)
    assert admin.post(f"/admin/offices/{empty.pk}/close/", {**closing, "typed": empty.code}).status_code == 302
    ended = text(admin.get("/admin/offices/?state=ended"))
    assert empty.code in ended and "420600-MZJ" not in ended


def test_a_faulty_department_comes_back_with_every_sentence(admin, world):
    fields = {"region": world.city.pk, "code": "420600-SCJ", "name": "市民政局", "kind": "government", "order": 1, "uscc": "12"}
    page = text(admin.post("/admin/offices/new/", fields))
    assert "已由襄阳市“市市场监督管理局”使用" in page and "襄阳市已有“市民政局”" in page and "应为 18 位" in page


def test_a_date_of_foundation_after_the_end_is_refused_in_words(admin, world):
    department = an_empty_department(admin, world)
    admin.post(f"/admin/offices/{department.pk}/close/", {"on": timezone.localdate(), "reason": "x", "typed": department.code})
    answer = admin.post(
        f"/admin/offices/{department.pk}/describe/", {"kind": "government", "order": 1, "established_on": "2999-01-01"}
    )
    assert "晚于撤销日期" in text(answer)


def upload(client: Client, address: str, rows: list[list]):
    return client.post(address, {"file": SimpleUploadedFile("名册.xlsx", workbook(rows))})


def sealed(page: str) -> str:
    return re.search(r'name="lines" value="([^"]+)"', page)[1]


def test_accounts_come_in_by_upload_preview_and_one_click(admin, world):
    address = "/admin/accounts/import/"
    rows = [["姓名", "部门", "岗位", "手机"], ["罗新", "市民政局", "经办人", "13800000001"], ["田审", "市民政局", "局长", ""]]
    preview = text(upload(admin, address, rows))
    assert "可导入 1 行 · 不能导入 1 行 · 略过 0 行" in preview
    assert "没有“局长”这个岗位" in preview and "C3" in preview
    assert not User.objects.filter(name="罗新").exists()
    slips = text(admin.post(address, {"lines": sealed(preview)}))
    password = re.search(r'class="secret">([^<]+)<', slips)[1]
    assert User.objects.get(username="13800000001").check_password(password)
    repeated = admin.post(address, {"lines": sealed(preview)}, follow=True)
    assert "没有可导入的行" in text(repeated)


def test_departments_come_in_by_upload_preview_and_one_click(admin):
    address = "/admin/offices/import/"
    preview = text(upload(admin, address, [["部门代码", "名称"], ["420600-JYJ", "市教育局"]]))
    answer = admin.post(address, {"lines": sealed(preview)}, follow=True)
    assert "已导入 1 个部门" in text(answer) and "市教育局" in text(answer)


def test_lines_of_another_persons_preview_or_forged_ones_are_not_imported(admin, world):
    address = "/admin/offices/import/"
    preview = text(upload(admin, address, [["部门代码", "名称"], ["420600-JYJ", "市教育局"]]))
    from departments.posts import Post
    from departments.staffing import grant_posting

    other = User.objects.create_user("second", "第二管理员", PASSWORD, must_change_password=False)
    grant_posting(actor=world.system_admin, user=other, post=Post.SYSTEM_ADMIN)
    for client, lines in ((entered("second"), sealed(preview)), (admin, sealed(preview)[:-3] + "abc")):
        assert "预览已过期" in text(client.post(address, {"lines": lines}, follow=True))
    assert not Department.objects.filter(code="420600-JYJ").exists()


def test_a_file_that_is_no_roster_is_refused_in_one_sentence(admin):
    answer = admin.post("/admin/accounts/import/", {"file": SimpleUploadedFile("名册.xlsx", b"not a workbook")})
    assert answer.status_code == 422 and "不是" in text(answer)
    assert "没有读到内容" in text(upload(admin, "/admin/accounts/import/", [["一", "二"], ["三", "四"]]))


@pytest.mark.parametrize("address", ["/admin/accounts/import/template.xlsx", "/admin/offices/import/template.xlsx"])
def test_the_templates_are_downloaded_under_a_chinese_name(admin, address):
    answer = admin.get(address)
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E")
    assert answer.content[:2] == b"PK"
