"""Addresses of one region's tree, with the day that a reader looks at carried along. Plain text: a list has thousands of them."""

from __future__ import annotations

import datetime
import re
from urllib.parse import quote, quote_plus

from django.conf import settings

_UNRESERVED = re.compile(r"[\w.~-]*", re.ASCII)


def _quoted(text: str) -> str:
    """As ``quote_plus``; codes, which are most of what is asked, stand for themselves."""
    return text if _UNRESERVED.fullmatch(text) else quote_plus(text)


class Links:
    """``on`` is the day named in the address, if any; it goes with lists, departments and items, not with editions."""

    def __init__(self, region_code: str, on: datetime.date | None = None):
        self.base = "/" if region_code == settings.HOME_REGION else f"/regions/{quote(region_code, safe='')}/"
        self.on = on
        self.dated = f"?on={on}" if on else ""
        self.editions = f"{self.base}editions/"
        self.items_path = f"{self.base}items/"

    @property
    def is_home(self) -> bool:
        return self.base == "/"

    @property
    def home(self) -> str:
        return self.base + self.dated

    @property
    def departments(self) -> str:
        return f"{self.base}departments/{self.dated}"

    def department(self, code: str) -> str:
        return f"{self.base}departments/{quote(code, safe='')}/{self.dated}"

    def items(self, **filters: object) -> str:
        """The list under ``filters``; empty ones are left out."""
        chosen = {name: value for name, value in filters.items() if value}
        if self.on:
            chosen["on"] = self.on
        pairs = "&".join(f"{name}={_quoted(str(value))}" for name, value in chosen.items())
        return f"{self.items_path}?{pairs}" if pairs else self.items_path

    @property
    def all_items(self) -> str:
        return self.items()

    def item(self, code: str) -> str:
        return f"{self.items_path}{quote(code, safe='')}/{self.dated}"

    def act(self, title: str, **place: int) -> str:
        """The page of the act that citations call ``title`` (a matching title); empty where a title cannot be an address."""
        if "/" in title or title in ("", ".", ".."):
            return ""
        asked = place | ({"on": self.on} if self.on else {})
        pairs = "&".join(f"{name}={value}" for name, value in asked.items())
        return f"{self.base}laws/{quote(title, safe='')}/{f'?{pairs}' if pairs else ''}"

    def report(self, code: str) -> str:
        """纠错: where a reader says what is wrong with an item."""
        return f"{self.items_path}{quote(code, safe='')}/report/"

    @property
    def reports(self) -> str:
        """Where he asks what became of it."""
        return f"{self.base}reports/"

    def version(self, code: str, number: int) -> str:
        return f"{self.items_path}{quote(code, safe='')}/v/{number}/"

    def compare(self, code: str, old: int, new: int) -> str:
        return f"{self.items_path}{quote(code, safe='')}/compare/{old}/{new}/"

    def edition(self, number: int) -> str:
        return f"{self.editions}{number}/"

    def changes(self, number: int, page: int = 1) -> str:
        return f"{self.editions}{number}/changes/{f'?page={page}' if page > 1 else ''}"

    def compare_editions(self, old: int, new: int, page: int = 1) -> str:
        return f"{self.editions}{old}/compare/{new}/{f'?page={page}' if page > 1 else ''}"

    @property
    def statistics(self) -> str:
        return f"{self.base}statistics/{self.dated}"

    @property
    def money(self) -> str:
        return f"{self.base}money/"

    @property
    def downloads(self) -> str:
        return f"{self.base}downloads/"

    @property
    def feed(self) -> str:
        return f"{self.base}feeds/changes/"

    @property
    def verify(self) -> str:
        return f"{self.base}verify/"

    @property
    def verifier(self) -> str:
        return f"{self.base}verify/verify_bundle.py"

    def item_proof(self, code: str, number: int) -> str:
        return f"{self.version(code, number)}proof/"

    def edition_proof(self, number: int) -> str:
        return f"{self.edition(number)}proof/"

    def on_day(self, day: datetime.date | None) -> Links:
        """The same tree on another day; None is today."""
        other = Links.__new__(Links)
        other.__dict__ |= self.__dict__
        other.on = day
        other.dated = f"?on={day}" if day else ""
        return other
