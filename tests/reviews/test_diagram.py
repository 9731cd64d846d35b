"""The committed diagram is the one that the tables draw."""

from pathlib import Path

from reviews.diagram import section
from reviews.later_states import FILING_TRANSITIONS, MEASURE_TRANSITIONS, REFORM_TRANSITIONS, REPORT_TRANSITIONS
from reviews.states import BATCH_TRANSITIONS, REQUEST_TRANSITIONS, SCOPE_TRANSITIONS, TASK_TRANSITIONS

README = Path(__file__).resolve().parents[2] / "reviews" / "README.md"


def test_the_readme_holds_the_generated_diagrams():
    assert section() in README.read_text(encoding="utf-8"), "run: manage.py state_diagram --write"


def test_the_diagram_has_one_arrow_a_row_of_the_tables():
    arrows = [line for line in section().splitlines() if " : " in line and " --> " in line]
    # What leaves a report where it is (查看联系方式, 遮蔽) is in no arrow.
    reports = sum(row.source != row.target for row in REPORT_TRANSITIONS)
    later = reports + len(MEASURE_TRANSITIONS) + len(REFORM_TRANSITIONS) + len(FILING_TRANSITIONS)
    assert len(arrows) == len(REQUEST_TRANSITIONS) + len(BATCH_TRANSITIONS) + len(TASK_TRANSITIONS) + len(SCOPE_TRANSITIONS) + later
