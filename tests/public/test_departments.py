"""Departments: the list of them and the page of one, now and on a day in the past."""

from __future__ import annotations

import datetime

from departments.models import Department
from qingdan.items.content import Boundary, SupervisionRule
from tests.public.office import links_of, text_of
from tests.world import content

CLOSED_ON = datetime.date(2021, 3, 1)


def close(code: str, successor: str) -> None:
    """What 三定 changes leave behind: the row says when it ended and who took over."""
    department = Department.objects.get(code=code)
    department.abolished_on, department.successor = CLOSED_ON, Department.objects.get(code=successor)
    department.save()


def move_everything_from_civil_affairs(office):
    """市民政局's items go to 市人社局 with the edition that closes it."""
    close("420600-MZJ", "420600-RSJ")
    moved = {"department_code": "420600-RSJ", "department_name": "市人力资源和社会保障局"}
    office.publish(
        office.change("最低生活保障金的给付", "transfer", **moved), office.change("收养登记", "transfer", **moved), on=CLOSED_ON
    )


def test_it_lists_departments_with_both_counts(world, client):
    text = text_of(client.get("/departments/"))
    assert "市人力资源和社会保障局 4 5 市市场监督管理局 3 3 市民政局 2 2" in text
    assert "已撤销的部门" not in text


def test_a_closed_department_stands_below_with_its_successor(world, client, office):
    move_everything_from_civil_affairs(office)
    text = text_of(client.get("/departments/"))
    assert (
        "市人力资源和社会保障局 6 7 市市场监督管理局 3 3 已撤销的部门 市民政局 ，2021年3月1日撤销，由市人力资源和社会保障局 承接"
        in text
    )
    assert "市民政局 2 2" in text_of(client.get("/departments/?on=2021-02-28"))


def test_a_closed_department_keeps_its_page_and_names_its_successor(world, client, office):
    move_everything_from_civil_affairs(office)
    page = client.get("/departments/420600-MZJ/")
    assert page.status_code == 200
    assert "本部门已于 2021年3月1日撤销，职责由市人力资源和社会保障局 承接" in text_of(page)
    assert "/departments/420600-RSJ/" in links_of(page)
    before = text_of(client.get("/departments/420600-MZJ/?on=2021-02-28"))
    assert "撤销" not in before
    assert "收养登记" in before


def test_the_past_shows_the_name_of_that_time(world, client, office):
    office.publish(departments=(office.say("420600-SCJ", name="市市场监督管理局（知识产权局）"),))
    department = Department.objects.get(code="420600-SCJ")
    department.name = "市市场监督管理局（知识产权局）"
    department.save()
    now, then = text_of(client.get("/departments/420600-SCJ/")), text_of(client.get("/departments/420600-SCJ/?on=2021-02-28"))
    assert "这是当时的名称，现为“市市场监督管理局（知识产权局）”" in then
    assert "名称沿革 2016年5月1日起：市市场监督管理局 2021年3月1日起：市市场监督管理局（知识产权局）" in now
    assert "市市场监督管理局（知识产权局） 3 3" in text_of(client.get("/departments/"))
    assert "市市场监督管理局 3 3" in text_of(client.get("/departments/?on=2021-02-28"))


def test_it_says_what_the_department_is_for_with_whom_it_meets_and_how_it_supervises(world, client, office):
    boundary = Boundary(matter="农产品安全", departments=("市农业农村局",), division="进入市场前由农业负责。", basis="三定规定")
    office.publish(
        departments=(
            office.say(
                "420600-SCJ",
                main_duties=("负责市场综合监督管理。", "负责食品安全监督管理。"),
                boundaries=(boundary,),
                supervision_rules=(SupervisionRule(title="双随机抽查制度", text="每年抽查两次。"),),
            ),
        )
    )
    text = text_of(client.get("/departments/420600-SCJ/"))
    for words in (
        "负责食品安全监督管理。",
        "农产品安全",
        "涉及部门：市农业农村局",
        "进入市场前由农业负责。",
        "双随机抽查制度",
        "每年抽查两次。",
    ):
        assert words in text
    assert "主要职责 未填报" in text_of(client.get("/departments/420600-SCJ/?on=2021-02-28"))


def test_it_shows_the_items_by_category_with_sub_items_and_their_standing(world, client, office):
    office.publish(office.change("劳务派遣经营许可", "suspend", state="suspended"))
    page = client.get("/departments/420600-RSJ/")
    text = text_of(page)
    assert "行政许可 民办职业技能培训学校设立 民办职业培训学校设立审批 民办职业培训学校变更审批 劳务派遣经营许可 暂停" in text
    assert "集体合同审查 不计入总数" in text
    assert "专项保密检查" not in text
    assert 'class="sub"' in page.content.decode()
    assert "/items/?category=01&department=420600-RSJ" in links_of(page)


def test_contacts_are_those_of_today_and_not_of_the_past(world, client):
    department = Department.objects.get(code="420600-RSJ")
    department.phone, department.address = "0710-3600009", "檀溪路1号"
    department.save()
    assert "电话 0710-3600009" in text_of(client.get("/departments/420600-RSJ/"))
    assert "0710-3600009" not in text_of(client.get("/departments/420600-RSJ/?on=2016-06-01"))


def test_a_department_that_came_later_is_not_yet_listed_before(world, client, office):
    Department.objects.create(code="420600-YBJ", region=world.city, name="市医疗保障局", order=9)
    assert client.get("/departments/420600-YBJ/").status_code == 404
    office.publish(office.add(content("420600-RSJ", "07", "岗位认定")))
    assert client.get("/departments/420600-YBJ/").status_code == 200
    before = text_of(client.get("/departments/420600-YBJ/?on=2020-01-01"))
    assert "2020年1月1日，本部门尚未列入清单，自 2021年3月1日起列入" in before
    assert "市医疗保障局" not in text_of(client.get("/departments/?on=2020-01-01"))


def test_an_unknown_department_is_not_found_and_another_regions_redirects(world, client, office):
    assert client.get("/departments/nobody/").status_code == 404
    office.publish(office.add(content("420602-MZJ", "07", "收养登记")), region="420602", kind="baseline")
    response = client.get("/departments/420602-MZJ/?on=2021-05-01")
    assert (response.status_code, response["Location"]) == (301, "/regions/420602/departments/420602-MZJ/?on=2021-05-01")
    assert client.get(response["Location"]).status_code == 200


def test_its_queries_do_not_grow(world, client, count_queries):
    for name, address in {"public.departments": "/departments/", "public.department": "/departments/420600-RSJ/"}.items():
        client.get(address)
        with count_queries(name):
            client.get(address)
