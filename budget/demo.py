"""The demo's money, made by the acts: 2019 exactly as the self-evaluation report has it, and a made-up year to try the screens on.

The report states final accounts only: no budget, no voucher, no payee. So the year is entered as accounts without a budget, one summary
entry a line, and nothing else is filled in.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import transaction

from budget.evaluation.demo import build_evaluations
from budget.funds import close_fund, open_fund
from budget.lines import add_line, adjust_lines
from budget.models import BudgetLine, EconomicClass, Expenditure, Fund
from budget.pace.disclosure import disclose_fund
from budget.spending import check_expenditure, enter_expenditure, reverse_expenditure
from departments.models import Department
from departments.people import Actor
from departments.posts import Post
from qingdan.ledger.models import AuditEvent

NAME = "行政审批制度改革"
MARK = "（演示数据）"
_SOURCE = "市财政局拨付"
_WHOLE = "商品和服务费"
# The report's figures in 元: line, heading, the 款 that it holds, 决算.
ACCOUNTS_2019 = (
    ("办公费", "", ("30201",), "9100"),
    ("差旅费", _WHOLE, ("30211",), "2600"),
    ("印刷费", _WHOLE, ("30202",), "6000"),
    ("维修（护）费", _WHOLE, ("30213",), "5500"),
    ("水电费", _WHOLE, ("30205", "30206"), "5100"),
    ("设备购置等其他", _WHOLE, ("31002", "30299"), "16300"),
)
# A made-up year: line, the 款 that it holds, 年初预算.
BUDGET_2020 = (
    ("办公费", ("30201",), "10000"),
    ("印刷费", ("30202",), "12000"),
    ("差旅费", ("30211",), "6000"),
    ("水电费", ("30205", "30206"), "5000"),
    ("委托业务费", ("30227",), "15000"),
)
# voucher, line, month and day, 元, payee, purpose; the first two are checked.
ENTRIES_2020 = (
    ("记-3", "印刷费", (3, 12), "4860.50", "甲印务公司", "编印清单汇编"),
    ("记-7", "办公费", (4, 2), "1288", "乙文具店", "会议用纸"),
    ("记-11", "差旅费", (5, 20), "965.30", "丙某", "赴县区调研"),
    ("记-15", "印刷费", (6, 8), "7900", "甲印务公司", "宣传册"),
)
_MARK_OF_BUILD = {"act": "build_demo", "object_type": "demo_funds"}


def build_funds(*, clerk: Actor, checker: Actor) -> None:
    """Both years in the department of ``clerk`` (财务经办; ``checker``: 财务复核), once; a second call changes nothing."""
    if AuditEvent.objects.filter(**_MARK_OF_BUILD).exists():
        return
    department = clerk.user.postings.held().get(post=Post.FUND_CLERK).department
    with transaction.atomic():
        accounts = _accounts_of_2019(clerk, checker, department)
        made_up = _made_up_2020(clerk, checker, department)
        build_evaluations(clerk=clerk, checker=checker, accounts=accounts, made_up=made_up)
        clerk.record(**_MARK_OF_BUILD, object_id="2019-2020", post=Post.FUND_CLERK, detail="建立演示资金")


def told() -> dict[str, list[int]]:
    """Keys of the demo's funds by state, for the command's JSON."""
    funds = Fund.objects.order_by("pk")
    return {str(state): list(funds.filter(state=state).values_list("pk", flat=True)) for state in Fund.State.values}


def classes(codes: tuple[str, ...]) -> list[EconomicClass]:
    return list(EconomicClass.objects.filter(system=EconomicClass.System.DEPARTMENT, code__in=codes).order_by("code"))


def _accounts_of_2019(clerk: Actor, checker: Actor, department: Department) -> Fund:
    fund = open_fund(actor=clerk, department=department, year=2019, name=NAME, source=_SOURCE, accounts_only=True)
    for number, (name, heading, codes, amount) in enumerate(ACCOUNTS_2019, start=1):
        line = add_line(actor=clerk, fund=fund, name=name, heading=heading, classes=classes(codes))
        entry = enter_expenditure(
            actor=clerk,
            fund=fund,
            line=line,
            voucher=f"2019决算-{number}",
            spent_on=datetime.date(2019, 12, 31),
            amount=Decimal(amount),
            payee="（报告未列明）",
            purpose="2019年自评报告所列决算数",
        )
        check_expenditure(actor=checker, entry=entry)
    fund = close_fund(actor=checker, fund=fund)
    disclose_fund(actor=checker, fund=fund)
    return fund


def _made_up_2020(clerk: Actor, checker: Actor, department: Department) -> Fund:
    fund = open_fund(
        actor=clerk, department=department, year=2020, name=f"{NAME}{MARK}", source=_SOURCE, approval="演示〔2020〕1号"
    )
    lines = {
        name: add_line(actor=clerk, fund=fund, name=name, classes=classes(codes), original=Decimal(amount))
        for name, codes, amount in BUDGET_2020
    }
    adjust_lines(
        actor=clerk,
        fund=fund,
        from_line=lines["委托业务费"],
        to_line=lines["印刷费"],
        amount=Decimal(3000),
        document="演示〔2020〕5号",
        reason="增印清单汇编",
        decided_on=datetime.date(2020, 6, 1),
    )
    entries = [_enter(clerk, fund, lines, *each) for each in ENTRIES_2020]
    for entry in entries[:2]:
        check_expenditure(actor=checker, entry=entry)
    reverse_expenditure(
        actor=clerk, entry=entries[1], voucher="记-16", reversed_on=datetime.date(2020, 6, 9), reason="应列印刷费，另行登记"
    )
    return fund


def _enter(
    clerk: Actor,
    fund: Fund,
    lines: dict[str, BudgetLine],
    voucher: str,
    name: str,
    day: tuple[int, int],
    amount: str,
    payee: str,
    purpose: str,
) -> Expenditure:
    return enter_expenditure(
        actor=clerk,
        fund=fund,
        line=lines[name],
        voucher=voucher,
        spent_on=datetime.date(fund.year, *day),
        amount=Decimal(amount),
        payee=payee,
        purpose=purpose,
    )
