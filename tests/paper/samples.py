"""A paper with one of everything."""

from __future__ import annotations

import datetime

from qingdan.paper.blocks import Break, Document, Flow, Part, Rule, Table, cell, label, paragraph

DAY = datetime.datetime(2019, 11, 20, 8, 0, tzinfo=datetime.UTC)
# What a template language, XML or a formula would fall over.
HOSTILE = "甲<乙&丙《法》 #let x = 1 \\ *粗* $a$ @b {{c}} =SUM(A1) ]]> “引” 第(一)项"


def paper(*extra, landscape: bool = False) -> Document:
    first = (
        paragraph("襄阳市人民政府文件", "masthead"),
        paragraph("襄政发〔2019〕20号", "centre"),
        Rule(red=True),
        paragraph("关于公布权责清单动态调整事项的通知", "title"),
        paragraph("市政府各部门：", "flush"),
        paragraph(HOSTILE),
        paragraph("一、调整内容", "heading"),
        paragraph("（一）取消", "subheading"),
        paragraph("说明", "note"),
        paragraph("2019年11月20日", "right"),
        Break(),
    )
    rows = (
        (label("名称"), cell((("对用人单位", ""), ("拒不", "del"), ("不", "ins"), ("办理登记的处罚", "")))),
        (label("签章"), cell("意见：\n同意", tall=30)),
    )
    second = (
        Table((1, 3), rows, head=("要素", "内容")),
        Flow((("受理", "窗口；5个工作日", "收件"), ("审查", "审批科", ""))),
        *extra,
    )
    return Document("关于公布权责清单动态调整事项的通知", (Part(first), Part(second, landscape)), DAY, foot="送审稿哈希 0f1e2d")
