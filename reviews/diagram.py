"""The diagrams of reviews/README.md, drawn from the state tables; a test holds the committed text to them."""

from __future__ import annotations

from django.db import models

from reviews.later_states import (
    FILING_TRANSITIONS,
    MEASURE_TRANSITIONS,
    REFORM_TRANSITIONS,
    REPORT_TRANSITIONS,
    FilingAction,
    FilingState,
    MeasureAction,
    MeasureState,
    ReportAction,
    ReportState,
)
from reviews.states import (
    BATCH_TRANSITIONS,
    REQUEST_TRANSITIONS,
    SCOPE_TRANSITIONS,
    TASK_TRANSITIONS,
    BatchAction,
    BatchState,
    RequestAction,
    RequestState,
    ScopeAction,
    ScopeState,
    TaskAction,
    TaskState,
    Transition,
)


def mermaid(table: tuple[Transition, ...], states: type[models.TextChoices], actions: type[models.TextChoices]) -> str:
    """A Mermaid state diagram: one arrow a row, labelled action（posts）, ✎ where an opinion must be written."""
    lines = ["stateDiagram-v2", f"    [*] --> {table[0].source}"]
    lines += [f"    {state.value} : {state.label}" for state in states]
    for row in table:
        posts = "、".join(post.label for post in row.posts)
        mark = " ✎" if row.opinion else ""
        lines.append(f"    {row.source} --> {row.target} : {actions(row.action).label}（{posts}）{mark}")
    sources = {row.source for row in table}
    lines += [f"    {state.value} --> [*]" for state in states if state.value not in sources]
    return "\n".join(lines)


def diagrams() -> dict[str, str]:
    """Heading → diagram, as the README shows them."""
    return {
        "调整申请": mermaid(REQUEST_TRANSITIONS, RequestState, RequestAction),
        "调整批次": mermaid(BATCH_TRANSITIONS, BatchState, BatchAction),
        "紧急暂停和更正": mermaid(MEASURE_TRANSITIONS, MeasureState, MeasureAction),
        "机构改革": mermaid(REFORM_TRANSITIONS, MeasureState, MeasureAction),
        "事后备案审查": mermaid(FILING_TRANSITIONS, FilingState, FilingAction),
        "读者纠错": mermaid(tuple(row for row in REPORT_TRANSITIONS if row.source != row.target), ReportState, ReportAction),
        "上级决定任务": mermaid(TASK_TRANSITIONS, TaskState, TaskAction),
        "专项清理任务": mermaid(SCOPE_TRANSITIONS, ScopeState, ScopeAction),
    }


def section() -> str:
    """The generated part of the README."""
    return "\n\n".join(f"### {heading}\n\n```mermaid\n{text}\n```" for heading, text in diagrams().items())
