"""A citizen's questions about an item, in his order, and which elements answer each; nothing that is filled in is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qingdan.items.display import Section, Shown
from qingdan.public.glossary import Term, terms_for

# (key, question, elements). What no row names is read under the last one.
QUESTIONS = (
    ("what", "这是什么事", ("exercise_content", "powers", "service_objects", "conditions", "result_name", "quantity_limit", "collection_scope")),
    ("who", "由谁办", ("department_name", "implementing_body", "body_nature", "entrusting_department", "joint_departments", "handling_office", "exercising_level", "power_source", "duty_boundary")),
    ("basis", "依据哪部法律", ("setting_basis", "implementing_basis", "penalty_basis", "penalty", "discretion")),
    ("way", "怎么办", ("flow", "flow_note", "handling_type", "special_procedure", "compulsory_kind")),
    ("time", "要多久", ("legal_time", "promised_time")),
    ("cost", "收不收费", ("charged", "charge_standard", "charge_basis", "intermediary")),
    ("bring", "要带什么", ("materials",)),
    ("visits", "要跑几次、去哪里", ("visits", "address", "hours", "phone", "online_url")),
    ("remedy", "怎样投诉、申诉", ("supervision", "supervision_phone", "remedies")),
    ("liability", "谁来负责、怎样追责", ("duties", "accountability_scope", "accountability", "liability_basis", "risk_points")),
    ("other", "编码、类别和备注", ()),
)  # fmt: skip
# What the pages of 长辈版 keep folded, with whatever nobody filled in: who comes through one of the five doors does not ask it first.
FOLDED = frozenset({"who", "liability", "other"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with the elements that answer it and the terms explained beside them."""

    key: str
    title: str
    elements: tuple[Shown, ...]
    terms: tuple[Term, ...]
    folded: bool


def answers_of(sections: Iterable[Section], category: str) -> list[Answer]:
    """The elements of ``sections`` put in the order of the questions; questions without an answer are left out."""
    shown = {each.key: each for section in sections for each in section.elements}
    named = {key for _, _, keys in QUESTIONS for key in keys}
    answers = []
    for question, title, keys in QUESTIONS:
        wanted = keys or tuple(key for key in shown if key not in named)
        elements = tuple(shown[key] for key in wanted if key in shown)
        if elements:
            folded = question in FOLDED or all(each.kind == "missing" for each in elements)
            answers.append(Answer(question, title, elements, terms_for(elements, category), folded))
    return answers
