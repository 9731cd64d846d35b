"""Files that mean harm: a defined outcome for each, quickly, and the memory of this process stays flat."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from qingdan.items.intake import worker
from qingdan.items.intake.child import read_sheets
from qingdan.items.intake.reading import UnreadableFile, read_list

from . import hostile
from .books import ROOT, workbook
from .hostile import HEADER, HONEST, ITEM, MAIN, SHEET, inline, with_part, with_sheet

ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
RELATIONS = "xl/_rels/workbook.xml.rels"


def _in_every_part():
    for name, content in hostile.parts_of(HONEST).items():
        yield f"外部实体在 {name}", lambda n=name, c=content: with_part(n, EXTERNAL + c.split(b"?>", 1)[-1]), "DOCTYPE"


REFUSED = [
    ("空文件", lambda: b"", "空的"),
    ("改名的 PDF", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "PDF"),
    ("PDF 与 zip 的混合体", lambda: b"%PDF-1.7\n" + HONEST, "PDF"),
    ("改名的网页", lambda: "\ufeff<html><body><table><tr><td>事项名称</td></tr></table></body></html>".encode(), "网页"),
    ("改名的程序", lambda: b"MZ\x90\x00" + bytes(range(256)) * 20, "程序"),
    ("ELF 程序", lambda: b"\x7fELF" + bytes(64), "程序"),
    ("二进制乱码", lambda: bytes(range(256)) * 40, "不是表格"),
    ("超过 10 MB", lambda: b"a" * (10 * 1024 * 1024 + 1), "10 MB"),
    ("ods", lambda: hostile.packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}), ".ods"),
    ("xlsb", lambda: hostile.packed({"xl/workbook.bin": b"\x01", "[Content_Types].xml": b"<Types/>"}), ".xlsb"),
    ("普通压缩包", lambda: hostile.packed({"清单.xlsx": HONEST}), "没有工作簿"),
    ("压缩包里套压缩包", lambda: with_part("xl/media/inner.zip", HONEST), "不认识的部件"),
    ("带宏", lambda: with_part("xl/vbaProject.bin", b"\xd0\xcf"), "宏"),
    ("启用宏的类型", lambda: with_part("[Content_Types].xml", hostile.parts_of(HONEST)["[Content_Types].xml"].replace(b"sheet.main", b"sheet.macroEnabled.main")), "宏"),
    ("宏表", lambda: with_part("xl/macrosheets/sheet9.xml", b"<x/>"), "宏"),
    ("外部链接部件", lambda: with_part("xl/externalLinks/externalLink1.xml", b"<x/>"), "外部链接"),
    ("外部关系", lambda: with_part("xl/worksheets/_rels/sheet1.xml.rels", b'<Relationships><Relationship Id="r1" Type="x/oleObject" Target="file:///x" TargetMode="External"/></Relationships>'), "外部"),
    ("嵌入对象", lambda: with_part("xl/embeddings/oleObject1.bin", b"\xd0\xcf"), "嵌有"),
    ("路径穿越", lambda: with_part("xl/../../../etc/cron.xml", b"<x/>"), "部件名"),
    ("加密的 zip", lambda: hostile.patched_directory(HONEST, SHEET, 8, b"\x01\x00"), "密码"),
    ("加密的工作簿", lambda: hostile.old_workbook(rename="EncryptedPackage"), "密码"),
    ("xls 带宏", lambda: hostile.old_workbook(rename="_VBA_PROJECT"), "宏"),
    ("旧 Word", lambda: hostile.old_workbook(rename="WordDocument"), ".doc"),
    ("截断", lambda: HONEST[: len(HONEST) // 2], "损坏"),
    ("截断的 xls", lambda: hostile.old_workbook()[:1200], "损坏"),
    ("前后不符的大小", lambda: hostile.patched_directory(HONEST, SHEET, 24, b"\x10\x00\x00\x00"), "大小"),
    ("部件重叠", hostile.overlapping, "重叠"),
    ("过多的部件", lambda: hostile.packed({**hostile.parts_of(HONEST), **{f"xl/media/image{n}.png": b"x" for n in range(700)}}), "部件"),
    ("解压炸弹", lambda: with_part("xl/media/image1.png", bytes(110 * 1024 * 1024)), "解压后过大"),
    ("压缩比", lambda: with_part(SHEET, bytes(4 * 1024 * 1024)), "压缩比"),
    ("实体炸弹", lambda: with_sheet(HEADER + f'<row r="2">{inline("A2", "&c;")}</row>', head=ENTITIES), "DOCTYPE"),
    ("UTF-16 里的实体", lambda: with_part(SHEET, ("\ufeff" + ENTITIES + "<worksheet/>").encode("utf-16-le")), "UTF-8"),
    ("声明别的编码", lambda: with_part(SHEET, b'<?xml version="1.0" encoding="UTF-7"?><worksheet/>'), "UTF-8"),
    ("远处的单元格", lambda: with_sheet(HEADER + ITEM + f'<row r="1048576">{inline("XFD1048576", "x")}</row>'), "删除多余的空行空列"),
    ("远处的单元格，少见写法", lambda: with_sheet(HEADER + ITEM + "<row r='3'><c\tt='n' r='XFD3'><v>1</v></c></row>"), "删除多余的空行空列"),
    ("远处的单元格，带前缀", lambda: with_part(SHEET, f'<a:worksheet xmlns:a="{MAIN}"><a:sheetData><a:row r="9"><a:c r="ZZ9"><a:v>1</a:v></a:c></a:row></a:sheetData></a:worksheet>'.encode()), "删除多余的空行空列"),
    ("虚报的范围", lambda: with_sheet(HEADER + ITEM, before='<dimension ref="A1:XFD1048576"/>'), "删除多余的空行空列"),
    ("百万行", lambda: hostile.many_rows(1_000_000), "删除多余的空行空列"),
    ("百万行，不写行号", lambda: hostile.many_rows(300_000, spell="<row><c><v>{0}</v></c></row>"), "删除多余的空行空列"),
    ("百万格", lambda: with_sheet("".join(f'<row r="{r}">' + f'<c r="A{r}"/>' * 40 + "</row>" for r in range(1, 20_000))), "单元格超过"),
    ("共享字符串炸弹", hostile.shared_string_bomb, "拆成几个文件"),
    ("一个巨大的单元格", lambda: with_sheet(HEADER + f'<row r="2">{inline("A2", "甲" * 12_000_000)}</row>'), "压缩比"),
    ("两张工作表指向一处", lambda: with_part("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/><sheet name="b" sheetId="2" r:id="rId1"/></sheets></workbook>'.encode()), "目录"),
    ("不成对的标签", lambda: with_sheet(HEADER + "<row r='2'><c>"), "损坏"),
    ("docx 带宏", lambda: hostile.document(word__vbaProject_dot_bin=b"\xd0"), "宏"),
    ("docx 远程模板", hostile.remote_template, "远程模板"),
    ("docx 嵌入网页", lambda: hostile.document(word__afchunk_dot_mht=b"x"), "嵌有"),
    ("没有表头", lambda: workbook({"Sheet1": [["你好"], ["世界"]]}), "表头"),
    ("CSV 十万行", lambda: ("事项名称,类别\n" + "甲,行政许可\n" * 100_000).encode(), "20000 行"),
    *_in_every_part(),
]  # fmt: skip


# Reads each file in one process that did not build it, so that its memory tells of the reading alone.
READER = """
import json, resource, sys
from qingdan.items.intake.reading import UnreadableFile, read_list
def usage():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return peak / 1024, own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
for path in sys.argv[1:]:
    memory, seconds = usage()
    try:
        read_list(path, file_name="清单.xlsx", department="市水利局", category="行政许可")
        said = None
    except UnreadableFile as refusal:
        said = str(refusal)
    more, later = usage()
    print(json.dumps({"said": said, "megabytes": more - memory, "seconds": later - seconds}))
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    paths = []
    for number, (_, build, _) in enumerate(REFUSED):
        paths.append(folder / f"{number}.xlsx")
        paths[-1].write_bytes(build())
    done = subprocess.run([sys.executable, "-c", READER, *map(str, paths)], cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=[case[0] for case in REFUSED])
def test_a_hostile_file_is_refused_in_one_line_and_memory_stays_flat(outcomes, number):
    outcome = outcomes[number]
    assert REFUSED[number][2] in outcome["said"]
    assert "\n" not in outcome["said"]
    assert outcome["megabytes"] < 150
    assert outcome["seconds"] < 3


def _read(data, **options):
    return read_list(data, file_name="清单.xlsx", **{"department": "市水利局", "category": "行政许可", **options})


def test_a_formula_with_a_false_cached_value_is_refused_with_its_cell():
    false = '<c r="B2" t="str"><f>CONCATENATE("《水","法》")</f><v>《假法》</v></c>'
    reading = _read(with_sheet(HEADER + f'<row r="2">{inline("A2", "取水许可审批")}{false}</row>'))
    assert [(r.row, r.column, r.code) for r in reading.refused] == [(2, "B", "I09")]
    assert "假法" not in str(reading)


def test_every_cell_that_an_array_formula_fills_counts_as_a_formula():
    array = '<c r="B2" t="str"><f t="array" ref="B2:B3">X1:X2</f><v>《甲法》</v></c>'
    rows = f'<row r="2">{inline("A2", "甲许可")}{array}</row><row r="3">{inline("A3", "乙许可")}<c r="B3" t="str"><v>《乙法》</v></c></row>'
    assert [(r.row, r.code) for r in _read(with_sheet(HEADER + rows)).refused] == [(2, "I09"), (3, "I09")]


def test_serial_numbers_may_be_formulas():
    rows = '<row r="1">' + inline("A1", "序号") + inline("B1", "事项名称") + "</row>"
    rows += '<row r="2"><c r="A2"><f>ROW()-1</f><v>1</v></c>' + inline("B2", "甲许可") + "</row>"
    assert [item.major_item for item in _read(with_sheet(rows)).items] == ["甲许可"]


def test_an_error_value_is_refused_with_its_cell():
    reading = _read(with_sheet(HEADER + f'<row r="2">{inline("A2", "甲")}<c r="B2" t="e"><v>#REF!</v></c></row>'))
    assert [(r.row, r.column, r.code) for r in reading.refused] == [(2, "B", "I10")]


def test_dates_count_from_1904_where_the_workbook_says_so():
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (["事项名称", "备注"], ["甲许可", date(2019, 7, 1)]):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    assert _read(out.getvalue()).items[0].cells["note"] == "2019-07-01"


def test_an_over_long_cell_refuses_its_row_and_is_not_carried_along():
    text = "".join(random.Random(1).choices("权责清单事项依据", k=25_000))
    reading = _read(with_sheet(HEADER + f'<row r="2">{inline("A2", "甲")}{inline("B2", text)}</row>' + f'<row r="3">{inline("A3", "乙")}{inline("B3", "《水法》")}</row>'))  # fmt: skip
    assert [(r.row, r.column, r.code) for r in reading.refused] == [(2, "B", "I08")]
    assert "25000" in reading.refused[0].message and [i.major_item for i in reading.items] == ["乙"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("甲\x00乙", "I12"), ("甲\u202e乙", "I12"), ("甲\u2066乙", "I12"), ("甲\x0b乙", "I12")],
)
def test_control_and_direction_characters_refuse_their_row(text, code):
    data = f"事项名称,设定依据\n{text},《水法》\n乙,《水法》\n".encode()
    reading = _read(data)
    assert [(r.row, r.column, r.code) for r in reading.refused] == [(2, "A", code)]


def test_zero_width_characters_leave_names_and_rare_characters_stay():
    reading = _read("事项名称,备注\n\ufeff取水\u200b许可,𠮷\u3400\n".encode())
    assert (reading.items[0].major_item, reading.items[0].cells["note"]) == ("取水许可", "𠮷\u3400")


def test_the_child_gets_no_environment_of_the_server(monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options, command=command)
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setenv("SECRET_KEY", "不可外传")
    monkeypatch.setattr("qingdan.items.intake.child.subprocess.run", run)
    with pytest.raises(UnreadableFile, match="限额"):
        read_sheets(HONEST)
    assert "SECRET_KEY" not in seen["env"] and "-I" in seen["command"] and seen["timeout"]


def test_a_child_that_dies_is_a_refusal_and_no_traceback(monkeypatch):
    monkeypatch.setattr("qingdan.items.intake.child._BOOT", "import os; os.abort()")
    with pytest.raises(UnreadableFile, match="限额"):
        read_sheets(HONEST)


def test_the_library_only_ever_sees_an_archive_of_our_own_making():
    parts = {"xl/a.xml": b"<x/>", "xl/b.xml": b"y" * 1000}
    assert hostile.parts_of(worker.stored_archive(parts)) == parts


def test_the_honest_file_is_read():
    reading = _read(HONEST, department=None)
    assert [r.code for r in reading.refused] == ["I05"]
    assert [i.cells["setting_basis"] for i in _read(HONEST).items] == ["《中华人民共和国水法》第四十八条"]
    assert _read(hostile.old_workbook()).kind == "xls"
    assert _read(hostile.document()).kind == "docx"
