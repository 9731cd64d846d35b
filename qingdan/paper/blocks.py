"""A paper as a value: parts, paragraphs, tables, flow charts. One description, two writers (``word``, ``pdf``), so both say the same.

Texts are plain; a line feed is a line break. Nothing here is markup of either format: the writers escape, or hand on as data.
Sizes and margins of official documents (公文) are those of GB/T 9704-2012.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

# What a run of text is: unmarked, new (underlined), gone (struck out), or strong.
Mark = Literal["", "ins", "del", "strong"]
Run = tuple[str, Mark]

# masthead 发文机关标志 · title 标题 · body 正文 · flush 顶格 · heading 一级标题 · subheading 二级标题 · right 署名、日期 · centre · note 小字
Style = Literal["masthead", "title", "body", "flush", "heading", "subheading", "right", "centre", "note"]


def runs_of(text: str | Iterable[Run]) -> tuple[Run, ...]:
    """Text or runs as runs; empty ones left out."""
    runs = ((text, ""),) if isinstance(text, str) else text
    return tuple((words, mark) for words, mark in runs if words)


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]
    style: Style = "body"


def paragraph(text: str | Iterable[Run], style: Style = "body") -> Paragraph:
    return Paragraph(runs_of(text), style)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``span``: columns it covers; ``label``: names its neighbour (heading style); ``tall``: least height in mm."""

    runs: tuple[Run, ...]
    span: int = 1
    label: bool = False
    tall: int = 0


def cell(text: str | Iterable[Run], *, span: int = 1, tall: int = 0) -> Cell:
    return Cell(runs_of(text), span, False, tall)


def label(text: str, *, span: int = 1) -> Cell:
    return Cell(runs_of(text), span, True)


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are relative; ``head`` is repeated on every page; ``rows`` may be a generator: it is read once."""

    widths: tuple[int, ...]
    rows: Iterable[tuple[Cell, ...]]
    head: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """A 运行流程图: each step is (name, who and how long, what)."""

    steps: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page: the red 版头 line of an official document, or a plain one."""

    red: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """A new page."""


Block = Paragraph | Table | Flow | Rule | Break


@dataclass(frozen=True, slots=True)
class Part:
    """Pages of one orientation. ``blocks`` may be a generator: it is read once."""

    blocks: Iterable[Block]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """``dated`` is the time that the files bear (never the clock: the same paper gives the same bytes); ``foot`` stands on every page."""

    title: str
    parts: tuple[Part, ...]
    dated: datetime.datetime
    foot: str = ""
