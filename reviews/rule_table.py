"""docs/rules.md, printed from the rules themselves; a test holds the committed text to it."""

from __future__ import annotations

from qingdan.items.checks.ranks import RANK_LIMITS
from qingdan.items.checks.rule import Severity
from reviews.checks import ALL_RULES

_RANK_ORDER = ("法律", "行政法规", "国务院决定", "地方性法规", "规章")
_CATEGORIES = {"01": "行政许可", "02": "行政处罚", "03": "行政强制"}


def document() -> str:
    """The whole text of docs/rules.md."""
    stops = sum(rule.severity == Severity.STOPS for rule in ALL_RULES)
    lines = [
        "# 自动校验的编号规则",
        "",
        "由 `manage.py rule_table --write` 生成，请勿手改；规则写在 `qingdan/items/checks/` 与 `reviews/checks.py`。",
        "",
        f"共 {len(ALL_RULES)} 条：{stops} 条阻断（不改正不能提交），{len(ALL_RULES) - stops} 条提醒（可以提交，随申请保留，由审查人判断）。"
        "申请页逐项显示，提交时全部运行；`manage.py check_list --region 代码` 校验现行公布的清单（R01—R34）。",
        "",
        "条文号据公开文本转述，启用前请司法部门核对。编号一经使用不再改作他用。",
        "",
        "| 编号 | 级别 | 规则 | 来源 | 为何是这一级别 |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {rule.number} | {rule.severity.label} | {rule.sentence} | {rule.source} | {rule.reason} |" for rule in ALL_RULES]
    lines += [
        "",
        "## 哪一级法律可以设定哪一类权力",
        "",
        "只要设定依据中有一部属于允许的位阶即为符合；有一部读不出位阶的不判断。实施依据不限位阶。",
        "",
        "| 类别 | 种类 | 可以设定的 | 来源 |",
        "|---|---|---|---|",
    ]
    for row in RANK_LIMITS:
        allowed = "、".join(rank for rank in _RANK_ORDER if rank in row.allowed)
        lines.append(f"| {_CATEGORIES[row.category]} | {row.kind or '—'} | {allowed} | {row.source} |")
    return "\n".join(lines) + "\n"
