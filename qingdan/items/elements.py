"""The elements of an item as the office names them: label, section, how a spreadsheet cell holds it, header synonyms.

One table for import headers, export columns, form fields, public sections and difference rows. Order is the official order.
Synonyms are those of real published tables; the longest match wins, so 责任事项依据 is not read as 责任事项.
"""

from __future__ import annotations

from dataclasses import dataclass

SECTIONS = {
    "identity": "基本信息",
    "basis": "法定依据",
    "body": "实施主体",
    "powers": "职责权限",
    "flow": "运行流程",
    "liability": "责任与追责",
    "remedy": "监督与救济",
    "service": "办理信息",
    "special": "分类要素",
    "standing": "状态",
}


@dataclass(frozen=True, slots=True)
class Element:
    """One element. ``kind``: text | choice | flag | codes | bases:<use> | duties | duty_bases | flow | materials | risks.

    ``field`` is the attribute of ItemContent; two columns may share one field (责任事项 and its 依据).
    """

    key: str
    label: str
    section: str
    kind: str = "text"
    field: str = ""
    synonyms: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        return self.field or self.key


ELEMENTS: tuple[Element, ...] = (
    Element(
        "department_name", "实施部门", "identity", synonyms=("部门", "部门名称", "单位", "单位名称", "主管部门", "实施部门名称")
    ),
    Element(
        "category",
        "权力类别",
        "identity",
        "choice",
        synonyms=(
            "权力类型",
            "职权类型",
            "事项类型",
            "权责类型",
            "权力分类",
            "类别",
            "职权类别",
            "事项类别",
            "项目类别",
            "权力种类",
        ),
    ),
    Element("sub_kind", "类别细分", "identity", synonyms=("子类别", "其他类细分")),
    Element("major_name", "大项名称", "identity", synonyms=("主项名称", "主项", "大项", "目录名称", "权力事项主项")),
    Element(
        "name",
        "事项名称",
        "identity",
        synonyms=(
            "权责事项名称",
            "权力事项名称",
            "职权名称",
            "项目名称",
            "权力名称",
            "事项",
            "权力事项",
            "职权事项",
            "行政权力名称",
            "行政职权名称",
            "权责事项",
            "权力项目名称",
        ),
    ),
    Element(
        "sub_name",
        "子项名称",
        "identity",
        field="name",
        synonyms=("子项", "实施事项", "子目录名称", "小项", "小项名称", "分项名称"),
    ),
    Element(
        "codes",
        "事项编码",
        "identity",
        "codes",
        synonyms=(
            "编码",
            "职权编码",
            "权力编码",
            "权责编码",
            "项目编码",
            "事项代码",
            "权力事项编码",
            "职权编号",
            "权力清单编号",
            "行政许可事项编号",
            "编号",
        ),
    ),
    Element(
        "initiation",
        "依申请/依职权",
        "identity",
        "choice",
        synonyms=("行使方式", "启动方式", "依申请或依职权", "权力属性"),
        choices=("依申请", "依职权"),
    ),
    Element("initiation_reason", "行使方式调整理由", "identity"),
    Element(
        "setting_basis",
        "设定依据",
        "basis",
        "bases:setting",
        "legal_bases",
        synonyms=(
            "法律依据",
            "权力依据",
            "职权依据",
            "法定依据",
            "依据",
            "设定和实施依据",
            "设定及实施依据",
            "实施依据（法律、法规、规章等）",
            "执法依据",
        ),
    ),
    Element("implementing_basis", "实施依据", "basis", "bases:implementing", "legal_bases"),
    Element("penalty_basis", "处罚依据", "basis", "bases:penalty", "legal_bases"),
    Element("charge_basis", "收费依据", "basis", "bases:charge", "legal_bases", synonyms=("收费（征收）依据", "收费依据及标准")),
    Element(
        "implementing_body",
        "实施主体",
        "body",
        synonyms=("行使主体", "责任主体", "法定主体", "实施机关", "执法主体", "权力行使主体", "职权主体"),
    ),
    Element("body_nature", "实施主体性质", "body", "choice", choices=("法定机关", "授权组织", "受委托组织", "其他")),
    Element("entrusting_department", "委托部门", "body", synonyms=("委托机关",)),
    Element("joint_departments", "共同实施部门", "body", synonyms=("联办机构", "联合实施部门")),
    Element(
        "handling_office",
        "承办机构",
        "body",
        synonyms=("承办科室", "责任科室", "内设机构", "承办处室", "责任处室", "承办单位", "责任股室", "承办股室"),
    ),
    Element("exercising_level", "行使层级", "body", synonyms=("实施层级及权限", "实施层级", "层级", "行使层级及权限")),
    Element(
        "power_source",
        "权力来源",
        "body",
        "choice",
        choices=("法定本级行使", "上级下放", "上级授权", "同级授权", "上级委托", "同级委托"),
    ),
    Element("powers", "职责权限", "powers", synonyms=("权限划分", "部门职责", "职权内容", "权限")),
    Element("exercise_content", "行使内容", "powers"),
    Element("duty_boundary", "职责边界", "powers"),
    Element("flow", "运行流程", "flow", "flow", synonyms=("办理流程", "职权运行流程", "权力运行流程", "流程")),
    Element("flow_note", "流程说明", "flow"),
    Element("duties", "责任事项", "liability", "duties", synonyms=("责任事项内容", "具体责任事项", "对应责任事项", "责任内容")),
    Element("duty_bases", "责任事项依据", "liability", "duty_bases", "duties", synonyms=("责任依据",)),
    Element("accountability_scope", "追责对象范围", "liability", synonyms=("追责对象", "问责对象")),
    Element("accountability", "追责情形", "liability", synonyms=("问责情形", "追责情形及依据", "追责情况", "责任追究情形")),
    Element("liability_basis", "追责依据", "liability", "bases:liability", "legal_bases", synonyms=("追责情形依据", "问责依据")),
    Element("supervision", "监督方式", "remedy", synonyms=("监督投诉方式", "监督途径", "监督渠道")),
    Element("supervision_phone", "监督电话", "remedy", synonyms=("投诉电话", "监督投诉电话")),
    Element("remedies", "救济渠道", "remedy", synonyms=("救济途径", "救济方式")),
    Element("service_objects", "服务对象", "service", synonyms=("实施对象", "审批对象", "行政相对人", "管理对象")),
    Element("conditions", "受理条件", "service", synonyms=("范围及条件", "办理条件", "申请条件")),
    Element("materials", "申请材料", "service", "materials", synonyms=("办理材料", "材料")),
    Element("handling_type", "办件类型", "service", "choice", choices=("即办件", "承诺件", "其他")),
    Element("legal_time", "法定办结时限", "service", synonyms=("法定时限", "法定期限")),
    Element("promised_time", "承诺办结时限", "service", synonyms=("承诺时限", "承诺期限")),
    Element("charged", "是否收费", "service", "choice", choices=("是", "否")),
    Element("charge_standard", "收费标准", "service"),
    Element("visits", "到现场次数", "service", synonyms=("跑动次数", "到办事现场次数")),
    Element("quantity_limit", "数量限制", "service", synonyms=("有无数量限制",)),
    Element("special_procedure", "特别程序", "service", synonyms=("特殊程序",)),
    Element("intermediary", "中介服务", "service"),
    Element("result_name", "结果名称", "service", synonyms=("证照批复名称", "审批结果名称", "证照名称")),
    Element("address", "办理地点", "service", synonyms=("办公地址", "地址")),
    Element("hours", "办理时间", "service", synonyms=("办公时间",)),
    Element("phone", "咨询电话", "service", synonyms=("咨询方式", "联系电话", "咨询电话/方式")),
    Element("online_url", "网上办理", "service", synonyms=("网办地址", "在线办理地址")),
    Element("penalty", "处罚的行为、种类、幅度", "special", synonyms=("处罚种类", "处罚种类和幅度", "处罚的行为种类幅度")),
    Element("discretion", "裁量权标准", "special", synonyms=("细化量化自由裁量权标准", "自由裁量权标准", "裁量基准")),
    Element("compulsory_kind", "强制种类", "special", "choice", choices=("强制措施", "强制执行")),
    Element("collection_scope", "征收对象及条件", "special", synonyms=("征收种类", "征收范围")),
    Element("risk_points", "廉政风险点", "special", "risks", synonyms=("风险点", "廉政风险")),
    Element("state", "事项状态", "standing", "choice", synonyms=("状态",), choices=("在用", "暂停", "取消")),
    Element("counted", "是否计入总数", "standing", "flag", choices=("是", "否")),
    Element("not_public", "依法不予公开", "standing", "flag", choices=("是", "否")),
    Element("not_public_reason", "不予公开理由", "standing"),
    Element("not_public_basis", "不予公开依据", "standing"),
    Element("demo", "演示数据", "standing", "flag", choices=("是", "否")),
    Element("note", "备注", "standing", synonyms=("说明",)),
)

BY_KEY = {element.key: element for element in ELEMENTS}
BY_LABEL = {element.label: element for element in ELEMENTS}
_LABELS = {"legal_bases": "法定依据", "department_code": "部门代码", **{e.key: e.label for e in ELEMENTS}}


def label_of(field: str) -> str:
    """The office's word for an attribute of ItemContent (or for an element key)."""
    return _LABELS.get(field, field)
