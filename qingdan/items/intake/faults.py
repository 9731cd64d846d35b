"""Why a row is refused: stable codes, and the short name of each. Sentences are made where the fault is found."""

from __future__ import annotations

from dataclasses import dataclass

FAULTS = {
    "I01": "没有事项名称",
    "I02": "有子项而没有大项",
    "I03": "权力类别不在十类之内",
    "I04": "没有权力类别",
    "I05": "没有实施部门",
    "I06": "编码在文件内重复",
    "I07": "行政处罚没有依据",
    "I08": "单元格超长",
    "I09": "要素由公式算出",
    "I10": "错误值",
    "I11": "涉密标志",
    "I12": "控制字符",
    "I13": "编码失真",
    "I14": "找不到表头",
    "I15": "名称层次不清",
    "I16": "不在可选的值之内",
    "I17": "同一事项重复",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """``column`` is the letter of Excel, empty where the fault is of the whole row; ``message`` is the user's sentence."""

    column: str
    code: str
    message: str
