"""Chinese numerals as legal texts write them: 第一百二十条, 二〇一五年, 第32条."""

from functools import lru_cache

_DIGITS = "零一二三四五六七八九"
_VALUES = {char: value for value, char in enumerate(_DIGITS)}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_ONE_SPELLING = str.maketrans("〇○两", "零零二")
_LIMIT = 100_000_000
_LONGEST = 16


def to_chinese_number(n: int) -> str:
    """Return ``n`` (0 to 99,999,999) in Chinese numerals: 12 → 十二, 105 → 一百零五.

    Raises ValueError outside that range. Articles are numbered this way by 立法法 art. 65.
    """
    if not 0 <= n < _LIMIT:
        raise ValueError(f"数字超出范围：{n}")
    if n < 10:
        return _DIGITS[n]
    if n >= 10_000:
        head, rest = divmod(n, 10_000)
        gap = "零" if 0 < rest < 1000 else ""
        return to_chinese_number(head) + "万" + gap + (_below_ten_thousand(rest) if rest else "")
    text = _below_ten_thousand(n)
    return text[1:] if text.startswith("一十") else text


def _below_ten_thousand(n: int) -> str:
    text, skipped = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, power)
        if digit:
            text += ("零" if skipped else "") + _DIGITS[digit] + name
            skipped = False
        else:
            skipped = bool(text)
    return text


@lru_cache(maxsize=4096)
def from_chinese_number(s: str) -> int:
    """Return the value of ``s``: 一百二十 → 120, 二〇一五 → 2015, 32 or ３２ → 32.

    Raises ValueError for anything that is not one well-formed number (十十, 1百, empty).
    """
    if s.isdecimal() and len(s) <= 8:
        return int(s)
    text = s.translate(_ONE_SPELLING)
    if text and len(text) <= _LONGEST and all(char in _VALUES for char in text) and "两" not in s[1:]:
        return int("".join(str(_VALUES[char]) for char in text))
    text = text.replace("百十", "百一十").replace("零十", "零一十")
    if 0 < len(text) <= _LONGEST:
        value = _add_up(text)
        if value < _LIMIT and to_chinese_number(value) == text.removeprefix("一" if text[:2] == "一十" else ""):
            return value
    raise ValueError(f"不是数字：{s[:_LONGEST]!r}")


def _add_up(text: str) -> int:
    """The sum of a number's parts, of a malformed number too (the caller writes it back to compare)."""
    total = part = digit = 0
    for char in text:
        power = _POWERS.get(char)
        if power is None:
            digit = _VALUES.get(char, 0)
        elif power == 10_000:
            total, part, digit = (total + part + digit) * power, 0, 0
        else:
            part, digit = part + (digit or 1) * power, 0
    return total + part + digit
