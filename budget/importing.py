"""The act that takes an import of vouchers into the book, whole or not at all. Rules: M01 nothing to import."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from budget.guards import FundAct, check_can_act, locked
from budget.models import Expenditure, Fund, VoucherImport
from budget.money import yuan_text
from budget.voucher_table import judge
from departments.acting import act
from departments.people import Actor
from departments.rosters.tables import Line
from departments.trail import fingerprint
from qingdan.errors import RuleBroken, Violation, WrongState


@act("import_vouchers")
def import_vouchers(
    *, actor: Actor, fund: Fund, lines: Sequence[Line], file_hash: str, file_name: str, count: int, total: Decimal
) -> VoucherImport:
    """The accepted of ``lines`` as entries, in one transaction.

    ``count`` and ``total`` (元) are what the preview showed: where the book has changed since, nothing is written (WrongState). The same
    file confirmed again writes nothing and gives the import of then.
    """
    fund = locked(fund)
    posting = check_can_act(actor=actor, fund=fund, act=FundAct.ENTER)
    table = judge(lines, fund)
    before = VoucherImport.objects.filter(fund=fund, file_hash=file_hash).order_by("-pk").first()
    if before and not table.accepted:
        return before
    if not count:
        raise RuleBroken(Violation("M01", "没有可导入的行", "文件"))
    if (len(table.accepted), table.total) != (count, total):
        now = f"现在可导入 {len(table.accepted)} 行 {yuan_text(table.total)} 元"
        raise WrongState(f"预览之后账有变化：预览时 {count} 行 {yuan_text(total)} 元，{now}；请重新看预览")
    made = VoucherImport.objects.create(
        fund=fund, file_hash=file_hash, file_name=file_name[:200], count=count, amount=total, made_by=actor.user
    )
    entries = [
        Expenditure(
            fund=fund,
            line=row.line,
            voucher=row.voucher,
            spent_on=row.spent_on,
            amount=row.amount,
            payee=row.payee,
            purpose=row.purpose,
            entered_by=actor.user,
        )
        for _line, row in table.accepted
    ]
    Expenditure.objects.bulk_create(entries, batch_size=500)
    Expenditure.history.bulk_history_create(
        entries, batch_size=500, default_user=actor.user, default_change_reason=f"导入 {made.file_name}"
    )
    actor.record(
        act="import_vouchers",
        post=posting.post,
        obj=made,
        after_hash=fingerprint(made),
        detail=f"{fund}：{made.file_name} {count} 笔 {yuan_text(total)} 元，文件 {file_hash}",
    )
    return made
