"""Browser tests: Debian's Chromium against the server that ``make run DEMO=no`` starts; nothing is written past the pages.

``site`` is such a server with a database of its own that holds nothing yet; ``people("clerk")`` opens a browser context of one
person. After each test no page may have asked a foreign host or logged an error (a refused inline style, a missing file).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
# The first start migrates and loads the reference data.
START_SECONDS = 300
# The last line of a start, printed when the pages answer.
SERVING = "按 Ctrl-C 停止"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# What the suite sets for itself and a server of its own must not inherit.
NOT_INHERITED = ("STATIC_STORAGE", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL")


@dataclass
class Site:
    """A running installation: its address, and the one-time passwords that its first start printed, by username."""

    url: str
    log: Path
    environment: dict[str, str]
    one_time_passwords: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="session")
def begun(tmp_path_factory):
    """What the first start of ``make run DEMO=no`` in an empty folder leaves, ended again: the folder and the passwords that it printed."""
    folder = tmp_path_factory.mktemp("begun")
    with serving(folder) as site:
        passwords = site.one_time_passwords
    return folder, passwords


@pytest.fixture(scope="module")
def site(begun, tmp_path_factory):
    """A copy of that installation, on a free port; ended afterwards."""
    first, passwords = begun
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(first / "var", folder / "var")
    with serving(folder) as site:
        site.one_time_passwords = passwords
        yield site


@contextmanager
def serving(folder: Path, *, demo: bool = False) -> Iterator[Site]:
    """An installation of its own in ``folder``, as ``make run`` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment["VAR_DIR"] = str(folder / "var")
    log = folder / "make-run.log"
    server = subprocess.Popen(
        ["make", "run", f"DEMO={'yes' if demo else 'no'}", f"PORT={port}"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        site = Site(f"http://127.0.0.1:{port}", log, environment)
        assert said(server, log, SERVING).wait(START_SECONDS), f"make run does not serve: {log.read_text()}"
        assert server.poll() is None, f"make run ended: {log.read_text()}"
        site.one_time_passwords = dict(re.findall(r"登录名 (\S+)\s+一次性密码 (\S+)", log.read_text()))
        yield site
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def said(server: subprocess.Popen, log: Path, sentence: str) -> threading.Event:
    """Set when the server has printed ``sentence`` (it does so once it answers), or has ended. All it prints goes to ``log``."""
    event = threading.Event()

    def listen() -> None:
        with log.open("w") as out:
            for line in server.stdout:
                out.write(line)
                out.flush()
                if sentence in line:
                    event.set()
        event.set()

    threading.Thread(target=listen, daemon=True).start()
    return event


@pytest.fixture(scope="session")
def browser() -> Browser:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "no Chromium here: apt-get install chromium, or name it in CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def people(browser, site):
    """``people(name, viewport=DESKTOP)``: the page of one person, in a context (cookies, storage) of that person's own."""
    contexts: dict[str, tuple[BrowserContext, Page]] = {}
    troubles: list[str] = []

    def page_of(name: str, viewport=DESKTOP) -> Page:
        if name not in contexts:
            context = browser.new_context(base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=viewport)
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("request", lambda request: troubles.append(f"{name}: {request.url}") if foreign(request.url) else None)
            page.on("console", lambda message: troubles.append(f"{name}: {message.text}") if is_trouble(message) else None)
            page.on("pageerror", lambda error: troubles.append(f"{name}: {error}"))
            contexts[name] = (context, page)
        return contexts[name][1]

    def foreign(address: str) -> bool:
        return not address.startswith((site.url, "data:", "about:", "blob:"))

    yield page_of
    for context, _ in contexts.values():
        context.close()
    assert not troubles


def is_trouble(message) -> bool:
    """An error in the console, save that the page itself answered with a refusal (which a test asserts on)."""
    return message.type == "error" and "the server responded with a status of 4" not in message.text


@pytest.fixture
def assert_accessible():
    """``assert_accessible(page)``: axe finds nothing, and nothing scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: Page) -> None:
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px too wide"

    return check
