"""Who may do what and when outside of a request: 紧急暂停 and 更正, and 事后备案审查. Read like the tables of ``states``."""

from __future__ import annotations

from django.db import models

from departments.posts import Post
from reviews.states import Transition


class MeasureState(models.TextChoices):
    PROPOSED = "proposed", "待核对"
    PUBLISHED = "published", "已公布"
    DECLINED = "declined", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"


class MeasureAction(models.TextChoices):
    CONFIRM = "confirm", "同意并公布"
    DECLINE = "decline", "不同意"
    WITHDRAW = "withdraw", "撤回"


class FilingState(models.TextChoices):
    FILED = "filed", "已报送待登记"
    REGISTERED = "registered", "审查中"
    CORRECTING = "correcting", "要求补正"
    ACCEPTED = "accepted", "准予备案"
    ADVISED = "advised", "提出审查建议"


class FilingAction(models.TextChoices):
    REGISTER = "register", "登记"
    ACCEPT = "accept", "准予备案"
    REQUIRE = "require", "要求补正"
    ADVISE = "advise", "提出审查建议"
    REFILE = "refile", "补正后再报送"


_M, _MA = MeasureState, MeasureAction
# 司法 is another person than the one of 审改办 who proposed.
MEASURE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M.PROPOSED, _MA.CONFIRM, _M.PUBLISHED, (Post.LEGALITY,)),
    Transition(_M.PROPOSED, _MA.DECLINE, _M.DECLINED, (Post.LEGALITY,), opinion=True),
    Transition(_M.PROPOSED, _MA.WITHDRAW, _M.WITHDRAWN, (Post.PUBLISHER,)),
)

# 机构改革: the same states; 编办 is who agrees.
REFORM_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M.PROPOSED, _MA.CONFIRM, _M.PUBLISHED, (Post.COMPLIANCE,)),
    Transition(_M.PROPOSED, _MA.DECLINE, _M.DECLINED, (Post.COMPLIANCE,), opinion=True),
    Transition(_M.PROPOSED, _MA.WITHDRAW, _M.WITHDRAWN, (Post.PUBLISHER,)),
)

_F, _FA = FilingState, FilingAction
# 司法 here is that of the receiving region: the city's, for a county.
FILING_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_F.FILED, _FA.REGISTER, _F.REGISTERED, (Post.LEGALITY,)),
    Transition(_F.REGISTERED, _FA.ACCEPT, _F.ACCEPTED, (Post.LEGALITY,)),
    Transition(_F.REGISTERED, _FA.REQUIRE, _F.CORRECTING, (Post.LEGALITY,), opinion=True),
    Transition(_F.REGISTERED, _FA.ADVISE, _F.ADVISED, (Post.LEGALITY,), opinion=True),
    Transition(_F.CORRECTING, _FA.REFILE, _F.FILED, (Post.PUBLISHER,)),
)
