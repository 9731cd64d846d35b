"""Two texts side by side: clauses aligned first (条, 款, 项, sentence), then the characters inside each pair.

The same two texts are always cut the same way: no clock stops the comparison, only lengths limit it.
"""

from __future__ import annotations

import re

from diff_match_patch import diff_match_patch
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

# (text, whether it differs)
Parts = list[tuple[str, bool]]

# A clause ends with its sentence, its semicolon or its line; _NUMBER is what it may begin with.
_CLAUSE = re.compile(r"[^。；;\n]*[。；;\n]+|[^。；;\n]+$")
_NUMBER = re.compile(
    r"\s*(第[一二三四五六七八九十百零〇\d]+[条款项章节]|[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、|\d+[.．、])"
)
_MOST_CLAUSES = 400
_LONGEST = 5_000
# Below this likeness (0–100) two clauses are not versions of each other: one went, the other came.
_LIKE, _LIKE_SAME_NUMBER = 45, 30
_differ = diff_match_patch()


def parts_between(old: str, new: str) -> tuple[Parts, Parts]:
    """(parts of ``old``, parts of ``new``), each giving its text back when joined; what differs is marked."""
    if not old or not new:
        return [(old, True)] if old else [], [(new, True)] if new else []
    before, after = _CLAUSE.findall(old), _CLAUSE.findall(new)
    if max(len(before), len(after)) > _MOST_CLAUSES:
        return _characters(old, new)
    left: Parts = []
    right: Parts = []
    for gone, come in _aligned(before, after):
        one, other = ([(gone, False)], [(come, False)]) if gone == come else _characters(gone, come)
        left += one
        right += other
    return _joined(left), _joined(right)


def _aligned(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """Clauses in pairs, in order; an empty text stands opposite to one that has no other. Equal runs are paired without comparing."""
    pairs: list[tuple[str, str]] = []
    start = 0
    limit = min(len(before), len(after))
    while start < limit and before[start] == after[start]:
        pairs.append((before[start], after[start]))
        start += 1
    end = 0
    while end < limit - start and before[-1 - end] == after[-1 - end]:
        end += 1
    pairs += _best(before[start : len(before) - end], after[start : len(after) - end])
    pairs += [(text, text) for text in before[len(before) - end :]]
    return pairs


def _best(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """The order-keeping pairing of the greatest summed likeness."""
    if not before or not after:
        return [(text, "") for text in before] + [("", text) for text in after]
    worth = [[_worth(one, other) for other in after] for one in before]
    best = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in reversed(range(len(before))):
        for j in reversed(range(len(after))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + worth[i][j] if worth[i][j] else 0)
    pairs, i, j = [], 0, 0
    while i < len(before) and j < len(after):
        if worth[i][j] and best[i][j] == best[i + 1][j + 1] + worth[i][j]:
            pairs.append((before[i], after[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((before[i], ""))
            i += 1
        else:
            pairs.append(("", after[j]))
            j += 1
    return pairs + [(text, "") for text in before[i:]] + [("", text) for text in after[j:]]


def _worth(one: str, other: str) -> int:
    """0: not the same clause; else its likeness, more where both bear the same number."""
    if one == other:
        return 1_000
    first, second = _NUMBER.match(one), _NUMBER.match(other)
    same = bool(first and second and first[1] == second[1])
    likeness = int(fuzz.ratio(one[:_LONGEST], other[:_LONGEST]))
    return likeness + 100 * same if likeness >= (_LIKE_SAME_NUMBER if same else _LIKE) else 0


def _characters(old: str, new: str) -> tuple[Parts, Parts]:
    """The characters that differ; a pair over the limit only without its common beginning and end."""
    if not old or not new:
        return [(old, True)] if old else [], [(new, True)] if new else []
    if max(len(old), len(new)) > _LONGEST:
        return _trimmed(old, new)
    found = []
    for step in Indel.opcodes(old, new):
        gone, come = old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        found += [(0, gone)] if step.tag == "equal" else [(sign, text) for sign, text in ((-1, gone), (1, come)) if text]
    _differ.diff_cleanupSemantic(found)
    left = [(text, sign != 0) for sign, text in found if sign <= 0]
    right = [(text, sign != 0) for sign, text in found if sign >= 0]
    return left, right


def _trimmed(old: str, new: str) -> tuple[Parts, Parts]:
    """Common beginning and end apart, what lies between marked."""
    limit = min(len(old), len(new))
    start = next((i for i in range(limit) if old[i] != new[i]), limit)
    end = next((i for i in range(limit - start) if old[-1 - i] != new[-1 - i]), limit - start)
    return _cut(old, start, end), _cut(new, start, end)


def _cut(text: str, start: int, end: int) -> Parts:
    stop = len(text) - end
    return [part for part in ((text[:start], False), (text[start:stop], True), (text[stop:], False)) if part[0]]


def _joined(parts: Parts) -> Parts:
    """Neighbours of one kind as one part."""
    joined: Parts = []
    for text, differs in parts:
        if joined and joined[-1][1] == differs:
            joined[-1] = (joined[-1][0] + text, differs)
        elif text:
            joined.append((text, differs))
    return joined
