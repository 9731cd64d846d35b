"""统一社会信用代码 (GB 32100-2015): 18 characters, the last of which checks the others."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check_character(first_17: str) -> str:
    """The 18th character. Raises ValueError for a character outside the alphabet (no I, O, S, V, Z)."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first_17, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def fault(code: str) -> str:
    """What is wrong with ``code``, as a sentence; empty when it is sound."""
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现为 {len(code)} 位"
    strange = sorted(set(code) - set(ALPHABET))
    if strange:
        return f"统一社会信用代码含有不允许的字符“{''.join(strange)}”（只用数字和大写字母，不用 I、O、S、V、Z）"
    if check_character(code[:17]) != code[17]:
        return "统一社会信用代码的校验位不符，请核对原件"
    return ""
