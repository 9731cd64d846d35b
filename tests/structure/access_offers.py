"""What a page offers: where its links lead and where its forms are sent."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Offer = tuple[str, str]  # (GET or POST, path)
STAFF = "/admin/"


class _Reader(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.page, self.found, self.method = page, set(), "GET"

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self._add("GET", given["href"])
        elif tag == "form":
            self.method = (given.get("method") or "get").upper()
            self._add(self.method, given.get("action") or "")
        elif tag in ("button", "input") and given.get("formaction"):
            self._add(self.method, given["formaction"])

    def _add(self, method: str, address: str) -> None:
        where = urlsplit(urljoin(self.page, address))
        if not where.netloc and where.path.startswith(STAFF):
            self.found.add((method, where.path))


def offers_of(page: str, html: str) -> set[Offer]:
    """Every address of the staff's site that the page at ``page`` leads to, without queries."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.found
