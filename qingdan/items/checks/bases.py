"""R01–R09: what an item rests on — rank of its bases, how the acts stand, how they are cited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qingdan.items.checks.ranks import Cited, limit_of, rank_in_library
from qingdan.items.checks.rule import Severity, Spot, Subject, Surroundings, rule, shortened

_SETTING = "设定依据"
_DRAFT = re.compile(r"征求意见稿|送审稿|草案|(?:^|[^规])拟(?:废止|修订)|建议废止")
_AMENDS = re.compile(r"关于(?:修改|修订|废止).+的?决定$")
_LOST_BRACKET = re.compile(r"[〔\[【(（]((?:19|20)\d{2})(\d{1,4})号")
_CITED_BY_ARTICLE = {"法律", "行政法规", "地方性法规"}
_PENALTY, _COMPULSION, _PERMIT = "02", "03", "01"


def _ranks(bases: tuple[Cited, ...], around: Surroundings) -> set[str]:
    return {rank_in_library(around.kinds_of(each.matching), each.rank) for each in bases}


def _named(bases: tuple[Cited, ...]) -> str:
    return shortened("、".join(dict.fromkeys(each.shown for each in bases)))


@rule(
    "R01",
    Severity.STOPS,
    source="行政许可法第十四条、第十五条、第十七条；国发〔2016〕9号",
    reason="其他规范性文件一律不得设定行政许可，没有例外；国务院文件不在此列。标题读不出位阶的不判断",
)
def permit_set_by_normative_documents(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """行政许可不得只以规范性文件为设定依据"""
    if subject.content.category == _PERMIT and _ranks(subject.setting_bases, around) == {"规范性文件"}:
        yield Spot(_SETTING, _named(subject.setting_bases))


@rule(
    "R02",
    Severity.WARNS,
    source="行政许可法第十四条、第十五条、第十七条",
    reason="省级政府规章可以设定一年以内的临时许可，单凭标题分不清部门规章和省级规章，由合法性审查判断",
)
def permit_set_by_rules(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """行政许可的设定依据中没有法律、法规或者国务院决定（省级政府规章只能设定一年以内的临时许可）"""
    ranks = _ranks(subject.setting_bases, around)
    if subject.content.category == _PERMIT and "规章" in ranks and ranks <= {"规章", "规范性文件"}:
        yield Spot(_SETTING, _named(subject.setting_bases))


@rule(
    "R03",
    Severity.STOPS,
    source="行政处罚法第十六条",
    reason="除法律、法规、规章外，其他规范性文件不得设定行政处罚，没有例外；国务院文件和读不出位阶的不判断",
)
def penalty_set_by_normative_documents(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """行政处罚不得只以规范性文件为依据"""
    if subject.content.category != _PENALTY:
        return
    bases = tuple(each for each in subject.all_bases if each.use in ("setting", "penalty"))
    if _ranks(bases, around) == {"规范性文件"}:
        yield Spot(_SETTING, _named(bases))


@rule(
    "R04",
    Severity.WARNS,
    source="行政强制法第十条、第十三条",
    reason="本系统所据条文未经逐字核对，由合法性审查判断",
)
def compulsion_set_by_too_low_a_rank(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """行政强制措施只能由法律、法规设定，行政强制执行只能由法律设定"""
    content = subject.content
    limit = limit_of(_COMPULSION, content.compulsory_kind) if content.category == _COMPULSION else None
    ranks = _ranks(subject.setting_bases, around)
    if limit and ranks and "" not in ranks and not ranks & limit.allowed and "国务院决定" not in ranks:
        kind = content.compulsory_kind or "未写强制种类"
        yield Spot(_SETTING, f"{kind}，依据为{_named(subject.setting_bases)}")


@rule(
    "R05",
    Severity.WARNS,
    source="湖北省政府令第382号第四条（职权法定）；国家法律法规数据库的时效“已废止”",
    reason="法律库可能晚于实际，且可能有同名新法，由合法性审查判断",
)
def basis_repealed(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """引用的法律、法规或规章已经废止或者失效"""
    for title, acts in _acts_cited(subject, around):
        if all(act.repealed for act in acts):
            yield Spot(_SETTING, f"《{title}》")


@rule(
    "R06",
    Severity.WARNS,
    source="湖北省政府令第382号第四条（职权法定）；国家法律法规数据库的时效“尚未生效”",
    reason="可以先行申请、待施行后生效，由审查人判断",
)
def basis_not_yet_effective(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """引用的法律、法规或规章尚未施行"""
    for title, acts in _acts_cited(subject, around):
        days = [act.effective_on for act in acts if not act.repealed]
        if days and all(day is not None and day > around.day for day in days):
            yield Spot(_SETTING, f"《{title}》自 {min(days):%Y-%m-%d} 起施行")


def _acts_cited(subject: Subject, around: Surroundings):
    """(title as cited, the acts of the library with that title), each title once."""
    titles = {each.matching: each.title for each in subject.all_bases if each.matching}
    return [(title, around.acts[matching]) for matching, title in titles.items() if matching in around.acts]


@rule(
    "R07",
    Severity.WARNS,
    source="立法法第六十五条（条、款、项、目）；中央编办发〔2018〕23号（依据明确）",
    reason="条款可能写在来源表的其他栏内，不影响依据是否存在",
)
def law_cited_without_an_article(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """引用法律、法规应当写明第几条"""
    acts: dict[str, list[Cited]] = {}
    for each in subject.setting_bases:
        if each.matching and each.rank in _CITED_BY_ARTICLE:
            acts.setdefault(each.matching, []).append(each)
    bare = [cited[0] for cited in acts.values() if not any(_names_an_article(each) for each in cited)]
    if bare:
        yield Spot(_SETTING, _named(tuple(bare)))


def _names_an_article(cited: Cited) -> bool:
    return cited.located or "条" in cited.text.rpartition("》")[2]


@rule(
    "R08",
    Severity.WARNS,
    source="湖北省政府令第382号第四条（职权法定）：拟废止、征求意见、草案不是现行依据",
    reason="标题中的字样可能属于正式文件的名称，由审查人判断",
)
def basis_is_a_draft_or_an_amendment(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """依据应当是现行的法律、法规、规章本身，不能是草案、征求意见稿，也不宜只引修改决定"""
    bases = [each for each in subject.setting_bases if each.title]
    for each in bases:
        if _DRAFT.search(each.title):
            yield Spot(_SETTING, each.shown)
    if bases and all(_AMENDS.search(each.title) for each in bases):
        yield Spot(_SETTING, f"只引用了{_named(tuple(bases))}")


@rule(
    "R09",
    Severity.WARNS,
    source="《党政机关公文格式》GB/T 9704—2012（发文字号的年份用六角括号〔〕括入）",
    reason="文字错误，不影响依据是否成立",
)
def document_number_has_lost_its_bracket(subject: Subject, around: Surroundings) -> Iterator[Spot]:
    """发文字号的年份与序号之间缺少“〕”"""
    for basis in subject.content.legal_bases:
        for match in _LOST_BRACKET.finditer(basis.as_written):
            yield Spot("法定依据", f"{match[0]}，疑为〔{match[1]}〕{match[2]}号")


RULES = (
    permit_set_by_normative_documents,
    permit_set_by_rules,
    penalty_set_by_normative_documents,
    compulsion_set_by_too_low_a_rank,
    basis_repealed,
    basis_not_yet_effective,
    law_cited_without_an_article,
    basis_is_a_draft_or_an_amendment,
    document_number_has_lost_its_bracket,
)
