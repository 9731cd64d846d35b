"""Vouchers from a table: what usual ledgers and treasury-payment exports call their columns, and what each row says.

Every row stands in exactly one of three: accepted, refused (cell and sentence), skipped (sums, carried-over rows, what is on the book).
Only reads; ``budget.importing`` writes.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from budget.execution import book_of
from budget.models import BudgetLine, Expenditure, Fund
from budget.money import ZERO, read_yuan, yuan_text
from budget.spending import VOUCHER_LENGTH, closed_months, month_closed, plain_voucher
from departments.rosters.department_lines import read_day
from departments.rosters.tables import HEAD_WITHIN, Column, Fault, Line, NotARoster, fault, formula_faults, lines_of, squeeze
from qingdan.items.intake.child import read_sheets
from qingdan.items.intake.lines import is_secret
from qingdan.items.intake.preflight import UnreadableFile

ROW_LIMIT = 10_000
NO_PAYEE = "账簿未列收款人"
VOUCHER = Column(
    "voucher",
    "凭证号",
    True,
    ("凭证字号", "凭证编号", "凭证号码", "记账凭证号", "支付凭证号", "支付令编号", "支付申请编号", "凭证"),
    "必填。在一项资金内不重复",
)
PART = Column("part", "分录号", synonyms=("分录", "分录序号", "行号"), hint="一张凭证有几行的填写，凭证号后加“-分录号”")
DAY = Column(
    "day", "日期", synonyms=("凭证日期", "记账日期", "业务日期", "支付日期", "付款日期", "制单日期"), hint="也可分“月”“日”两列"
)
MONTH = Column("month", "月", synonyms=("月份",), hint="没有“日期”列时，与“日”一起用")
DAY_OF_MONTH = Column("day_of_month", "日", hint="没有“日期”列时，与“月”一起用")
PURPOSE = Column("purpose", "摘要", True, ("用途", "资金用途", "支付用途", "款项用途", "摘要说明"), "必填。这笔钱用于什么")
LINE = Column("line", "预算行", synonyms=("预算项目", "支出项目"), hint="本资金预算行的名称；写了的先按它")
CLASS = Column(
    "code",
    "部门经济分类科目",
    synonyms=(
        "部门支出经济分类",
        "部门预算支出经济分类",
        "支出经济分类",
        "经济分类",
        "经济分类科目",
        "部门经济分类",
        "科目",
        "科目名称",
        "会计科目",
    ),
    hint="例如 30201 办公费；由它找到预算行",
)
AMOUNT = Column(
    "amount",
    "借方金额",
    True,
    ("借方", "借方发生额", "支出金额", "支付金额", "付款金额", "本次支付金额", "实际支付金额", "金额", "支出"),
    "必填。元，大于 0",
)
CREDIT = Column("credit", "贷方金额", synonyms=("贷方", "贷方发生额", "收入金额"), hint="有数的行不导入：冲减支出用冲销")
PAYEE = Column(
    "payee",
    "收款人",
    synonyms=("收款人名称", "收款人全称", "收款单位", "收款方", "对方单位", "供应商"),
    hint=f"整列没有时记为“{NO_PAYEE}”",
)
COLUMNS = (VOUCHER, PART, DAY, MONTH, DAY_OF_MONTH, PURPOSE, LINE, CLASS, AMOUNT, CREDIT, PAYEE)
EXAMPLE = ("记-12", "", "2019-05-06", "", "", "编印清单", "", "30202 印刷费", "1234.50", "", "某文印社")

_SUM = re.compile(
    r"(本[日旬月季年]|年度|全年)?(合计|累计|小计|总计)(数|金额)?|承前页|过次页|转次页|结转下[页年]|上年结转|(期初|期末|年初|月初|月末)余额"
)
_CODE = re.compile(r"(?<!\d)(\d{5})(?!\d)", re.ASCII)
_LIMITS = ((PAYEE, 100), (PURPOSE, 300))


@dataclass(frozen=True, slots=True)
class Voucher:
    """One row as it will stand on the book; ``amount`` in 元."""

    voucher: str
    spent_on: datetime.date
    line: BudgetLine
    amount: Decimal
    payee: str
    purpose: str

    @property
    def amount_text(self) -> str:
        return yuan_text(self.amount)


@dataclass
class VoucherTable:
    """Every row of the table stands in exactly one of the three; ``known``: how many of ``skipped`` are on the book already."""

    accepted: list[tuple[Line, Voucher]] = field(default_factory=list)
    refused: list[tuple[Line, list[Fault]]] = field(default_factory=list)
    skipped: list[tuple[Line, str]] = field(default_factory=list)
    known: int = 0

    @property
    def total(self) -> Decimal:
        """元 of the accepted rows."""
        return sum((row.amount for _line, row in self.accepted), ZERO)


@dataclass(frozen=True)
class _Grid:
    name: str
    rows: list[list[str]]
    hidden: bool


def read_vouchers(data: bytes) -> list[Line]:
    """The rows of a stranger's file, read in the limited child. Raises NotARoster with the reason and the way out."""
    try:
        _kind, sheets = read_sheets(data)
    except UnreadableFile as unreadable:
        raise NotARoster(str(unreadable)) from unreadable
    if any(is_secret(cell) for sheet in sheets for row in sheet.rows for cell in row):
        raise NotARoster("文件带有国家秘密标志；涉密文件不得进入本系统，按保密规定处理")
    grids = []
    for sheet in sheets:
        rows = [list(row) for row in sheet.rows]
        for row, column in sheet.formulas:
            if row <= len(rows) and column < len(rows[row - 1]):
                rows[row - 1][column] = "="
        grids.append(_Grid(sheet.name, rows, sheet.hidden))
    if any(_says_wan(cell) for grid in grids if not grid.hidden for row in grid.rows[:HEAD_WITHIN] for cell in row):
        raise NotARoster("表中金额以万元为单位；一笔支出须记到分，请改为元再导入")
    lines = lines_of(grids, COLUMNS, ROW_LIMIT)
    if not any({LINE.key, CLASS.key} & line.places.keys() for line in lines):
        raise NotARoster(f"没有“{CLASS.label}”或“{LINE.label}”列，不知各行列入哪一预算行；加上其中一列再导入")
    if not any(DAY.key in line.places or {MONTH.key, DAY_OF_MONTH.key} <= line.places.keys() for line in lines):
        raise NotARoster("没有“日期”列（或“月”“日”两列）；加上再导入")
    return lines


def _says_wan(cell: str) -> bool:
    return "万元" in cell and (squeeze(cell) in AMOUNT.names or re.search(r"单位[:：]?万元", re.sub(r"\s", "", cell)) is not None)


def judge(lines: Iterable[Line], fund: Fund) -> VoucherTable:
    """Each row against the fund's book and against the rows before it: vouchers once, no line overspent over the whole of them."""
    reader, table = VoucherReader(fund), VoucherTable()
    for line in lines:
        why = sum_row(line)
        if why:
            table.skipped.append((line, f"“{why}”行，不是凭证"))
            continue
        row, faults = reader.read(line)
        if row is not None and reader.is_known(row):
            table.skipped.append((line, f"{row.voucher} 已在账上，日期、预算行和金额相同"))
            table.known += 1
            continue
        faults = faults or reader.place(line, row)
        if faults:
            table.refused.append((line, faults))
        else:
            table.accepted.append((line, row))
    return table


def sum_row(line: Line) -> str:
    """The word that makes this a row of sums or carried-over figures; '' for a voucher, whatever its 摘要 speaks of."""
    voucher = squeeze(line.text(VOUCHER.key))
    if voucher and not _SUM.fullmatch(voucher):
        return ""
    return next((text for text in map(squeeze, line.cells.values()) if _SUM.fullmatch(text)), "")


class VoucherReader:
    """What rows are judged against, looked up once, in as many queries however many rows."""

    def __init__(self, fund: Fund):
        self.fund, self.today = fund, timezone.localdate()
        self.closed = closed_months(fund)
        book = book_of(fund)
        self.rests = {row.line.pk: row.figures.rest for row in book.rows}
        self.by_name = {squeeze(row.line.name): row.line for row in book.rows}
        self.by_code: dict[str, list[BudgetLine]] = {}
        for row in book.rows:
            for each in row.line.classes.all():
                self.by_code.setdefault(each.code, []).append(row.line)
                self.by_code.setdefault(squeeze(each.name), []).append(row.line)
        there = Expenditure.objects.filter(fund=fund).select_related("line")
        self.there = {each.voucher: each for each in there}
        self.seen: dict[str, int] = {}

    def read(self, line: Line) -> tuple[Voucher | None, list[Fault]]:
        faults = formula_faults(line, COLUMNS)
        voucher, on = self._voucher(line, faults), self._day(line, faults)
        of, amount = self._line(line, faults), _amount(line, faults)
        payee = line.text(PAYEE.key) if PAYEE.key in line.places else NO_PAYEE
        purpose = line.text(PURPOSE.key)
        faults += [fault(line, column, "未填写") for column, text in ((PAYEE, payee), (PURPOSE, purpose)) if not text]
        faults += [fault(line, column, f"超过 {limit} 字") for column, limit in _LIMITS if len(line.text(column.key)) > limit]
        return (None, faults) if faults else (Voucher(voucher, on, of, amount, payee, purpose), [])

    def is_known(self, row: Voucher) -> bool:
        there = self.there.get(row.voucher)
        return there is not None and (there.spent_on, there.line_id, there.amount, there.is_reversal) == (
            *(row.spent_on, row.line.pk, row.amount),
            False,
        )

    def place(self, line: Line, row: Voucher) -> list[Fault]:
        """Take the row into the import, or say why it does not fit with the book and the rows before."""
        if row.spent_on.month in self.closed:
            return [fault(line, DAY if DAY.key in line.places else MONTH, month_closed(row.spent_on))]
        there, before = self.there.get(row.voucher), self.seen.get(row.voucher)
        if there is not None:
            told = f"{row.voucher} 已登记：{there.spent_on} {there.line} {yuan_text(there.amount)} 元，{there.payee}；与本行不同，请核对"
            return [fault(line, VOUCHER, told)]
        if before is not None:
            return [fault(line, VOUCHER, f"{row.voucher} 与第 {before} 行重复；一张凭证有几行的，加“{PART.label}”列")]
        rest = self.rests[row.line.pk]
        if rest is not None and row.amount > rest:
            over = yuan_text(row.amount - rest)
            told = f"计入以上各行后，“{row.line}”还剩 {yuan_text(rest)} 元，超出 {over} 元；先办预算调整，或改列其他预算行"
            return [fault(line, AMOUNT, told)]
        self.seen[row.voucher] = line.row
        if rest is not None:
            self.rests[row.line.pk] = rest - row.amount
        return []

    def _voucher(self, line: Line, faults: list[Fault]) -> str:
        part = line.text(PART.key)
        voucher = plain_voucher(line.text(VOUCHER.key))
        if not voucher:
            faults.append(fault(line, VOUCHER, "未填写"))
        voucher = plain_voucher(f"{voucher}-{part}") if part else voucher
        if len(voucher) > VOUCHER_LENGTH:
            faults.append(fault(line, VOUCHER, f"超过 {VOUCHER_LENGTH} 字"))
        return voucher

    def _day(self, line: Line, faults: list[Fault]) -> datetime.date | None:
        text, column = line.text(DAY.key), DAY
        if not text and DAY.key not in line.places:
            text, column = f"{self.fund.year}-{line.text(MONTH.key)}-{line.text(DAY_OF_MONTH.key)}", DAY_OF_MONTH
        if re.fullmatch(r"\d{8}", text, re.ASCII):
            text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        on = read_day(text)
        if on is None:
            faults.append(fault(line, column, f"“{text[:20]}”不是日期，例如 {self.fund.year}-05-06" if text else "未填写"))
        elif on.year != self.fund.year:
            faults.append(fault(line, column, f"{on} 不在 {self.fund.year} 年度内"))
        elif on > self.today:
            faults.append(fault(line, column, f"{on} 晚于今天"))
        return on

    def _line(self, line: Line, faults: list[Fault]) -> BudgetLine | None:
        named, coded = line.text(LINE.key), line.text(CLASS.key)
        if named:
            found = self.by_name.get(squeeze(named))
            if found is None:
                faults.append(fault(line, LINE, f"本资金没有预算行“{named[:30]}”；先增加预算行，或改写"))
            return found
        if not coded:
            faults.append(fault(line, CLASS if CLASS.key in line.places else LINE, "未填写，不知列入哪一预算行"))
            return None
        codes = _CODE.findall(coded)
        keys = codes[-1:] or [squeeze(coded), squeeze(re.split(r"[-/\\—_]", coded)[-1])]
        found = next((self.by_code[key] for key in keys if key in self.by_code), None)
        if found is None and not codes and squeeze(coded) in self.by_name:
            found = [self.by_name[squeeze(coded)]]
        if found is None:
            faults.append(fault(line, CLASS, f"本资金没有含“{coded[:30]}”的预算行；先增加预算行，或加“{LINE.label}”列写明"))
        elif len(set(found)) > 1:
            names = "、".join(f"“{each}”" for each in found)
            faults.append(fault(line, CLASS, f"{names}都含“{coded[:30]}”；加“{LINE.label}”列写明"))
        return found[0] if found else None


def _amount(line: Line, faults: list[Fault]) -> Decimal | None:
    text = line.text(AMOUNT.key)
    credit = read_yuan(line.text(CREDIT.key) or "0")
    if credit is None or credit != ZERO:
        faults.append(fault(line, CREDIT, "有贷方金额；冲减支出在系统中冲销原凭证，收入和结转不登记"))
        return None
    amount = read_yuan(text)
    if not text:
        faults.append(fault(line, AMOUNT, "未填写"))
    elif amount is None:
        faults.append(fault(line, AMOUNT, f"“{text[:20]}”不是金额；填元，最多两位小数，例如 1234.50"))
    elif amount <= ZERO:
        faults.append(fault(line, AMOUNT, "须大于 0；红字在系统中冲销原凭证"))
    return amount
