"""What the answers hold. Names are English, texts Chinese, days ISO 8601; an empty text or list means that the list does not say."""

from __future__ import annotations

import datetime

from pydantic import BaseModel, Field

from qingdan.items.content import DepartmentContent, ItemContent


class Named(BaseModel):
    code: str = Field(description="代码")
    name: str = Field(description="名称")


class EditionShape(BaseModel):
    """One published edition (公布版本)."""

    number: int = Field(description="版本序号，从 1 起")
    title: str = Field(description="首次公布、第N次动态调整、更正……")
    kind: str = Field(description="类型：baseline、backfill、adjustment、correction、suspension、renewal")
    notice_title: str = Field(description="公布文件标题")
    notice_no: str = Field(description="公布文号")
    meeting: str = Field(description="审议会议")
    decided_on: datetime.date = Field(description="审议日期")
    published_on: datetime.date = Field(description="公布日期")
    effective_on: datetime.date = Field(description="生效日期")
    last_day: datetime.date | None = Field(description="有效的最后一天；现行的为 null")
    entered_afterwards: bool = Field(description="事后录入")
    demo: bool = Field(description="演示数据")
    changed_count: int = Field(description="调整事项数")
    url: str = Field(description="网页地址")


class EditionDetail(EditionShape):
    majors: int = Field(description="大项数")
    items: int = Field(description="项数")
    manifest_hash: str = Field(description="版本清单的 SHA-256")
    without_meeting_basis: str = Field(description="按规定不经常务会审议的依据；经会议审议的为空")
    changes_by_kind: dict[str, int] = Field(description="调整类型 → 事项数（随动不计）")


class Editions(BaseModel):
    region: Named
    editions: list[EditionShape]


class DepartmentShape(Named):
    majors: int = Field(description="大项数")
    items: int = Field(description="项数")
    categories: dict[str, tuple[int, int]] = Field(description="类别代码 → [大项数, 项数]")
    url: str = Field(description="网页地址")


class Departments(BaseModel):
    region: Named
    edition: EditionShape
    majors: int
    items: int
    categories: list[Named] = Field(description="权力类别，按公布次序")
    departments: list[DepartmentShape]


class DepartmentDetail(DepartmentShape):
    region: Named
    edition: EditionShape
    content: DepartmentContent = Field(description="部门职责、职责边界、监管制度")


class ItemRow(BaseModel):
    code: str = Field(description="清单编码（本系统的，永不复用）")
    name: str = Field(description="事项名称")
    major_name: str = Field(description="所属大项；本身是大项时为空")
    department: str = Field(description="部门名称（当时）")
    category: str = Field(description="类别代码")
    state: str = Field(description="in_use 在用、suspended 暂停、repealed 取消")
    counted: bool = Field(description="计入总数")
    basis: str = Field(description="依据首行")
    url: str = Field(description="网页地址")


class Facet(BaseModel):
    value: str
    name: str
    count: int


class Items(BaseModel):
    region: Named
    edition: EditionShape
    total: int = Field(description="符合条件的条目数")
    page: int
    pages: int
    next: str | None = Field(description="下一页的地址")
    previous: str | None = Field(description="上一页的地址")
    facets: dict[str, list[Facet]] = Field(description="在其他条件下各取值的条目数")
    items: list[ItemRow]


class VersionMarkShape(BaseModel):
    number: int
    kind: str = Field(description="调整类型")
    reason: str
    document: str
    follows: bool = Field(description="随动")
    edition: int = Field(description="公布版本序号")
    effective_on: datetime.date
    url: str


class Item(BaseModel):
    region: Named
    code: str
    standing: str = Field(description="in_list 在清单内、not_yet 尚未列入、ended 已不在清单内")
    version: int
    edition: EditionShape | None = Field(description="所示内容所属的公布版本")
    content: ItemContent = Field(description="全部要素")
    content_hash: str = Field(description="规范字节的 SHA-256，与校验文件中的一致")
    versions: list[VersionMarkShape]
    url: str


class Version(BaseModel):
    region: Named
    code: str
    version: int
    edition: EditionShape
    content: ItemContent
    content_hash: str
    url: str


class ChangeShape(BaseModel):
    kind: str
    kind_name: str
    code: str
    name: str
    department: str
    follows: bool
    reason: str
    document: str
    old_version: int | None
    new_version: int | None
    compare_url: str | None = Field(description="新旧对照的网页地址")


class Changes(BaseModel):
    region: Named
    edition: EditionShape
    total: int
    page: int
    pages: int
    next: str | None
    previous: str | None
    changes: list[ChangeShape]


class Problem(BaseModel):
    """RFC 9457 (application/problem+json)."""

    type: str
    title: str = Field(description="出了什么问题")
    status: int
    detail: str = Field(description="怎样改正")
    errors: list[str] = Field(default=[], description="逐条说明")
