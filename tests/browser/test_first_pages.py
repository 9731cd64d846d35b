"""The pages that stand before there is any list: they load, in Chinese, without a foreign request, on desk and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize(
    ("address", "status", "sentence"), [("/admin/login/", 200, "登录名"), ("/no-such-page/", 404, "没有找到这个页面")]
)
def test_a_first_page_is_readable_for_everyone(people, assert_accessible, viewport, address, status, sentence):
    page = people("visitor", viewport)
    response = page.goto(address)
    assert response.status == status
    expect(page.get_by_text(sentence).first).to_be_visible()
    assert page.locator("html").get_attribute("lang").lower().startswith("zh")
    assert_accessible(page)


def test_an_administrator_enters_with_the_printed_password_and_must_change_it(site, people):
    page = people("sysadmin")
    page.goto("/admin/")
    page.fill("input[name=username]", "sysadmin")
    page.fill("input[name=password]", site.one_time_passwords["sysadmin"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/password_change/**")
