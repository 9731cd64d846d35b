"""The workbench of the two finance posts: what waits for 复核, and the funds that are open."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest

from budget.models import Fund
from budget.queries import departments_of
from departments.access import posts_of
from departments.posts import Post
from departments.site import Section

_ORDER = 5


def sections(request: HttpRequest) -> list[Section]:
    """One list for whoever holds a finance post: open funds with the number of entries that wait; nothing for others."""
    posts = posts_of(request.user) & {Post.FUND_CLERK, Post.FUND_CHECKER}
    if not posts:
        return []
    own = Fund.objects.filter(department__in=departments_of(request.user, (Post.FUND_CLERK, Post.FUND_CHECKER)))
    waiting = Count("expenditures", filter=Q(expenditures__checked_at=None))
    rows = list(own.filter(state=Fund.State.OPEN).annotate(waiting=waiting).order_by("year", "name")[:20])
    context = {"rows": rows, "checks": Post.FUND_CHECKER in posts, "enters": Post.FUND_CLERK in posts}
    return [Section(f"登记中的专项资金 · {len(rows)} 项", "budget/_workbench.html", context, _ORDER)]
