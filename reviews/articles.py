"""条文: a department (or 司法) enters the text of an article once, 司法 confirms it, and from then on it stands beside every citation."""

from __future__ import annotations

import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from departments.acting import act
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed, RuleBroken, Violation, WrongState
from qingdan.items.content import TEXT_LIMIT, clean_prose
from qingdan.laws.citations.replacing import article_key, article_name
from qingdan.laws.models import ActVersion, Article
from qingdan.ledger.canonical import sha256_hex
from reviews.trail import CHANGED, record_history

ENTERING = (Post.CLERK, Post.HEAD, Post.LEGALITY)


@act("enter_article")
def enter_article(
    *, actor: Actor, version: ActVersion, article: str, text: str, source: str, source_on: datetime.date | None
) -> Article:
    """Keep the text of one article, waiting for 司法. Raises RuleBroken K01…K04 (what is missing or wrong), K05 where one stands already."""
    posting = actor.must_hold(ENTERING, message="条文由部门经办人、部门负责人或司法录入")
    key, text, source = article_key(article), _plain(text, "条文"), _plain(source, "来源")
    broken = []
    if not key:
        broken.append(Violation("K01", "写明是哪一条，例如“第十三条”“第一百二十条之一”", "条"))
    if not text:
        broken.append(Violation("K02", "粘贴条文全文", "条文"))
    if not source:
        broken.append(Violation("K03", "写明条文从何处来，例如国家法律法规数据库", "来源"))
    if source_on is None:
        broken.append(Violation("K04", "写明来源的日期", "来源日期"))
    elif source_on > timezone.localdate():
        broken.append(Violation("K04", "来源日期在今天之后", "来源日期"))
    standing = Article.objects.filter(version=version, key=key).exclude(state=Article.State.REFUSED).first() if key else None
    if standing is not None:
        broken.append(
            Violation("K05", f"{article_name(key)}已有{standing.get_state_display()}的条文，有误的请司法退回后再录入", "条")
        )
    if broken:
        raise RuleBroken(*broken)
    row = Article(
        version=version,
        key=key,
        text=text,
        source=source[:300],
        source_on=source_on,
        entered_by=actor.user.get_username(),
        entered_by_name=actor.user.name,
        entered_at=timezone.now(),
    )
    row._history_user, row._change_reason = actor.user, "录入"
    row.save()
    actor.record(act="enter_article", post=posting.post, obj=row, after_hash=sha256_hex(text.encode()), detail=str(row)[:300])
    return row


@act("confirm_article")
def confirm_article(*, actor: Actor, article: Article, seen_hash: str) -> Article:
    """司法 confirms that a text is the act's own. Nobody confirms what he entered; another text than the one seen is a WrongState."""
    posting = actor.must_hold(Post.LEGALITY, message="条文由司法确认")
    if article.entered_by == actor.user.get_username():
        raise NotAllowed("不能确认自己录入的条文，请另一位司法审查人确认")
    _decide(actor, article, (Article.State.PENDING,), Article.State.CONFIRMED, "", seen_hash)
    actor.record(act="confirm_article", post=posting.post, obj=article, after_hash=seen_hash, detail=str(article)[:300])
    return article


@act("refuse_article")
def refuse_article(*, actor: Actor, article: Article, opinion: str, seen_hash: str) -> Article:
    """司法 sends a text back, or takes a confirmed one out of use, and says why; another text may be entered then."""
    posting = actor.must_hold(Post.LEGALITY, message="条文由司法退回")
    if not opinion.strip():
        raise RuleBroken(Violation("S01", "退回须写明意见", "意见"))
    states = (Article.State.PENDING, Article.State.CONFIRMED)
    _decide(actor, article, states, Article.State.REFUSED, opinion.strip(), seen_hash)
    actor.record(act="refuse_article", post=posting.post, obj=article, before_hash=seen_hash, detail=opinion.strip()[:300])
    return article


def text_hash(article: Article) -> str:
    """What a decision binds: the text that was seen."""
    return sha256_hex(article.text.encode())


def _decide(actor: Actor, article: Article, states: tuple[str, ...], target: str, opinion: str, seen_hash: str) -> None:
    """Conditional update with its history row."""
    if seen_hash != text_hash(article):
        raise WrongState("条文已变化，请重新查看后再办理")
    rows = Article.objects.filter(pk=article.pk)
    moved = rows.filter(state__in=states).update(
        state=target,
        opinion=opinion,
        decided_by=actor.user.get_username(),
        decided_by_name=actor.user.name,
        decided_at=timezone.now(),
    )
    if moved != 1:
        raise WrongState(f"{article}已由他人办理，请刷新后再看")
    record_history(rows, kind=CHANGED, actor=actor, reason=Article.State(target).label)
    article.refresh_from_db()


def _plain(text: str, where: str) -> str:
    """Trimmed, NFC, line feeds as the only breaks. Raises RuleBroken C01 for what cannot be kept."""
    if len(text) > TEXT_LIMIT:
        raise RuleBroken(Violation("C01", f"超过 {TEXT_LIMIT} 字，请精简或拆分", where))
    try:
        return clean_prose(text).strip()
    except ValueError as fault:
        raise RuleBroken(Violation("C01", str(fault), where)) from None


def articles_listed(*, state: str, q: str = "") -> QuerySet[Article]:
    """The articles of one state with their act, the oldest waiting first, else the latest first; ``q``: words of the act's title."""
    rows = Article.objects.filter(state=state).select_related("version__act")
    if q:
        rows = rows.filter(Q(version__act__title__contains=q) | Q(version__act__short_titles__contains=q))
    return rows.order_by("entered_at", "pk") if state == Article.State.PENDING else rows.order_by("-decided_at", "-pk")


def counts_by_state() -> dict[str, int]:
    return dict(Article.objects.order_by().values_list("state").annotate(n=Count("pk")))
