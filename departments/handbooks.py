"""操作手册: one Markdown file a post in ``docs/handbooks/``, shown under 帮助 at the section that explains the screen one comes from.

A line ``<!-- screens: request request_* -->`` under a heading of the second level names the screens (URL names of the namespace
``admin``, with ``*``) that the section explains. ``common.md`` closes every handbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from departments.posts import Post

FOLDER = Path(settings.BASE_DIR) / "docs" / "handbooks"
_SCREENS = re.compile(r"^<!-- screens: (.+) -->$", re.MULTILINE)
_IMAGE = re.compile(r"\]\(images/([a-z0-9-]+\.png)\)")


@dataclass(frozen=True, slots=True)
class HandbookSection:
    """One task: ``anchor`` is its place on the page, ``screens`` the patterns of URL names that it explains."""

    anchor: str
    title: str
    screens: tuple[str, ...]
    source: str

    def explains(self, screen: str) -> bool:
        return any(fnmatchcase(screen, pattern) for pattern in self.screens)

    @property
    def html(self) -> SafeString:
        """The section as HTML. Markup in the source is escaped, save what Markdown itself makes."""
        text = _IMAGE.sub(lambda found: f"]({reverse('admin:help_image', args=[found[1]])})", self.source)
        return mark_safe(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


@dataclass(frozen=True, slots=True)
class Handbook:
    """The handbook of one post: what the post is for, its own sections, and those that everybody shares."""

    post: Post
    intro: str
    sections: tuple[HandbookSection, ...]

    def section_for(self, screen: str) -> HandbookSection | None:
        """The section that explains ``screen``: the first that names it outright, else the first whose pattern fits."""
        named = (section for section in self.sections if screen in section.screens)
        return next(named, None) or next((section for section in self.sections if section.explains(screen)), None)


@cache
def handbook_of(post: Post) -> Handbook:
    """Read ``docs/handbooks/<post>.md`` and ``common.md``. Raises OSError where the file is not there."""
    intro, own = _read(FOLDER / f"{post.value}.md", "s")
    _, shared = _read(FOLDER / "common.md", "c")
    return Handbook(post, intro, (*own, *shared))


def place_for(posts: Iterable[Post], screen: str) -> tuple[Post, str]:
    """(post, anchor) at which help for ``screen`` opens for somebody who holds ``posts``; the start of the first handbook otherwise."""
    held = [post for post in Post if post in frozenset(posts)]
    for post in held:
        if (section := handbook_of(post).section_for(screen)) is not None:
            return post, section.anchor
    return (held or [Post.CLERK])[0], ""


def image_file(name: str) -> Path | None:
    """A picture of the handbooks; None where there is none of that name."""
    return next((path for path in (FOLDER / "images").glob("*.png") if path.name == name), None)


def _read(path: Path, letter: str) -> tuple[str, tuple[HandbookSection, ...]]:
    head, *parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    intro = head.partition("\n")[2].strip()
    sections = []
    for number, part in enumerate(parts, start=1):
        title, _, body = part.partition("\n")
        named = _SCREENS.search(body)
        screens = tuple(named[1].split()) if named else ()
        sections.append(HandbookSection(f"{letter}{number}", title.strip(), screens, _SCREENS.sub("", body).strip()))
    return intro, tuple(sections)
