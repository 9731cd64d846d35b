"""Money in the access matrix: a fund, a row of its 支撑材料 and of the 业务制度, a self-evaluation, each in each state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from budget import months
from budget.evaluation.models import EvaluationFormat, SelfEvaluation
from budget.evaluation.submitting import confirm_evaluation, return_evaluation, submit_evaluation
from budget.evidence.keeping import ask_evidence, bring_evidence, register_regulation, void_evidence
from budget.funds import close_fund
from budget.indicators import INDICATORS
from budget.models import Fund
from departments.models import Posting
from departments.people import Actor
from departments.posts import Post
from tests.budget import books
from tests.budget.evaluation import years
from tests.reviews.papers_at_hand import PDF
from tests.structure.access_made import Made
from tests.structure.access_people import RSJ
from tests.world import World, fresh


def _fund(state: str) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        fund = books.open_fund(world)
        line = books.add_line(world, fund, "办公费", "100")
        entry = books.enter(world, line, "记-1", "1")
        if state == "month":
            # April is reconciled and closed; the entry is of May.
            months.reconcile_month(actor=world.fund_clerk, fund=fund, month=4, stated=0)
            months.close_month(actor=world.fund_checker, fund=fund, month=4)
        elif state == "closed":
            books.check(world, entry)
            for month in range(1, 13):
                months.reconcile_month(actor=world.fund_clerk, fund=fund, month=month, stated=entry.amount if month == 5 else 0)
                months.close_month(actor=world.fund_checker, fund=fund, month=month)
            close_fund(actor=world.fund_checker, fund=fund)
        fund, on = fresh(fund), "2019-05-07"
        row = {"voucher": "记-2", "amount": "1", "payee": "甲", "purpose": "乙"}
        four = [fund.pk, 4]
        return Made(
            fund,
            RSJ,
            keys={
                "fund_reverse": [fund.pk, entry.pk],
                "fund_indicator": [fund.pk, next(iter(INDICATORS))],
                "fund_report_file": [fund.pk, "docx"],
                "fund_monitoring_paper": [fund.pk, "docx"],
                "fund_explain": [fund.pk, 5],
                "fund_goals": [fund.pk, 5],
                **{f"fund_month{name}": four for name in ("", "_reconcile", "_match", "_close", "_reopen")},
            },
            filled={
                "fund_lines": {"name": "差旅费", "classes": [books.classes("30211")[0].pk], "original": "1"},
                "fund_adjust": {"to_line": line.pk, "amount": "1", "decided_on": on, "document": "甲", "reason": "乙"},
                "fund_entry": {**row, "spent_on": on, "line": line.pk},
                "fund_reverse": {"voucher": "记-3", "reversed_on": on, "reason": "乙"},
                "fund_check": {"entries": [entry.pk]},
                "fund_reopen": {"reason": "补记"},
                "fund_month_reconcile": {"stated": "0", "explanation": ""},
                "fund_month_reopen": {"reason": "补记"},
            },
        )

    return make


def _filed(kind: str, state: str) -> Callable[[World], Made]:
    """A row of a list (``material``: of the fund, ``regulation``: of its department) that is owed, came, or came and was declared void."""

    def make(world: World) -> Made:
        fund, actor = books.open_fund(world), world.fund_clerk
        if kind == "material":
            row = ask_evidence(actor=actor, fund=fund, indicator="调整事项数", needed="公布文件", owed_by="市政府办")
        else:
            row = register_regulation(
                actor=actor, fund=fund, name="管理办法", number="襄编办〔2019〕1号", issued_on=date(2019, 3, 1)
            )
        key = 0
        if state != "owed":
            file = bring_evidence(actor=actor, fund=fund, owner=row, file_name="通知.pdf", data=PDF)
            key = file.pk
            if state == "void":
                void_evidence(actor=actor, fund=fund, owner=row, attachment=file, reason="传错了")
        return Made(
            row,
            RSJ,
            keys={
                "fund_evidence": [fund.pk],
                "fund_regulations": [fund.pk],
                "fund_evidence_package": [fund.pk],
                "fund_evidence_bring": [fund.pk, kind, row.pk],
                "fund_evidence_file": [fund.pk, key],
                "fund_evidence_void": [fund.pk, key],
            },
            filled={
                "fund_evidence_bring": {"file": lambda: SimpleUploadedFile("清单.pdf", PDF + b"%another")},
                "fund_evidence_void": {"reason": "传错了"},
            },
        )

    return make


def _evaluation(state: str) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        row = years.filled(world, "hubei")
        if state == "own":
            submit_evaluation(actor=_once_a_clerk(world), evaluation=row)
        elif state != "draft":
            submit_evaluation(actor=world.fund_clerk, evaluation=row)
        if state == "own":
            Posting.objects.get(user=world.fund_checker.user, post=Post.FUND_CLERK).delete()
        if state in ("confirmed", "returned"):
            confirm_evaluation(actor=world.fund_checker, evaluation=row)
        if state == "returned":
            return_evaluation(actor=world.fund_checker, evaluation=row, reason="漏了一项")
        return of_evaluation(fresh(row))

    return make


def _once_a_clerk(world: World) -> Actor:
    """Who holds 财务复核 now, on the day when he was 财务经办 too."""
    user = world.fund_checker.user
    Posting.objects.create(user=user, post=Post.FUND_CLERK, department=world.department(), from_on="2016-01-01")
    return Actor(user)


def of_evaluation(row: SelfEvaluation) -> Made:
    fund: Fund = row.fund
    goal, indicator = row.objectives.order_by("pk").first(), row.indicators.order_by("pk").first()
    one = [fund.pk, row.pk]
    names = ("", "_head", "_goal_new", "_indicator_new", "_values", "_submit", "_confirm", "_return")
    given = {"objective": goal.pk, "level1": "产出指标", "level2": "数量指标", "direction": "ge", "target": "1", "weight": "1"}
    return Made(
        row,
        RSJ,
        keys={
            "fund_evaluations": [fund.pk],
            "fund_evaluation_new": [fund.pk],
            "fund_evaluation_goal": [*one, goal.pk],
            "fund_evaluation_indicator": [*one, indicator.pk],
            "fund_evaluation_file": [*one, "xlsx"],
            **{f"fund_evaluation{name}": one for name in names},
        },
        filled={
            "fund_evaluation_new": {"format": EvaluationFormat.objects.get(code="national").pk},
            "fund_evaluation_head": {"unit": "市人社局", "reported_on": "2020-03-02"},
            "fund_evaluation_goal_new": {"expected": "另一目标", "achieved": "已完成", "weight": "1"},
            "fund_evaluation_goal": {"expected": "改写", "achieved": "已完成", "weight": "40"},
            "fund_evaluation_indicator_new": {**given, "name": "另一指标"},
            "fund_evaluation_indicator": {**given, "name": "改写"},
            "fund_evaluation_values": {f"actual-{indicator.pk}": "3"},
            "fund_evaluation_return": {"reason": "漏了一项"},
        },
    )


MONEY: dict[str, dict[str, Callable[[World], Made]]] = {
    "fund": {state: _fund(state) for state in ("open", "month", "closed")},
    "material": {state: _filed("material", state) for state in ("owed", "came", "void")},
    "regulation": {state: _filed("regulation", state) for state in ("owed", "came", "void")},
    "evaluation": {state: _evaluation(state) for state in ("draft", "returned", "submitted", "own", "confirmed")},
}
