"""操作手册: every picture in it is taken here, from the demo; each handbook is accessible and prints on at most six pages.

``HANDBOOK_PICTURES=yes`` writes the pictures into ``docs/handbooks/images``; otherwise they go to a folder of the test's own.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import PHONE, ROOT, serving

pytestmark = pytest.mark.browser

FOLDER = ROOT / "docs" / "handbooks"
MOST_PAGES = 6


def workbench(page: Page) -> None:
    page.goto("/admin/")


def screen(address: str):
    return lambda page: page.goto(f"/admin/{address}")


def item_form(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="补正").first.click()


def first_request(state: str, then: str = ""):
    def go(page: Page) -> None:
        page.goto(f"/admin/requests/?state={state}")
        page.locator("table tbody a", has_text=re.compile(r"^\d{4}-\d+")).first.click()
        if then:
            page.goto(page.url + then)

    return go


def newest(address: str, then: str = ""):
    """The object in the first row of a list."""

    def go(page: Page) -> None:
        page.goto(f"/admin/{address}")
        page.locator(f"table tbody a[href*='/admin/{address}']").first.click()
        if then:
            page.goto(page.url + then)

    return go


# picture → (post's label, how one gets there)
PICTURES = {
    "clerk-workbench": ("经办人", workbench),
    "clerk-item-form": ("经办人", item_form),
    "head-workbench": ("部门负责人", workbench),
    "compliance-inbox": ("编办审查", screen("inbox/")),
    "compliance-request": ("编办审查", first_request("compliance")),
    "service-workbench": ("政务服务审查", workbench),
    "legality-workbench": ("司法审查", workbench),
    "legality-request": ("司法审查", first_request("legality")),
    "council-workbench": ("政府办（常务会记录）", workbench),
    "council-meetings": ("政府办（常务会记录）", screen("meetings/")),
    "publisher-workbench": ("审改办（汇总公布）", workbench),
    "publisher-batch": ("审改办（汇总公布）", newest("batches/")),
    "fund_clerk-fund": ("财务经办", newest("funds/")),
    "fund_clerk-entry": ("财务经办", newest("funds/", "entry/")),
    "fund_checker-workbench": ("财务复核", workbench),
    "fund_checker-months": ("财务复核", newest("funds/", "months/")),
    "auditor-life": ("审计只读", first_request("published", "life/")),
    "auditor-events": ("审计只读", screen("ledger/auditevent/")),
    "system_admin-accounts": ("系统管理员", screen("accounts/")),
    "security_admin-postings": ("安全管理员", screen("departments/posting/")),
    "audit_admin-events": ("审计管理员", screen("ledger/auditevent/")),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """``make run`` with the demo; its accounts are printed at the start."""
    with serving(tmp_path_factory.mktemp("demo"), demo=True) as site:
        yield site


@pytest.fixture(scope="module")
def accounts(site) -> dict[str, tuple[str, str]]:
    """Label of the post → (log-in name, password)."""
    lines = re.findall(r"^\s+(\S+) \S+：(\S+) / (\S+)$", site.log.read_text(), re.MULTILINE)
    return {post: (username, password) for post, username, password in lines}


@pytest.fixture
def signed_in(people, accounts):
    def page_of(post: str) -> Page:
        page = people(post)
        if page.url == "about:blank":
            username, password = accounts[post]
            page.goto("/admin/login/")
            page.locator("input[name=username]").fill(username)
            page.locator("input[name=password]").fill(password)
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name="工作台")).to_be_visible()
        return page

    return page_of


def test_every_picture_of_the_handbooks_is_taken(signed_in, tmp_path):
    folder = FOLDER / "images" if os.environ.get("HANDBOOK_PICTURES") == "yes" else tmp_path
    for name, (post, go) in PICTURES.items():
        page = signed_in(post)
        go(page)
        expect(page.locator("#content h1").first).to_be_visible()
        page.screenshot(path=folder / f"{name}.png", clip={"x": 0, "y": 0, "width": 1280, "height": 720}, scale="css")
    written = {path.stem for path in Path(folder).glob("*.png")}
    named = {name for path in FOLDER.glob("*.md") for name in re.findall(r"\(images/([^)]+)\.png\)", path.read_text("utf-8"))}
    assert written == named == set(PICTURES)


def test_each_handbook_is_opened_by_help_is_accessible_and_prints_on_six_pages(signed_in, assert_accessible):
    page = signed_in("经办人")
    page.goto("/admin/bulk/")
    page.get_by_role("link", name="帮助", exact=True).click()
    expect(page.get_by_role("heading", name="经办人操作手册")).to_be_visible()
    opened = page.locator("section:target")
    expect(opened.get_by_role("heading", level=2)).to_have_text("许多事项一起改")
    printed = {}
    for path in sorted(FOLDER.glob("*.md")):
        if path.stem == "common":
            continue
        page.goto(f"/admin/help/{path.stem}/")
        assert_accessible(page)
        page.set_viewport_size(PHONE)
        assert_accessible(page)
        page.set_viewport_size({"width": 1280, "height": 800})
        printed[path.stem] = len(PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    assert len(printed) == 13 and max(printed.values()) <= MOST_PAGES, printed
