"""Which items a department has: names and 大项/子项, exactly as many as its plan says, no name twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from reviews.demo import phrases
from reviews.demo.sources import Act, DepartmentPlan, acts_of, named_items


@dataclass(frozen=True, slots=True)
class Planned:
    """One item to be written. ``subject`` is how the item's texts speak of it; a 子项 names its 大项 in ``major``."""

    department: str
    category: str
    name: str
    subject: str
    act: Act
    major: str = ""
    split: bool = False
    detail: str = ""


def planned_items(plan: DepartmentPlan) -> list[Planned]:
    """Every item of a department, 大项 before its sub-items. Raises ValueError where its field gives too few names."""
    composers = {"01": _permits, "02": _penalties, "03": _coercions, "06": _inspections, "07": _confirms, "10": _others}
    planned: list[Planned] = []
    for category, (majors, items) in plan.numbers.items():
        compose = composers.get(category)
        found = compose(plan.key, majors, items - majors) if compose else _given(plan.key, category)
        if (sum(1 for each in found if not each.major), sum(1 for each in found if not each.split)) != (majors, items):
            raise ValueError(f"{plan.name} 类别 {category} 可组成的事项不足 {majors}/{items}")
        planned += found
    return planned


def _say(template: str, act: Act, thing: str = "") -> str:
    said = template.format(
        activity=act.activity,
        doing=act.doing,
        managing=act.managing,
        operator=act.operator or "当事人",
        thing=thing or act.thing,
        licence=act.licence,
        title=act.title,
    )
    for doubled in ("监督", "安全", "管理", "保护", "活动", "检查"):
        said = said.replace(doubled * 2, doubled)
    return said


def _round_robin(lists: list[list]) -> Iterator:
    """The first of each list, then the second of each, and so on."""
    for layer in zip_longest(*lists):
        yield from (each for each in layer if each is not None)


def _spread(names: list[tuple[Act, str]], majors: int) -> list[tuple[Act, str]]:
    """``majors`` of the names, the acts in turn, no name twice."""
    by_act: dict[str, list] = {}
    for act, name in names:
        by_act.setdefault(f"{act.title}{act.activity}", []).append((act, name))
    chosen = {}
    for act, name in _round_robin(list(by_act.values())):
        if len(chosen) < majors:
            chosen.setdefault(name, act)
    return [(act, name) for name, act in chosen.items()]


def _extras(surplus: int, places: int, most: int) -> list[int]:
    """How many further sub-items each of ``places`` 大项 gets: none for some, up to ``most`` for others, ``surplus`` in all."""
    given = [0] * places
    pattern = (2, 1, 3, 0, 1)
    step = 0
    while surplus and step < 20 * places:
        place = step % places
        more = min(pattern[(step + step // places) % len(pattern)], most - given[place], surplus)
        given[place] += more
        surplus -= more
        step += 1
    return given


def _split_by_situation(
    key: str, category: str, chosen: list[tuple[Act, str]], surplus: int, situations: tuple[str, ...], detail: dict | None = None
) -> list[Planned]:
    planned = []
    for (act, name), extra in zip(chosen, _extras(surplus, len(chosen), len(situations) - 1), strict=True):
        note = (detail or {}).get(name, "")
        planned.append(Planned(key, category, name, name, act, split=bool(extra), detail=note))
        if extra:
            planned += [
                Planned(key, category, sub, sub, act, major=name, detail=note) for sub in _situations(name, situations[: extra + 1])
            ]
    return planned


def _situations(name: str, situations: tuple[str, ...]) -> list[str]:
    listed = "设立、变更、注销登记"
    if name.endswith(listed) and len(situations) <= 3:
        return [f"{name.removesuffix(listed)}{kind}登记" for kind in ("设立", "变更", "注销")[: len(situations)]]
    return [f"{name}（{situation}）" for situation in situations]


def _permits(key: str, majors: int, surplus: int) -> list[Planned]:
    names = [(act, permit) for act in acts_of(key) for permit in act.permits]
    return _split_by_situation(key, "01", _spread(names, majors), surplus, phrases.PERMIT_SITUATIONS)


def _confirms(key: str, majors: int, surplus: int) -> list[Planned]:
    names = [(act, confirm) for act in acts_of(key) for confirm in act.confirms]
    return _split_by_situation(key, "07", _spread(names, majors), surplus, phrases.CONFIRM_SITUATIONS)


def _others(key: str, majors: int, surplus: int) -> list[Planned]:
    kinds, names = {}, []
    for place, act in enumerate(acts_of(key)):
        turned = phrases.OTHERS[place % 3 :] + phrases.OTHERS[: place % 3]
        for kind, template in turned:
            if "{operator}" in template and not act.operator:
                continue
            name = _say(template, act)
            kinds[name] = kind
            names.append((act, name))
    return _split_by_situation(key, "10", _spread(names, majors), surplus, phrases.FILING_SITUATIONS, kinds)


def _coercions(key: str, majors: int, surplus: int) -> list[Planned]:
    kinds, names = {}, []
    for act in acts_of(key):
        for aspects, template, kind in phrases.COERCIONS:
            if set(aspects) & set(act.aspects) and (act.things or "{thing}" not in template):
                name = _say(template, act)
                kinds[name] = kind
                names.append((act, name))
    planned = []
    for act, name in _spread(names, majors):
        extra = min(surplus, 2) if name.endswith("的查封、扣押") else 0
        surplus -= extra
        planned.append(Planned(key, "03", name, name, act, split=bool(extra), detail=kinds[name]))
        for situation in phrases.COERCION_SITUATIONS[: extra + 1] if extra else ():
            sub = f"{name.removesuffix('查封、扣押')}{situation}"
            planned.append(Planned(key, "03", sub, sub, act, major=name, detail=kinds[name]))
    return planned


def _inspections(key: str, majors: int, surplus: int) -> list[Planned]:
    names = [(act, _say(template, act)) for act in acts_of(key) for template in phrases.INSPECTIONS if act.operator]
    planned = []
    for act, name in _spread(names, majors):
        splits = surplus and name == _say(phrases.INSPECTIONS[0], act) and len(act.things) > 1
        planned.append(Planned(key, "06", name, name, act, split=bool(splits)))
        if splits:
            surplus -= 1
            subs = (f"对{act.activity}中{thing}的专项检查" for thing in act.things[:2])
            planned += [Planned(key, "06", sub, sub, act, major=name) for sub in subs]
    return planned


def _given(key: str, category: str) -> list[Planned]:
    planned = []
    for item in named_items():
        if (item.department, item.category) == (key, category):
            planned.append(Planned(key, category, item.name, item.name, item.act, split=bool(item.sub_items)))
            planned += [Planned(key, category, sub, sub, item.act, major=item.name) for sub in item.sub_items]
    return planned


def _behaviours(act: Act, aspect: str) -> list[str]:
    """What the act forbids in one aspect of its field; empty where the field has no such words."""
    _name, templates = phrases.BEHAVIOURS[aspect]
    if aspect in phrases.EACH_THING:
        return [_say(template, act, thing) for thing in act.things for template in templates]
    usable = [t for t in templates if (act.things or "{thing}" not in t) and (act.operator or "{operator}" not in t)]
    return [_say(template, act) for template in usable] if aspect != "L" or act.licence else []


def _penalties(key: str, majors: int, surplus: int) -> list[Planned]:
    """Aspects of the acts' fields become split 大项 until the surplus is used; single behaviours fill the rest, the acts in turn."""
    own = acts_of(key)
    groups = {index: [(aspect, _behaviours(act, aspect)) for aspect in act.aspects] for index, act in enumerate(own)}
    splits: dict[int, list[tuple[str, list[str]]]] = {index: [] for index in groups}
    sizes = (3, 5, 3, 4)
    turn = 0
    for index, (aspect, behaviours) in _round_robin([[(i, g) for g in groups[i]] for i in groups]):
        if surplus and len(behaviours) > 1:
            size = min(sizes[turn % len(sizes)], surplus + 1, len(behaviours))
            splits[index].append((aspect, behaviours[:size]))
            surplus -= size - 1
            turn += 1
    used = {behaviour for taken in splits.values() for _, some in taken for behaviour in some}
    singles: list[list] = []
    for index, act in enumerate(own):
        left = [behaviour for _, some in groups[index] for behaviour in some if behaviour not in used]
        singles.append([(index, behaviour) for behaviour in [*act.behaviours, *left]])
    wanted = majors - sum(len(taken) for taken in splits.values())
    single: dict[str, int] = {}
    for index, behaviour in _round_robin(singles):
        if len(single) < wanted:
            single.setdefault(behaviour, index)
    planned = []
    for index, act in enumerate(own):
        planned += [Planned(key, "02", f"对{b}的处罚", b, act) for b, i in single.items() if i == index]
        for aspect, behaviours in splits[index]:
            subject = _say("违反{activity}", act) + f"有关{phrases.BEHAVIOURS[aspect][0]}规定"
            major = f"对{subject}行为的处罚"
            planned.append(Planned(key, "02", major, subject, act, split=True))
            planned += [Planned(key, "02", f"对{b}的处罚", b, act, major=major) for b in behaviours]
    return planned
