"""What a page offers: where its links lead and where its forms are sent."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Offer = tuple[str, str]  # (GET or POST, path)
STAFF = "/admin/"


class _Reader(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.page, self.found = page, set()
        self.method, self.action, self.sends = "GET", "", False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self._add("GET", given["href"])
        elif tag == "form":
            self.method = (given.get("method") or "get").upper()
            self.action, self.sends = given.get("action") or "", False
        elif tag in ("button", "input") and given.get("type", "submit" if tag == "button" else "") == "submit":
            if given.get("formaction"):
                self._add(self.method, given["formaction"])
            else:
                self.sends = True

    def handle_endtag(self, tag):
        # A form without a button is not sent: so Django's admin shows a row to whoever only reads it.
        if tag == "form" and self.sends:
            self._add(self.method, self.action)

    def _add(self, method: str, address: str) -> None:
        where = urlsplit(urljoin(self.page, address))
        if not where.netloc and where.path.startswith(STAFF):
            self.found.add((method, where.path))


def offers_of(page: str, html: str) -> set[Offer]:
    """Every address of the staff's site that the page at ``page`` leads to, without queries."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.found
