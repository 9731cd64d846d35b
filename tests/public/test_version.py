"""One version of an item, and two of them side by side."""

from __future__ import annotations

import re

from tests.public.office import links_of, text_of


def difference_rows(response) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", response.content.decode(), flags=re.S)[1:]
    return [
        [
            re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S)
        ]
        for row in rows
    ]


def test_a_version_keeps_its_address_and_says_how_long_it_held(world, client, code_of):
    code = code_of("劳务派遣经营许可")
    first = client.get(f"/items/{code}/v/1/")
    assert "这是第 1 版，2016年5月1日起有效，2019年12月1日起由第 2 版代替" in text_of(first)
    assert "0710-3600001" in text_of(first)
    assert "0710-3600002" not in text_of(first)
    assert f"/items/{code}/" in links_of(first)
    second = client.get(f"/items/{code}/v/2/")
    assert "这是第 2 版，2019年12月1日起有效。" in text_of(second)


def test_a_version_that_is_none_is_not_found(world, client, code_of):
    code = code_of("劳务派遣经营许可")
    for number in ("0", "3", "99999999999999999999999"):
        assert client.get(f"/items/{code}/v/{number}/").status_code == 404
        assert client.get(f"/items/{code}/compare/1/{number}/").status_code == 404
    assert client.get("/items/420600-99999/v/1/").status_code == 404


def test_a_version_needs_no_day(world, client, code_of):
    code = code_of("劳务派遣经营许可")
    assert client.get(f"/items/{code}/v/1/?on=2016-06-01")["Location"] == f"/items/{code}/v/1/"


def test_a_comparison_shows_old_beside_new_and_folds_what_is_the_same(world, client, code_of):
    page = client.get(f"/items/{code_of('劳务派遣经营许可')}/compare/1/2/")
    assert difference_rows(page) == [["监督电话〔变更〕", "0710-3600001", "0710-3600002"]]
    text = text_of(page)
    assert "1 个要素不同" in text
    assert "相同的要素" in text
    assert "实施部门 市人力资源和社会保障局" in text


def test_a_comparison_the_other_way_round(world, client, code_of):
    page = client.get(f"/items/{code_of('劳务派遣经营许可')}/compare/2/1/")
    assert difference_rows(page) == [["监督电话〔变更〕", "0710-3600002", "0710-3600001"]]


def test_added_and_removed_elements_are_told_in_words(world, client, office, code_of):
    office.publish(
        office.change("劳务派遣经营许可", supervision_phone="", remedies="行政复议", flow=[{"name": "受理", "office": "窗口"}])
    )
    page = client.get(f"/items/{code_of('劳务派遣经营许可')}/compare/2/3/")
    assert difference_rows(page) == [
        ["运行流程〔新增〕", "未填报", "〔新增〕受理；窗口"],
        ["监督电话〔删除〕", "〔删除〕0710-3600002", "未填报"],
        ["救济渠道〔新增〕", "未填报", "〔新增〕行政复议"],
    ]
    body = page.content.decode()
    assert "<ins>" in body
    assert "<del>" in body


def test_a_comparison_with_itself_finds_no_difference(world, client, code_of):
    assert "两个版本的要素没有不同" in text_of(client.get(f"/items/{code_of('劳务派遣经营许可')}/compare/1/1/"))


def test_its_queries_do_not_grow(world, client, code_of, count_queries):
    code = code_of("劳务派遣经营许可")
    for name, address in {"public.version": f"/items/{code}/v/1/", "public.compare": f"/items/{code}/compare/1/2/"}.items():
        with count_queries(name):
            client.get(address)
