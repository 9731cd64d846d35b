"""A city that has published, for the browser tests of the citizens' pages: ``python -m tests.browser.published`` in an empty installation.

Run as a process of its own with the environment of the site. Prints a JSON object: what each page type's address is.
"""

from __future__ import annotations

import datetime
import json
import os

FULL = {
    "codes": [{"scheme": "hubei16", "value": "4206000020100500"}],
    "initiation": "applied",
    "legal_bases": [
        {"use": "setting", "rank": "法律", "title": "中华人民共和国食品安全法", "locator": "第三十五条", "as_written": "《中华人民共和国食品安全法》第三十五条 国家对食品生产经营实行许可制度。"},
        {"use": "implementing", "title": "食品生产许可管理办法", "locator": "第二条", "as_written": "《食品生产许可管理办法》第二条"},
    ],
    "implementing_body": "襄阳市市场监督管理局",
    "service_objects": "食品生产者",
    "flow": [
        {"name": "受理", "office": "窗口", "limit": "1个工作日", "text": "收件审查"},
        {"name": "审查", "office": "食品科", "limit": "5个工作日"},
        {"name": "决定", "office": "许可科", "limit": "3个工作日"},
        {"name": "送达", "office": "窗口"},
    ],
    "duties": [{"text": "1.受理责任：公示应当提交的材料", "basis": "1.《中华人民共和国行政许可法》第三十条"}, {"text": "2.送达责任", "basis": ""}],
    "accountability": "不履行或不正确履行职责的，依法追究责任。",
    "materials": [{"name": "申请书", "form": "原件1份", "note": "窗口领取"}, {"name": "平面图", "form": "复印件1份", "note": ""}],
    "risk_points": [{"stage": "审查", "form": "超时", "grade": "二级", "measure": "限时提醒", "responsible": "科长"}],
    "address": "檀溪路1号", "hours": "工作日9:00-17:00", "phone": "0710-3600010", "online_url": "https://zwfw.example.gov.cn/item?a=1&b=2",
    "supervision_phone": "12345", "remedies": "行政复议、行政诉讼", "legal_time": "20个工作日", "promised_time": "9个工作日", "charged": "否",
}  # fmt: skip
LONG = "对违反规定未经许可擅自从事食品生产经营活动、生产经营未按规定检验检疫的肉类及其制品等行为的处罚"


def build() -> dict[str, str]:
    """The tests' world, a third edition with an item that says everything, a county's list and an edition to come; page type → address."""
    from django.utils import timezone

    from departments.models import Department
    from qingdan.items.kinds import ChangeKind, EditionKind
    from tests.public.office import Office
    from tests.world import COUNTY, build, content

    world = build()
    office = Office(world)
    Department.objects.filter(code="420600-SCJ").update(address="檀溪路9号", phone="0710-3500001", hours="工作日 9:00—17:00")
    duties = {"main_duties": ("负责市场综合监督管理", "负责食品安全监督管理")}
    office.publish(
        office.add(content("420600-SCJ", "01", "食品生产许可", **FULL)),
        office.add(content("420600-SCJ", "02", LONG, initiation="ex_officio")),
        *(
            office.add(content("420600-MZJ", "02" if n % 2 else "07", f"殡葬服务事项第{n:02d}号", initiation="applied"))
            for n in range(45)
        ),
        departments=(office.say("420600-SCJ", **duties),),
    )
    day = datetime.date(2023, 5, 1)
    office.publish(
        office.change("食品生产许可", phone="0710-3600088", legal_time="15个工作日", note="材料可以网上提交"),
        office.end("对虚假广告的处罚", reason="并入广告监管", document="鄂政发〔2023〕4号"),
        office.change("食品经营许可", ChangeKind.SUSPEND, state="suspended"),
        on=day,
    )
    office.publish(office.add(content("420602-MZJ", "01", "食品生产许可")), region=COUNTY, kind=EditionKind.BASELINE, on=day)
    office.publish(
        office.change("食品生产许可", note="新的说明"),
        office.change("收养登记", note="补充"),
        on=timezone.localdate() + datetime.timedelta(days=30),
    )
    code, ended = world.item("食品生产许可").code, world.item("对虚假广告的处罚").code
    split, long_one = world.item("民办职业技能培训学校设立").code, world.item(LONG).code
    return {
        "首页": "/",
        "首页（某日）": "/?on=2019-12-01",
        "首次公布以前": "/?on=2015-01-01",
        "部门": "/departments/",
        "一个部门": "/departments/420600-SCJ/",
        "清单": "/items/",
        "清单第二页": "/items/?page=2",
        "筛选": "/items/?category=01&initiation=applied",
        "搜索": "/items/?q=食品",
        "没有结果": "/items/?q=没有这样的事项",
        "不能搜的词": "/items/?q=《》",
        "事项": f"/items/{code}/",
        "长名称的事项": f"/items/{long_one}/",
        "大项": f"/items/{split}/",
        "已取消的事项": f"/items/{ended}/",
        "事项旧版": f"/items/{code}/v/1/",
        "两版对照": f"/items/{code}/compare/1/2/",
        "法律": "/laws/%E9%A3%9F%E5%93%81%E5%AE%89%E5%85%A8%E6%B3%95/",
        "法律库没有的": "/laws/%E9%A3%9F%E5%93%81%E7%94%9F%E4%BA%A7%E8%AE%B8%E5%8F%AF%E7%AE%A1%E7%90%86%E5%8A%9E%E6%B3%95/",
        "公布版本": "/editions/",
        "一个版本": "/editions/4/",
        "新旧对照表": "/editions/4/changes/",
        "两个版本之间": "/editions/2/compare/4/",
        "统计": "/statistics/",
        "下载": "/downloads/",
        "一个版本的下载": "/downloads/4/",
        "校验": "/verify/",
        "区县": f"/regions/{COUNTY}/",
        "没有的页面": "/items/no-such-item/",
        "数据接口": "/api/docs/",
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingdan.settings")
    import django

    django.setup()
    print(json.dumps(build(), ensure_ascii=False))
