"""The written report: its outline, the data in it, who may write, and that page, Word and PDF say the same."""

import re

import pytest

from budget.demo import ACCOUNTS_2019
from budget.evaluation.sheet import sheet_of
from budget.funds import close_fund
from budget.models import Fund, ReportText
from budget.reporting.paper import OUTLINE, report_of
from budget.reporting.writing import seen_hash, texts_of, write_report
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.ledger.models import AuditEvent
from tests.budget.books import add_line, check, enter, open_fund
from tests.budget.evaluation.years import filled
from tests.budget.pages import entered, text
from tests.paper.reading import bare, pdf_text, word_text


@pytest.fixture
def fund(world) -> Fund:
    """The year of the report: final accounts only."""
    fund = open_fund(world, accounts_only=True)
    for number, (name, heading, codes, amount) in enumerate(ACCOUNTS_2019):
        check(world, enter(world, add_line(world, fund, name, None, *codes, heading=heading), f"决算-{number}", amount))
    return fund


def write(world, fund, **texts):
    return write_report(actor=world.fund_clerk, fund=fund, texts=texts, seen=seen_hash(texts_of(fund)))


def said(fund: Fund) -> list[str]:
    """Every paragraph and cell of the paper, in order."""
    found = []
    for block in report_of(fund).parts[0].blocks:
        if hasattr(block, "rows"):
            found += [*block.head, *("".join(t for t, _ in each.runs) for row in block.rows for each in row)]
        else:
            found.append("".join(t for t, _ in block.runs))
    return found


def test_its_outline_is_that_of_the_report_of_2019(fund):
    headings = [line for line in said(fund) if re.match("[一二三四]、|（[一二三四]）", line)]
    assert headings == [
        "一、项目概况和资金使用管理情况",
        "（一）立项依据",
        "（二）经费来源和使用情况",
        "（三）项目实施情况",
        "二、项目绩效分析及评价结论",
        "（一）绩效管理情况",
        "（二）实际完成情况",
        "三、主要经验及做法、存在的问题及建议",
        "四、工作建议",
    ]
    assert {section for _heading, sections in OUTLINE for _title, section in sections} == set(ReportText.Section)


def test_the_year_of_the_report_shows_its_money_and_fills_in_nothing(fund):
    paper = "\n".join(said(fund))
    assert "支出合计 4.46 万元（44,600.00 元），其中：办公费 0.91 万元；商品和服务费 3.55 万元" in paper
    for part in ("差旅费 0.26", "印刷费 0.60", "维修（护）费 0.55", "水电费 0.51", "设备购置等其他 1.63"):
        assert part in paper
    assert "本年度只有决算数，预算、结余和执行率无数据。" in paper and "合计\n无数据\n无数据\n4.46\n无数据\n无数据" in paper
    assert paper.count("说明：") == 2, "both traps of the report are explained"
    assert "2019年度，动态调整次数 1 次" in paper and "调整事项数（累计） 4 项" in paper
    assert paper.count("（未填写）") == 3


def test_the_report_says_the_self_evaluation_as_its_sheet_does(world):
    fund = filled(world, "hubei").fund
    sheet, paper = sheet_of(fund.evaluations.get()), said(fund)
    sentence = next(line for line in paper if "自评（填写中）" in line)
    assert f"总分 {sheet.total}，等级 {sheet.grade}" in sentence and f"预算执行 {sheet.execution_points} 分" in sentence
    assert sheet.total != "无数据"
    for row in sheet.rows:
        at = paper.index(row.name)
        assert paper[at : at + 5] == [row.name, row.target, row.actual, row.weight, row.points]


def test_texts_are_kept_section_by_section_audited_and_with_what_stood_before(world, fund):
    write(world, fund, basis="市委改革任务。\r\n第二段。", lessons="经验。")
    write(world, fund, basis="市委改革任务（改）。", lessons="经验。")
    assert texts_of(fund)["basis"] == "市委改革任务（改）。"
    row = ReportText.objects.get(section="basis")
    trail = [(each.text, each.history_user.name, each.history_change_reason) for each in row.history.order_by("history_id")]
    clerk = world.fund_clerk.user.name
    assert trail == [("市委改革任务。\n第二段。", clerk, "填写报告"), ("市委改革任务（改）。", clerk, "修改报告")]
    assert ReportText.objects.get(section="lessons").history.count() == 1, "what did not change is left alone"
    events = AuditEvent.objects.filter(act="write_report").order_by("sequence")
    assert len(events) == 3 and events[0].after_hash == events[2].before_hash
    assert "市委改革任务（改）。" in said(fund)


def test_a_report_is_written_after_the_year_was_closed(world, fund):
    close_fund(actor=world.fund_checker, fund=fund)
    write(world, fund, proposals="建议。")
    assert "建议。" in said(fund)


def test_who_writes_over_what_another_wrote_meanwhile_is_refused(world, fund):
    seen = seen_hash(texts_of(fund))
    write(world, fund, basis="甲")
    with pytest.raises(WrongState, match="由他人改过"):
        write_report(actor=world.fund_clerk, fund=fund, texts={"lessons": "乙"}, seen=seen)
    assert texts_of(fund)["lessons"] == ""


def test_a_foreign_section_and_an_endless_text_are_refused(world, fund):
    with pytest.raises(RuleBroken) as refused:
        write(world, fund, basis="字" * 10_001, other="甲")
    assert [each.rule for each in refused.value.violations] == ["T01", "T02"]
    with pytest.raises(NotAllowed):
        write_report(actor=world.fund_checker, fund=fund, texts={"basis": "甲"}, seen=seen_hash(texts_of(fund)))
    assert not ReportText.objects.exists()


def test_the_clerk_fills_the_boxes_and_reads_it_all_on_the_page(fund):
    clerk, address = entered("fund_clerk"), f"/admin/funds/{fund.pk}/report/"
    page = text(clerk.get(f"{address}write/"))
    assert page.count("<textarea") == 7 and "系统列入的数据" in page
    seen = re.search('name="seen" value="([0-9a-f]{64})"', page)[1]
    form = {"seen": seen, "basis": "<b>任务</b>", "lessons": "一\n二"}
    shown = text(clerk.post(f"{address}write/", form, follow=True))
    assert "已保存 2 部分" in shown and "&lt;b&gt;任务&lt;/b&gt;" in shown and "填写报告“立项依据”，9 字" in shown
    stale = clerk.post(f"{address}write/", form)
    assert stale.status_code == 409 and "由他人改过" in text(stale) and "&lt;b&gt;任务" in text(stale)
    assert clerk.post(f"{address}write/", {**form, "seen": seen_hash(texts_of(fund)), "basis": "字" * 10_001}).status_code == 422
    assert f'href="{address}"' in text(clerk.get(f"/admin/funds/{fund.pk}/"))


def test_word_and_pdf_say_what_the_page_says(world, fund):
    write(world, fund, basis="市委改革任务。", proposals="建议一。")
    checker, address = entered("fund_checker"), f"/admin/funds/{fund.pk}/report/"
    page = text(checker.get(address))
    expected = said(fund)
    assert all(line in page for line in expected)
    word = checker.get(f"{address}files/docx/")
    assert "2019%E5%B9%B4%E5%BA%A6" in word["Content-Disposition"]
    assert word_text(word.content) == bare("".join(expected))
    printed = pdf_text(checker.get(f"{address}files/pdf/").content)
    assert all(bare(line) in printed for line in expected if len(line) < 30)
    assert checker.get(f"{address}files/docx/").content == word.content, "the same data give the same bytes"
    assert checker.get(f"{address}files/odt/").status_code == 404


def test_strangers_get_no_report(fund):
    for who, status in {"publisher": 403, "county_clerk": 404, "auditor": 200, "head": 200}.items():
        for part in ("", "files/docx/"):
            assert entered(who).get(f"/admin/funds/{fund.pk}/report/{part}").status_code == status, (who, part)
