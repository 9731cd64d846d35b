"""Any day's pages are the list of that day, and the API says the same: compared with a plain model of the world.

The model is a list of (day, what is listed), written out by hand beside what the city publishes; it shares nothing with the program. On a
day the list is the one with the greatest day not after it, of several the one published last.
"""

from __future__ import annotations

import datetime
import json
import random
import re
from dataclasses import dataclass, replace

import pytest
from django.utils.timezone import localdate

from qingdan.items.kinds import ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionEntry
from qingdan.items.placing import Placement
from tests.public.office import text_of
from tests.public.test_items import every_page
from tests.soaking import record, trials
from tests.world import content

SOON, LATER = localdate() + datetime.timedelta(days=30), localdate() + datetime.timedelta(days=60)
RSJ, SCJ, MZJ = "420600-RSJ", "420600-SCJ", "420600-MZJ"
CATEGORIES = {"01": "行政许可", "02": "行政处罚", "03": "行政强制", "05": "行政给付", "06": "行政检查", "07": "行政确认"}


@dataclass(frozen=True)
class Fact:
    """What the model knows of one item on one day; ``key`` names it for good."""

    key: str
    department: str
    category: str
    major: str = ""
    name: str = ""
    phone: str = ""
    in_use: bool = True
    counted: bool = True
    public: bool = True

    @property
    def called(self) -> str:
        return self.name or self.key


class Model:
    """(day, key → fact, department → its name) of each publication, in the order in which they were made."""

    def __init__(self):
        self.lists: list[tuple[datetime.date, dict[str, Fact], dict[str, str]]] = []
        self.merged: dict[str, tuple[str, datetime.date]] = {}

    def on(self, day: datetime.date) -> tuple[dict[str, Fact], dict[str, str]] | None:
        due = [(each[0], place) for place, each in enumerate(self.lists) if each[0] <= day]
        return self.lists[max(due)[1]][1:] if due else None

    def public(self, day: datetime.date) -> list[Fact]:
        return [fact for fact in self.on(day)[0].values() if fact.public]

    def totals(self, day: datetime.date, department: str = "", category: str = "") -> tuple[int, int]:
        """(大项, 项): a 大项 that is split counts once, and its sub-items each; what is paused, withheld or not counted does not."""
        listed = list(self.on(day)[0].values())
        split = {fact.major for fact in listed if fact.major}
        items = [
            fact
            for fact in listed
            if fact.in_use
            and fact.counted
            and fact.public
            and fact.key not in split
            and department in ("", fact.department)
            and category in ("", fact.category)
        ]
        return len({fact.major or fact.key for fact in items}), len(items)

    def listed_before(self, key: str, day: datetime.date) -> bool:
        return any(key in listed for start, listed, _ in self.lists if start <= day)

    def add(
        self, day: datetime.date, *facts: Fact, gone: tuple[str, ...] = (), names: dict[str, str] | None = None, on=None
    ) -> None:
        """One more publication: ``facts`` come or are changed, ``gone`` leave the list that stood last (or ``on`` that one)."""
        listed, called = on or (self.lists[-1][1:] if self.lists else ({}, {}))
        listed = {key: fact for key, fact in listed.items() if key not in gone} | {fact.key: fact for fact in facts}
        self.lists.append((day, listed, called | (names or {})))


def _changed(model: Model, key: str, on=None, **values) -> Fact:
    return replace((on or model.lists[-1][1:])[0][key], **values)


@pytest.fixture
def told(world, office):
    """The city publishes nine editions; beside each, what it comes to. Gives (model, key → item code)."""
    model = Model()
    major = "民办职业培训学校设立"
    names = {RSJ: "市人力资源和社会保障局", SCJ: "市市场监督管理局", MZJ: "市民政局"}
    model.add(
        datetime.date(2016, 5, 1),
        Fact(major, RSJ, "01"),
        Fact("民办职业培训学校设立审批", RSJ, "01", major),
        Fact("民办职业培训学校变更审批", RSJ, "01", major),
        Fact("劳务派遣经营许可", RSJ, "01", phone="0710-3600001"),
        Fact("对用人单位不办理社会保险登记的处罚", RSJ, "02"),
        Fact("对用人单位遵守劳动保障法律的检查", RSJ, "06"),
        Fact("集体合同审查", RSJ, "10", counted=False),
        Fact("专项保密检查", RSJ, "06", public=False),
        Fact("食品经营许可", SCJ, "01"),
        Fact("对无照经营的处罚", SCJ, "02"),
        Fact("对虚假广告的处罚", SCJ, "02"),
        Fact("最低生活保障金的给付", MZJ, "05"),
        Fact("收养登记", MZJ, "07"),
        names=names,
    )
    model.add(
        datetime.date(2019, 12, 1),
        _changed(model, "劳务派遣经营许可", phone="0710-3600002"),
        _changed(model, major, name="民办职业技能培训学校设立"),
        Fact("工伤认定", RSJ, "07"),
        gone=("对用人单位遵守劳动保障法律的检查",),
    )
    # 补录: twenty-five items of another department come, which makes the list two pages long; a department has a new name.
    burials = [f"殡葬事项第{number:02d}号" for number in range(25)]
    office.publish(
        *(office.add(content(MZJ, "02", each)) for each in burials),
        kind=EditionKind.BACKFILL,
        on=datetime.date(2020, 6, 1),
        departments=(office.say(SCJ, name="市市场监督管理委员会"),),
    )
    model.add(datetime.date(2020, 6, 1), *(Fact(each, MZJ, "02") for each in burials), names={SCJ: "市市场监督管理委员会"})
    # One goes to another department, one is paused, one is merged into another.
    office.publish(
        office.change("食品经营许可", ChangeKind.TRANSFER, department_code=MZJ, department_name="市民政局"),
        office.change("劳务派遣经营许可", ChangeKind.SUSPEND, state="suspended"),
        office.end("对无照经营的处罚", ChangeKind.MERGE, into="对虚假广告的处罚"),
        on=datetime.date(2021, 3, 1),
    )
    model.add(
        datetime.date(2021, 3, 1),
        _changed(model, "食品经营许可", department=MZJ),
        _changed(model, "劳务派遣经营许可", in_use=False),
        gone=("对无照经营的处罚",),
    )
    model.merged["对无照经营的处罚"] = ("对虚假广告的处罚", datetime.date(2021, 3, 1))
    # One goes on, one changes its category and its name, one is withheld from now on, one sub-item ends.
    office.publish(
        office.change("劳务派遣经营许可", ChangeKind.RESUME, state="in_use"),
        office.change("收养登记", ChangeKind.RECATEGORISE, category="10", name="收养登记办理"),
        office.change("集体合同审查", not_public=True, not_public_reason="依法不予公开", not_public_basis="条例第十四条"),
        office.end("民办职业培训学校变更审批"),
        on=datetime.date(2023, 1, 1),
    )
    model.add(
        datetime.date(2023, 1, 1),
        _changed(model, "劳务派遣经营许可", in_use=True),
        _changed(model, "收养登记", category="10", name="收养登记办理"),
        _changed(model, "集体合同审查", public=False),
        gone=("民办职业培训学校变更审批",),
    )
    # Two of one day: the later one is the list.
    office.publish(office.add(content(SCJ, "06", "同日先列入的检查")), on=datetime.date(2024, 1, 1))
    model.add(datetime.date(2024, 1, 1), Fact("同日先列入的检查", SCJ, "06"))
    office.publish(office.change("同日先列入的检查", ChangeKind.RENAME, name="同日改名的检查"), on=datetime.date(2024, 1, 1))
    model.add(datetime.date(2024, 1, 1), _changed(model, "同日先列入的检查", name="同日改名的检查"))
    # Published, of a day to come; and then one that takes effect before it, so that it is issued again on top of that.
    in_force = model.lists[-1][1:]
    phone = world.version("劳务派遣经营许可")
    office.publish(
        office.add(content(MZJ, "07", "待生效的确认")),
        office.end("食品经营许可"),
        office.change("工伤认定", name="工伤认定与复核"),
        on=LATER,
    )
    model.add(LATER, Fact("待生效的确认", MZJ, "07"), _changed(model, "工伤认定", name="工伤认定与复核"), gone=("食品经营许可",))
    pending = model.lists[-1][1:]
    office.publish(
        Placement(
            kind=ChangeKind.ELEMENTS,
            content=phone.content.changed(supervision_phone="0710-3600009"),
            item=phone.item,
            base_version_id=phone.pk,
        ),
        office.add(content(RSJ, "03", "先行生效的强制")),
        on=SOON,
    )
    early = (
        _changed(model, "劳务派遣经营许可", in_force, phone="0710-3600009"),
        Fact("先行生效的强制", RSJ, "03"),
    )
    model.add(SOON, *early, on=in_force)
    model.add(LATER, *early, on=pending)
    assert Edition.objects.newest(world.city).kind == EditionKind.RENEWAL
    assert Edition.objects.of(world.city).count() == len(model.lists)
    codes = {}
    for number, (_, listed, _) in enumerate(model.lists, start=1):
        called = dict(
            EditionEntry.objects.filter(edition__region=world.city, edition__number=number).values_list(
                "version__name", "item__code"
            )
        )
        codes |= {fact.key: called[fact.called] for fact in listed.values()}
    return model, codes


def api(client, path: str, status: int = 200) -> dict:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == status, (path, response.content.decode())
    return json.loads(response.content)


def api_rows(client, path: str) -> list[dict]:
    rows, page = [], api(client, path)
    while True:
        rows += page["items"]
        if not page["next"]:
            assert len(rows) == page["total"]
            return rows
        page = json.loads(client.get(page["next"]).content)


def home_says(client, model: Model, day: datetime.date) -> None:
    majors, items = model.totals(day)
    text = text_of(client.get(f"/?on={day}"))
    assert f"共 {majors} 大项 / {items} 项，由 {len(model.on(day)[1])} 个部门行使" in text
    for code, name in CATEGORIES.items():
        assert "{} {} {} ".format(name, *model.totals(day, category=code)) in text, name
    said = api(client, f"departments/?on={day}")
    assert (said["majors"], said["items"]) == (majors, items)
    for row in said["departments"]:
        assert row["name"] == model.on(day)[1][row["code"]]
        for code in CATEGORIES:
            assert tuple(row["categories"].get(code, (0, 0))) == model.totals(day, row["code"], code)


def list_says(client, model: Model, day: datetime.date, department: str = "", category: str = "") -> None:
    wanted = sorted(
        fact.called for fact in model.public(day) if department in ("", fact.department) and category in ("", fact.category)
    )
    question = f"on={day}&department={department}&category={category}"
    assert sorted(every_page(client, f"/items/?{question}")) == wanted
    assert sorted(row["name"] for row in api_rows(client, f"items/?{question}")) == wanted


def department_says(client, model: Model, day: datetime.date, department: str) -> None:
    response = client.get(f"/departments/{department}/?on={day}")
    text, body = text_of(response), response.content.decode()
    assert f"<h1>{model.on(day)[1][department]}</h1>" in body
    assert "{} 大项 / {} 项".format(*model.totals(day, department)) in text
    named = re.findall(r'<li(?: class="sub")?><a href="/items/\d[^"]*">(.*?)</a>', body)
    assert sorted(named) == sorted(fact.called for fact in model.public(day) if fact.department == department)
    said = api(client, f"departments/{department}/?on={day}")
    assert (said["majors"], said["items"]) == model.totals(day, department)


def item_says(client, model: Model, codes: dict[str, str], day: datetime.date, key: str) -> None:
    fact = model.on(day)[0].get(key)
    response = client.get(f"/items/{codes[key]}/?on={day}")
    if fact and not fact.public:
        assert response.status_code == 404
        assert api(client, f"items/{codes[key]}/?on={day}", 404)
        return
    if key in model.merged and day >= model.merged[key][1]:
        assert response["Location"] == f"/items/{codes[model.merged[key][0]]}/?on={day}"
        return
    text, said = text_of(response), api(client, f"items/{codes[key]}/?on={day}")
    if fact:
        assert f"<h1>{fact.called}</h1>" in response.content.decode()
        assert "本事项已于" not in text and "本事项尚未列入清单" not in text
        assert not fact.phone or fact.phone in text
        assert ("暂停" in text.split("首页", 1)[1][:600]) == (not fact.in_use)
        assert (said["standing"], said["content"]["name"]) == ("in_list", fact.called)
        assert (said["content"]["supervision_phone"], said["content"]["state"] == "in_use") == (fact.phone, fact.in_use)
        assert said["content"]["department_code"] == fact.department
    elif model.listed_before(key, day):
        assert "本事项已于" in text
        assert said["standing"] == "ended"
    else:
        assert "本事项尚未列入清单" in text
        assert said["standing"] == "not_yet"


@pytest.mark.soak
def test_the_pages_of_any_day_are_what_was_in_force_then(told, client):
    model, codes = told
    chance = random.Random(20160501)
    first = datetime.date(2016, 4, 1)
    turns = sorted({day + datetime.timedelta(days=step) for day, _, _ in model.lists for step in (-1, 0)})
    drawn = [first + datetime.timedelta(days=chance.randrange((LATER - first).days + 40)) for _ in range(trials(200, 12))]
    for day in [*turns, *drawn]:
        if model.on(day) is None:
            assert "清单尚未公布" in text_of(client.get(f"/items/?on={day}"))
            assert api(client, f"items/?on={day}", 404)
            continue
        home_says(client, model, day)
        list_says(client, model, day)
        department = chance.choice([RSJ, SCJ, MZJ])
        list_says(client, model, day, department, chance.choice(["", *CATEGORIES]))
        department_says(client, model, day, department)
        for key in chance.sample(sorted(codes), 4):
            item_says(client, model, codes, day, key)
    record("public.days", days=len(turns) + len(drawn), editions=len(model.lists), items=len(codes))


def test_without_a_day_it_is_today(told, client):
    model, _ = told
    assert sorted(every_page(client, "/items/")) == sorted(fact.called for fact in model.public(localdate()))
    assert "{} 大项 / {} 项".format(*model.totals(localdate())) in text_of(client.get("/"))
    assert "先行生效的强制" not in text_of(client.get("/departments/420600-RSJ/"))
