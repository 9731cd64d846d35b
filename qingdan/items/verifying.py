"""Everything that was published, checked from the evidence: manifests against the log, rows against manifests, columns against contents.

Nothing is taken from a column that the bytes do not say: whoever changes a row of an evidence table in the database itself is found, and the
edition and the item are named.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone

from departments.models import Department
from qingdan.items.content import read_content, read_department_content
from qingdan.items.kinds import ADJUSTMENTS, EditionKind
from qingdan.items.manifests import change_row, item_root, sha256_hex, withheld_hash
from qingdan.items.models import (
    DepartmentVersion,
    Edition,
    EditionChange,
    EditionCount,
    EditionDepartment,
    EditionEntry,
    Item,
    ItemVersion,
)
from qingdan.items.placing import Row, columns_of, count
from qingdan.ledger.canonical import canonical_bytes
from qingdan.ledger.models import AuditEvent, LogEntry
from qingdan.ledger.verifying import Report, verify_ledger

_HEADER = ("kind", "adjustment_no", "meeting", "entered_afterwards", "demo")
_DAYS = ("decided_on", "published_on", "effective_on")


def verify(*, head_path: Path | None = None) -> Report:
    """Recompute everything. ``head_path``: a head kept outside the database; without it, the one that the settings name."""
    report = Report()
    log = verify_ledger(report, head_path)
    evidence = _Evidence.load(report)
    taken: set[int] = set()
    previous: Edition | None = None
    adjustments = 0
    earlier: list[tuple] = []
    for edition in Edition.objects.select_related("region").order_by("region__code", "number").iterator(chunk_size=1):
        if previous is not None and previous.region_id != edition.region_id:
            previous, adjustments, earlier = None, 0, []
        taken.add(edition.log_index)
        expected = adjustments + 1 if previous and edition.kind in ADJUSTMENTS else None
        base = max((each for each in earlier if each[0] <= edition.effective_on), default=None)
        _Checked(report, evidence, edition, previous, log.get(edition.log_index), expected, base).run()
        earlier.append((edition.effective_on, edition.number, edition.pk, edition.manifest_hash))
        adjustments = expected or adjustments
        previous = edition
    for index, entry in log.items():
        if entry.kind.startswith("publish/") and index not in taken:
            report.found("I4", f"公布日志第 {index} 条没有对应的公布版本：公布版本被删去")
    evidence.verify_placed(report)
    return report


@dataclass(slots=True)
class _Evidence:
    """What editions refer to: versions of items and departments, each checked by itself once, and what each edition ought to bring."""

    rows: dict[int, Row] = field(default_factory=dict)
    of_edition: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    placed: set[int] = field(default_factory=set)
    majors: dict[int, str] = field(default_factory=dict)
    profiles: dict[int, DepartmentVersion] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)

    @classmethod
    def load(cls, report: Report) -> _Evidence:
        """Read every version once. I1, I8: bytes hash to the hash, and each column repeats what the bytes say."""
        evidence = cls(codes=dict(Item.objects.values_list("pk", "code")))
        departments = dict(Department.objects.values_list("pk", "code"))
        for version in ItemVersion.objects.order_by("pk").iterator(chunk_size=500):
            evidence._add(report, version, departments)
        for profile in DepartmentVersion.objects.select_related("edition").defer("edition__manifest").order_by("pk"):
            _verify_profile(report, profile, departments)
            evidence.profiles[profile.pk] = profile
        report.figures |= {"versions": len(evidence.rows), "editions": Edition.objects.count()}
        return evidence

    def _add(self, report: Report, version: ItemVersion, departments: dict[int, str]) -> None:
        code = self.codes.get(version.item_id, "")
        where = f"{code} 第 {version.number} 版"
        data = bytes(version.content_bytes)
        if sha256_hex(data) != version.content_hash:
            report.found("I1", "内容与它的哈希不符", _named(version.edition_id), where)
        try:
            content = read_content(data)
            expected = columns_of(content, code)
            self.majors[version.pk] = content.major_name
            wrong = [name for name, value in expected.items() if getattr(version, name) != value]
            if departments.get(version.department_id) != content.department_code:
                wrong.append("department")
            if wrong:
                report.found("I8", f"{'、'.join(wrong)} 与公布的内容不符", _named(version.edition_id), where)
        except (ValueError, KeyError, TypeError, AttributeError):
            report.found("I1", "内容读不出来", _named(version.edition_id), where)
        parent = self.codes.get(version.parent_id, "") if version.parent_id else ""
        self.rows[version.pk] = Row(
            version.item_id,
            code,
            version.pk,
            version.number,
            version.content_hash,
            version.department_id,
            version.category_id,
            version.name,
            version.parent_id,
            parent,
            version.state == "in_use",
            not version.not_public,
            version.counted,
        )
        self.of_edition[version.edition_id].add(version.pk)

    def verify_placed(self, report: Report) -> None:
        """I8: no version stands outside the editions."""
        for pk in self.rows.keys() - self.placed:
            row = self.rows[pk]
            report.found("I8", "这一版不是任何公布版本带来的", "", f"{row.code} 第 {row.number} 版")


def _verify_profile(report: Report, profile: DepartmentVersion, departments: dict[int, str]) -> None:
    where = f"部门 {departments.get(profile.department_id, '')} 第 {profile.number} 版"
    data = bytes(profile.content_bytes)
    if sha256_hex(data) != profile.content_hash:
        report.found("I1", "内容与它的哈希不符", _named(profile.edition_id), where)
    try:
        content = read_department_content(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        report.found("I1", "内容读不出来", _named(profile.edition_id), where)
        return
    if (content.name, content.code) != (profile.name, departments.get(profile.department_id)):
        report.found("I8", "名称或部门与公布的内容不符", _named(profile.edition_id), where)


def _named(edition_id: int) -> str:
    edition = Edition.objects.light().select_related("region").filter(pk=edition_id).first()
    return _name(edition) if edition else ""


def _name(edition: Edition) -> str:
    return f"{edition.region.code} 第 {edition.number} 个公布版本（{edition.notice_no}）"


class _Checked:
    """One edition against its manifest, and its manifest against the log."""

    def __init__(
        self,
        report: Report,
        evidence: _Evidence,
        edition: Edition,
        previous: Edition | None,
        entry: LogEntry | None,
        adjustment_no: int | None,
        base: tuple | None,
    ):
        # (effective_on, number, key, manifest hash) of the edition that was to be in force on this one's day, before it was published.
        self.base = base
        self.report, self.evidence, self.edition, self.previous, self.entry = report, evidence, edition, previous, entry
        self.adjustment_no = adjustment_no
        self.name = _name(edition)
        self.manifest: dict = {}
        self.list: list[Row] = []

    def found(self, rule: str, message: str, item: str = "") -> None:
        self.report.found(rule, message, self.name, item)

    def run(self) -> None:
        data = bytes(self.edition.manifest)
        digest = sha256_hex(data)
        leaf = {"schema": 1, "index": self.edition.log_index, "kind": f"publish/{self.edition.kind}", "sha256": digest}
        if digest != self.edition.manifest_hash:
            self.found("I1", "版本清单与它的哈希不符")
        if self.entry is None or bytes(self.entry.leaf) != canonical_bytes(leaf):
            self.found("I1", "版本清单与公布日志不符")
        try:
            self.manifest = json.loads(data)
            self._header()
            self._entries()
            self._counts()
            self._changes()
            self._departments()
            if self.edition.kind == EditionKind.RENEWAL and self.edition.builds_on_id:
                self._renewal()
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            self.found("I1", f"版本清单读不出来（{type(error).__name__}）")

    def _header(self) -> None:
        """I4, I6: the edition's own columns, its place in the region's row of editions, its dates."""
        edition, manifest = self.edition, self.manifest
        said = {name: manifest[name] for name in _HEADER} | {name: manifest[name] for name in _DAYS}
        kept = {name: getattr(edition, name) for name in _HEADER} | {name: getattr(edition, name).isoformat() for name in _DAYS}
        said |= {"region": manifest["region"], "number": manifest["number"], "recorded_at": manifest["recorded_at"]}
        recorded = edition.recorded_at.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds")
        kept |= {"region": edition.region.code, "number": edition.number, "recorded_at": recorded}
        said |= {"notice_title": manifest["notice"]["title"], "notice_no": manifest["notice"]["number"]}
        kept |= {"notice_title": edition.notice_title, "notice_no": edition.notice_no}
        if wrong := [name for name in said if said[name] != kept[name]]:
            self.found("I1", f"{'、'.join(wrong)} 与版本清单不符")
        if self.entry is not None and self.entry.recorded_at != edition.recorded_at:
            self.found("I6", "入库时间与公布日志不符")
        if edition.number != (self.previous.number + 1 if self.previous else 1):
            self.found("I4", "版本序号不连续：中间的公布版本被删去")
        if (edition.previous_id, manifest["previous"]) != (
            (self.previous.pk, sha256_hex(bytes(self.previous.manifest))) if self.previous else (None, "")
        ):
            self.found("I4", "与上一个公布版本接不上")
        builds_on = self.base if self.base and self.previous and self.base[2] != self.previous.pk else None
        if (edition.builds_on_id, manifest.get("builds_on", "")) != (builds_on[2:] if builds_on else (None, "")):
            self.found("I4", "所依据的版本不是它生效之日应当有效的版本")
        if edition.kind == EditionKind.RENEWAL and (builds_on is None or builds_on[0] != edition.effective_on):
            self.found("I4", "续行的不是同日生效的待生效版本")
        if edition.adjustment_no != self.adjustment_no:
            self.found("I4", "调整次数不连续")
        if edition.effective_on < edition.decided_on:
            self.found("I6", "生效日期早于审议日期")
        looks_back = edition.entered_afterwards or edition.demo
        if not looks_back and edition.effective_on < timezone.localdate(edition.recorded_at):
            self.found("I6", "生效日期早于入库日期，而不是事后录入")
        if not AuditEvent.objects.filter(act="publish_edition", after_hash=edition.manifest_hash, outcome="done").exists():
            self.found("I9", "没有这次公布的审计记录")

    def _entries(self) -> None:
        """I7, I8: the list row by row, the item root, and what is withheld."""
        placed = (
            EditionEntry.objects.filter(edition=self.edition).order_by("position").values_list("position", "version_id", "item_id")
        )
        hidden, public = [], []
        for expected, (position, version, item) in enumerate(placed, start=1):
            row = self.evidence.rows.get(version)
            if position != expected or row is None or row.item_id != item:
                self.found("I8", f"清单第 {expected} 位缺失或指向别的事项", row.code if row else "")
                break
            self.list.append(row)
            (public if row.public else hidden).append(
                [row.code, row.number, row.content_hash] if row.public else [position, row.code, row.number, row.content_hash]
            )
        if public != self.manifest["items"]:
            self.found("I8", "清单与版本清单不符", _first_difference(public, self.manifest["items"]))
        if item_root(self.manifest["items"]) != self.manifest["item_root"]:
            self.found("I7", "版本清单的事项根不对")
        self.hidden = hidden

    def _counts(self) -> None:
        """I7: kept counts are the recount, and the manifest's totals are their sum."""
        recount = count(self.list)
        kept = EditionCount.objects.filter(edition=self.edition)
        if {(c.department_id, c.category_id): (c.majors, c.items) for c in kept} != recount:
            self.found("I7", "部门和类别的计数与重新计数不符")
        totals: dict[str, list[int]] = {}
        for (_department, category), (majors, items) in recount.items():
            total = totals.setdefault(category, [0, 0])
            total[0], total[1] = total[0] + majors, total[1] + items
        if totals != self.manifest["totals"]:
            self.found("I7", "总数与重新计数不符")

    def _changes(self) -> None:
        """What the edition changed: each row as the manifest says it, and exactly the versions that came with it."""
        rows = self.evidence.rows
        listed, unlisted, brought, adjusted = [], [], set(), 0
        places = {row.item_id: row for row in self.list}
        before = self._before()
        for expected, change in enumerate(EditionChange.objects.filter(edition=self.edition).order_by("position"), start=1):
            new, old = rows.get(change.new_version_id), rows.get(change.old_version_id)
            where = f"{new.code} 第 {new.number} 版" if new else ""
            if (
                new is None
                or change.position != expected
                or change.item_id != new.item_id
                or change.department_id != new.department_id
            ):
                self.found("I8", f"调整内容第 {expected} 条缺失或指向别的事项", where)
                break
            brought.add(new.version_id)
            if not self._follows(old, new, before):
                self.found("I8", "新旧版本接不上", where)
            if change.not_public == new.public:
                self.found("I8", "调整内容的公开标记与内容不符", where)
            if not self._has_its_major(new, places, before):
                self.found("I8", "大项与公布的内容不符", where)
            line = change_row(
                code=new.code,
                kind=change.kind,
                old=old.number if old else 0,
                new=new.number,
                follows=change.follows,
                content_hash=new.content_hash,
                reason=change.reason,
                document=change.document,
            )
            adjusted += not change.follows and not change.not_public
            (unlisted if change.not_public else listed).append([change.position, *line] if change.not_public else line)
        if listed != self.manifest["changes"]:
            self.found("I8", "调整内容与版本清单不符", _first_difference(listed, self.manifest["changes"]))
        if withheld_hash(self.edition.withheld_salt, self.hidden, unlisted) != self.manifest["withheld"]:
            self.found("I8", "依法不予公开的部分与版本清单不符")
        if adjusted != self.edition.changed_count:
            self.found("I7", "调整事项数与重新计数不符")
        if brought != self.evidence.of_edition[self.edition.pk]:
            self.found("I8", "调整内容与这次公布带来的事项版本不是同一批")
        self.evidence.placed |= brought

    def _follows(self, old: Row | None, new: Row, before: dict[int, Row]) -> bool:
        """Whether ``new`` changes the version that stood in the list before; numbers are consecutive unless a pending edition took some."""
        if old is None:
            return new.number == 1
        stood = before.get(new.item_id)
        in_place = old.version_id in self._since() if self.edition.kind == EditionKind.RENEWAL and stood is None else False
        in_place = in_place or (stood is not None and stood.version_id == old.version_id)
        return in_place and old.item_id == new.item_id and old.number < new.number

    def _since(self) -> set[int]:
        """Versions brought after the edition on which this one builds, its own included."""
        first = Edition.objects.only("number").get(pk=self.edition.builds_on_id).number
        later = Edition.objects.of(self.edition.region_id).filter(number__gt=first, number__lte=self.edition.number)
        return {version for key in later.values_list("pk", flat=True) for version in self.evidence.of_edition[key]}

    def _renewal(self) -> None:
        """I7: a 续行 holds the pending list and what was published since, nothing else, and misses only what was ended since."""
        since = self._since()
        before = self._before()
        pending = {row.version_id for row in before.values()}
        for row in self.list:
            if row.version_id not in pending and row.version_id not in since:
                self.found("I7", "续行的清单里有待生效版本和其后公布之外的内容", f"{row.code} 第 {row.number} 版")
        changed = {self.evidence.rows[version].item_id for version in since}
        held = {row.item_id for row in self.list}
        for item, row in before.items():
            if item not in held and item not in changed:
                self.found("I7", "续行的清单缺少待生效版本中的事项", row.code)

    def _before(self) -> dict[int, Row]:
        if self.base is None:
            return {}
        versions = EditionEntry.objects.filter(edition=self.base[2]).values_list("version_id", flat=True)
        return {row.item_id: row for row in map(self.evidence.rows.get, versions) if row}

    def _has_its_major(self, row: Row, places: dict[int, Row], before: dict[int, Row]) -> bool:
        """Whether the 大项 that a version points at is the one its content names, in this list or (of an ended item) the last."""
        name = self.evidence.majors.get(row.version_id, "")
        if not name or row.parent_id is None:
            return not name and row.parent_id is None
        candidates = [found for found in (places.get(row.parent_id), before.get(row.parent_id)) if found]
        key = (name, row.department_id, row.category, None)
        return any((major.name, major.department_id, major.category, major.parent_id) == key for major in candidates)

    def _departments(self) -> None:
        placed = EditionDepartment.objects.filter(edition=self.edition).order_by("position").select_related("department")
        rows = []
        for expected, place in enumerate(placed, start=1):
            profile = self.evidence.profiles.get(place.version_id)
            if place.position != expected or profile is None or profile.department_id != place.department_id:
                self.found("I8", f"部门第 {expected} 位缺失或指向别的部门")
                break
            rows.append([place.department.code, profile.number, profile.content_hash])
            if profile.edition_id != self.edition.pk and not self._said_before(place.department.code, profile):
                self.found("I8", "部门职责的来源版本不对", f"部门 {place.department.code} 第 {profile.number} 版")
        if rows != self.manifest["departments"]:
            self.found("I8", "部门职责与版本清单不符", _first_difference(rows, self.manifest["departments"]))

    def _said_before(self, code: str, profile: DepartmentVersion) -> bool:
        """Whether an earlier edition brought this profile; one of its own or a later edition cannot have been shown here before."""
        return profile.edition.region_id == self.edition.region_id and profile.edition.number < self.edition.number


def _first_difference(kept: list, said: list) -> str:
    """The item (or department) at which two lists part, as a reader knows it."""
    for one, other in zip(kept, said, strict=False):
        if list(one) != list(other):
            return str(other[0])
    longer = max(kept, said, key=len)
    return str(longer[min(len(kept), len(said))][0]) if len(kept) != len(said) else ""
