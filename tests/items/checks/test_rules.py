"""Each item rule: one item that it passes, one that it finds; the docs' numbers; what it never does."""

from __future__ import annotations

import datetime
import time

import pytest
from hypothesis import given, settings

from qingdan.items.checks import ITEM_RULES
from qingdan.items.checks.register import Entry, Register
from qingdan.items.checks.rule import ActRecord, Severity, Subject, Surroundings, run
from qingdan.items.content import ItemContent
from tests.items.contents import contents

DAY = datetime.date(2026, 1, 1)
ACTS = {
    "合同法": (ActRecord("中华人民共和国合同法", "法律", True, None),),
    "食品安全法": (ActRecord("中华人民共和国食品安全法", "法律", False, datetime.date(2015, 10, 1)),),
    "来年法": (ActRecord("中华人民共和国来年法", "法律", False, datetime.date(2027, 1, 1)),),
    # Repealed and made anew under the same name: not a finding.
    "公司登记管理条例": (
        ActRecord("公司登记管理条例", "行政法规", True, None),
        ActRecord("公司登记管理条例", "行政法规", False, datetime.date(2020, 1, 1)),
    ),
    # A title that reads as a normative document, which the library knows as a rule.
    "价格监督检查方案": (ActRecord("价格监督检查方案", "部门规章", False, None),),
}
LISTED = (
    Entry("A-1", "MZJ", "市民政局", "01", "养老机构设立许可", codes=(("local", "XK-1"),)),
    Entry(
        "A-2",
        "SCJ",
        "市市场监督管理局",
        "01",
        "食品生产经营许可证核发",
        codes=(("local", "XK-2"), ("local", "XK-3"), ("basic", "000101001000")),
    ),
    Entry(
        "A-3",
        "SCJ",
        "市市场监督管理局",
        "01",
        "小作坊登记",
        major="食品生产经营许可证核发",
        parent="A-2",
        codes=(("local", "XK-2"),),
    ),
)
AROUND = Surroundings(
    day=DAY,
    acts=ACTS,
    categories={"01": "行政许可", "02": "行政处罚", "06": "行政检查"},
    letters={"01": "XK", "02": "CF", "06": "JC"},
    required={"05": ("setting_basis", "remedies")},
    register=Register(LISTED),
)
USCC = "11450721MB15580811"


def item(category: str = "01", name: str = "养老服务许可", **elements) -> ItemContent:
    return ItemContent(
        **{"department_code": "RSJ", "department_name": "市人力资源和社会保障局", "category": category, "name": name, **elements}
    )


def based(*texts: str, category: str = "01", use: str = "setting", **elements) -> ItemContent:
    return item(category, legal_bases=[{"as_written": text, "use": use} for text in texts], **elements)


def coded(scheme: str, value: str, category: str = "01", **elements) -> ItemContent:
    return item(category, codes=[{"scheme": scheme, "value": value}], **elements)


def duties(*pairs: tuple[str, str], category: str = "01") -> ItemContent:
    return item(category, duties=[{"text": text, "basis": basis} for text, basis in pairs])


NOTICE, RULES_OF_A_MINISTRY = (
    "《关于加强管理的通知》（鄂政办发〔2015〕2号）",
    "《医疗器械经营监督管理办法》（国家食品药品监督管理总局令第8号）第四条",
)
# rule → (what passes, what is found)
CASES = {
    "R01": [
        (based(NOTICE, "《中华人民共和国食品安全法》第三十五条"), based(NOTICE)),
        (based("《国务院关于投资体制改革的通知》（国发〔2004〕20号）"), based(NOTICE, "《关于规范审批的意见》（鄂民发〔2015〕9号）")),
        (based("有关规定", NOTICE), based(NOTICE)),
        (based("《价格监督检查方案》第三条"), based("《价格管理方案》第三条")),
        (based(NOTICE, category="06"), based(NOTICE)),
    ],
    "R02": [
        (based(RULES_OF_A_MINISTRY, "《医疗器械监督管理条例》第三十条"), based(RULES_OF_A_MINISTRY)),
        (based(NOTICE), based(RULES_OF_A_MINISTRY, NOTICE)),
    ],
    "R03": [
        (based(RULES_OF_A_MINISTRY, category="02"), based(NOTICE, category="02")),
        (based(NOTICE, category="01"), based(NOTICE, category="02", use="penalty")),
    ],
    "R04": [
        (based("《中华人民共和国税收征收管理法》第四十条", category="03", compulsory_kind="强制执行"), based("《海关稽查条例》第二十条", category="03", compulsory_kind="强制执行")),
        (based("《海关稽查条例》第二十条", category="03", compulsory_kind="强制措施"), based(RULES_OF_A_MINISTRY, category="03", compulsory_kind="强制措施")),
        (based("《海关稽查条例》第二十条", category="03"), based(RULES_OF_A_MINISTRY, category="03")),
    ],
    "R05": [
        (based("《中华人民共和国食品安全法》第三十五条"), based("《中华人民共和国合同法》第五条")),
        (based("《公司登记管理条例》第四条"), based("《合同法》第五条", use="liability")),
    ],
    "R06": [(based("《中华人民共和国食品安全法》第三十五条"), based("《中华人民共和国来年法》第三条"))],
    "R07": [
        (based("《中华人民共和国食品安全法》第三十五条"), based("《中华人民共和国食品安全法》")),
        (based("《中华人民共和国食品安全法》第三十五条", "《中华人民共和国食品安全法》"), based("《食品安全法》", "《中华人民共和国广告法》第五条")),
        (based("《关于加强管理的通知》"), based("《湖北省消防条例》")),
    ],
    "R08": [
        (based("《中华人民共和国食品安全法》第三十五条"), based("《食品安全法（修订草案）》第三十五条")),
        (
            based("《全国人民代表大会常务委员会关于修改〈食品安全法〉的决定》", "《食品安全法》第三条"),
            based("《全国人民代表大会常务委员会关于修改〈食品安全法〉的决定》"),
        ),
    ],
    "R09": [(based("《关于加强管理的通知》（鄂政办发〔2015〕2号）"), based("《关于加强管理的通知》（鄂政办发〔20152号）"))],
    "R10": [
        (item(legal_time="20个工作日", promised_time="5个工作日"), item(legal_time="20个工作日", promised_time="自受理之日起30个工作日内办结")),
        (item(legal_time="20个工作日", promised_time="24日"), item(legal_time="10个自然日", promised_time="15个工作日")),
        (item(legal_time="1年", promised_time="13个月"), item(legal_time="当日办结", promised_time="二十日")),
    ],
    "R11": [
        (item(promised_time="20个工作日（不含听证所需的30日）"), item(promised_time="66个工作日（20个工作日）")),
        (item(promised_time="24（即24个工作日）"), item(promised_time="24（1个工作日）")),
    ],
    "R12": [(item(legal_time="20个工作日"), item(legal_time="20")), (item(legal_time=""), item(promised_time="5"))],
    "R13": [
        (item(handling_type="即办件", promised_time="当日办结"), item(handling_type="即办件", promised_time="5个工作日")),
        (item(handling_type="承诺件", promised_time="5个工作日"), item(handling_type="即办件", promised_time="二十日")),
    ],
    "R14": [
        (
            item(promised_time="5个工作日", flow=[{"name": "受理", "limit": "1个工作日"}, {"name": "决定", "limit": "4个工作日"}]),
            item(promised_time="5个工作日", flow=[{"name": "受理", "limit": "2个工作日"}, {"name": "决定", "limit": "4个工作日"}]),
        ),
        (
            item(promised_time="5个工作日", flow=[{"name": "受理", "limit": "9日"}]),
            item(promised_time="5个工作日", flow=[{"name": "受理", "limit": "当场"}, {"name": "决定", "limit": "6个工作日"}]),
        ),
    ],
    "R15": [
        (based("《收费目录》第三条", use="charge", charged="是"), item(charged="是", charge_standard="100元")),
        (based("《水资源税改革办法》第三条", category="04", charged="是"), item("04", charged="是")),
        (item(charged="否"), item(charged="是")),
    ],
    "R16": [
        (item(charged="否", charge_standard="不收费"), item(charged="否", charge_standard="每证50元")),
        (based("《收费目录》第三条", use="charge", charged="是"), based("《收费目录》第三条", use="charge", charged="否")),
        (item(charged="是", charge_standard="50元"), item(charged="是", charge_standard="免费")),
    ],
    "R17": [
        (item(body_nature="受委托组织", entrusting_department="市民政局"), item(body_nature="受委托组织")),
        (item(body_nature="授权组织"), item(body_nature="受委托组织", entrusting_department=" ")),
    ],
    "R18": [
        (item(power_source="法定本级行使"), item(power_source="上级委托")),
        (item(name="建设工程联合验收", joint_departments="市水利局"), item(name="建设工程联合验收")),
    ],
    "R19": [
        (coded("implementing", f"{USCC}4000104002000"), coded("implementing", "11450721MB155808124000104002000")),
        (coded("implementing", "123456789012345678901234"), coded("implementing", "511A0138000000")),
        (coded("hubei16", "4206000010110100"), coded("implementing", f"{USCC}4000104002")),
    ],
    "R20": [
        (coded("implementing", f"{USCC}4000104002000"), coded("implementing", f"{USCC}4000104002000", "02")),
        (coded("basic", "000204002000", "02"), coded("basic", "000204002000", "06")),
        (coded("hubei16", "420600-001-XK-001-00"), coded("hubei16", "420600-001-CF-001-00")),
        (coded("local", "120000SUJCF02010", "02"), coded("local", "120000SUJCF02010", "06")),
        (coded("local", "511Z07001006-511602000000-000"), coded("local", "360829NYJ-XK-001", "02")),
    ],
    "R21": [
        (coded("implementing", f"{USCC}4000104002000", exercising_level="县级"), coded("implementing", f"{USCC}4000104002000", exercising_level="市级")),
        (coded("implementing", f"{USCC}4000104002000", exercising_level="市级、区级"), coded("implementing", f"{USCC}4000104002000", exercising_level="设区的市")),
        (
            item(codes=[{"scheme": "implementing", "value": f"{USCC}4000104002000"}, {"scheme": "basic", "value": "000104002000"}]),
            item(codes=[{"scheme": "implementing", "value": f"{USCC}4000104002000"}, {"scheme": "basic", "value": "000104003000"}]),
        ),
    ],
    "R22": [
        (duties(("1.受理责任", "1.《甲法》第一条"), ("2.审查责任", "2.《甲法》第二条")), duties(("1.受理责任", "2.《甲法》第一条"))),
        (duties(("1.受理责任", "1.《甲法》第一条"), ("2.其他责任", "")), duties(("1.受理责任", "1.《甲法》第一条"), ("2.审查责任", ""))),
        (duties(("受理责任", "第一条"), ("审查责任", "第二条")), duties(("（一）受理责任", "二、《甲法》第一条"))),
    ],
    "R23": [
        (duties(("1.受理责任", ""), ("2.审查责任", ""), ("3.决定责任", "")), duties(("1.受理责任", ""), ("3.决定责任", ""))),
        (duties(("1.甲", ""), ("2.乙", ""), ("1.丙", ""), ("2.丁", "")), duties(("1.受理责任\n2.审查责任\n2.决定责任", ""))),
        (duties(("受理责任", "")), duties(("2.受理责任", ""))),
    ],
    "R24": [
        (duties(("1.立案责任", ""), ("2.受理责任", ""), category="02"), duties(("1.受理责任：公示材料", ""), ("2.审批责任", ""), category="02")),
        (duties(("1.受理责任", "")), duties(("1.许可阶段责任", ""), category="02")),
    ],
    "R25": [(based("《甲法》第一条", category="05", remedies="行政复议"), based("《甲法》第一条", category="05")), (item("01"), item("05"))],
    "R26": [
        (item(powers="审核"), item(powers="由***令第593号规定")),
        (item(phone="0710-36****1"), item(accountability="不履行□□职责的")),
    ],
    "R27": [
        (item("02", "对无照经营的处罚"), item("02", "对无照经营的检查")),
        (item("01", "公众聚集场所投入使用、营业前消防安全检查"), item("01", "公司备案（县级）")),
        (item("10", "公司备案"), item("06", "对虚假广告的行政处罚")),
    ],
    "R28": [
        (item(name="食品经营许可（含保健食品）"), item(name="食品经营许可（含保健食品")),
        (item(name="3.15投诉受理"), item(name="1.食品经营许可")),
        (item(name="食品经营许可"), item(name="食品经营许可；")),
        (item(name="食品经营许可"), item(name="食品\n经营许可")),
    ],
    "R29": [(item(department_code="RSJ", name="养老机构设立许可"), item(department_code="MZJ", name="养老机构设立许可"))],
    "R30": [
        (item("02", "养老机构设立许可"), item(name="养老机构设立许可")),
        (item(department_code="MZJ", name="养老机构设立许可"), item(department_code="MZJ", name="养老机构（设立）许可")),
    ],
    "R31": [
        (coded("local", "XK-9"), coded("local", "XK-1")),
        (coded("basic", "000101001000"), coded("local", "XK-2")),
        (coded("local", "XK-3", name="分装许可", major_name="食品生产经营许可证核发"), coded("local", "XK-2", name="分装许可")),
    ],
    "R32": [
        (item(name="食品生产许可证"), item(name="食品生产经营许可证的核发")),
        (item(name="食品生产经营许可证的核发", department_code="SCJ"), item(name="食品生产、经营许可证书核发")),
    ],
    "R33": [(item(name="小作坊登记", major_name="食品许可"), item(name="食品许可", major_name="食品 许可"))],
    "R34": [
        (item(name="食品经营许可", major_name="食品许可"), item(name="食品经营许可变更", major_name="食品经营许可")),
        (item(name="采矿权转让变更登记", major_name="采矿权审批"), item(name="客运站经营许可（注销）", major_name="客运站经营许可")),
        (item(name="线路变更许可", major_name="线路、起讫地变更"), item(name="运输证补办", major_name="运输证办理")),
        (item(name="食品经营许可变更"), item(name="备案证到期换证", major_name="备案证")),
        (item(name="宗教活动场所终止审批", major_name="宗教活动场所登记、注销审批"), item(name="宗教活动场所终止审批", major_name="宗教活动场所登记")),
    ],
}  # fmt: skip


def found_in(content: ItemContent, key: str = "", split: bool = False) -> set[str]:
    return {finding.rule.number for finding in run(ITEM_RULES, Subject(content, key=key, split=split), AROUND)}


@pytest.mark.parametrize(
    ("number", "passes", "fails"),
    [(number, *pair) for number, pairs in CASES.items() for pair in pairs],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_rule_passes_what_keeps_it_and_finds_what_breaks_it(number, passes, fails):
    assert number not in found_in(passes)
    assert number in found_in(fails)


def test_every_rule_has_a_number_of_its_own_a_sentence_a_source_and_a_case():
    numbers = [rule.number for rule in ITEM_RULES]
    assert numbers == sorted(set(numbers)) == sorted(CASES)
    assert all(rule.sentence and rule.source and rule.reason for rule in ITEM_RULES)


def test_only_few_rules_stop():
    assert {rule.number for rule in ITEM_RULES if rule.severity == Severity.STOPS} == {"R01", "R03", "R10", "R15", "R17", "R29"}


def test_all_findings_are_reported_not_the_first():
    content = based(NOTICE, category="02", name="对无照经营的检查", legal_time="5个工作日", promised_time="6个工作日", charged="是")
    assert {"R03", "R10", "R15", "R27"} <= found_in(content)


def test_an_item_is_not_compared_with_itself():
    content = coded("local", "XK-1", department_code="MZJ", name="养老机构设立许可")
    assert not {"R29", "R30", "R31"} & found_in(content, key="A-1")
    assert {"R29", "R31"} <= found_in(content)


def test_a_split_major_owes_no_elements_of_its_own():
    assert "R25" in found_in(item("05"))
    assert "R25" not in found_in(item("05"), split=True)


def test_a_list_under_change_leaves_out_what_goes_and_holds_what_comes():
    register = Register(LISTED).changed({"A-1"}, [Entry("新", "JYJ", "市教育局", "01", "民办学校设立许可")])
    assert register.named("01", "养老机构设立许可") == []
    assert [entry.key for entry in register.named("01", "民办学校 设立许可")] == ["新"]
    assert [entry.key for entry in register.coded("local", "XK-2")] == ["A-2", "A-3"]
    assert register.get("A-1") is None and register.get("A-2").name == "食品生产经营许可证核发"
    assert [entry.key for entry in register.subs_of("A-2")] == ["A-3"]


@settings(max_examples=150, deadline=None)
@given(contents())
def test_no_rule_raises_whatever_an_item_says(content):
    for finding in run(ITEM_RULES, Subject(content), AROUND):
        assert finding.message and finding.element


HOSTILE = [
    "1" * 400,
    "(" * 3000,
    "1.2.3、（四）" * 500,
    "《" * 2000,
    "第" * 3000,
    "5个工作日（" * 800,
    "十" * 3000,
    "（变更" * 1500,
    "、".join("①②③⑩") * 300,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_keeps_the_rules_waiting(text):
    long = dict.fromkeys(("powers", "legal_time", "promised_time", "charge_standard"), text)
    content = based(text, name=text[:500], major_name=text[:500], duties=[{"text": text, "basis": text}], **long)
    started = time.process_time()
    found_in(content)
    assert time.process_time() - started < 2
