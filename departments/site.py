"""The staff's one site: the stock admin's frame with our own index, navigation, log-in and screens.

A room adds itself from its ``admin.py``: ``staff_site.register_screen`` (a line of the navigation), ``register_urls`` (its views, each
wrapped by ``staff_screen``), ``register_workbench`` (its lists on the index).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.text import capfirst

from departments.access import posts_of
from departments.people import Actor
from departments.posts import Post
from qingdan.errors import NotAllowed


@dataclass(frozen=True)
class Screen:
    """One line of the navigation: shown to whoever holds one of ``posts``."""

    name: str
    label: str
    url_name: str
    posts: frozenset[Post]
    group: str


@dataclass(frozen=True)
class Section:
    """One list of the workbench: a room's own template with its own context."""

    title: str
    template: str
    context: dict[str, object] = field(default_factory=dict)
    order: int = 100


class StaffSite(admin.AdminSite):
    site_header = "权责清单工作台"
    site_title = "权责清单工作台"
    index_title = "工作台"
    enable_nav_sidebar = False
    logout_template = "departments/logged_out.html"

    def __init__(self, name: str = "admin"):
        super().__init__(name)
        self.screens: list[Screen] = []
        self.url_sources: list[Callable[[], Iterable[URLPattern]]] = []
        self.workbenches: list[Callable[[HttpRequest], Iterable[Section]]] = []
        self.disable_action("delete_selected")

    def register_screen(self, name: str, label: str, url_name: str, posts: Iterable[Post], group: str) -> None:
        """Add a line to the navigation group ``group``; ``url_name`` is reversed without arguments."""
        self.screens.append(Screen(name, label, url_name, frozenset(posts), group))

    def register_urls(self, source: Callable[[], Iterable[URLPattern]]) -> None:
        """Add a room's own views below ``/admin/``; ``source`` is called when the site's patterns are built."""
        self.url_sources.append(source)

    def register_workbench(self, provider: Callable[[HttpRequest], Iterable[Section]]) -> None:
        """Add lists to the index; ``provider`` is asked on each showing."""
        self.workbenches.append(provider)

    def get_urls(self):
        from django.urls import path

        from departments.views import signing_in

        stock = [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") not in ("login", "password_change")]
        own = [
            path("login/", signing_in.log_in, name="login"),
            path("password_change/", self.admin_view(signing_in.change_password), name="password_change"),
        ]
        return own + [pattern for source in self.url_sources for pattern in source()] + stock

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever holds a post today may enter."""
        return bool(posts_of(request.user))

    def each_context(self, request: HttpRequest) -> dict[str, object]:
        context = super().each_context(request)
        context["navigation"] = self.navigation(request) if context["has_permission"] else []
        context["at_index"] = request.path == reverse("admin:index")
        # It stands on the page twice: beside the work, and folded above it on a phone.
        context["rooms"] = render_to_string("admin/_rooms.html", context) if context["navigation"] else ""
        context["idle_minutes"] = settings.IDLE_MINUTES
        context["unread_notices"] = request.user.notices.unread().count() if context["has_permission"] else 0
        return context

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """The stock list of every app stands on none of our pages: only that of one app is made."""
        return super().get_app_list(request, app_label) if app_label else []

    def tables(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Label and name of the address of every table that the user may see, by app and label as the stock index has them."""
        seen = [table.opts for table in self._registry.values() if table.has_view_or_change_permission(request)]
        places = {opts.app_label: (opts.app_config.verbose_name.lower(), opts.app_label) for opts in seen}
        named = sorted((places[opts.app_label], capfirst(opts.verbose_name_plural), opts.model_name) for opts in seen)
        return [(label, f"admin:{app}_{model}_changelist") for (_, app), label, model in named]

    def navigation(self, request: HttpRequest) -> list[dict[str, object]]:
        """Groups of (label, address, whether it is the present page) that the user's posts open, in the order of registration."""
        held = posts_of(request.user)
        groups: dict[str, list[dict[str, object]]] = {}
        for screen in self.screens:
            if screen.posts & held:
                groups.setdefault(screen.group, []).append({"label": screen.label, "url": reverse(screen.url_name)})
        # A table whose rows have a screen of their own is reached from there.
        shown = {line["label"] for group in groups.values() for line in group}
        tables = [{"label": label, "url": reverse(name)} for label, name in self.tables(request) if label not in shown]
        if tables:
            groups["台账与基础数据"] = tables
        lines = [line for group in groups.values() for line in group]
        nearest = max((line["url"] for line in lines if request.path.startswith(line["url"])), key=len, default="")
        for line in lines:
            line["here"] = line["url"] == nearest
        return [{"name": name, "lines": lines} for name, lines in groups.items()]

    def index(self, request: HttpRequest, extra_context=None):
        sections = sorted((s for provider in self.workbenches for s in provider(request)), key=lambda section: section.order)
        return super().index(request, {**(extra_context or {}), "workbench_sections": sections})


staff_site = StaffSite(name="admin")


def staff_screen(*posts: Post) -> Callable:
    """Mark a view of the staff's site: in its frame, for whoever holds one of ``posts`` today (nobody else: 403)."""

    def mark(view: Callable) -> Callable:
        @wraps(view)
        def check(request: HttpRequest, *args, **kwargs):
            if not posts_of(request.user) & frozenset(posts):
                raise NotAllowed(f"本页由{'、'.join(post.label for post in posts)}使用")
            return view(request, *args, **kwargs)

        wrapped = staff_site.admin_view(check)
        wrapped.posts = frozenset(posts)
        return wrapped

    return mark


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request, and from where."""
    from axes.helpers import get_client_ip_address

    return Actor(
        user=request.user,
        request_id=getattr(request, "request_id", "") or "",
        address=get_client_ip_address(request) or "",
    )
