"""What special funds were given and spent for, as far as the office has disclosed them: figures frozen at the act, in 万元 and 元."""

from __future__ import annotations

from django.http import HttpResponse

from budget.pace.disclosure import Account, rounding_rests_of, shown_in, shown_row
from qingdan.public.frame import Frame, NotHere, page


@page(dated=False)
def money(frame: Frame) -> HttpResponse:
    """The years of which something is disclosed, each with its funds and what they spent."""
    if frame.edition is None:
        return frame.no_list()
    accounts = shown_in(frame.region.code)
    years = {account.year: [] for account in accounts}
    for account in accounts:
        years[account.year].append((account, shown_row(account.total)))
    rows = [(year, f"{frame.links.money}{year}/", funds) for year, funds in years.items()]
    return frame.page("money.html", title="专项资金", years=rows)


@page(dated=False)
def money_year(frame: Frame, year: int) -> HttpResponse:
    """Budget and execution by 款 of each disclosed fund of a year."""
    accounts = [each for each in shown_in(frame.region.code) if each.year == year]
    if frame.edition is None or not accounts:
        raise NotHere(f"没有公开的 {year} 年专项资金", way_out=("看专项资金", frame.links.money))
    return frame.page("money_year.html", title=f"{year}年专项资金", year=year, accounts=[_shown(each) for each in accounts])


def _shown(account: Account) -> dict[str, object]:
    return {
        "account": account,
        "rows": [shown_row(row) for row in account.rows],
        "total": shown_row(account.total),
        "rests": rounding_rests_of(account),
    }
