"""上级决定: the list, entering one by form or table, and its page with lines, tasks and the decisions below it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from departments.models import Region
from departments.site import staff_screen
from reviews.cascade import OVER, Cascade, End, LineStanding, board_of, cascade_of, cascades_of
from reviews.directive_forms import TableForm
from reviews.directives import POSTS
from reviews.models import ChangeRequest, Directive, DirectiveTask
from reviews.views.pages import EVERYONE, address_without_page, edition_url, page_of, show

TONES = {End.OVERDUE: "bad", End.UNANSWERED: "warn", End.UNGIVEN: "warn", End.UNDER_WAY: "info", End.PUBLISHED: "good"}


def visible_directive(request: HttpRequest, key: int) -> Directive:
    """The decision of this address, or 404 for whoever may not know of it."""
    rows = Directive.objects.visible_to(request.user).select_related("region", "parent")
    return get_object_or_404(rows, pk=key)


def directive_url(directive: Directive) -> str:
    return reverse("admin:directive", args=[directive.pk])


def giving_regions(request: HttpRequest) -> QuerySet[Region]:
    """Regions in which the user enters decisions and gives tasks today."""
    held = request.user.postings.held().filter(post__in=POSTS)
    return Region.objects.filter(pk__in=held.values("region")).order_by("code")


def may_give(request: HttpRequest, region: Region) -> bool:
    return giving_regions(request).filter(pk=region.pk).exists()


@staff_screen(*EVERYONE)
@require_safe
def directive_list(request: HttpRequest) -> HttpResponse:
    """The decisions that the reader may see, the newest first, each with how many of its lines have their end."""
    rows = Directive.objects.visible_to(request.user).select_related("region", "parent").order_by("-decided_on", "-pk")
    page = page_of(request, rows)
    cascades = cascades_of(page.object_list)
    context = {
        "title": "上级决定",
        "page": page,
        "rows": [(row, cascades[row.pk], _board_words(cascades[row.pk])) for row in page.object_list],
        "may_record": giving_regions(request).exists(),
        "query": address_without_page(request),
    }
    return show(request, "reviews/directive_list.html", context)


def _board_words(cascade: Cascade) -> list[tuple[str, int, str]]:
    """(word, number of tasks, tone) of what still presses."""
    counts = {end: sum(each.end == end for each in cascade.standings) for end in (End.OVERDUE, End.UNANSWERED, End.UNDER_WAY)}
    return [(end.label, count, TONES[end]) for end, count in counts.items() if count]


@staff_screen(*EVERYONE)
@require_safe
def directive(request: HttpRequest, key: int) -> HttpResponse:
    return directive_page(request, visible_directive(request, key))


def directive_page(request: HttpRequest, row: Directive) -> HttpResponse:
    """One decision: its place in the chain, each line with its tasks and end, the board by department, the decisions below."""
    cascade = cascade_of(row)
    chosen = {name: request.GET.get(name, "")[:40] for name in ("department", "end")}
    tasks = set(DirectiveTask.objects.visible_to(request.user).filter(directive__in=_keys(cascade)).values_list("pk", flat=True))
    requests = {each.task.request_id for each in cascade.standings if each.task.request_id}
    seen = set(ChangeRequest.objects.visible_to(request.user).filter(pk__in=requests).values_list("pk", flat=True))
    visible = set(Directive.objects.visible_to(request.user).filter(pk__in=_keys(cascade)).values_list("pk", flat=True))
    given = may_give(request, row.region)
    context = {
        "title": f"上级决定 {row.number}",
        "row": row,
        "chain": _chain(row),
        "cascade": cascade,
        "children": [(each, each.directive.pk in visible) for each in cascade.children],
        "lines": [
            (each, _shown(each, tasks, seen), TONES.get(each.end, "")) for each in cascade.lines if _wanted(each, chosen, tasks)
        ],
        "board": board_of([each for each in cascade.standings if each.task.pk in tasks]),
        "ends": [(end, end.label, TONES.get(end, "")) for end in End if end != End.UNGIVEN],
        "chosen": chosen,
        "chosen_words": _chosen_words(chosen, cascade),
        "may_give": given,
        "over": OVER,
        "table_form": TableForm(),
    }
    return show(request, "reviews/directive.html", context)


def _keys(cascade: Cascade) -> list[int]:
    return [cascade.directive.pk, *(key for child in cascade.children for key in _keys(child))]


def _chain(row: Directive) -> list[Directive]:
    """The decisions above, the highest first."""
    chain = []
    while row.parent_id and len(chain) < 10:
        row = row.parent
        chain.insert(0, row)
    return chain


def _wanted(line: LineStanding, chosen: dict[str, str], tasks: set[int]) -> bool:
    """Whether the filters of the address (department code, end) let this line through."""
    if not any(chosen.values()):
        return True
    return any(
        (not chosen["department"] or each.task.department.code == chosen["department"])
        and (not chosen["end"] or each.end == chosen["end"])
        for each in line.standings
        if each.task.pk in tasks
    )


def _chosen_words(chosen: dict[str, str], cascade: Cascade) -> str:
    names = {each.task.department.code: each.task.department.name for each in cascade.standings}
    ends = {end.value: end.label for end in End}
    return " · ".join(filter(None, [names.get(chosen["department"], ""), ends.get(chosen["end"], "")]))


def _shown(line: LineStanding, tasks: set[int], requests: set[int]) -> list[dict[str, object]]:
    """The tasks of a line that the reader may see: 本级 first, then what counties take over."""
    shown = []
    for each in line.standings:
        if each.task.pk in tasks:
            taking_over = each.task.department.region_id != each.task.directive.region_id
            shown.append(
                {
                    "standing": each,
                    "task": each.task,
                    "side": "承接" if taking_over else "",
                    "tone": TONES.get(each.end, ""),
                    "request": each.task.request if each.task.request_id in requests else None,
                    "changes": each.changes[:3] if each.task.request_id in requests or each.edition else (),
                    "more": max(0, len(each.changes) - 3),
                    "edition_url": edition_url(each.edition) if each.edition else "",
                }
            )
    return sorted(shown, key=lambda each: bool(each["side"]))
