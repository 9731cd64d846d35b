"""The citizens' pages in Chromium: for everyone, in both modes, on desk and phone; by keyboard alone; without JavaScript; light."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, ROOT

pytestmark = pytest.mark.browser

# A page with everything it needs, compressed, as a first visit loads it.
HEAVIEST = 60_000
REFUSED = {"不能搜的词": 400, "没有的页面": 404}
# The documentation of the API is for programmers: one mode, and it needs JavaScript to be tried out.
ONE_MODE = {"数据接口"}


@pytest.fixture(scope="module")
def addresses(site) -> dict[str, str]:
    """Page type → address, of the city that ``tests.browser.published`` publishes."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.published"],
        cwd=ROOT,
        env=site.environment | {"MODE": "local"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def choose(page: Page, mode: str) -> None:
    """The mode, by the button that every page has."""
    page.goto("/")
    button = page.get_by_role("button", name=mode)
    if button.count():
        button.click()
    expect(page.get_by_role("button", name="标准版" if mode == "长辈版" else "长辈版")).to_be_visible()


@pytest.mark.parametrize("mode", ["标准版", "长辈版"])
def test_every_page_is_readable_for_everyone_in_both_modes_on_desk_and_phone(addresses, people, assert_accessible, mode):
    page, weights = people("citizen"), {}
    choose(page, mode)
    finished = []
    page.on("requestfinished", lambda request: finished.append(request))
    for name, address in addresses.items():
        if name in ONE_MODE and mode == "长辈版":
            continue
        finished.clear()
        response = page.goto(address)
        weights[name] = sum(request.sizes()["responseBodySize"] for request in finished)
        assert response.status == REFUSED.get(name, 200), (name, address)
        assert "content-security-policy" in response.headers
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            assert_accessible(page)
    # What all pages share came with the first one.
    shared = weight_of_the_style(page)
    assert {name: weight for name, weight in weights.items() if weight + shared > HEAVIEST} == {}


def weight_of_the_style(page: Page) -> int:
    """Bytes of style and icon as they are sent, for a first visit."""
    linked = page.locator("link[rel=stylesheet], link[rel=icon]").evaluate_all("all => all.map(each => each.href)")
    answers = [page.request.get(each, headers={"Accept-Encoding": "gzip"}) for each in linked]
    assert all(each.ok for each in answers) and len(answers) >= 2
    return sum(int(each.headers["content-length"]) for each in answers)


def test_by_keyboard_alone_an_item_its_flow_chart_and_an_old_version(addresses, people):
    page = people("keyboard")
    page.goto("/")
    reach(page, "a", "跳到正文", press="Tab")
    reach(page, "input", "搜索权责事项", press="Tab")
    page.keyboard.type("食品生产许可")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/?q=*")
    reach(page, "a", "食品生产许可", press="Tab", exact=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="食品生产许可", level=1)).to_be_visible()
    # The picture is one that can be reached, named and left; the same steps stand beside it as a list.
    reach(page, "a", "怎么办", press="Tab")
    page.keyboard.press("Enter")
    expect(page.locator("svg.flow-chart:visible")).to_have_count(1)
    expect(page.locator("ol.flow li").first).to_contain_text("受理")
    reach(page, "a", "第 1 版", press="Tab", exact=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/v/1/")
    expect(page.get_by_text("这是第 1 版").first).to_be_visible()
    expect(page.get_by_text("0710-3600010").first).to_be_visible()


def reach(page: Page, tag: str, words: str, *, press: str, exact: bool = False, most: int = 150) -> None:
    """Press a key until the focus is on that element; each stop on the way must be seen to have the focus."""
    for _ in range(most):
        page.keyboard.press(press)
        stop = page.evaluate(
            """() => {
                const each = document.activeElement, style = getComputedStyle(each);
                const label = each.labels && each.labels.length ? each.labels[0].textContent : each.textContent;
                return {tag: each.tagName.toLowerCase(), words: label.trim(), outline: style.outlineStyle, width: parseFloat(style.outlineWidth)};
            }"""
        )
        if stop["tag"] != "body":
            assert stop["outline"] != "none" and stop["width"] >= 2, stop
        if stop["tag"] == tag and (stop["words"] == words if exact else words in stop["words"]):
            return
    raise AssertionError(f"the keyboard does not reach {words}")


def test_everything_works_without_javascript(addresses, browser, site):
    context = browser.new_context(base_url=site.url, locale="zh-CN", java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    for name, address in addresses.items():
        if name not in ONE_MODE:
            assert page.goto(address).status == REFUSED.get(name, 200), name
            expect(page.locator("h1")).to_be_visible()
    page.goto("/")
    page.fill("input[name=q]", "食品生产")
    page.click("form.find button")
    page.click("text=食品生产许可")
    expect(page.locator("svg.flow-chart:visible")).to_have_count(1)
    page.locator("text=与上一版对照").last.click()
    expect(page.locator("h1")).to_contain_text("第 1 版与第 2 版对照")
    page.click("button:has-text('长辈版')")
    expect(page.locator("body.elder h1")).to_contain_text("第 1 版与第 2 版对照")
    context.close()
