"""What the public reads of a fund, if the office says so: budget and execution by 款, frozen at the act, withdrawn by an act.

Rules: D01 nothing to show, D02 reason of withdrawing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from budget.evaluation.models import SelfEvaluation
from budget.evaluation.sheet import sheet_of
from budget.execution import Figures, added_up, book_of
from budget.guards import FundAct, check_can_act, locked
from budget.models import Fund
from budget.money import percent, rounding_rest, wan_text, yuan_text
from budget.pace.models import Disclosure
from departments.acting import act
from departments.people import Actor
from departments.trail import fingerprint
from qingdan.errors import RuleBroken, Violation, WrongState


@dataclass(frozen=True, slots=True)
class Row:
    """One 款, several that a line holds together, or the total. 元 as text (``44600.00``); '' = 无数据."""

    name: str
    original: str
    adjusted: str
    spent: str

    @property
    def rate(self) -> str:
        return _rate(self.spent, self.adjusted)


@dataclass(frozen=True, slots=True)
class Account:
    """A fund as the public reads it. ``grade`` and ``score``: the self-evaluation's, '' where there is none."""

    year: int
    name: str
    department: str
    source: str
    approval: str
    is_final: bool
    on: str
    rows: tuple[Row, ...]
    total: Row
    grade: str = ""
    score: str = ""
    evaluated_by: str = ""


def account_of(fund: Fund) -> dict[str, object]:
    """The content of a disclosure, from the book as it is: rows by 款 in the order of their codes."""
    book, gathered = book_of(fund), {}
    for row in book.rows:
        held = sorted(row.line.classes.all(), key=lambda each: each.code)
        gathered.setdefault(" + ".join(map(str, held)), []).append(row.figures)
    budgeted = not fund.accounts_only
    rows = [_row(name, added_up(parts, budgeted=budgeted)) for name, parts in sorted(gathered.items())]
    return {
        "year": fund.year,
        "name": fund.name,
        "department": fund.department.name,
        "source": fund.source,
        "approval": fund.approval,
        "is_final": fund.state == Fund.State.CLOSED,
        "rows": rows,
        "total": _row("合计", book.total),
        **evaluation_of(fund),
    }


def evaluation_of(fund: Fund) -> dict[str, str]:
    """Score, grade and format of the fund's confirmed self-evaluation; nothing where there is none."""
    confirmed = SelfEvaluation.objects.filter(fund=fund, state=SelfEvaluation.State.CONFIRMED)
    evaluation = confirmed.select_related("fund__department", "format").order_by("confirmed_at", "pk").last()
    if evaluation is None:
        return {}
    sheet = sheet_of(evaluation)
    return {"score": sheet.total, "grade": sheet.grade, "evaluated_by": sheet.format_name}


def _row(name: str, figures: Figures) -> list[str]:
    return [name, *("" if each is None else str(each) for each in (figures.original, figures.adjusted, figures.spent))]


def _rate(spent: str, adjusted: str) -> str:
    rate = percent(Decimal(spent), Decimal(adjusted)) if adjusted else None
    return "无数据" if rate is None else f"{rate}%"


def shown_row(row: Row) -> dict[str, object]:
    """A row as pages print it: each amount in 万元 and in 元."""
    pairs = [(wan_text(each), yuan_text(each)) for each in map(_amount, (row.original, row.adjusted, row.spent))]
    return {"name": row.name, "amounts": pairs, "rate": row.rate}


def rounding_rests_of(account: Account) -> list[tuple[str, str]]:
    """(column, 万元) where the rounded parts do not add up to the rounded total."""
    found = []
    for label, name in (("年初预算", "original"), ("调整后预算", "adjusted"), ("支出", "spent")):
        parts, whole = [_amount(getattr(row, name)) for row in account.rows], _amount(getattr(account.total, name))
        if whole is not None and None not in parts and (rest := rounding_rest(whole, parts)):
            found.append((label, str(rest)))
    return found


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def content_of(fund: Fund) -> str:
    """What a disclosure would keep now."""
    return json.dumps(account_of(fund), ensure_ascii=False, sort_keys=True)


def preview(fund: Fund) -> Account:
    """What the public would read now."""
    return read(Disclosure(fund=fund, shown=True, content=content_of(fund)))


def read(row: Disclosure) -> Account:
    """A disclosure as it was made; its day is the act's."""
    content = json.loads(row.content)
    rows = tuple(Row(*each) for each in content.pop("rows"))
    total = Row(*content.pop("total"))
    return Account(**content, rows=rows, total=total, on=timezone.localtime(row.made_at).date().isoformat())


def newest_of(fund: Fund) -> Disclosure | None:
    return Disclosure.objects.filter(fund=fund).order_by("-pk").first()


def shown_in(region_code: str) -> list[Account]:
    """The accounts that the public of a region reads now, the newest year first. Two queries."""
    newest: dict[int, Disclosure] = {}
    for each in Disclosure.objects.filter(fund__department__region__code=region_code).order_by("pk"):
        newest[each.fund_id] = each
    found = [read(each) for each in newest.values() if each.shown]
    return sorted(found, key=lambda each: (-each.year, each.department, each.name))


@act("disclose_fund")
def disclose_fund(*, actor: Actor, fund: Fund) -> Disclosure:
    """Let the public read the fund as its book stands now; again, to renew what is read."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.DISCLOSE)
    content = account_of(fund)
    if not content["rows"]:
        raise RuleBroken(Violation("D01", "还没有预算行，没有可公开的内容", "公开"))
    text = content_of(fund)
    before = newest_of(fund)
    if before and before.content == text:
        raise WrongState(f"“{fund}”已按现在的数公开")
    row = Disclosure.objects.create(fund=fund, shown=True, content=text, made_by=actor.user)
    told = f"{fund}：公开支出 {yuan_text(Decimal(content['total'][3]))} 元，{len(content['rows'])} 款"
    actor.record(act="disclose_fund", post=posting.post, obj=row, after_hash=fingerprint(row), detail=told)
    return row


@act("withdraw_fund")
def withdraw_fund(*, actor: Actor, fund: Fund, reason: str) -> Disclosure:
    """Take the fund off the public's pages, for a stated reason."""
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.WITHDRAW)
    before, reason = newest_of(fund), reason.strip()
    if before is None or not before.shown:
        raise WrongState(f"“{fund}”没有公开")
    if not reason:
        raise RuleBroken(Violation("D02", "未填写", "理由"))
    row = Disclosure.objects.create(fund=fund, shown=False, reason=reason, made_by=actor.user)
    actor.record(act="withdraw_fund", post=posting.post, obj=row, after_hash=fingerprint(row), detail=f"{fund}：{reason}")
    return row
