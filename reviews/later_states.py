"""Who may do what and when outside of a request: 紧急暂停 and 更正, 事后备案审查, 读者纠错. Read like the tables of ``states``."""

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


class ReportState(models.TextChoices):
    OPEN = "open", "待答复"
    ACCEPTED = "accepted", "已更正拟办"
    UNFOUNDED = "unfounded", "不属实"
    SETTLED = "settled", "已处理"
    PUBLISHED = "published", "已更正"


class ReportAction(models.TextChoices):
    RECEIVE = "receive", "收到"
    ACCEPT = "accept", "已更正拟办"
    REJECT = "reject", "不属实"
    SETTLE = "settle", "已处理"
    PUBLISH = "publish", "随清单公布"
    CONTACT = "contact", "查看联系方式"
    REDACT = "redact", "遮蔽"


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

_RS, _RA = ReportState, ReportAction
_OWN = (Post.CLERK, Post.HEAD)
# An adjustment that came to nothing counts as none: the report is open again (ReaderReport.present_state).
REPORT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_RS.OPEN, _RA.ACCEPT, _RS.ACCEPTED, _OWN, opinion=True),
    Transition(_RS.OPEN, _RA.REJECT, _RS.UNFOUNDED, _OWN, opinion=True),
    Transition(_RS.OPEN, _RA.SETTLE, _RS.SETTLED, _OWN, opinion=True),
    # A step of the publication that carries the adjustment.
    Transition(_RS.ACCEPTED, _RA.PUBLISH, _RS.PUBLISHED, (Post.PUBLISHER,)),
    # Whatever its state: the department rings the reader up, 审改办 takes words out.
    *(Transition(state, _RA.CONTACT, state, _OWN) for state in ReportState),
    *(Transition(state, _RA.REDACT, state, (Post.PUBLISHER,), opinion=True) for state in ReportState),
)
