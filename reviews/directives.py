"""上级决定: what State Council, province or city decided, and what hangs below it as lower levels pass it on."""

from __future__ import annotations

import datetime

from django.utils import timezone

from departments.acting import act
from departments.models import Region
from departments.people import Actor
from departments.posts import Post
from departments.trail import fingerprint, keep
from qingdan.errors import RuleBroken, Violation
from reviews.models import Directive

POSTS = (Post.COMPLIANCE, Post.PUBLISHER)


@act("record_directive")
def record_directive(
    *,
    actor: Actor,
    region: Region,
    issuer: str,
    number: str,
    title: str,
    decided_on: datetime.date,
    parent: Directive | None = None,
    demo: bool = False,
) -> Directive:
    """A decision that ``region`` has to carry out; one without ``parent`` counts as one 批. Raises RuleBroken D1…D3."""
    posting = actor.must_hold(POSTS, region=region)
    broken = [
        Violation("D1", "未填写", where)
        for where, text in (("发文机关", issuer), ("文号", number), ("标题", title))
        if not text.strip()
    ]
    if Directive.objects.filter(region=region, number=number.strip()).exists():
        broken.append(Violation("D2", f"已登记过{number}", "文号"))
    if decided_on > timezone.localdate():
        broken.append(Violation("D3", f"{decided_on} 尚未到", "成文日期"))
    if parent is not None and decided_on < parent.decided_on:
        broken.append(Violation("D3", f"早于上位决定 {parent.number} 的成文日期 {parent.decided_on}", "成文日期"))
    if broken:
        raise RuleBroken(*broken)
    directive = Directive(
        region=region,
        issuer=issuer.strip(),
        number=number.strip(),
        title=title.strip(),
        decided_on=decided_on,
        parent=parent,
        demo=demo,
    )
    keep(directive, actor=actor, reason="登记上级决定")
    actor.record(
        act="record_directive", post=posting.post, obj=directive, after_hash=fingerprint(directive), detail=directive.number
    )
    return directive
