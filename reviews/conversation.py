"""意见往来 on a request: raise, answer, settle, open again. Text is never changed: whoever was wrong says so in a further remark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from departments.acting import act
from departments.models import Notice, Posting
from departments.notices import Desk, notify
from departments.people import Actor
from departments.posts import DEPARTMENT_POSTS, Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from reviews.guards import check_takes_part, check_under_way
from reviews.models import Change, ChangeRequest, Comment
from reviews.states import RequestState

TEXT_LIMIT = 5_000
_KIND = Comment.Kind


@dataclass(slots=True)
class Thread:
    """A remark and what followed. ``turn``: ``department`` where the department is to answer, ``raiser`` where it has, empty when settled."""

    root: Comment
    rest: list[Comment] = field(default_factory=list)
    # What a refused answer had typed.
    kept: str = ""

    @property
    def settled_by(self) -> Comment | None:
        last = next((each for each in reversed(self.rest) if each.kind in (_KIND.RESOLVED, _KIND.REOPENED)), None)
        return last if last is not None and last.kind == _KIND.RESOLVED else None

    @property
    def open(self) -> bool:
        return self.settled_by is None

    @property
    def turn(self) -> str:
        if not self.open:
            return ""
        last = (self.rest or [self.root])[-1]
        return "department" if last.post not in DEPARTMENT_POSTS else "raiser"

    @property
    def unanswered(self) -> bool:
        """A reviewer's remark on which the department has the next word."""
        return self.root.post not in DEPARTMENT_POSTS and self.turn == "department"

    @property
    def subject(self) -> str:
        return " · ".join(part for part in (self.root.about, self.root.element) if part) or "整个申请"


def threads_of(comments: Iterable[Comment]) -> list[Thread]:
    """Threads in the order in which they were raised, of comments in order of time."""
    threads: dict[int, Thread] = {}
    for comment in comments:
        if comment.thread_id is None:
            threads[comment.pk] = Thread(comment)
        elif comment.thread_id in threads:
            threads[comment.thread_id].rest.append(comment)
    return list(threads.values())


def conversation_of(request: ChangeRequest) -> list[Thread]:
    """Every thread of a request with its people: one query."""
    return threads_of(request.comments.select_related("person").order_by("at", "pk"))


@act("raise_comment")
def raise_comment(
    *, actor: Actor, request: ChangeRequest, text: str, seen_hash: str, change: Change | None = None, element: str = ""
) -> Comment:
    """Begin a thread about a request, a change of it, or one element (its label) of a change.

    ``seen_hash`` is kept with it: the present content, or one that the request had before. Raises RuleBroken Q37 for an empty remark.
    """
    request, posting = _taking_part(actor, request)
    if change is not None and change.request_id != request.pk:
        raise RuleBroken(Violation("Q37", "该项不在本申请内，重新选择", "关于"))
    if seen_hash != request.proposed_hash and not request.history.filter(proposed_hash=seen_hash).exists():
        raise WrongState(f"申请 {request.number} 没有您所见的内容，请重新打开后再发表意见")
    comment = Comment.objects.create(
        request=request,
        kind=_KIND.RAISED,
        item_id=change.item_id if change else None,
        change_key=change.pk if change else None,
        about=change.name if change else "",
        element=element if change else "",
        text=_checked(text),
        revision=request.revision,
        seen_hash=seen_hash,
        person=actor.user,
        post=posting.post,
    )
    _tell(actor, request, Thread(comment), comment)
    _record(actor, "raise_comment", comment, f"{Thread(comment).subject}：{comment.text}")
    return comment


@act("answer_comment")
def answer_comment(*, actor: Actor, request: ChangeRequest, comment: Comment, text: str) -> Comment:
    """Say something further in an open thread."""
    request, posting = _taking_part(actor, request)
    thread = _thread(request, comment)
    _check_open(thread)
    return _continue(actor, posting, request, thread, _KIND.ANSWERED, _checked(text), "answer_comment")


@act("resolve_comment")
def resolve_comment(*, actor: Actor, request: ChangeRequest, comment: Comment, text: str = "") -> Comment:
    """Settle a thread: whoever raised it, or another holder of his post. Raises WrongState where somebody just did."""
    request, posting = _taking_part(actor, request)
    thread = _thread(request, comment)
    _check_own_side(actor, request, thread)
    _check_open(thread)
    said = _checked(text) if text.strip() else ""
    return _continue(actor, posting, request, thread, _KIND.RESOLVED, said, "resolve_comment")


@act("reopen_comment")
def reopen_comment(*, actor: Actor, request: ChangeRequest, comment: Comment, text: str) -> Comment:
    """Open a settled thread again, with the reason; by the side that raised it."""
    request, posting = _taking_part(actor, request)
    thread = _thread(request, comment)
    _check_own_side(actor, request, thread)
    if thread.open:
        raise WrongState("这条意见还没有解决，可以直接答复")
    return _continue(actor, posting, request, thread, _KIND.REOPENED, _checked(text), "reopen_comment")


def may_settle(actor: Actor, request: ChangeRequest, thread: Thread, posting: Posting | None) -> bool:
    """Whether ``actor``, who takes part by ``posting``, is of the side that raised ``thread``."""
    if posting is None:
        return False
    if thread.root.person_id == actor.user.pk or thread.root.post == posting.post:
        return True
    return thread.root.post in DEPARTMENT_POSTS and posting.post in DEPARTMENT_POSTS


def unanswered(request: ChangeRequest) -> list[Violation]:
    """Q38: remarks of reviewers that a corrected request may not leave without an answer."""
    if request.state != RequestState.RETURNED:
        return []
    waiting = [thread for thread in conversation_of(request) if thread.unanswered]
    return [
        Violation("Q38", f"{thread.root.person.name}的意见“{_short(thread.root.text)}”还没有答复，答复后再提交", thread.subject)
        for thread in waiting
    ]


def _short(text: str) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= 30 else f"{line[:30]}…"


def _taking_part(actor: Actor, request: ChangeRequest) -> tuple[ChangeRequest, Posting]:
    """The request, locked, and the posting by which ``actor`` speaks."""
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("department", "region").get(pk=request.pk)
    posting = check_takes_part(actor=actor, request=request)
    check_under_way(request)
    return request, posting


def _thread(request: ChangeRequest, comment: Comment) -> Thread:
    found = [thread for thread in conversation_of(request) if thread.root.pk == comment.pk]
    if not found:
        raise NotAllowed("没有这条意见", stranger=True)
    return found[0]


def _check_open(thread: Thread) -> None:
    settled = thread.settled_by
    if settled is not None:
        raise WrongState(f"这条意见已由{settled.person.name}标为已解决；还有话要说，由提出的一方重新打开")


def _check_own_side(actor: Actor, request: ChangeRequest, thread: Thread) -> None:
    own = (thread.root.post,) if thread.root.post not in DEPARTMENT_POSTS else (Post.CLERK, Post.HEAD)
    place = {"department": request.department} if thread.root.post in DEPARTMENT_POSTS else {"region": request.region}
    if thread.root.person_id != actor.user.pk and actor.holding(own, **place) is None:
        raise NotAllowed(f"意见由提出的一方（{thread.root.get_post_display()}）认定是否解决；您可以答复")


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise RuleBroken(Violation("Q37", "写明意见", "内容"))
    if len(text) > TEXT_LIMIT:
        raise RuleBroken(Violation("Q37", f"意见有 {len(text)} 字，超过 {TEXT_LIMIT} 字，分几条发表或作为附件", "内容"))
    return text


def _continue(actor: Actor, posting: Posting, request: ChangeRequest, thread: Thread, kind: str, text: str, name: str) -> Comment:
    comment = Comment.objects.create(
        request=request,
        thread=thread.root,
        kind=kind,
        item_id=thread.root.item_id,
        change_key=thread.root.change_key,
        about=thread.root.about,
        element=thread.root.element,
        text=text,
        revision=request.revision,
        seen_hash=request.proposed_hash,
        person=actor.user,
        post=posting.post,
    )
    if kind != _KIND.RESOLVED:
        _tell(actor, request, thread, comment)
    _record(actor, name, comment, f"{thread.subject}：{text or _short(thread.root.text)}")
    return comment


def _tell(actor: Actor, request: ChangeRequest, thread: Thread, comment: Comment) -> None:
    """A reviewer's word goes to the department, the department's to the post that began the thread; a remark of its own tells nobody."""
    if comment.post not in DEPARTMENT_POSTS:
        desks = [Desk(post, department=request.department) for post in (Post.CLERK, Post.HEAD)]
    elif thread.root.post not in DEPARTMENT_POSTS:
        desks = [Desk(thread.root.post, region=request.region)]
    else:
        return
    notify(
        event=Notice.Event.COMMENT,
        to=desks,
        title=f"申请 {request.number}：{comment.person.name}{comment.get_kind_display()}（{thread.subject}）",
        detail=comment.text,
        url=f"{reverse('admin:request_comments', args=[request.pk])}#comment-{thread.root.pk}",
        key=f"comment:{comment.pk}",
        by=actor,
    )


def _record(actor: Actor, name: str, comment: Comment, detail: str) -> None:
    actor.record(act=name, post=comment.post, obj=comment.request, after_hash=comment.seen_hash, detail=detail)
