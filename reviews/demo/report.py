"""Scale ``report``: the city's list from its first publication to the end of 2019, entered afterwards edition by edition.

5 批 from above, 14 动态调整 that adjust 199 items, the reform of 2019 in the eleventh of them; 42 departments and 3,903 项 at the end.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from departments.models import Region
from departments.posts import Post
from qingdan.items.content import ItemContent
from qingdan.items.kinds import ENDING, ChangeKind, EditionKind
from qingdan.items.models import Edition, EditionEntry, ItemVersion
from qingdan.items.placing import DepartmentPlacement, EditionTerms, Placement
from reviews.demo import people, phrases
from reviews.demo.composing import CITY
from reviews.demo.naming import Planned
from reviews.demo.roster import Roster
from reviews.demo.sources import Round, departments, named, rounds, table
from reviews.demo.texts import Place, basis, chinese, write_item
from reviews.directives import record_directive
from reviews.publication import publish_afterwards

REFORM = 11
# Only departments with this many items give some up or change them; small ones stay as they are.
LARGE = 40
# From which categories items of each kind of change are taken, in turn.
SOURCES = {
    "repeal": ("01", "10", "02"),
    "delegate": ("01", "06", "10"),
    "basis": ("02",),
    "elements": ("07", "01"),
    "rename": ("02",),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A decision from above as the changes cite it."""

    number: str
    title: str


def build_history(place: Place = CITY) -> Edition:
    """All rounds after the first publication of ``place``; the last edition."""
    region = Region.objects.get(code=place.code)
    documents = record_directives(region)
    roster = Roster(place)
    choice = Choice(Edition.objects.newest(region))
    edition = None
    for each in rounds():
        profiles: list[DepartmentPlacement] = []
        if each.number == REFORM:
            profiles = roster.reform(actor=people.actor(Post.SYSTEM_ADMIN), region=region, on=each.effective_on)
        edition = publish_afterwards(
            actor=people.actor(Post.PUBLISHER),
            terms=_terms(region, each),
            placements=_placements(region, each, roster, choice, documents.get(each.directive), bool(profiles)),
            departments=profiles,
        )
    return edition


def record_directives(region: Region) -> dict[str, Document]:
    """The five 批, those of the State Council with the province's document below; by their number in directives.csv."""
    documents = {}
    for row in table("directives.csv"):
        decided_on = datetime.date.fromisoformat(row["decided_on"])
        decision = record_directive(
            actor=people.actor(Post.COMPLIANCE),
            region=region,
            issuer=row["issuer"],
            number=row["document"],
            title=row["title"],
            decided_on=decided_on,
            demo=True,
        )
        if row["passed_on_as"]:
            record_directive(
                actor=people.actor(Post.COMPLIANCE),
                region=region,
                issuer="湖北省人民政府",
                number=row["passed_on_as"],
                title=f"关于落实{row['document']}的通知（演示数据）",
                decided_on=decided_on + datetime.timedelta(days=28),
                parent=decision,
                demo=True,
            )
        documents[row["number"]] = Document(row["document"], row["title"])
    return documents


class Choice:
    """Which items the history touches: every item at most once, always the same ones."""

    def __init__(self, first: Edition):
        large = {plan.key for plan in departments() if sum(items for _, items in plan.numbers.values()) >= LARGE}
        listed = list(
            EditionEntry.objects.of(first).values_list(
                "item_id", "version__parent_id", "version__category_id", "version__name", "version__department__code"
            )
        )
        split = {parent for _, parent, *_ in listed if parent}
        self._waiting: dict[str, list[int]] = {}
        for item, parent, category, _name, code in sorted(listed, key=lambda row: crc32(row[3].encode())):
            if parent is None and item not in split and code.split("-", 1)[1] in large:
                self._waiting.setdefault(category, []).append(item)

    def take(self, kinds: dict[str, int]) -> Iterator[tuple[str, int]]:
        """(kind, item key) for each change of a round."""
        for kind, number in kinds.items():
            sources = SOURCES[kind]
            for turn in range(number):
                yield kind, self._waiting[sources[turn % len(sources)]].pop(0)


def _terms(region: Region, each: Round) -> EditionTerms:
    year = each.decided_on.year
    return EditionTerms(
        region=region,
        kind=EditionKind.BACKFILL,
        notice_title=f"关于公布市直部门权责清单第{chinese(each.number)}次动态调整的通知（演示数据）",
        notice_no=f"演示〔{year}〕{each.number + 1}号",
        decided_on=each.decided_on,
        published_on=each.decided_on,
        effective_on=each.effective_on,
        meeting=f"市政府第{60 + 6 * each.number}次常务会议（演示数据）",
        entered_afterwards=True,
        demo=True,
    )


def _placements(
    region: Region, each: Round, roster: Roster, choice: Choice, document: Document | None, reform: bool
) -> list[Placement]:
    """What one round changes: new items, chosen items, and in the reform every item whose department changed (随动)."""
    placements = [
        Placement(kind=row["kind"], content=content, **_why(row["kind"], document, content))
        for row, content in _added(each, roster)
    ]
    chosen = {item: kind for kind, item in choice.take(each.kinds)}
    newest = Edition.objects.newest(region)
    entries = EditionEntry.objects.of(newest)
    if not reform:
        entries = entries.filter(item__in=chosen)
    for version in _versions(entries):
        kind = chosen.get(version.item_id)
        if kind:
            content = changed(kind, version.content if kind in ENDING else roster.settled(version.content))
            why = _why(kind, document, content)
            placements.append(Placement(kind=kind, content=content, item=version.item, base_version_id=version.pk, **why))
        elif (content := roster.settled(old := version.content)) != old:
            moved = content.department_code != old.department_code
            placements.append(
                Placement(
                    kind=ChangeKind.TRANSFER if moved else ChangeKind.ELEMENTS,
                    content=content,
                    item=version.item,
                    base_version_id=version.pk,
                    reason="随机构改革划转" if moved else "随部门更名",
                    follows=True,
                )
            )
    return placements


def _versions(entries) -> list[ItemVersion]:
    keys = list(entries.values_list("version_id", flat=True))
    found = ItemVersion.objects.select_related("item").in_bulk(keys)
    return [found[key] for key in keys]


def _added(each: Round, roster: Roster) -> Iterator[tuple[dict[str, str], ItemContent]]:
    for place, row in enumerate(table("history_items.csv")):
        if int(row["round"]) == each.number:
            item = named(row)
            plan = roster.plans[item.department]
            subject = item.name.removeprefix("对").removesuffix("的处罚") if item.category == "02" else item.name
            planned = Planned(item.department, item.category, item.name, subject, item.act, detail=_sub_kind(item.name))
            code = f"{roster.place.code}{plan.order:03d}{item.category}{900 + place:03d}00"
            yield row, write_item(planned, plan, roster.place, roster.code(item.department), code)


def _sub_kind(name: str) -> str:
    """行政备案 for what is filed, 行政服务 for the rest (category 10 only)."""
    return "行政备案" if name.endswith("备案") else "行政服务"


def changed(kind: str, content: ItemContent) -> ItemContent:
    """``content`` after a change of ``kind``."""
    if kind in ENDING:
        return content.changed(state="repealed")
    if kind == ChangeKind.RENAME:
        return content.changed(name=f"{content.name.removesuffix('的处罚')}行为的行政处罚")
    if kind == ChangeKind.ELEMENTS:
        return content.changed(promised_time="3个工作日", visits="0次")
    first, *others = content.legal_bases
    return content.changed(legal_bases=(basis(first.use, first.title, f"{first.locator}、第五十条"), *others))


def _why(kind: str, document: Document | None, content: ItemContent) -> dict[str, str]:
    """Reason and document of a change: the decision from above where the round carries one out, else the act."""
    act = f"《{content.legal_bases[0].title}》"
    from_above = document is not None and kind in (ChangeKind.REPEAL, ChangeKind.DELEGATE, ChangeKind.TAKE_OVER)
    if from_above:
        return {"reason": phrases.REASONS[kind], "document": f"{document.number}《{document.title}》"}
    return {"reason": "设定依据修改，不再保留" if kind == ChangeKind.REPEAL else phrases.REASONS[kind], "document": act}
