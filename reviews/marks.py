"""A reviewer's marks on single changes while he goes through a request: kept at once, his own until he decides."""

from __future__ import annotations

import json
from collections.abc import Sequence

from departments.acting import act
from departments.models import User
from departments.people import Actor
from qingdan.errors import RuleBroken, Violation, WrongState
from reviews.deciding import can_review, check_reviewing
from reviews.models import ChangeMark, ChangeRequest, ChangeWord
from reviews.requests import check_seen
from reviews.words import Word, check_elements


@act("mark_change")
def mark_change(
    *,
    actor: Actor,
    request: ChangeRequest,
    position: int,
    word: str,
    opinion: str = "",
    fields: Sequence[tuple[str, str]] = (),
    seen_hash: str,
) -> ChangeMark:
    """Keep a mark on the change at ``position``. Raises as ``decide_request``; S03 no such change, S06 an unknown element."""
    request = ChangeRequest.objects.select_for_update().get(pk=request.pk)
    posting = check_reviewing(actor=actor, request=request)
    check_seen(request, seen_hash)
    if not can_review(actor=actor, request=request):
        raise WrongState("您负责的部分已有审查意见，不能再作标记")
    change = request.changes.filter(position=position).first()
    if change is None:
        raise RuleBroken(Violation("S03", f"本申请没有第 {position} 项", "序号"))
    check_elements(fields)
    mark = ChangeMark.objects.create(
        request=request,
        revision=request.revision,
        proposed_hash=request.proposed_hash,
        position=position,
        word=word,
        opinion=opinion.strip(),
        fields=json.dumps([[element, note.strip()] for element, note in fields], ensure_ascii=False),
        person=actor.user,
    )
    actor.record(act="mark_change", post=posting.post, obj=request, after_hash=change.content_hash, detail=str(mark))
    return mark


def marks_of(user: User, request: ChangeRequest) -> dict[int, ChangeMark]:
    """Position → the user's mark that counts, on what the request holds now. One query."""
    kept = ChangeMark.objects.filter(
        request=request, revision=request.revision, proposed_hash=request.proposed_hash, person=user
    ).order_by("pk")
    return {mark.position: mark for mark in kept}


def words_of(marks: dict[int, ChangeMark]) -> dict[int, Word]:
    """The marks that make a difference, as the decision takes them."""
    return {
        position: Word(mark.word, mark.opinion, tuple(mark.marked_fields))
        for position, mark in marks.items()
        if mark.word in ChangeWord.values
    }
