"""What a made-up item says in each element: everything its category requires, in the words of its act's field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from qingdan.items.content import Code, Duty, FlowStep, ItemContent, LegalBasis, Material
from reviews.demo import phrases
from reviews.demo.naming import Planned
from reviews.demo.sources import Act, DepartmentPlan, ranks

NOTE = "演示数据，由法规标题组合而成，不是真实事项"
_DIGITS = "零一二三四五六七八九"
# Articles that an act surely has, by its rank: (of the first half, of 法律责任).
_ARTICLES = {"法律": (12, 34, 48), "行政法规": (6, 22, 34), "部门规章": (4, 12, 18)}
_APPLIED = frozenset(("01", "05", "07", "08", "09", "10"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo's city is: region code, its name and its level in words."""

    code: str
    name: str
    level: str = "市级"
    letter: str = "市"


def pick(options: Sequence, *salt: str):
    """One of ``options``, always the same for the same words (no random numbers, no hash order)."""
    return options[crc32("|".join(salt).encode()) % len(options)]


def chinese(number: int) -> str:
    """1…99 as a Chinese numeral."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def citation(title: str, locator: str) -> str:
    rank = ranks()[title]
    return f"【{rank}】《{title}》{locator}"


def article(act: Act, subject: str, *, liability: bool = False) -> str:
    """An article of ``act``: 第N条, in its first half or among its 法律责任; one in four names a paragraph too."""
    first, middle, last = _ARTICLES.get(act.rank, _ARTICLES["行政法规"])
    start, stop = (middle, last) if liability else (first, middle)
    number = pick(range(start, stop), act.title, subject, str(liability))
    return f"第{chinese(number)}条" + pick(("", "", "", "第一款"), subject, "款")


def basis(use: str, title: str, locator: str, *, lead: str = "") -> LegalBasis:
    """One row; ``lead`` is what stands before it in the cell (a line break between rows of one use)."""
    return LegalBasis(use=use, rank=ranks()[title], title=title, locator=locator, as_written=lead + citation(title, locator))


def write_item(planned: Planned, plan: DepartmentPlan, place: Place, department_code: str, code: str = "") -> ItemContent:
    """The whole content of one planned item. ``code`` is its 16-digit Hubei code, empty for none."""
    category = planned.category
    words = {"subject": planned.subject, "activity": planned.act.activity}
    elements: dict[str, object] = {
        "department_code": department_code,
        "department_name": plan.name,
        "category": category,
        "name": planned.name,
        "major_name": planned.major,
        "codes": (Code(scheme="hubei16", value=code),) if code else (),
        "legal_bases": _bases(planned),
        "implementing_body": f"{place.name}{plan.name.removeprefix(place.letter)}",
        "body_nature": "授权组织" if plan.kind == "institution" else "法定机关",
        "handling_office": phrases.OFFICES[category],
        "exercising_level": place.level,
        "power_source": "法定本级行使",
        "powers": phrases.POWERS[category].format(**words),
        "flow": _flow(category),
        "duties": _duties(planned, words),
        "accountability": phrases.ACCOUNTABILITY[category].format(**words),
        "supervision": f"向{plan.name}机关纪委或者政务服务热线12345投诉",
        "supervision_phone": "0710-0000000（演示号码）",
        "phone": "0710-0000000（演示号码）",
        "remedies": phrases.REMEDIES.get(category, phrases.REMEDIES[""]).format(**words),
        "demo": True,
        "note": NOTE,
    }
    if category in _APPLIED:
        elements |= _service(planned)
    elements |= _special(planned)
    return ItemContent.model_validate(elements)


def _bases(planned: Planned) -> tuple[LegalBasis, ...]:
    act, subject = planned.act, planned.subject
    rows = [basis("setting", act.title, article(act, subject))]
    general = phrases.GENERAL_ACTS.get(planned.category)
    if planned.category == "02":
        rows.append(basis("penalty", act.title, article(act, subject, liability=True)))
    elif general:
        rows.append(basis("implementing", general, "第十二条" if planned.category == "01" else "第九条"))
    if planned.category == "04":
        rows.append(basis("charge", act.title, article(act, subject)))
    title, locator = phrases.LIABILITY_BASES.get(planned.category, phrases.OTHER_LIABILITY)
    rows.append(basis("liability", title, locator))
    return tuple(rows)


def _duties(planned: Planned, words: dict[str, str]) -> tuple[Duty, ...]:
    """Stages of the category, each paired by number with its basis; the last one as every table ends."""
    duties = []
    general = phrases.GENERAL_ACTS.get(planned.category)
    stages = phrases.STAGES[planned.category]
    for number, (stage, text, locator) in enumerate(stages, start=1):
        title = general if general and locator else planned.act.title
        where = locator or article(planned.act, planned.subject + stage)
        duties.append(Duty(text=f"{number}.{stage}责任：{text.format(**words)}", basis=f"{number}.《{title}》{where}"))
    last = len(stages) + 1
    duties.append(Duty(text=f"{last}.其他法律法规规章规定应履行的责任。", basis=""))
    return tuple(duties)


def _flow(category: str) -> tuple[FlowStep, ...]:
    office = phrases.OFFICES[category].split("、")[-1]
    steps = phrases.STAGES[category]
    limits = ("即时", "1个工作日", "1个工作日", "1个工作日")
    return tuple(
        FlowStep(name=name, office=office, limit=limits[place] if category in _APPLIED and place < 4 else "")
        for place, (name, _text, _locator) in enumerate(steps)
    )


def _service(planned: Planned) -> dict[str, object]:
    name, act = planned.name, planned.act
    legal = pick((20, 20, 15, 30), name, "法定")
    promised = pick((5, 7, 10), name, "承诺")
    immediate = planned.category == "10"
    things = act.things[0] if act.things else act.activity
    return {
        "service_objects": act.operator or "自然人、法人和其他组织",
        "conditions": f"1.申请事项属于“{name}”范围；2.具备与{act.activity}相适应的条件；3.材料真实、齐全。",
        "materials": (
            Material(name=f"{name}申请表", form="原件1份"),
            Material(name="申请人身份证明或者营业执照", form="复印件1份"),
            Material(name=f"{things}有关证明材料", form="原件和复印件各1份"),
        ),
        "handling_type": "即办件" if immediate else "承诺件",
        "legal_time": "当日办结" if immediate else f"{legal}个工作日",
        "promised_time": "当日办结" if immediate else f"{promised}个工作日",
        "charged": "否",
        "visits": pick(("0次", "1次"), name, "次"),
        "result_name": _result(planned),
        "address": "政务服务中心综合窗口",
        "hours": "工作日9:00-12:00，13:30-17:00",
    }


def _result(planned: Planned) -> str:
    if planned.category == "01":
        return planned.act.licence or "行政许可决定书"
    return {"05": "给付决定", "07": "确认文书", "08": "奖励证书", "09": "裁决书"}.get(planned.category, "办理结果告知单")


def _special(planned: Planned) -> dict[str, object]:
    act, subject = planned.act, planned.subject
    if planned.category == "02":
        low, high = pick(((500, 5000), (1000, 1_0000), (2000, 2_0000), (5000, 5_0000), (1_0000, 10_0000)), subject, "罚款")
        loss = f"，暂扣或者吊销{act.licence}" if act.licence else "，责令停业整顿"
        return {
            "penalty": f"对{subject}的，责令改正，给予警告，可以并处{low}元以上{high}元以下罚款；情节严重的，没收违法所得{loss}。",
            "discretion": f"轻微：首次{subject}并及时改正的，警告；一般：处{low}元以上{(low + high) // 2}元以下罚款；"
            f"严重：处{(low + high) // 2}元以上{high}元以下罚款。",
        }
    if planned.category == "03":
        return {"compulsory_kind": planned.detail}
    if planned.category == "04":
        return {
            "collection_scope": f"依照《{act.title}》应当缴纳的单位和个人（{subject}）。",
            "charged": "是",
            "charge_standard": "按照省级价格、财政部门公布的标准执行。",
        }
    if planned.category == "10":
        return {"sub_kind": planned.detail}
    return {}
