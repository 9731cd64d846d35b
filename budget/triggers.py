"""What no single row's constraint can say, held by the database itself (triggers, on SQLite and PostgreSQL): put back after every migration.

A line belongs to the fund of its entry or adjustment; a reversal stands on the line and carries the amount of an entry that is itself
no reversal; of an entry nothing but its check is ever changed, and nothing is deleted; a closed month takes no entry, and is closed
with everything in it checked; a closed year takes nothing, and is closed over twelve closed months.
"""

from __future__ import annotations

import re

from django.db import DEFAULT_DB_ALIAS, connections

BELONGS = "budget: 预算行不属于该资金"
REVERSES = "budget: 冲销须与原支出同一资金、同一预算行、同一金额，且不能冲销冲销"
FIXED = "budget: 支出登记后不能修改或删除，只能冲销"

CLOSED_MONTH = "budget: 该月已结账，不能再登记"
UNCHECKED_MONTH = "budget: 该月还有没有复核的支出，不能结账"
CLOSED_YEAR = "budget: 该年度已关账，不能再登记"
OPEN_MONTHS = "budget: 还有月份没有月结，不能关账"

_FOREIGN_LINE = "NOT EXISTS (SELECT 1 FROM budget_budgetline b WHERE b.id = NEW.{column} AND b.fund_id = NEW.fund_id)"
_WRONG_REVERSAL = (
    "NEW.reversal_of_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM budget_expenditure e WHERE e.id = NEW.reversal_of_id "
    "AND e.fund_id = NEW.fund_id AND e.line_id = NEW.line_id AND e.amount = NEW.amount AND e.reversal_of_id IS NULL)"
)
_FIXED_COLUMNS = (
    *("id", "fund_id", "line_id", "voucher", "spent_on", "amount", "payee", "purpose"),
    *("reversal_of_id", "entered_by_id", "entered_at"),
)
_CHECKED = "OLD.checked_at IS NOT NULL"

_IN_CLOSED_MONTH = (
    "EXISTS (SELECT 1 FROM budget_fundmonth m WHERE m.fund_id = NEW.fund_id AND m.state = 'closed' "
    "AND m.month = EXTRACT(MONTH FROM NEW.spent_on))"
)
_UNCHECKED_LEFT = (
    "NEW.state = 'closed' AND EXISTS (SELECT 1 FROM budget_expenditure e WHERE e.fund_id = NEW.fund_id AND e.checked_at IS NULL "
    "AND EXTRACT(MONTH FROM e.spent_on) = NEW.month)"
)

_IN_CLOSED_YEAR = "EXISTS (SELECT 1 FROM budget_fund f WHERE f.id = NEW.fund_id AND f.state = 'closed')"
_MONTHS_LEFT = (
    "NEW.state = 'closed' AND OLD.state <> 'closed' AND NOT NEW.accounts_only AND "
    "(SELECT COUNT(*) FROM budget_fundmonth m WHERE m.fund_id = NEW.id AND m.state = 'closed') < 12"
)

FROZEN_EVALUATION = "budget: 自评已提交，目标和指标不能再改动"
FOREIGN_OBJECTIVE = "budget: 年度目标不属于该自评"
_NOT_DRAFT = "EXISTS (SELECT 1 FROM budget_selfevaluation v WHERE v.id = {row}.evaluation_id AND v.state <> 'draft')"
_FOREIGN_OBJECTIVE = (
    "NOT EXISTS (SELECT 1 FROM budget_objective o WHERE o.id = NEW.objective_id AND o.evaluation_id = NEW.evaluation_id)"
)
_EVALUATION_PARTS = ("objective", "indicator")

# name → (table, event, condition, sentence)
TRIGGERS = {
    "budget_expenditure_line": ("budget_expenditure", "INSERT", _FOREIGN_LINE.format(column="line_id"), BELONGS),
    "budget_expenditure_reversal": ("budget_expenditure", "INSERT", _WRONG_REVERSAL, REVERSES),
    "budget_expenditure_month": ("budget_expenditure", "INSERT", _IN_CLOSED_MONTH, CLOSED_MONTH),
    "budget_expenditure_year": ("budget_expenditure", "INSERT", _IN_CLOSED_YEAR, CLOSED_YEAR),
    "budget_adjustment_year": ("budget_budgetadjustment", "INSERT", _IN_CLOSED_YEAR, CLOSED_YEAR),
    "budget_line_year": ("budget_budgetline", "INSERT", _IN_CLOSED_YEAR, CLOSED_YEAR),
    "budget_fund_months": ("budget_fund", "UPDATE", _MONTHS_LEFT, OPEN_MONTHS),
    "budget_fundmonth_new": ("budget_fundmonth", "INSERT", _UNCHECKED_LEFT, UNCHECKED_MONTH),
    "budget_fundmonth_checked": ("budget_fundmonth", "UPDATE", _UNCHECKED_LEFT, UNCHECKED_MONTH),
    "budget_expenditure_fixed": (
        "budget_expenditure",
        "UPDATE",
        " OR ".join([_CHECKED, *(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED_COLUMNS)]),
        FIXED,
    ),
    "budget_expenditure_kept": ("budget_expenditure", "DELETE", "1 = 1", FIXED),
    "budget_adjustment_from": (
        "budget_budgetadjustment",
        "INSERT",
        f"NEW.from_line_id IS NOT NULL AND {_FOREIGN_LINE.format(column='from_line_id')}",
        BELONGS,
    ),
    "budget_adjustment_to": (
        "budget_budgetadjustment",
        "INSERT",
        f"NEW.to_line_id IS NOT NULL AND {_FOREIGN_LINE.format(column='to_line_id')}",
        BELONGS,
    ),
    **{
        f"budget_{part}_{event.lower()}": (
            f"budget_{part}",
            event,
            _NOT_DRAFT.format(row="OLD" if event == "DELETE" else "NEW"),
            FROZEN_EVALUATION,
        )
        for part in _EVALUATION_PARTS
        for event in ("INSERT", "UPDATE", "DELETE")
    },
    "budget_indicator_objective": ("budget_indicator", "INSERT", _FOREIGN_OBJECTIVE, FOREIGN_OBJECTIVE),
    "budget_indicator_objective_moved": ("budget_indicator", "UPDATE", _FOREIGN_OBJECTIVE, FOREIGN_OBJECTIVE),
}


def install(using: str = DEFAULT_DB_ALIAS, **_kwargs) -> None:
    """Create the triggers on those of the tables that exist; idempotent."""
    connection = connections[using]
    statements = _postgresql if connection.vendor == "postgresql" else _sqlite
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for name, (table, event, condition, sentence) in TRIGGERS.items():
            if table in existing:
                for statement in statements(name, table, event, condition, sentence):
                    cursor.execute(statement)


def _sqlite(name: str, table: str, event: str, condition: str, sentence: str) -> list[str]:
    condition = condition.replace("IS DISTINCT FROM", "IS NOT")
    condition = re.sub(r"EXTRACT\(MONTH FROM ([\w.]+)\)", r"CAST(strftime('%m', \1) AS INTEGER)", condition)
    return [
        f'DROP TRIGGER IF EXISTS "{name}"',
        f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" WHEN {condition} BEGIN SELECT RAISE(ABORT, \'{sentence}\'); END',
    ]


def _postgresql(name: str, table: str, event: str, condition: str, sentence: str) -> list[str]:
    back = "OLD" if event == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'restrict_violation'; END IF; RETURN {back}; END $$",
        f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()',
    ]
