"""The three refusals of the house (bottom layer: knows nobody).

Every act either happens whole or raises one of these; one place maps them to pages, one to JSON.
"""

from __future__ import annotations

from dataclasses import dataclass


class Refusal(Exception):
    """An act that may not happen. ``str()`` is the sentence the user reads (Chinese)."""

    status = 400
    # Whether the audit trail has the refused attempt.
    recorded = False


class NotAllowed(Refusal):
    """WHO: this person, in this post, may not do it. ``stranger`` says that he may not even know of the object (404)."""

    def __init__(self, message: str = "您的岗位不能办理此事", *, stranger: bool = False):
        super().__init__(message)
        self.status = 404 if stranger else 403


class WrongState(Refusal):
    """WHEN: the object is no longer, or not yet, where the act expects it (409)."""

    status = 409


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: its number, the user's sentence, and what it is about (item, row or field)."""

    rule: str
    message: str
    where: str = ""


class RuleBroken(Refusal):
    """WHAT: the content breaks numbered rules; all of them are reported, not the first (422)."""

    status = 422

    def __init__(self, *violations: Violation):
        self.violations = violations
        super().__init__("；".join(f"{v.where}{'：' if v.where else ''}{v.message}" for v in violations))
