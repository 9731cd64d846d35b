"""合法性审查意见书 gets its number from the office that wrote it: the next of the year, once."""

from __future__ import annotations

import re

from django.db.models import Max
from django.utils import timezone

from departments.acting import act
from departments.models import Region
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from reviews.models import ChangeRequest, OpinionNumber
from reviews.states import Stage

_WORD = re.compile(r"[\u4e00-\u9fff]{1,12}")


@act("number_opinion")
def number_opinion(*, actor: Actor, request: ChangeRequest, word: str) -> OpinionNumber:
    """Give the 意见书 on the present revision its number: ``word``〔this year〕next serial.

    Raises NotAllowed (404 for a stranger, 403 for a colleague of another post), WrongState (no decision yet, numbered already),
    RuleBroken N01 for a 机关代字 that is none.
    """
    Region.objects.select_for_update().get(pk=request.region_id)
    if not ChangeRequest.objects.visible_to(actor.user).filter(pk=request.pk).exists():
        raise NotAllowed("没有这个调整申请", stranger=True)
    request.refresh_from_db()
    posting = actor.must_hold(Post.LEGALITY, region=request.region, message="合法性审查意见书由司法审查岗位编号")
    if not request.decisions.filter(revision=request.revision, stage=Stage.LEGALITY).exists():
        raise WrongState("本稿还没有合法性审查意见，不能编号")
    given = OpinionNumber.objects.filter(request=request, revision=request.revision).first()
    if given is not None:
        raise WrongState(f"本稿的合法性审查意见书已编号 {given}")
    word = word.strip()
    if not _WORD.fullmatch(word):
        raise RuleBroken(Violation("N01", "机关代字是 1 至 12 个汉字，例如：襄司审", "机关代字"))
    year = timezone.localdate().year
    last = OpinionNumber.objects.filter(region=request.region_id, word=word, year=year).aggregate(last=Max("serial"))["last"]
    number = OpinionNumber.objects.create(
        region=request.region,
        word=word,
        year=year,
        serial=(last or 0) + 1,
        request=request,
        revision=request.revision,
        given_by=actor.user,
        post=posting.post,
    )
    actor.record(act="number_opinion", post=posting.post, obj=request, after_hash=request.proposed_hash, detail=str(number))
    return number


def last_word(region: Region) -> str:
    """The 机关代字 that the region used last; empty before the first."""
    return OpinionNumber.objects.filter(region=region).order_by("-at", "-pk").values_list("word", flat=True).first() or ""
