"""A fund to test with, and short forms of the acts on it (used with ``world`` or ``committed_world``)."""

from __future__ import annotations

import datetime
from decimal import Decimal

from budget import funds, lines, months, spending
from budget.models import BudgetAdjustment, BudgetLine, EconomicClass, Expenditure, Fund
from departments.models import Posting, User
from departments.people import Actor

YEAR = 2019


def classes(*codes: str) -> list[EconomicClass]:
    return [EconomicClass.objects.get(system="department", code=code) for code in codes]


def open_fund(world, name: str = "行政审批制度改革", year: int = YEAR, **fields) -> Fund:
    fields = {"source": "市财政局拨付", **fields}
    return funds.open_fund(actor=world.fund_clerk, department=world.department(), year=year, name=name, **fields)


def add_line(world, fund: Fund, name: str, original: str | None, *codes: str, heading: str = "") -> BudgetLine:
    amount = None if original is None else Decimal(original)
    return lines.add_line(
        actor=world.fund_clerk, fund=fund, name=name, original=amount, classes=classes(*(codes or ("30201",))), heading=heading
    )


def enter(world, line: BudgetLine, voucher: str, amount: str, *, actor: Actor | None = None, **fields) -> Expenditure:
    fields = {"spent_on": datetime.date(YEAR, 5, 6), "payee": "某文印社", "purpose": "编印清单", **fields}
    return spending.enter_expenditure(
        actor=actor or world.fund_clerk, fund=line.fund, line=line, voucher=voucher, amount=Decimal(amount), **fields
    )


def reverse(world, entry: Expenditure, voucher: str, **fields) -> Expenditure:
    fields = {"reversed_on": entry.spent_on, "reason": "科目记错", **fields}
    return spending.reverse_expenditure(actor=world.fund_clerk, entry=entry, voucher=voucher, **fields)


def check(world, entry: Expenditure) -> Expenditure:
    return spending.check_expenditure(actor=world.fund_checker, entry=entry)


def adjust(world, fund: Fund, amount: str, *, to_line=None, from_line=None, **fields) -> BudgetAdjustment:
    fields = {"document": "襄财预〔2019〕8号", "reason": "工作需要", "decided_on": datetime.date(YEAR, 6, 1), **fields}
    return lines.adjust_lines(
        actor=world.fund_clerk, fund=fund, amount=Decimal(amount), to_line=to_line, from_line=from_line, **fields
    )


def close_months(world, fund: Fund, *, of=months.MONTHS) -> None:
    """对账 with the book's own figures and 月结, of each of the months that is not closed."""
    for figures in months.months_of(fund):
        if figures.month in of and not figures.is_closed:
            months.reconcile_month(actor=world.fund_clerk, fund=fund, month=figures.month, stated=figures.ours)
            months.close_month(actor=world.fund_checker, fund=fund, month=figures.month)


def close_year(world, fund: Fund) -> Fund:
    """All months, then the year; everything in it must have been checked."""
    close_months(world, fund)
    return funds.close_fund(actor=world.fund_checker, fund=fund)


def second_person(world, username: str, post: str) -> Actor:
    """Another one with ``post`` in the department of the fund."""
    user = User.objects.create_user(username, "第二人", None)
    Posting.objects.create(user=user, post=post, department=world.department(), from_on=datetime.date(2016, 1, 1))
    return Actor(user)
