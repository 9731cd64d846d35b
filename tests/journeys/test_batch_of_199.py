"""199 changes of twenty departments on their whole way; whatever can happen on it happens, and the edition is what a recount by hand says."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import pytest
from django.utils.timezone import localdate

from departments.deputies import name_deputy
from departments.models import Department, Posting, Region, User
from qingdan.errors import NotAllowed, RuleBroken, WrongState
from qingdan.items.content import make_content
from qingdan.items.kinds import ChangeKind
from qingdan.items.models import Edition, EditionChange, EditionEntry
from qingdan.items.verifying import verify
from reviews.amending import amend_after_meeting, confirm_amended_text, stop_conflicts, text_hash
from reviews.consents import answer_transfer
from reviews.marks import mark_change, marks_of, words_of
from reviews.models import Change, ChangeRequest
from reviews.proposals import Proposal
from reviews.rebasing import rebase_request
from reviews.requests import withdraw_request
from reviews.words import Word
from tests.journeys import city
from tests.journeys.city import DEPARTMENTS, Listed, code_of, name_of, person, version
from tests.journeys.desk import (
    both_parts,
    confirm,
    correct,
    decide,
    fresh,
    gather,
    hand_in,
    meet,
    propose,
    publish,
    suspend_at_once,
)

PHONE, NEW_BASIS = "0710-3600002", "《中华人民共和国行政处罚法》第九条"
# Two digits of a department → what befalls its request. Each of the others goes its way untouched.
REFUSED_IN_PART, RETURNED_IN_PART, RETURNED, RETURNED_AND_MORE, DEPUTY, OVERTAKEN, WITHDRAWN = range(7)
PUT_OFF, REFUSED_BY_MEETING, PUT_OFF_TOO, AMENDED, AMENDED_BASIS, STOPPED, GIVES, RECEIVES = range(7, 15)


@dataclass(slots=True)
class Book:
    """What the list must be, kept by hand beside the desk: rows by name, as published before and as every proposal leaves them."""

    rows: dict[str, Listed] = field(default_factory=lambda: {row.name: row for row in city.first_list()})

    def publish(self, changes: dict[str, Listed | None]) -> None:
        """``changes``: name in the list → the row afterwards; None: no longer in it."""
        for name, row in changes.items():
            self.rows.pop(name, None)
            if row is not None:
                self.rows[row.name] = row

    def totals_agreed(self, edition: Edition) -> tuple[int, int]:
        """Hold the edition to the book, row by row and count by count; its 大项 and 项."""
        expected = list(self.rows.values())
        assert sorted(city.published_rows(edition), key=str) == sorted(expected, key=str)
        recounted = city.recount(expected)
        assert city.kept_counts(edition) == recounted
        return sum(majors for majors, _ in recounted.values()), sum(items for _, items in recounted.values())


def planned(number: int, rows: dict[str, Listed]) -> dict[str, Listed | None]:
    """The ten changes of a department as rows: name now (of a new item: its own) → what it becomes. In the order of the request."""
    now = {name: rows.get(name_of(number, name)) for _, name, _, _ in city.LISTED}
    # Whose 大项 has another name by the time of the meeting adds no 子项 to it.
    major = "" if number == OVERTAKEN else name_of(number, "综合许可")
    added, part = name_of(number, "新设确认"), name_of(number, "综合许可丙类")
    changes: dict[str, Listed | None] = {
        added: Listed(code_of(number), "07", added),
        part: Listed(code_of(number), "01", part, major),
        now["专项检查"].name: None,
        now["经营许可"].name: now["经营许可"].but(name=name_of(number, "经营许可证核发")),
        now["年度许可"].name: now["年度许可"].but(supervision_phone=PHONE),
        now["综合许可甲类"].name: now["综合许可甲类"].but(supervision_phone=PHONE),
        now["对违法经营的处罚"].name: now["对违法经营的处罚"].but(bases=(NEW_BASIS,)),
        now["资质确认"].name: now["资质确认"].but(category="01"),
        now["补助给付"].name: now["补助给付"].but(state="suspended"),
    }
    if number == GIVES:
        changes[now["日常检查"].name] = now["日常检查"].but(department=code_of(RECEIVES))
    else:
        changes[now["对虚假登记的处罚"].name] = now["对虚假登记的处罚"].but(note="与公安机关配合办理")
    return changes


KINDS = (
    ChangeKind.ADD,
    ChangeKind.ADD,
    ChangeKind.REPEAL,
    ChangeKind.RENAME,
    ChangeKind.ELEMENTS,
    ChangeKind.ELEMENTS,
    ChangeKind.BASIS,
    ChangeKind.RECATEGORISE,
    ChangeKind.SUSPEND,
    ChangeKind.ELEMENTS,
)


def proposals_of(changes: dict[str, Listed | None]) -> list[Proposal]:
    """The rows as a department proposes them."""
    newest = Edition.objects.newest(Region.objects.get(code=city.CITY))
    entries = EditionEntry.objects.filter(edition=newest, version__name__in=changes).select_related("version__item")
    now = {entry.version.name: entry.version for entry in entries}
    return [
        _proposal(kind, now.get(name), row, Department.objects.get(code=row.department) if row else None)
        for kind, (name, row) in zip(KINDS, changes.items(), strict=True)
    ]


def _proposal(kind: str, base, row: Listed | None, department: Department | None) -> Proposal:
    if row is None:
        content = base.content.changed(state="repealed")
        return Proposal(kind=kind, content=content, item=base.item, base_version=base, reason="整合", document="鄂政发〔2019〕20号")
    if base is None:
        elements = {"department_code": row.department, "department_name": department.name, "category": row.category}
        return Proposal(kind=kind, content=make_content({**elements, "name": row.name, "major_name": row.major}))
    terms = {}
    if row.department != base.content.department_code:
        kind, terms = ChangeKind.TRANSFER, {"to_department": row.department}
    content = base.content.changed(
        department_code=row.department,
        department_name=department.name,
        category=row.category,
        name=row.name,
        state=row.state,
        supervision_phone=row.supervision_phone,
        note=row.note,
        legal_bases=[{"use": "setting", "as_written": text} for text in row.bases],
    )
    return Proposal(kind=kind, content=content, item=base.item, base_version=base, terms=terms)


# -- what befalls the requests under review: each returns those that go on -----------------------------------------------------------------


def refused_in_part(request: ChangeRequest) -> list[ChangeRequest]:
    """司法 goes through the request change by change and refuses one."""
    both_parts(request)
    for change in fresh(request).changes.order_by("position"):
        word, opinion = ("refused", "仍有法定依据") if change.kind == ChangeKind.REPEAL else ("passed", "")
        mark_change(
            actor=person("legality"),
            request=request,
            position=change.position,
            word=word,
            opinion=opinion,
            seen_hash=fresh(request).proposed_hash,
        )
    decide("legality", request, words=words_of(marks_of(person("legality").user, fresh(request))))
    assert request.followups.get().state == "refused"
    return [request]


def returned_in_part(request: ChangeRequest) -> list[ChangeRequest]:
    """编办 returns two changes, which come back corrected in a request of their own; the others have gone on."""
    positions = [change.position for change in request.changes.filter(kind=ChangeKind.ELEMENTS).order_by("position")[:2]]
    marked = (("supervision_phone", "写区号"),)
    decide("compliance", request, words={position: Word("returned", "电话不全", marked) for position in positions})
    decide("service", request)
    decide("legality", request)
    back = request.followups.get()
    names = {change.name: {"supervision_phone": PHONE} for change in back.changes.all()}
    back = correct(RETURNED_IN_PART, back, **names)
    assert (back.state, back.changes.count(), fresh(request).state) == ("compliance", 2, "awaiting")
    decide("compliance", back)
    if fresh(back).state == "compliance":
        decide("service", back)
    decide("legality", back)
    return [request, back]


def returned(request: ChangeRequest) -> list[ChangeRequest]:
    """司法 marks one telephone; only that is corrected, so it goes back to 司法, and both parts confirm."""
    both_parts(request)
    position = request.changes.get(name=name_of(RETURNED, "年度许可")).position
    decide(
        "legality",
        request,
        "returned",
        "按标记补正",
        words={position: Word("returned", "", (("supervision_phone", "写区号"),))},
    )
    back = correct(RETURNED, fresh(request), **{name_of(RETURNED, "年度许可"): {"supervision_phone": PHONE}})
    assert (back.state, back.revision) == ("legality", 2)
    decide("legality", back)
    assert fresh(back).state == "legality", "silence is no consent"
    confirm("compliance", back)
    confirm("service", back)
    return [back]


def returned_and_more(request: ChangeRequest) -> list[ChangeRequest]:
    """编办 marks one telephone; the department alters more than that, so everything starts again."""
    both_parts(request)
    position = request.changes.get(name=name_of(RETURNED_AND_MORE, "年度许可")).position
    marked = {position: Word("returned", "", (("supervision_phone", "写区号"),))}
    decide("legality", request, "returned", "按标记补正", words=marked)
    changed = {"supervision_phone": PHONE}
    names = (name_of(RETURNED_AND_MORE, "年度许可"), name_of(RETURNED_AND_MORE, "综合许可甲类"))
    back = correct(RETURNED_AND_MORE, fresh(request), **dict.fromkeys(names, changed))
    assert (back.state, back.revision) == ("compliance", 2)
    both_parts(back)
    decide("legality", back)
    return [back]


def by_deputy(request: ChangeRequest) -> list[ChangeRequest]:
    """政务服务 is on leave: a deputy decides its part."""
    posting = Posting.objects.get(user__username="service")
    with pytest.raises(NotAllowed):
        decide("stand_in", request)
    name_deputy(
        actor=person("service"),
        posting=posting,
        deputy=User.objects.get(username="stand_in"),
        from_on=localdate(),
        to_on=localdate() + datetime.timedelta(days=10),
        reason="休假",
    )
    decide("compliance", request)
    decision = decide("stand_in", request)
    assert (decision.part, decision.deputy_for.username) == ("platform", "service")
    with pytest.raises(NotAllowed):
        decide("stand_in", request)
    decide("legality", request)
    return [request]


def untouched(request: ChangeRequest) -> list[ChangeRequest]:
    both_parts(request)
    decide("legality", request)
    return [request]


WAYS = {
    REFUSED_IN_PART: refused_in_part,
    RETURNED_IN_PART: returned_in_part,
    RETURNED: returned,
    RETURNED_AND_MORE: returned_and_more,
    DEPUTY: by_deputy,
}
# Departments whose telephones are first written without the area code, so that something is to be corrected.
_SLIPPED = {
    RETURNED_IN_PART: ("年度许可", "综合许可甲类"),
    RETURNED: ("年度许可",),
    RETURNED_AND_MORE: ("年度许可", "综合许可甲类"),
}


def _first_words(number: int, changes: dict[str, Listed | None]) -> dict[str, Listed | None]:
    """The plan as the clerk wrote it first."""
    slipped = {name_of(number, name) for name in _SLIPPED.get(number, ())}
    return {name: row.but(supervision_phone="3600002") if name in slipped else row for name, row in changes.items()}


def draft(number: int, changes: dict[str, Listed | None]) -> ChangeRequest:
    request = propose(number, proposals_of(_first_words(number, changes)))
    if number == GIVES:
        with pytest.raises(RuleBroken, match="接收部门尚未确认"):
            hand_in(number, request)
        given = request.changes.get(kind=ChangeKind.TRANSFER)
        answer_transfer(actor=person(f"head{RECEIVES:02}"), change=given, outcome="agreed", seen_seal=given.seal)
    return hand_in(number, request)


def overtake(book: Book) -> None:
    """An earlier batch gives the 大项 of one department another name while its next request waits: the 子项 get new versions."""
    major = version(OVERTAKEN, "综合许可")
    name = name_of(OVERTAKEN, "综合许可事项")
    rename = Proposal(kind=ChangeKind.RENAME, content=major.content.changed(name=name), item=major.item, base_version=major)
    request = hand_in(OVERTAKEN, propose(OVERTAKEN, [rename]))
    edition = publish(meet(gather("先行批次", untouched(request))), "襄政发〔2026〕30号")
    old = {row.name: row for row in book.rows.values() if name_of(OVERTAKEN, "综合许可") in (row.name, row.major)}
    book.publish({row.name: row.but(major=name) if row.major else row.but(name=name) for row in old.values()})
    assert book.totals_agreed(edition) == (180, 200)
    assert (edition.changed_count, EditionChange.objects.filter(edition=edition, follows=True).count()) == (1, 2)


def withdrawn_on_the_way() -> None:
    """A second request of one department, taken back while 司法 has it; its item is free again."""
    held = version(WITHDRAWN, "备案审核")
    change = Proposal(kind=ChangeKind.ELEMENTS, content=held.content.changed(note="x"), item=held.item, base_version=held)
    request = hand_in(WITHDRAWN, propose(WITHDRAWN, [change]))
    both_parts(request)
    with pytest.raises(RuleBroken, match="意见"):
        withdraw_request(actor=person(f"head{WITHDRAWN:02}"), request=fresh(request))
    withdraw_request(actor=person(f"head{WITHDRAWN:02}"), request=fresh(request), opinion="另行研究")
    assert fresh(request).state == "withdrawn" and not request.changes.filter(open=True).exists()


# -- the journey --------------------------------------------------------------------------------------------------------------------------


def test_a_batch_of_199_changes_becomes_what_was_decided(committed_db):
    city.build()
    book = Book()
    assert book.totals_agreed(Edition.objects.get()) == (180, 200)
    plan = {number: planned(number, book.rows) for number in range(DEPARTMENTS)}

    # Three stages.
    requests = {number: draft(number, changes) for number, changes in plan.items()}
    withdrawn_on_the_way()
    ready = [each for number, request in requests.items() for each in WAYS.get(number, untouched)(request)]
    del plan[REFUSED_IN_PART][name_of(REFUSED_IN_PART, "专项检查")]
    assert {fresh(request).state for request in ready} == {"awaiting"}

    # Gathering finds what was published over meanwhile; it is carried, and 司法 looks again.
    overtake(book)
    with pytest.raises(RuleBroken, match="综合许可甲类"):
        gather("第1批调整", ready)
    overtaken = fresh(requests[OVERTAKEN])
    assert overtaken.state == "awaiting" and overtaken.batch is None
    rebase_request(actor=person("publisher"), request=overtaken, seen_hash=overtaken.proposed_hash)
    decide("legality", overtaken)
    part = name_of(OVERTAKEN, "综合许可甲类")
    plan[OVERTAKEN][part] = plan[OVERTAKEN][part].but(major=name_of(OVERTAKEN, "综合许可事项"))
    batch = gather("第1批调整", ready)
    held = Change.objects.filter(request__batch=batch)
    assert (held.count(), held.values("request__department").distinct().count()) == (199, DEPARTMENTS)

    # The meeting puts off two, refuses two, and wants two in other words.
    put_off = (name_of(PUT_OFF, "新设确认"), name_of(PUT_OFF_TOO, "年度许可"))
    refused = (name_of(REFUSED_BY_MEETING, "专项检查"), name_of(REFUSED_BY_MEETING, "经营许可证核发"))
    batch = meet(
        batch,
        "principle",
        "按会议意见修改后公布",
        {**dict.fromkeys(put_off, "deferred"), **dict.fromkeys(refused, "refused")},
    )
    amended = {
        name_of(AMENDED, "年度许可"): {"supervision_phone": "0710-3600010"},
        name_of(AMENDED_BASIS, "对违法经营的处罚"): {"legal_bases": [{"use": "setting", "as_written": "《行政处罚法》第十条"}]},
    }
    for name, elements in amended.items():
        change = held.get(name=name)
        content = change.content.changed(**elements)
        amend_after_meeting(
            actor=person("publisher"),
            batch=batch,
            change=change,
            content=content,
            note="会议要求改写",
            seen_hash=text_hash(fresh(batch)),
        )
    # 紧急暂停 of an item that the batch amends: that item alone stops.
    suspend_at_once(version(STOPPED, "年度许可"), "襄审改发〔2026〕1号")
    stopped = name_of(STOPPED, "年度许可")
    book.publish({stopped: book.rows[stopped].but(state="suspended")})
    stop_conflicts(actor=person("publisher"), batch=batch, opinion="该事项已紧急暂停")
    for office in ("publisher", "legality"):
        assert fresh(batch).state == "amending"
        confirm_amended_text(actor=person(office), batch=batch, seen_hash=text_hash(fresh(batch)))

    # Publication: 199 less two put off, two refused and one stopped.
    edition = publish(batch, "襄政发〔2026〕31号")
    waiting = {stopped: plan[STOPPED].pop(stopped).but(state="suspended")}
    waiting |= {name: plan[number].pop(name) for number, name in zip((PUT_OFF, PUT_OFF_TOO), put_off, strict=True)}
    for name in ("专项检查", "经营许可"):
        del plan[REFUSED_BY_MEETING][name_of(REFUSED_BY_MEETING, name)]
    phone, basis = amended
    plan[AMENDED][phone] = plan[AMENDED][phone].but(supervision_phone="0710-3600010")
    plan[AMENDED_BASIS][basis] = plan[AMENDED_BASIS][basis].but(bases=("《行政处罚法》第十条",))
    for changes in plan.values():
        book.publish(changes)
    # Each department gains 新设确认 and 丙类, and loses 专项检查 and the suspended 补助给付; five have it otherwise.
    assert book.totals_agreed(edition) == (161, 200)
    assert sum(map(len, plan.values())) == city.adjusted(edition) == edition.changed_count == 194
    with pytest.raises(WrongState):
        publish(batch, "襄政发〔2026〕32号")

    # What was put off or stopped waits in requests of its own and goes with the next batch.
    rest = list(ChangeRequest.objects.filter(state__in=["awaiting", "legality"]).order_by("pk"))
    assert sorted(change.name for request in rest for change in request.changes.all()) == sorted(waiting)
    for request in rest:
        assert request.changes.count() == 1 and request.origin is not None
        if request.state == "legality":
            decide("legality", request)
    last = publish(meet(gather("第2批调整", rest)), "襄政发〔2026〕33号")
    book.publish(waiting)
    assert book.totals_agreed(last) == (162, 201)
    assert city.adjusted(last) == 3
    assert not Change.objects.filter(open=True).exists()
    report = verify()
    assert (report.exit_code, report.findings) == (0, [])
