"""The addresses of this room's screens below ``/admin/``."""

from django.urls import path

from budget.views import (
    disclosure,
    evaluation_filling,
    evaluations,
    evidence,
    forecast,
    funds,
    importing,
    indicators,
    lines,
    months,
    pace,
    reports,
    spending,
)


def screens():
    return [
        path("funds/", funds.fund_list, name="fund_list"),
        path("funds/new/", funds.fund_new, name="fund_new"),
        path("funds/evaluation-formats/", evaluations.evaluation_formats, name="fund_evaluation_formats"),
        path("funds/evaluation-formats/new/", evaluations.evaluation_format_new, name="fund_evaluation_format_new"),
        path("funds/<int:key>/", funds.fund_detail, name="fund"),
        path("funds/<int:key>/lines/", lines.fund_lines, name="fund_lines"),
        path("funds/<int:key>/adjust/", lines.fund_adjust, name="fund_adjust"),
        path("funds/<int:key>/entry/", spending.fund_entry, name="fund_entry"),
        path("funds/<int:key>/import/", importing.fund_import, name="fund_import"),
        path("funds/<int:key>/import/template.xlsx", importing.fund_import_template, name="fund_import_template"),
        path("funds/<int:key>/months/", months.fund_months, name="fund_months"),
        path("funds/<int:key>/months/<int:month>/", months.fund_month, name="fund_month"),
        path("funds/<int:key>/months/<int:month>/reconcile/", months.fund_month_reconcile, name="fund_month_reconcile"),
        path("funds/<int:key>/months/<int:month>/match/", months.fund_month_match, name="fund_month_match"),
        path("funds/<int:key>/months/<int:month>/close/", months.fund_month_close, name="fund_month_close"),
        path("funds/<int:key>/months/<int:month>/reopen/", months.fund_month_reopen, name="fund_month_reopen"),
        path("funds/<int:key>/indicators/", indicators.fund_indicators, name="fund_indicators"),
        path("funds/<int:key>/indicators/<slug:name>/", indicators.fund_indicator, name="fund_indicator"),
        path("funds/<int:key>/plan/", pace.fund_plan, name="fund_plan"),
        path("funds/<int:key>/execution/", pace.fund_execution, name="fund_execution"),
        path("funds/<int:key>/execution/limit/", pace.fund_limit, name="fund_limit"),
        path("funds/<int:key>/execution/<int:month>/explain/", pace.fund_explain, name="fund_explain"),
        path("funds/<int:key>/report/", reports.fund_report, name="fund_report"),
        path("funds/<int:key>/report/write/", reports.fund_report_write, name="fund_report_write"),
        path("funds/<int:key>/report/files/<slug:form>/", reports.fund_report_file, name="fund_report_file"),
        path("funds/<int:key>/monitoring/", forecast.fund_monitoring, name="fund_monitoring"),
        path("funds/<int:key>/monitoring.<str:form>", forecast.fund_monitoring_paper, name="fund_monitoring_paper"),
        path("funds/<int:key>/monitoring/<int:month>/goals/", forecast.fund_goals, name="fund_goals"),
        path("funds/<int:key>/years/", forecast.fund_years, name="fund_years"),
        path("funds/<int:key>/proposal/", forecast.fund_proposal, name="fund_proposal"),
        path("funds/<int:key>/disclosure/", disclosure.fund_disclosure, name="fund_disclosure"),
        path("funds/<int:key>/disclosure/show/", disclosure.fund_disclose, name="fund_disclose"),
        path("funds/<int:key>/disclosure/withdraw/", disclosure.fund_withdraw, name="fund_withdraw"),
        path("funds/<int:key>/evidence/", evidence.fund_evidence, name="fund_evidence"),
        path("funds/<int:key>/evidence/regulations/", evidence.fund_regulations, name="fund_regulations"),
        path("funds/<int:key>/evidence/package.zip", evidence.fund_evidence_package, name="fund_evidence_package"),
        path("funds/<int:key>/evidence/rows/<slug:kind>/<int:row>/", evidence.fund_evidence_bring, name="fund_evidence_bring"),
        path("funds/<int:key>/evidence/files/<int:file>/", evidence.fund_evidence_file, name="fund_evidence_file"),
        path("funds/<int:key>/evidence/files/<int:file>/void/", evidence.fund_evidence_void, name="fund_evidence_void"),
        path("funds/<int:key>/spending/", spending.fund_spending, name="fund_spending"),
        path("funds/<int:key>/check/", spending.fund_check, name="fund_check"),
        path("funds/<int:key>/reverse/<int:entry>/", spending.fund_reverse, name="fund_reverse"),
        path("funds/<int:key>/close/", funds.fund_close, name="fund_close"),
        path("funds/<int:key>/reopen/", funds.fund_reopen, name="fund_reopen"),
        *_evaluation(),
    ]


def _evaluation():
    """Self-evaluations of a fund."""
    one = "funds/<int:key>/evaluation/<int:number>/"
    filling = evaluation_filling
    return [
        path("funds/<int:key>/evaluation/", evaluations.fund_evaluations, name="fund_evaluations"),
        path("funds/<int:key>/evaluation/new/", evaluations.fund_evaluation_new, name="fund_evaluation_new"),
        path(one, evaluations.fund_evaluation, name="fund_evaluation"),
        path(f"{one}head/", filling.fund_evaluation_head, name="fund_evaluation_head"),
        path(f"{one}goal/", filling.fund_evaluation_goal, name="fund_evaluation_goal_new"),
        path(f"{one}goal/<int:row>/", filling.fund_evaluation_goal, name="fund_evaluation_goal"),
        path(f"{one}indicator/", filling.fund_evaluation_indicator, name="fund_evaluation_indicator_new"),
        path(f"{one}indicator/<int:row>/", filling.fund_evaluation_indicator, name="fund_evaluation_indicator"),
        path(f"{one}values/", filling.fund_evaluation_values, name="fund_evaluation_values"),
        path(f"{one}submit/", evaluations.fund_evaluation_submit, name="fund_evaluation_submit"),
        path(f"{one}confirm/", evaluations.fund_evaluation_confirm, name="fund_evaluation_confirm"),
        path(f"{one}return/", evaluations.fund_evaluation_return, name="fund_evaluation_return"),
        path(f"{one}file/<slug:kind>/", evaluations.fund_evaluation_file, name="fund_evaluation_file"),
    ]
