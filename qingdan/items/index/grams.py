"""Normalised text as overlapping two-character tokens, and what to ask of them. SQLite's own tokenizers find no two-character word.

A line ``abc`` becomes ``ab bc c``: the last character stands alone, so that no phrase crosses the end of a line and a query of one
character is the prefix of a token. A line that may be asked for as a whole begins with a token of its own (``START``).
"""

from __future__ import annotations

from collections.abc import Iterable

# The ascii tokenizer takes every character above 127 as part of a token; marks and signs below that are moved there.
_SIGNS = {code: 0xF0000 + code for code in range(128) if not chr(code).isalnum()}
START = chr(0xF0100)


def tokens_of(lines: Iterable[str], *, whole: bool = False) -> str:
    """The tokens of ``lines`` (normalised), separated by spaces. ``whole``: each line can be asked for as a whole."""
    tokens: list[str] = []
    for line in lines:
        line = line.translate(_SIGNS)
        if whole:
            tokens.append(START)
        tokens += [line[place : place + 2] for place in range(len(line) - 1)]
        tokens.append(line[-1])
    return " ".join(tokens)


def phrase_of(needle: str) -> str:
    """The FTS5 phrase that finds ``needle`` (normalised, not empty) anywhere in a line."""
    needle = needle.translate(_SIGNS)
    if len(needle) == 1:
        return f'"{needle}" *'
    return '"' + " ".join(needle[place : place + 2] for place in range(len(needle) - 1)) + '"'


def whole_line_of(needle: str) -> str:
    """The FTS5 phrase that finds lines that are exactly ``needle``."""
    return f'"{tokens_of([needle], whole=True)}"'


def pairs_of(needle: str) -> list[str]:
    """The different two-character pieces of ``needle``, in its order; each is itself something to ask for."""
    return list(dict.fromkeys(needle[place : place + 2] for place in range(len(needle) - 1)))
