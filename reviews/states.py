"""Who may do what and when: one table for requests, one for batches. Buttons, guards, tests and the diagram read these tables."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from departments.posts import Post


class Stage(models.TextChoices):
    COMPLIANCE = "compliance", "合规审查"
    LEGALITY = "legality", "合法性审查"


class Part(models.TextChoices):
    DUTY = "duty", "职责审查"
    PLATFORM = "platform", "平台衔接审查"
    LEGALITY = "legality", "合法性审查"


class RequestState(models.TextChoices):
    DRAFT = "draft", "草稿"
    COMPLIANCE = "compliance", "合规审查"
    LEGALITY = "legality", "合法性审查"
    AWAITING = "awaiting", "待汇总"
    BATCHED = "batched", "已汇总待审议"
    APPROVED = "approved", "待公布"
    PUBLISHED = "published", "已公布"
    RETURNED = "returned", "退回补正"
    REFUSED = "refused", "不予通过"
    WITHDRAWN = "withdrawn", "已撤回"


class RequestAction(models.TextChoices):
    EDIT = "edit", "修改"
    SUBMIT = "submit", "提交"
    HAND_BACK = "hand_back", "补正送回"
    PASS = "pass", "通过"
    RETURN = "return", "退回补正"
    REFUSE = "refuse", "不予通过"
    CONFIRM = "confirm", "确认"
    REOPEN = "reopen", "重新审查"
    WITHDRAW = "withdraw", "撤回"
    GATHER = "gather", "汇总"
    RELEASE = "release", "移出批次"
    AGREE = "agree", "审议通过"
    SETTLE = "settle", "定稿（不经常务会）"
    DEFER = "defer", "暂缓"
    REJECT = "reject", "审议不予通过"
    PUBLISH = "publish", "公布"
    REBASE = "rebase", "套用新版本"
    STOP = "stop", "因冲突退回合法性审查"
    END = "end", "办结（没有可公布的事项）"


class BatchState(models.TextChoices):
    DRAFT = "draft", "汇总中"
    FROZEN = "frozen", "送审稿已定"
    RECORDED = "recorded", "审议结果待核对"
    AMENDING = "amending", "按会议意见修改"
    DECIDED = "decided", "审议通过"
    PUBLISHED = "published", "已公布"
    DISSOLVED = "dissolved", "已解散"


class BatchAction(models.TextChoices):
    ADD = "add", "加入申请"
    REMOVE = "remove", "移出申请"
    FREEZE = "freeze", "确定送审稿"
    REOPEN = "reopen", "重新汇总"
    DECIDE = "decide", "记录审议通过"
    PRINCIPLE = "principle", "记录原则通过"
    PUT_OFF = "put_off", "记录暂缓或不予通过"
    REGISTER = "register", "按会议纪要登记"
    SETTLE = "settle", "定稿（不经常务会）"
    SEND_BACK = "send_back", "退回重新登记"
    AMEND = "amend", "录入修改"
    CONFIRM = "confirm", "核对修改文本"
    STOP = "stop", "停办有冲突的事项"
    PUBLISH = "publish", "公布"
    DISSOLVE = "dissolve", "解散"
    CLOSE = "close", "办结（没有可公布的事项）"


class TaskState(models.TextChoices):
    OPEN = "open", "待答复"
    PROPOSED = "proposed", "待负责人确认"
    NOT_CONCERNED = "not_concerned", "不涉及"
    REQUESTED = "requested", "已提申请"
    CANCELLED = "cancelled", "已撤销"


class TaskAction(models.TextChoices):
    RECEIVE = "receive", "签收"
    PROPOSE = "propose", "拟答不涉及"
    ANSWER = "answer", "答复不涉及"
    SEND_BACK = "send_back", "退回重拟"
    REQUEST = "request", "以申请答复"
    REOPEN = "reopen", "退回答复"
    CANCEL = "cancel", "撤销交办"


class ScopeState(models.TextChoices):
    OPEN = "open", "未报告"
    DONE = "done", "已完成"
    NOTHING = "nothing", "无需调整"


class ScopeAction(models.TextChoices):
    REPORT_DONE = "report_done", "报告已完成"
    REPORT_NOTHING = "report_nothing", "报告无需调整"
    REOPEN = "reopen", "退回报告"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: from ``source`` by ``action`` to ``target``, by whoever holds one of ``posts``; ``opinion`` must then be written."""

    source: str
    action: str
    target: str
    posts: tuple[Post, ...]
    opinion: bool = False


_R, _A = RequestState, RequestAction
_DEPARTMENT = (Post.CLERK, Post.HEAD)
_COMPLIANCE = (Post.COMPLIANCE, Post.SERVICE)
# What the meeting decided is entered by 政府办, or from the minutes by 审改办 and checked by a second person.
_MINUTES = (Post.COUNCIL, Post.PUBLISHER)

REQUEST_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_R.DRAFT, _A.EDIT, _R.DRAFT, _DEPARTMENT),
    Transition(_R.DRAFT, _A.SUBMIT, _R.COMPLIANCE, (Post.HEAD,)),
    Transition(_R.DRAFT, _A.WITHDRAW, _R.WITHDRAWN, _DEPARTMENT),
    Transition(_R.RETURNED, _A.EDIT, _R.RETURNED, _DEPARTMENT),
    Transition(_R.RETURNED, _A.SUBMIT, _R.COMPLIANCE, (Post.HEAD,)),
    # Only what legality had marked was corrected: it goes back there, and compliance is asked to confirm.
    Transition(_R.RETURNED, _A.HAND_BACK, _R.LEGALITY, (Post.HEAD,)),
    Transition(_R.RETURNED, _A.WITHDRAW, _R.WITHDRAWN, _DEPARTMENT),
    # Passing or confirming one part leaves the request where it is until every part of its route has spoken.
    Transition(_R.COMPLIANCE, _A.PASS, _R.LEGALITY, _COMPLIANCE),
    Transition(_R.COMPLIANCE, _A.RETURN, _R.RETURNED, _COMPLIANCE, opinion=True),
    Transition(_R.COMPLIANCE, _A.REFUSE, _R.REFUSED, _COMPLIANCE, opinion=True),
    Transition(_R.COMPLIANCE, _A.CONFIRM, _R.LEGALITY, _COMPLIANCE),
    Transition(_R.COMPLIANCE, _A.WITHDRAW, _R.WITHDRAWN, _DEPARTMENT, opinion=True),
    Transition(_R.LEGALITY, _A.PASS, _R.AWAITING, (Post.LEGALITY,)),
    Transition(_R.LEGALITY, _A.RETURN, _R.RETURNED, (Post.LEGALITY,), opinion=True),
    Transition(_R.LEGALITY, _A.REFUSE, _R.REFUSED, (Post.LEGALITY,), opinion=True),
    # The last outstanding word lets it go on, be it legality's or a confirmation.
    Transition(_R.LEGALITY, _A.CONFIRM, _R.AWAITING, _COMPLIANCE),
    Transition(_R.LEGALITY, _A.REOPEN, _R.COMPLIANCE, _COMPLIANCE, opinion=True),
    Transition(_R.LEGALITY, _A.WITHDRAW, _R.WITHDRAWN, _DEPARTMENT, opinion=True),
    Transition(_R.AWAITING, _A.GATHER, _R.BATCHED, (Post.PUBLISHER,)),
    Transition(_R.AWAITING, _A.RETURN, _R.RETURNED, (Post.PUBLISHER,), opinion=True),
    Transition(_R.AWAITING, _A.WITHDRAW, _R.WITHDRAWN, _DEPARTMENT, opinion=True),
    Transition(_R.BATCHED, _A.RELEASE, _R.AWAITING, (Post.PUBLISHER,)),
    # The base was published over: carried onto the new one, and legality looks again.
    Transition(_R.AWAITING, _A.REBASE, _R.LEGALITY, (Post.PUBLISHER,)),
    Transition(_R.BATCHED, _A.REBASE, _R.LEGALITY, (Post.PUBLISHER,)),
    Transition(_R.BATCHED, _A.AGREE, _R.APPROVED, _MINUTES),
    # By a rule of the region, without a meeting (``short_routes``).
    Transition(_R.BATCHED, _A.SETTLE, _R.APPROVED, (Post.PUBLISHER,)),
    Transition(_R.BATCHED, _A.DEFER, _R.AWAITING, _MINUTES, opinion=True),
    Transition(_R.BATCHED, _A.REJECT, _R.REFUSED, _MINUTES, opinion=True),
    Transition(_R.APPROVED, _A.STOP, _R.LEGALITY, (Post.PUBLISHER,)),
    Transition(_R.APPROVED, _A.END, _R.REFUSED, (Post.PUBLISHER,)),
    Transition(_R.APPROVED, _A.PUBLISH, _R.PUBLISHED, (Post.PUBLISHER,)),
)

_B, _BA = BatchState, BatchAction
_PUBLISHER = (Post.PUBLISHER,)
BATCH_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_B.DRAFT, _BA.ADD, _B.DRAFT, _PUBLISHER),
    Transition(_B.DRAFT, _BA.REMOVE, _B.DRAFT, _PUBLISHER),
    Transition(_B.DRAFT, _BA.FREEZE, _B.FROZEN, _PUBLISHER),
    Transition(_B.DRAFT, _BA.DISSOLVE, _B.DISSOLVED, _PUBLISHER),
    Transition(_B.FROZEN, _BA.REOPEN, _B.DRAFT, _PUBLISHER),
    Transition(_B.FROZEN, _BA.DECIDE, _B.DECIDED, (Post.COUNCIL,)),
    Transition(_B.FROZEN, _BA.PRINCIPLE, _B.AMENDING, (Post.COUNCIL,), opinion=True),
    Transition(_B.FROZEN, _BA.PUT_OFF, _B.DISSOLVED, (Post.COUNCIL,), opinion=True),
    Transition(_B.FROZEN, _BA.REGISTER, _B.RECORDED, _PUBLISHER),
    Transition(_B.FROZEN, _BA.SETTLE, _B.DECIDED, _PUBLISHER),
    # By somebody other than who registered them.
    Transition(_B.RECORDED, _BA.DECIDE, _B.DECIDED, _MINUTES),
    Transition(_B.RECORDED, _BA.PRINCIPLE, _B.AMENDING, _MINUTES, opinion=True),
    Transition(_B.RECORDED, _BA.PUT_OFF, _B.DISSOLVED, _MINUTES, opinion=True),
    Transition(_B.RECORDED, _BA.SEND_BACK, _B.FROZEN, _MINUTES, opinion=True),
    Transition(_B.AMENDING, _BA.AMEND, _B.AMENDING, _PUBLISHER),
    # The first of the two offices leaves the batch where it is.
    Transition(_B.AMENDING, _BA.CONFIRM, _B.DECIDED, (Post.PUBLISHER, Post.LEGALITY)),
    Transition(_B.AMENDING, _BA.STOP, _B.AMENDING, _PUBLISHER),
    Transition(_B.AMENDING, _BA.CLOSE, _B.DISSOLVED, _PUBLISHER),
    Transition(_B.DECIDED, _BA.STOP, _B.DECIDED, _PUBLISHER),
    Transition(_B.DECIDED, _BA.CLOSE, _B.DISSOLVED, _PUBLISHER),
    Transition(_B.DECIDED, _BA.PUBLISH, _B.PUBLISHED, _PUBLISHER),
)

_T, _TA = TaskState, TaskAction
_GIVERS = (Post.COMPLIANCE, Post.PUBLISHER)
TASK_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_T.OPEN, _TA.RECEIVE, _T.OPEN, _DEPARTMENT),
    Transition(_T.OPEN, _TA.PROPOSE, _T.PROPOSED, (Post.CLERK,), opinion=True),
    Transition(_T.OPEN, _TA.ANSWER, _T.NOT_CONCERNED, (Post.HEAD,), opinion=True),
    Transition(_T.OPEN, _TA.REQUEST, _T.REQUESTED, _DEPARTMENT),
    Transition(_T.OPEN, _TA.CANCEL, _T.CANCELLED, _GIVERS, opinion=True),
    Transition(_T.PROPOSED, _TA.ANSWER, _T.NOT_CONCERNED, (Post.HEAD,), opinion=True),
    Transition(_T.PROPOSED, _TA.SEND_BACK, _T.OPEN, (Post.HEAD,), opinion=True),
    Transition(_T.PROPOSED, _TA.REQUEST, _T.REQUESTED, _DEPARTMENT),
    Transition(_T.PROPOSED, _TA.CANCEL, _T.CANCELLED, _GIVERS, opinion=True),
    Transition(_T.NOT_CONCERNED, _TA.REQUEST, _T.REQUESTED, _DEPARTMENT),
    Transition(_T.NOT_CONCERNED, _TA.REOPEN, _T.OPEN, _GIVERS, opinion=True),
)

_S, _SA = ScopeState, ScopeAction
SCOPE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.OPEN, _SA.REPORT_DONE, _S.DONE, (Post.HEAD,)),
    Transition(_S.OPEN, _SA.REPORT_NOTHING, _S.NOTHING, (Post.HEAD,), opinion=True),
    Transition(_S.DONE, _SA.REOPEN, _S.OPEN, _PUBLISHER, opinion=True),
    Transition(_S.NOTHING, _SA.REOPEN, _S.OPEN, _PUBLISHER, opinion=True),
)

# What a meeting decides of a batch; of one without a meeting there is only SETTLE.
OF_MEETING = frozenset({_BA.DECIDE, _BA.PRINCIPLE, _BA.PUT_OFF, _BA.REGISTER})

# One batch in a region may be in one of these, and one that goes to no meeting.
OPEN_BATCH = (_B.DRAFT, _B.FROZEN, _B.RECORDED, _B.AMENDING, _B.DECIDED)

# A request in one of these states is over: its changes no longer hold their items.
ENDED = frozenset({_R.PUBLISHED, _R.REFUSED, _R.WITHDRAWN})
OPEN = frozenset(_R) - ENDED


def find(table: tuple[Transition, ...], state: str, action: str) -> Transition | None:
    """The row for (state, action); None where that may not happen."""
    return next((row for row in table if row.source == state and row.action == action), None)
