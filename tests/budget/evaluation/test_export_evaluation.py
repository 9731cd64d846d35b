"""``export_evaluation``: four formats, every figure with its formula in json, and what it refuses."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from budget.evaluation import submitting
from tests.budget.books import YEAR, open_fund
from tests.budget.evaluation.years import filled
from tests.paper.reading import bare, pdf_text, word_text


def export(tmp_path, format: str, template: str = "hubei", **which) -> bytes:
    out = tmp_path / f"form.{format}"
    call_command("export_evaluation", template=template, format=format, out=str(out), verbosity=0, **(which or {"year": YEAR}))
    return out.read_bytes()


def test_json_holds_every_figure_with_its_formula(world, tmp_path, capsys):
    evaluation = filled(world, "hubei")
    kept = submitting.submit_evaluation(actor=world.fund_clerk, evaluation=evaluation)
    told = json.loads(export(tmp_path, "json"))
    assert (told["total"], told["grade"], told["state"]) == ("82.18", "良", "submitted")
    assert told["total_formula"] == "17.88 + 64.30 = 82.18"
    assert told["execution_formula"] == "20 × 22,345.67 ÷ 25,000.00 = 17.88"
    assert [goal["formula"] for goal in told["goals"]] == [
        "10.00 + 9.05 + 9.75 + 0.00 = 28.80",
        "8.00 + 10.00 + 8.50 + 9.00 = 35.50",
    ]
    assert all(row["formula"] for row in told["rows"]) and len(told["rows"]) == 8
    assert told["submission"]["sha256"] == kept.body_hash
    assert "总分 82.18，等级 良" in capsys.readouterr().out


def test_the_three_papers_say_the_same_total(world, tmp_path):
    filled(world, "national")
    cells = openpyxl.load_workbook(io.BytesIO(export(tmp_path, "xlsx", "national"))).active.iter_rows(values_only=True)
    for said in (
        bare("".join(str(each) for row in cells for each in row if each)),
        word_text(export(tmp_path, "docx", "national")),
        pdf_text(export(tmp_path, "pdf", "national")),
    ):
        assert "67.34" in said and "41.80" in said and "（填写中，未提交）" in said


def test_a_year_without_an_evaluation_tells_its_money_and_no_data(world, tmp_path):
    fund = open_fund(world, accounts_only=True)
    told = json.loads(export(tmp_path, "json", "national", fund=fund.pk))
    assert (told["state"], told["total"], told["execution_points"], told["rows"]) == ("none", "无数据", "无数据", [])


def test_what_cannot_be_chosen_is_told(world, tmp_path):
    first, second = open_fund(world), open_fund(world, "别的")
    with pytest.raises(CommandError, match=f"{first.pk} .*；{second.pk} "):
        export(tmp_path, "json")
    for which, why in (({"year": 2001}, "2001 年没有专项资金"), ({"fund": 99999}, "没有编号为 99999 的资金")):
        with pytest.raises(CommandError, match=why):
            export(tmp_path, "json", **which)
    with pytest.raises(CommandError, match="现有：hubei、national"):
        export(tmp_path, "json", "sichuan", fund=first.pk)
    with pytest.raises(CommandError, match="无法写入"):
        call_command("export_evaluation", fund=first.pk, template="hubei", format="json", out="/nowhere/form.json")
