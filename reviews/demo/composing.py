"""The made-up list of the city: 44 departments and exactly the numbers of the report's table. Pure, deterministic, no database.

2,932 大项 and 3,928 项 in ten categories (a 大项 without sub-items counts 1/1, a split one 1 and its sub-items).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from qingdan.items.content import Boundary, DepartmentContent, ItemContent, SupervisionRule
from reviews.demo.naming import planned_items
from reviews.demo.sources import DepartmentPlan, acts_of, departments
from reviews.demo.texts import Place, write_item

CITY = Place(code="420600", name="襄阳市")
KINDS = {
    "government": "政府工作部门",
    "institution": "直属事业单位",
    "vertical": "垂直管理",
    "agency": "派出机构",
    "authorised": "法律法规授权组织",
}
# 职责边界 between departments whose fields meet: (one, other, matter, division).
BOUNDARIES = (
    ("sy", "ny", "食用农产品质量安全", "农业局负责种植养殖到进入市场或者生产加工企业前的监督管理，食药监局负责其后的监督管理。"),
    ("sy", "wj", "食品安全风险监测", "卫计委组织风险监测并通报结果，食药监局依据结果采取监管措施。"),
    ("gs", "zj", "产品质量监督", "质监局负责生产环节，工商局负责流通环节。"),
    ("gt", "gh", "违法建设查处", "规划局认定建设工程是否符合规划，国土局查处违法用地。"),
    ("hb", "cg", "餐饮油烟和噪声", "环保局负责环境影响评价和监测，城管局负责城区日常执法。"),
    ("aj", "ga", "烟花爆竹安全", "安监局负责生产、经营许可，公安局负责运输和燃放管理。"),
    ("jt", "ga", "超限超载治理", "交通局负责公路超限检测，公安局负责道路通行秩序和驾驶人处罚。"),
    ("xm", "sw", "生猪屠宰", "商务局负责定点屠宰审查，畜牧局负责检疫。"),
)


@dataclass(frozen=True, slots=True)
class Composed:
    """The city's list: what each department says of itself, and every item in order."""

    place: Place
    plans: tuple[DepartmentPlan, ...]
    profiles: tuple[DepartmentContent, ...]
    items: tuple[ItemContent, ...]


def department_code(place: Place, key: str) -> str:
    return f"{place.code}-{key}"


@lru_cache(maxsize=2)
def compose_city(place: Place = CITY) -> Composed:
    """The whole list of ``place``. The same on every machine and in every run."""
    plans = departments()
    return Composed(
        place=place,
        plans=plans,
        profiles=tuple(profile_of(plan, place) for plan in plans),
        items=tuple(content for plan in plans for content in items_of(plan, place)),
    )


def items_of(plan: DepartmentPlan, place: Place) -> list[ItemContent]:
    """The items of one department, each with the 16 digits of Hubei's draft code (区划6 主体3 类型2 大项3 子项2)."""
    contents = []
    majors: Counter[str] = Counter()
    subs: Counter[str] = Counter()
    for planned in planned_items(plan):
        if planned.major:
            subs[planned.category] += 1
        else:
            majors[planned.category] += 1
            subs[planned.category] = 0
        code = f"{place.code}{plan.order:03d}{planned.category}{majors[planned.category]:03d}{subs[planned.category]:02d}"
        contents.append(write_item(planned, plan, place, department_code(place, plan.key), code))
    return contents


def profile_of(plan: DepartmentPlan, place: Place) -> DepartmentContent:
    """主要职责, 职责边界 and 事中事后监管制度 of a department, from the acts it applies."""
    acts = acts_of(plan.key)[:6]
    first = f"1.贯彻执行国家和省有关法律法规和方针政策，拟订{acts[0].activity}等方面的政策措施并组织实施。"
    duties = [f"{number}.依照《{act.title}》负责{act.activity}的有关工作。" for number, act in enumerate(acts, start=2)]
    short = {each.key: each.short_name for each in departments()}
    boundaries = tuple(
        Boundary(matter=matter, departments=(short[other if plan.key == one else one],), division=division)
        for one, other, matter, division in BOUNDARIES
        if plan.key in (one, other)
    )
    rules = tuple(
        SupervisionRule(
            title=f"{act.activity}事中事后监管制度",
            text=f"对{act.operator or act.activity}采取随机抽查、重点检查、信用监管方式；检查结果向社会公开，发现问题限期整改。",
        )
        for act in acts[:2]
    )
    return DepartmentContent(
        code=department_code(place, plan.key),
        name=plan.name,
        short_name=plan.short_name,
        kind=KINDS[plan.kind],
        main_duties=(first, *duties),
        boundaries=boundaries,
        supervision_rules=rules,
    )
