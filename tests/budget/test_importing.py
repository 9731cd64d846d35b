"""Vouchers from a ledger or a treasury export: read by the names of their columns, refused row by row, written whole or not at all."""

import html
import io
import itertools
import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from budget.execution import state_of_line
from budget.models import Expenditure, VoucherImport
from budget.voucher_table import judge, read_vouchers
from departments.rosters.tables import NotARoster
from qingdan.ledger.models import AuditEvent
from tests.budget.books import add_line, adjust, check, enter, open_fund
from tests.budget.pages import entered, text
from tests.soaking import record, trials

HEAD = "凭证字号,记账日期,摘要,部门支出经济分类,借方金额（元）,收款人全称"


@pytest.fixture
def fund(world):
    fund = open_fund(world)
    add_line(world, fund, "办公费", "1000")
    add_line(world, fund, "水电费", "500", "30205", "30206")
    return fund


@pytest.fixture
def clerk(world):
    return entered("fund_clerk")


def csv(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *rows)).encode()


def judged(fund, *rows: str, head: str = HEAD):
    return judge(read_vouchers(csv(*rows, head=head)), fund)


def told(table) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.message) for _line, faults in table.refused for each in faults]


def test_a_ledger_is_read_by_its_column_names_and_its_sum_rows_are_skipped_by_name(fund):
    table = judged(
        fund,
        ",,承前页,,100,",
        '记－1,2019年5月6日,编印清单,30201-办公费,"1,234.50",甲社',
        "记-2,20190507,电费,30206 电费,100,供电公司",
        "记-3,2019/5/8,合计奖金核对用纸,办公费,1,甲社",
        ",,本月合计,,1335.5,",
        "本年累计,,,,1335.5,",
    )
    assert [(row.voucher, str(row.line), str(row.amount)) for _line, row in table.accepted] == [
        ("记-2", "水电费", "100.00"),
        ("记-3", "办公费", "1.00"),
    ]
    assert [(line.row, why.split("”")[0]) for line, why in table.skipped] == [(2, "“承前页"), (6, "“本月合计"), (7, "“本年累计")]
    assert told(table) == [
        (3, "借方金额", "计入以上各行后，“办公费”还剩 1,000.00 元，超出 234.50 元；先办预算调整，或改列其他预算行")
    ]


def test_every_kind_of_fault_names_its_row_and_field(fund):
    table = judged(
        fund,
        ",2019-05-06,用纸,30201,1,甲",
        "记-2,2019-13-06,用纸,30201,1,甲",
        "记-3,2018-05-06,用纸,30201,1,甲",
        "记-4,2019-05-06,,30201,1,甲",
        "记-5,2019-05-06,用纸,30299,1,甲",
        "记-6,2019-05-06,用纸,30201,一元,甲",
        "记-7,2019-05-06,用纸,30201,-5,甲",
        "记-8,2019-05-06,用纸,30201,1.005,",
        "记-9,2019-05-06,用纸,,=A1,甲",
        f"{'长' * 50},2019-05-06,{'长' * 400},30201,1,甲",
    )
    assert table.accepted == []
    assert [(row, column) for row, column, _message in told(table)] == [
        *[(2, "凭证号"), (3, "日期"), (4, "日期"), (5, "摘要"), (6, "部门经济分类科目"), (7, "借方金额"), (8, "借方金额")],
        *[(9, "借方金额"), (9, "收款人"), (10, "借方金额"), (10, "部门经济分类科目"), (10, "借方金额")],
        *[(11, "凭证号"), (11, "摘要")],
    ]


def test_the_same_voucher_twice_is_named_whether_in_the_file_or_on_the_book(world, fund):
    enter(world, fund.lines.get(name="办公费"), "记-1", "5")
    table = judged(fund, "记-1,2019-05-06,用纸,30201,6,甲", "记-2,2019-05-06,用纸,30201,1,甲", "记 －2,2019-05-07,用纸,30201,1,甲")
    assert told(table) == [
        (2, "凭证号", "记-1 已登记：2019-05-06 办公费 5.00 元，某文印社；与本行不同，请核对"),
        (4, "凭证号", "记-2 与第 3 行重复；一张凭证有几行的，加“分录号”列"),
    ]
    parts = judged(
        fund, "记-2,1,2019-05-06,用纸,30201,1,甲", "记-2,2,2019-05-06,用纸,30201,1,甲", head=HEAD.replace(",", ",分录号,", 1)
    )
    assert [row.voucher for _line, row in parts.accepted] == ["记-2-1", "记-2-2"]


def test_overspending_is_judged_over_the_whole_import_and_a_smaller_row_still_fits(fund):
    table = judged(fund, *(f"记-{n},2019-05-06,电,30205,{amount},甲" for n, amount in enumerate(("300", "200.01", "200", "0.01"))))
    assert [row.voucher for _line, row in table.accepted] == ["记-0", "记-2"]
    assert [(row, column) for row, column, _message in told(table)] == [(3, "借方金额"), (5, "借方金额")]


def test_a_class_that_two_lines_hold_wants_the_line_named(world, fund):
    add_line(world, fund, "印刷用纸", "10", "30201")
    assert "加“预算行”列写明" in told(judged(fund, "记-1,2019-05-06,纸,30201,1,甲"))[0][2]
    head = "凭证号,日期,摘要,预算行,支付金额"
    table = judged(fund, "记-1,2019-05-06,纸,印刷用纸,1", "记-2,2019-05-06,纸,没有的,1", head=head)
    assert [(str(row.line), row.payee) for _line, row in table.accepted] == [("印刷用纸", "账簿未列收款人")]
    assert told(table) == [(3, "预算行", "本资金没有预算行“没有的”；先增加预算行，或改写")]


def test_a_ledger_with_month_and_day_and_credits_takes_the_debits_only(fund):
    head = "月,日,凭证号,摘要,科目名称,借方,贷方"
    table = judged(
        fund, "5,6,记-1,纸,30201办公费,10,", "5,7,记-2,退纸,30201办公费,,10", "2,30,记-3,纸,30201办公费,1,0.00", head=head
    )
    assert [str(row.spent_on) for _line, row in table.accepted] == ["2019-05-06"]
    assert [(row, column) for row, column, _message in told(table)] == [(3, "贷方金额"), (4, "日")]


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("凭证号,日期,摘要,预算行,金额（万元）", "以万元为单位"),
        ("凭证号,日期,摘要,支付金额", "列入哪一预算行"),
        ("凭证号,摘要,预算行,支付金额", "没有“日期”列"),
        ("甲,乙", "没有读到内容"),
    ],
)
def test_a_table_that_cannot_be_taken_is_refused_as_a_whole_with_the_way_out(head, sentence):
    with pytest.raises(NotARoster, match=sentence):
        read_vouchers(csv("1,2,3,4,5", head=head))


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in (HEAD.split(","), *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def preview(client, fund, data: bytes, name: str = "明细账.xlsx"):
    return client.post(f"/admin/funds/{fund.pk}/import/", {"file": SimpleUploadedFile(name, data)})


def sealed(page) -> dict:
    return {"sealed": html.unescape(re.search(r'name="sealed" value="([^"]+)"', text(page))[1])}


def test_nothing_is_written_until_confirmed_and_the_same_file_comes_in_once(world, clerk, fund):
    data = workbook(["记-1", "2019-05-06", "纸", "30201", 10.5, "甲"], ["记-2", "2019-05-06", "纸", "30299", 1, "甲"])
    page = preview(clerk, fund, data)
    assert page.status_code == 200 and "可导入 1 行、10.50 元 · 不能导入 1 行" in text(page)
    assert not Expenditure.objects.exists()
    address = f"/admin/funds/{fund.pk}/import/"
    form = sealed(page)
    assert "已导入 1 笔、10.50 元" in text(clerk.post(address, form, follow=True))
    clerk.post(address, form)
    assert (Expenditure.objects.count(), VoucherImport.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(act="import_vouchers").count() == 1
    entry = Expenditure.objects.get()
    assert (entry.entered_by, entry.history.get().history_change_reason) == (world.fund_clerk.user, "导入 明细账.xlsx")
    assert check(world, entry).checked_at
    again = text(preview(clerk, fund, data))
    assert "（其中 1 行已在账上）" in again and 'name="sealed"' not in again


def test_rows_refused_for_want_of_budget_come_in_from_the_same_file_after_an_adjustment(world, clerk, fund):
    line = fund.lines.get(name="办公费")
    data = csv("记-1,2019-05-06,纸,30201,1000,甲", "记-2,2019-05-06,纸,30201,1,甲")
    address = f"/admin/funds/{fund.pk}/import/"
    clerk.post(address, sealed(preview(clerk, fund, data, "a.csv")))
    adjust(world, fund, "1", to_line=line)
    clerk.post(address, sealed(preview(clerk, fund, data, "a.csv")))
    assert (state_of_line(line).rest, Expenditure.objects.count()) == (0, 2)


def test_a_book_that_changed_after_the_preview_stops_the_whole_import(world, clerk, fund):
    page = preview(clerk, fund, csv("记-1,2019-05-06,纸,30201,600,甲", "记-2,2019-05-06,纸,30201,400,甲"), "a.csv")
    enter(world, fund.lines.get(name="办公费"), "旁-1", "0.01")
    answer = clerk.post(f"/admin/funds/{fund.pk}/import/", sealed(page))
    assert answer.status_code == 409 and "预览之后账有变化" in text(answer)
    assert Expenditure.objects.count() == 1


@pytest.mark.parametrize("form", [{}, {"pasted": "\x00"}, {"sealed": "x"}, {"pasted": "甲\t乙\n1\t2"}, {"pasted": "长" * 600_000}])
def test_a_hostile_post_is_told_what_is_wrong_and_writes_nothing(clerk, fund, form):
    assert clerk.post(f"/admin/funds/{fund.pk}/import/", form).status_code == 422
    assert not Expenditure.objects.exists()


def test_pasted_rows_are_read_like_a_file(clerk, fund):
    rows = "凭证号\t日期\t摘要\t预算行\t金额\t收款人\n记-1\t2019-05-06\t<b>纸</b>\t办公费\t5\t甲"
    page = text(clerk.post(f"/admin/funds/{fund.pk}/import/", {"pasted": rows}))
    assert "可导入 1 行、5.00 元" in page and "&lt;b&gt;纸" in page


FAULTS = 50
VOUCHERS = 5000
SECONDS = 20  # of a preview on a slow, busy machine; two cores do it in less than five


def with_faults(vouchers: int) -> bytes:
    """``vouchers`` rows, of which fifty have one fault each, of five kinds, spread over the whole of it."""
    faults = {
        1 + n * (vouchers // FAULTS): fault
        for n, fault in zip(range(FAULTS), itertools.cycle(("day", "amount", "code", "purpose", "voucher")), strict=False)
    }
    rows = []
    for n in range(1, vouchers + 1):
        fault = faults.get(n)
        rows.append(
            [
                "记-2" if fault == "voucher" else f"记-{n}",
                "2019-02-30" if fault == "day" else f"2019-{n % 12 + 1:02d}-06",
                "" if fault == "purpose" else "编印清单",
                "30299" if fault == "code" else "30201",
                "一元" if fault == "amount" else n / 100,
                "某文印社",
            ]
        )
    return workbook(*rows)


COLUMN_OF = {"day": "日期", "amount": "借方金额", "code": "部门经济分类科目", "purpose": "摘要", "voucher": "凭证号"}


@pytest.mark.soak
def test_five_thousand_vouchers_with_fifty_faults_are_fifty_refusals_and_one_transaction(
    world, clerk, django_assert_max_num_queries, monkeypatch
):
    vouchers = trials(VOUCHERS)
    fund = open_fund(world, "大额")
    line = add_line(world, fund, "办公费", "1000000")
    data = with_faults(vouchers)
    started = time.monotonic()
    with django_assert_max_num_queries(30):
        page = preview(clerk, fund, data)
    took = time.monotonic() - started
    assert took < SECONDS
    good = vouchers - FAULTS
    assert f"可导入 {good} 行" in text(page) and f"不能导入 {FAULTS} 行，{FAULTS} 处" in text(page)
    refused = [(each.row, each.column) for _line, faults in page.context["table"].refused for each in faults]
    step, kinds = vouchers // FAULTS, tuple(COLUMN_OF)
    assert refused == [(2 + n * step, COLUMN_OF[kinds[n % 5]]) for n in range(FAULTS)]
    assert all(f"第 {row} 行" in text(page) for row, _column in refused)
    assert not Expenditure.objects.filter(fund=fund).exists()

    form, address = sealed(page), f"/admin/funds/{fund.pk}/import/"
    with monkeypatch.context() as broken, pytest.raises(RuntimeError, match="在最后一步"):
        broken.setattr("budget.importing.fingerprint", fail)
        clerk.post(address, form)
    assert not Expenditure.objects.filter(fund=fund).exists() and not VoucherImport.objects.exists()
    clerk.post(address, form)
    whole = sum(n for n in range(1, vouchers + 1) if (n - 1) % step or n > step * FAULTS)
    assert (Expenditure.objects.filter(fund=fund).count(), int(state_of_line(line).spent * 100)) == (good, whole)
    assert Expenditure.history.filter(fund=fund).count() == good
    record("budget_import", vouchers=vouchers, refused=len(refused), preview_seconds=round(took, 2))


def fail(*_args, **_kwargs):
    raise RuntimeError("在最后一步")
