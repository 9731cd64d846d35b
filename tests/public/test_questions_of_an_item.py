"""An item's page answers a citizen's questions in his order: the box of facts, the answers, the picture, the words, the counties."""

from __future__ import annotations

import re

import pytest

from departments.models import Department
from qingdan.items.content import FlowStep
from qingdan.items.display import Section, Shown
from qingdan.items.elements import ELEMENTS, SECTIONS
from qingdan.public.facts import dialled
from qingdan.public.flow_chart import MOST, flow_chart
from qingdan.public.questions import answers_of
from tests.public.office import links_of, text_of
from tests.world import content

STEPS = [{"name": f"第{n}步<b>", "office": "窗口", "limit": "1个工作日"} for n in range(1, 6)]


@pytest.fixture
def named(office, code_of):
    """Publish 食品生产许可 with these elements; its code."""

    def publish(**elements) -> str:
        office.publish(office.add(content("420600-SCJ", "01", "食品生产许可", **elements)))
        return code_of("食品生产许可")

    return publish


def test_no_element_is_lost_between_the_questions():
    shown = tuple(Shown(each.key, each.label, "text", "x") for each in ELEMENTS)
    answers = answers_of([Section(key, title, shown) for key, title in SECTIONS.items()][:1], "01")
    found = [each.key for answer in answers for each in answer.elements]
    assert sorted(found) == sorted(each.key for each in ELEMENTS)


@pytest.mark.parametrize(
    ("text", "dials"),
    [
        ("0710-3600010", ["07103600010"]),
        ("0710-3600010、13800000000（张科长）", ["07103600010", "13800000000"]),
        ("12345\n行政复议", ["12345"]),
        ("编号4206000010100500", []),
        ("2019年12月1日", []),
        ("", []),
    ],
)
def test_telephone_numbers_can_be_dialled_and_nothing_else(text, dials):
    pieces = dialled(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert [address.removeprefix("tel:") for _, address in pieces if address] == dials


def test_what_the_item_does_not_say_its_department_does(world, client, named):
    department = Department.objects.get(code="420600-SCJ")
    department.address, department.phone, department.phone_confirmed_on = "檀溪路9号", "0710-3500001", "2024-05-06"
    department.save()
    page = client.get(f"/items/{named()}/")
    assert "去哪办 檀溪路9号 （部门办公地址） 打电话 0710-3500001 （部门电话，2024-05-06 核对）" in text_of(page)
    assert "tel:07103500001" in links_of(page)


def test_the_way_stands_as_a_picture_and_as_a_list(world, client, named):
    html = client.get(f"/items/{named(flow=STEPS)}/").content.decode()
    assert html.count('<svg class="flow-chart') == 2
    assert 'aria-label="运行流程图：第1步&lt;b&gt; → 第2步&lt;b&gt;' in html
    assert html.count('class="head"') == 8
    steps = html.split('<ol class="flow">')[1].split("</ol>")[0]
    assert steps.count("<li>") == 5
    assert "style=" not in html


@pytest.mark.parametrize("count", [0, 1, MOST + 1])
def test_there_is_no_picture_of_one_step_or_of_too_many(count):
    assert flow_chart([FlowStep(name="受理")] * count) == ""


def test_a_long_name_stays_in_its_box():
    picture = flow_chart([FlowStep(name="审" * 500, office="科" * 500)] * 2)
    assert max(len(line) for line in re.findall(r"<text[^>]*>([^<]*)", picture)) <= 15
    assert "审…" in picture


def test_words_of_the_office_are_explained_in_place(world, client, named):
    text = text_of(client.get(f"/items/{named(remedies='行政复议')}/"))
    assert "什么是行政许可" in text
    assert "什么是行政复议、行政诉讼" in text
    assert "六十日内" in text


def test_it_leads_to_the_same_item_in_other_regions_and_never_to_a_withheld_one(world, client, office, code_of, named):
    code = named()
    assert "其他地区的同名事项" not in text_of(client.get(f"/items/{code}/"))
    office.publish(office.add(content("420602-MZJ", "01", "食品生产许可")), region="420602", kind="baseline")
    hidden = content("420683-MZJ", "01", "食品生产许可", not_public=True, not_public_reason="涉密", not_public_basis="保密法")
    office.publish(office.add(hidden), region="420683", kind="baseline")
    there = client.get(f"/items/{code}/").content.decode().split("其他地区的同名事项")[1].split("</section>")[0]
    assert re.findall(r'href="(/regions/\d+/)', there) == ["/regions/420602/"]


def test_the_elders_page_folds_what_nobody_came_for(world, client, named):
    code = named(accountability="不予受理的", address="檀溪路1号")
    body = client.get(f"/items/{code}/", HTTP_COOKIE="mode=elder").content.decode()
    open_part, folded = body.split("更多：由谁办、追责、编码、备注和未填报的内容")
    assert "檀溪路1号" in open_part
    assert "不予受理的" not in open_part
    assert "不予受理的" in folded
