"""条文: the panel that lays bases beside the law library, the page on which an article is pasted, and 待确认条文 for 司法."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from departments.access import posts_of
from departments.posts import Post
from departments.site import Section, actor_of, staff_screen
from qingdan.errors import RuleBroken, WrongState
from qingdan.items.content import TEXT_LIMIT, ItemContent
from qingdan.laws.citations.replacing import article_name
from qingdan.laws.models import ActVersion, Article
from reviews.articles import (
    ENTERING,
    articles_listed,
    confirm_article,
    counts_by_state,
    enter_article,
    refuse_article,
    text_hash,
)
from reviews.basis_reading import BasisReading, readings_of, readings_of_texts
from reviews.forms import PlainForm
from reviews.item_rows import BASIS_KEYS
from reviews.models import Change, ChangeRequest
from reviews.views.facts import facts_of
from reviews.views.pages import EVERYONE, address_without_page, is_listed, page_of, sentences_of, show
from reviews.views.panels import Panel
from reviews.views.requests import SEARCH_LIMIT

_MOST_TEXTS = 200


class ArticleForm(PlainForm):
    """One article as it is pasted. ``version`` chooses the act's text where it has several."""

    version = forms.ModelChoiceField(label="法律文本", queryset=ActVersion.objects.none(), empty_label=None)
    article = forms.CharField(label="条", max_length=40, help_text="例如：第十三条、第一百二十条之一。")
    text = forms.CharField(
        label="条文", max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 8}), help_text="全条全文，一款一行，项另起行。"
    )
    source = forms.CharField(label="来源", max_length=300, help_text="例如：国家法律法规数据库 flk.npc.gov.cn。")
    source_on = forms.DateField(
        label="来源日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "写成 2024-05-06"},
        help_text="从该处抄录的日期。",
    )

    def __init__(self, *args, versions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = versions


class RefuseForm(PlainForm):
    opinion = forms.CharField(label="意见", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}))


def panel(request: HttpRequest, row: ChangeRequest) -> Panel | None:
    """依据核对 of the changes whose differences this page of the request shows."""
    changes = row.changes.order_by("position").only("request", "kind", "name", "content_bytes")
    page = page_of(request, changes, len(facts_of(row).lines))
    return None if is_listed(request, page) else bases_of(request, page.object_list)


def bases_of(request: HttpRequest, changes: Sequence[Change]) -> Panel | None:
    """依据核对 of ``changes``; none where they rest on no basis."""
    contents = [(change, change.content) for change in changes]
    resting = [(change, content) for change, content in contents if isinstance(content, ItemContent) and content.legal_bases]
    if not resting:
        return None
    found = readings_of([content.legal_bases for _, content in resting])
    shown = [
        (change, readings, _told(readings), not all(each.sound for each in readings))
        for (change, _), readings in zip(resting, found, strict=True)
    ]
    may_enter = bool(posts_of(request.user) & set(ENTERING))
    return Panel("reviews/_basis_panel.html", "main", {"changes": shown, "may_enter": may_enter})


def _told(readings: list[BasisReading]) -> str:
    """What a folded line says: how many, and what of them asks for an eye."""
    words = [each.standing.word.value if each.title else "未识别" for each in readings if not each.sound]
    differing = sum(1 for each in readings for article in each.articles if article.differing)
    counts = [f"{words.count(word)} 条{word}" for word in dict.fromkeys(words) if word != "有效"]
    counts += [f"{differing} 处引用与条文不一致"] * bool(differing)
    lacking = sum(each.lacking for each in readings)
    counts += [f"{lacking} 条条文未入库或待确认"] * bool(lacking)
    return " · ".join([f"依据 {len(readings)} 条", *(counts or ["都有效"])])


@staff_screen(*ENTERING)
@require_POST
def bases_read(request: HttpRequest, key: str) -> HttpResponse:
    """A part of a page: the readings of the texts (``text``) typed for the element ``key``, for the item form while it is typed."""
    if key not in BASIS_KEYS:
        raise Http404
    texts = [text[:TEXT_LIMIT] for text in request.POST.getlist("text")[:_MOST_TEXTS]]
    context = {"readings": readings_of_texts(texts, key), "may_enter_article": True}
    return render(request, "reviews/_bases_read.html", context)


@staff_screen(*EVERYONE)
@require_safe
def article_list(request: HttpRequest) -> HttpResponse:
    """Articles by state; those that wait for 司法 first."""
    state = request.GET.get("state", "")
    state = state if state in Article.State.values else Article.State.PENDING
    q = request.GET.get("q", "").strip()[:SEARCH_LIMIT].replace("\x00", "")
    page = page_of(request, articles_listed(state=state, q=q))
    counts = counts_by_state()
    context = {
        "title": "条文",
        "page": page,
        "rows": [(row, article_name(row.key)) for row in page.object_list],
        "state": state,
        "q": q,
        "tabs": [(value, label, counts.get(value, 0)) for value, label in Article.State.choices],
        "may_enter": bool(posts_of(request.user) & set(ENTERING)),
        "query": address_without_page(request),
    }
    return show(request, "reviews/article_list.html", context)


@staff_screen(*EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, key: int) -> HttpResponse:
    """One article; 司法 confirms it or sends it back (``do``)."""
    row = get_object_or_404(Article.objects.select_related("version__act"), pk=key)
    form = RefuseForm(request.POST if request.method == "POST" else None)
    status, sentences = 200, []
    if request.method == "POST":
        form.is_valid()
        seen, actor = request.POST.get("seen_hash", ""), actor_of(request)
        try:
            if request.POST.get("do") == "confirm":
                confirm_article(actor=actor, article=row, seen_hash=seen)
                messages.success(request, f"已确认{row}，它列在引用它的每一条依据旁边。")
            else:
                refuse_article(actor=actor, article=row, opinion=form.cleaned_data.get("opinion", ""), seen_hash=seen)
                messages.success(request, f"已退回{row}，可以另行录入。")
        except (RuleBroken, WrongState) as refusal:
            status, sentences = refusal.status, sentences_of(refusal)
            row.refresh_from_db()
        else:
            return HttpResponseRedirect(reverse("admin:article_list"))
    judging = Post.LEGALITY in posts_of(request.user)
    context = {
        "title": str(row),
        "row": row,
        "form": form,
        "sentences": sentences,
        "stale": status == 409,
        "seen_hash": text_hash(row),
        "may_confirm": judging and row.state == Article.State.PENDING and row.entered_by != request.user.get_username(),
        "may_refuse": judging and row.state != Article.State.REFUSED,
        "own": judging and row.entered_by == request.user.get_username(),
    }
    return show(request, "reviews/article.html", context, status=status)


@staff_screen(*ENTERING)
@require_http_methods(["GET", "HEAD", "POST"])
def article_new(request: HttpRequest) -> HttpResponse:
    """Paste one article: ``version`` and ``article`` in the address say which (a basis links here), ``q`` finds the act otherwise."""
    q = request.GET.get("q", "").strip()[:SEARCH_LIMIT].replace("\x00", "")
    key = request.GET.get("version", "")
    versions = ActVersion.objects.select_related("act")
    named = versions.filter(pk=int(key)) if key.isdecimal() and len(key) < 10 else versions.none()
    chosen = versions.filter(act__in=named.values("act")).order_by("-promulgated_on", "-pk")
    form = ArticleForm(
        request.POST if request.method == "POST" else None,
        versions=chosen,
        initial={"version": named.first(), "article": _name_of(request.GET.get("article", ""))},
    )
    status, sentences = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = enter_article(actor=actor_of(request), **form.cleaned_data)
            except (RuleBroken, WrongState) as refusal:
                status, sentences = refusal.status, sentences_of(refusal)
            else:
                messages.success(request, f"已录入{row}，司法确认后供全部事项使用。")
                return HttpResponseRedirect(reverse("admin:article_list"))
    found = versions.filter(act__title__contains=q).order_by("act__title", "-promulgated_on", "-pk")[:20] if q else []
    context = {
        "title": "粘贴条文",
        "form": form if chosen.exists() else None,
        "act": next((each.act for each in chosen[:1]), None),
        "q": q,
        "found": found,
        "sentences": sentences,
        "stale": status == 409,
    }
    return show(request, "reviews/article_new.html", context, status=status)


def _name_of(key: str) -> str:
    number, _, inserted = key.partition("-")
    sound = (
        number.isdecimal() and 0 < int(number[:5]) < 10_000 and (not inserted or inserted.isdecimal() and int(inserted[:3]) < 100)
    )
    return article_name(key) if sound else ""


def sections(request: HttpRequest) -> Iterable[Section]:
    """The workbench of 司法: how many articles wait."""
    if Post.LEGALITY not in posts_of(request.user):
        return []
    waiting = counts_by_state().get(Article.State.PENDING, 0)
    if not waiting:
        return []
    return [Section(f"待确认条文 · {waiting} 条", "reviews/_workbench_articles.html", {"waiting": waiting}, 6)]
