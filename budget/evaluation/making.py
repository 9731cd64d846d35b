"""An office's own template of the self-evaluation. Rule T01: name; T02: weights close to 100, bands leave no gap."""

from __future__ import annotations

import uuid
from decimal import Decimal

from budget.evaluation.formats import read_format
from budget.evaluation.models import EvaluationFormat
from departments.acting import act
from departments.people import Actor
from departments.posts import Post
from departments.trail import fingerprint
from qingdan.errors import RuleBroken, Violation


@act("make_format")
def make_format(*, actor: Actor, name: str, layout: str, execution_weight: Decimal, sections: str, bands: str) -> EvaluationFormat:
    """A template of one's own, for evaluations to come; one that is used is never altered."""
    posting = actor.must_hold(Post.FUND_CLERK, message=f"样式须由{Post.FUND_CLERK.label}建立")
    given = {"name": name.strip(), "layout": layout, "sections": sections.strip(), "bands": bands.strip()}
    code = f"own-{uuid.uuid4().hex[:12]}"
    format = read_format(code=code, execution=execution_weight, **given)
    found = [Violation("T02", each, "定性档次" if "档次" in each else "指标分值") for each in format.faults()]
    if not given["name"]:
        found.append(Violation("T01", "未填写", "名称"))
    elif EvaluationFormat.objects.filter(name=given["name"]).exists():
        found.append(Violation("T01", f"已有“{given['name']}”", "名称"))
    if found:
        raise RuleBroken(*found)
    made = EvaluationFormat(code=code, execution_weight=execution_weight, source="本单位", made_by=actor.user, **given)
    made.save(force_insert=True)
    actor.record(act="make_format", post=posting.post, obj=made, after_hash=fingerprint(made), detail=str(made))
    return made
