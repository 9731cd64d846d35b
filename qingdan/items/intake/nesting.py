"""Where one column holds all names, the serials tell 大项 from sub-items: 1 and 1.1, 一 and (一), (1) under 1."""

from __future__ import annotations

import re

from qingdan.items.intake.draft import Draft
from qingdan.items.intake.words import plain, style_of

_DEEPER = {"一": ("(一)", "1", "(1)"), "(一)": ("1", "(1)"), "1": ("(1)",)}
_PARENTS = {"1.1": ("1",), "(一)": ("一",), "(1)": ("1", "(一)"), "1": ("(一)", "一")}


class Nesting:
    """Remembers the last item of each way of numbering."""

    def __init__(self) -> None:
        self._last: dict[str, Draft] = {}

    def place(self, draft: Draft, serial: str) -> None:
        """Make the item a sub-item where its serial stands under an earlier one of the same department and category."""
        if not draft.major:
            return
        style = style_of(serial)
        if style == "1.1":
            parent = self._last.get("1:" + re.split(r"[.\-]", serial)[0])
        else:
            parent = next((p for key in _PARENTS.get(style, ()) if (p := self._last.get(key))), None)
        if parent and not parent.sub and (parent.department, parent.category) == (draft.department, draft.category):
            if plain(draft.major) != plain(parent.major):
                draft.major, draft.sub = parent.major, draft.major
            return
        if style == "1":
            self._last["1:" + serial] = draft
        if style:
            self._last[style] = draft
            for deeper in _DEEPER.get(style, ()):
                self._last.pop(deeper, None)
