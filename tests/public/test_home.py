"""The first page, as a citizen opens it."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine

from departments.models import Department, Region
from reviews.models import Directive
from tests.public.office import links_of, text_of
from tests.world import content

WITHHELD = "专项保密检查"


def rows_of(response) -> dict[str, str]:
    """First cell → the whole row as text, of every table row."""
    rows = re.findall(r"<tr>(.*?)</tr>", response.content.decode(), flags=re.S)
    found = {}
    for row in rows:
        cells = [re.sub(r"<span>(.*?)</span>", r" \1", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S)]
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]
        found.setdefault(cells[0], "|".join(cells[1:]))
    return found


def test_it_shows_both_counts_of_every_category_and_in_total(world, client):
    response = client.get("/")
    rows = rows_of(response)
    # Written by hand from tests.world: a split 大项 with two sub-items, one withheld, one not counted.
    assert rows["行政许可"] == "3|4|"
    assert rows["行政处罚"] == "3|3|"
    assert rows["行政给付"] == "1|1|"
    assert rows["行政确认"] == "2|2|"
    assert rows["行政检查"] == "0|0|"
    assert "9 大项 / 10 项" in text_of(response)


def test_it_crosses_departments_with_categories_in_official_order(world, client):
    rows = rows_of(client.get("/"))
    assert rows["市人力资源和社会保障局"] == "2 3|1 1|||||1 1||||4 5"
    assert rows["市市场监督管理局"] == "1 1|2 2|||||||||3 3"
    order = list(rows)
    assert order.index("市人力资源和社会保障局") < order.index("市市场监督管理局") < order.index("市民政局")


def test_each_number_of_the_table_opens_its_items(world, client):
    address = next(link for link in links_of(client.get("/")) if "category=02" in link and "department=420600-SCJ" in link)
    assert "找到" not in text_of(client.get(address))
    assert {"对无照经营的处罚", "对虚假广告的处罚"} <= set(re.findall("对[^ ]*?处罚", text_of(client.get(address))))


def test_the_tenth_category_has_its_public_name(world, client):
    assert "其他类(其他行政权力)" in rows_of(client.get("/"))


def test_the_stamp_names_the_edition_and_leads_to_it(world, client):
    response = client.get("/")
    assert "第1次动态调整 · 2019年11月20日公布 · 2019年12月1日起生效" in text_of(response)
    assert "/editions/2/" in links_of(response)


def test_the_stamp_of_a_first_list_says_that_it_was_entered_afterwards(world, client):
    assert "事后录入" in text_of(client.get("/?on=2016-05-01"))
    assert "事后录入" not in text_of(client.get("/"))


def test_it_counts_decisions_from_above_rounds_and_adjusted_items(world, client, office):
    above = Directive.objects.create(
        region=world.city, issuer="国务院", number="国发〔2019〕6号", title="决定", decided_on="2019-02-27"
    )
    Directive.objects.create(
        region=world.city, issuer="省", number="鄂政发〔2019〕8号", title="承接", decided_on="2019-04-01", parent=above
    )
    Directive.objects.create(region=world.county, issuer="省", number="鄂政发〔2019〕9号", title="承接", decided_on="2019-04-01")
    office.publish(office.add(content("420600-MZJ", "07", "地名核准")), office.add(content("420600-MZJ", "07", "社团登记")))
    text = text_of(client.get("/"))
    assert "承接上级决定 1 批" in text
    assert "动态调整 2 次" in text
    assert "累计调整事项 6 项" in text
    assert "调整 2 项" in text
    assert "动态调整 1 次" in text_of(client.get("/?on=2020-01-01"))


@pytest.mark.parametrize(("day", "counts"), [("2019-11-30", "9 大项 / 10 项"), ("2019-12-01", "9 大项 / 10 项")])
def test_on_a_day_it_shows_the_list_in_force_then(world, client, day, counts):
    assert counts in text_of(client.get(f"/?on={day}"))
    rows = rows_of(client.get(f"/?on={day}"))
    assert rows["行政检查"] == ("1|1|" if day == "2019-11-30" else "0|0|")
    assert rows["行政确认"] == ("1|1|" if day == "2019-11-30" else "2|2|")


def test_a_past_day_is_announced_with_its_period_and_the_way_back(world, client):
    response = client.get("/?on=2016-06-01")
    assert "您正在查看 2016年5月1日至2019年11月30日有效的清单" in text_of(response)
    assert "回到今天" in text_of(response)


def test_the_day_goes_along_with_every_link_to_the_list(world, client):
    links = [link for link in links_of(client.get("/?on=2016-06-01")) if link.startswith(("/items/", "/departments/"))]
    assert links
    assert [link for link in links if "on=2016-06-01" not in link] == []


def test_before_the_first_edition_it_says_so_and_offers_it(world, client):
    response = client.get("/?on=2016-04-30")
    assert response.status_code == 200
    assert "2016年4月30日，襄阳市的权责清单尚未生效" in text_of(response)
    assert "?on=2016-05-01" in links_of(response)
    assert "大项 /" not in text_of(response)


@pytest.mark.parametrize("day", ["2019-13-01", "2019-02-30", "20191201", "2019-1-1", "今天", "２０１９-12-01", "0000-00-00"])
def test_a_day_that_is_none_is_refused_in_words(world, client, day):
    response = client.get("/", {"on": day})
    assert response.status_code == 400
    assert f"“{day}”不是日期" in text_of(response)
    assert "2019-12-01" in text_of(response)


def test_an_edition_that_is_not_yet_in_force_is_announced_and_takes_over_by_the_day_alone(world, client, office):
    day = datetime.date.today() + datetime.timedelta(days=40)
    office.publish(office.add(content("420600-MZJ", "07", "地名核准")), on=day)
    today = client.get("/")
    assert "待生效 第2次动态调整" in text_of(today)
    assert "9 大项 / 10 项" in text_of(today)
    assert "10 大项 / 11 项" in text_of(client.get(f"/?on={day}"))
    assert "已公布，待生效" in text_of(client.get(f"/?on={day}"))
    with time_machine.travel(datetime.datetime.combine(day, datetime.time(9), datetime.UTC), tick=False):
        then = client.get("/", headers={"If-None-Match": today["ETag"]})
        assert then.status_code == 200
        assert "10 大项 / 11 项" in text_of(then)


def test_a_withheld_item_is_in_no_count_and_no_page(world, client):
    for address in (
        "/",
        "/?on=2016-05-01",
        "/departments/420600-RSJ/",
        "/items/",
        "/items/?category=06&on=2016-05-01",
        "/editions/1/changes/",
    ):
        assert WITHHELD not in text_of(client.get(address)), address
    assert rows_of(client.get("/?on=2016-05-01"))["行政检查"] == "1|1|"


def test_unknown_parameters_lead_to_the_address_without_them(world, client):
    response = client.get("/?from=wechat&on=2016-06-01&utm=1")
    assert (response.status_code, response["Location"]) == (302, "/?on=2016-06-01")
    assert client.get("/?isappinstalled=0")["Location"] == "/"


def test_it_needs_no_session_and_sets_no_cookie(world, client):
    response = client.get("/")
    assert not response.cookies
    assert "Vary" not in response or "Cookie" not in response["Vary"]


@pytest.mark.parametrize("address", ["/", "/?on=2016-06-01", "/?on=x", "/items/nothing/", "/items/?page=9", "/editions/9/"])
def test_every_page_may_load_its_own_style_and_nothing_else(world, client, address):
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    body = response.content.decode()
    assert "/static/public/public.css" in body
    assert not re.search(r"<(script|style|iframe)\b| style=|\son\w+=", body)
    assert not re.search(r"(?:src|href)=.(?:https?:)?//", body)


def test_head_answers_like_get_without_a_body(world, client):
    got, head = client.get("/"), client.head("/")
    assert head.status_code == 200
    assert head.content == b""
    assert head["ETag"] == got["ETag"]


def test_an_unchanged_page_is_not_sent_again_and_costs_one_look_up(world, client, django_assert_num_queries):
    first = client.get("/")
    assert first["Cache-Control"] == "no-cache"
    with django_assert_num_queries(1):
        again = client.get("/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_publication_or_a_new_telephone_makes_it_new(world, client, office):
    seen = {client.get("/")["ETag"]}
    office.publish(office.add(content("420600-MZJ", "07", "地名核准")))
    seen.add(client.get("/")["ETag"])
    department = Department.objects.get(code="420600-RSJ")
    department.phone = "0710-3600009"
    department.save()
    seen.add(client.get("/")["ETag"])
    Directive.objects.create(region=world.city, issuer="国务院", number="国发〔2019〕6号", title="决定", decided_on="2019-02-27")
    seen.add(client.get("/")["ETag"])
    assert len(seen) == 4


def test_another_region_has_the_same_tree_under_its_code(world, client):
    response = client.get("/regions/420602/")
    assert response.status_code == 200
    assert "襄城区的权责清单还没有公布" in text_of(response)
    assert client.get("/regions/420600/?on=2016-06-01")["Location"] == "/?on=2016-06-01"
    assert client.get("/regions/999999/").status_code == 404
    assert client.get("/regions/999999/?on=x").status_code == 400
    assert client.get("/regions/%00/").status_code == 404


def test_regions_that_have_published_are_offered(world, client, office):
    assert "/regions/420602/" not in links_of(client.get("/"))
    office.publish(office.add(content("420602-MZJ", "07", "收养登记")), region="420602", kind="baseline")
    assert "/regions/420602/" in links_of(client.get("/"))
    county = client.get("/regions/420602/")
    assert "1 大项 / 1 项" in text_of(county)
    assert "/regions/420602/items/" in links_of(county)
    assert "/" in links_of(county)


def test_an_installation_without_its_home_region_says_that_nothing_is_published(db, client, settings):
    settings.HOME_REGION = "999999"
    assert not Region.objects.filter(code="999999").exists()
    for address in ("/", "/items/", "/departments/", "/editions/"):
        response = client.get(address)
        assert response.status_code == 200
        assert "还没有公布" in text_of(response)
    assert client.get("/items/x/").status_code == 404


def test_the_foot_says_what_the_list_is_not(world, client, settings):
    settings.SITE_OWNER, settings.SITE_RECORD = "襄阳市人民政府办公室", "鄂ICP备00000000号"
    text = text_of(client.get("/"))
    assert "依据以法律法规规章为准，清单不作为执法依据" in text
    assert "主办：襄阳市人民政府办公室" in text
    assert "鄂ICP备00000000号" in text


def test_its_queries_do_not_grow(world, client, count_queries):
    client.get("/")
    with count_queries("public.home"):
        client.get("/")
