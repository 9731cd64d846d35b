"""Questions about people and posts (chainable), and the Actor that every act receives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from departments.posts import Post
from qingdan.errors import NotAllowed
from qingdan.ledger import audit

if TYPE_CHECKING:
    from departments.models import Department, Posting, Region, User


class UserQuerySet(models.QuerySet):
    def in_use(self, day):
        """Accounts that are open on ``day``."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day))

    def colleagues_of(self, user):
        """Who holds a post today in a department (or region, for region posts) in which ``user`` holds one."""
        from departments.models import Posting

        own = Posting.objects.held().filter(user=user)
        departments = own.filter(department__isnull=False).values("department")
        regions = own.filter(region__isnull=False).values("region")
        there = Posting.objects.held().filter(Q(department__in=departments) | Q(region__in=regions))
        return self.filter(ends_on=None, pk__in=there.values("user")).exclude(pk=user.pk)

    def matching(self, text: str):
        """Accounts whose log-in name, name, phone or department holds ``text``."""
        wanted = Q(username__icontains=text) | Q(name__icontains=text) | Q(phone__icontains=text)
        return self.filter(wanted | Q(postings__department__name__icontains=text)).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, username: str, name: str, password: str | None = None, **fields):
        user = self.model(username=self.model.normalize_username(username), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class PostingQuerySet(models.QuerySet):
    def held(self, day=None):
        """Postings in force on ``day`` (today if not given); a deputy's only while the one it stands for is."""
        day = day or timezone.localdate()
        stands = Q(deputy_of=None) | Q(deputy_of__to_on=None) | Q(deputy_of__to_on__gt=day)
        return self.filter(stands, Q(to_on=None) | Q(to_on__gt=day), from_on__lte=day)

    def lasting_beyond(self, day):
        """Postings that are, or will be, in force on or after ``day``."""
        return self.filter(Q(to_on=None) | Q(to_on__gt=day))


def postings_today(user) -> list[Posting]:
    """What ``user`` holds today, his own before what he holds as a deputy; nothing once the account has ended.

    Asked once for each user object, so once a request: what is taken away holds from the next one.
    """
    if not user.is_authenticated or not user.is_active:
        return []
    day = timezone.localdate()
    kept_on, kept = getattr(user, "_postings_today", (None, []))
    if kept_on != day:
        held = user.postings.held(day).select_related("department", "region", "deputy_of__user")
        kept = list(held.order_by(F("deputy_of").asc(nulls_first=True), "from_on", "pk"))
        user._postings_today = (day, kept)
    return kept


@dataclass(frozen=True)
class Actor:
    """Who acts, from where, in which HTTP request. The post is found by the act's check, so it is the one that gives the right."""

    user: User
    request_id: str = ""
    address: str = ""
    # The posting found last for each post, so that the audit trail says for whom a deputy acted.
    _found: dict[str, Posting] = field(default_factory=dict, compare=False, repr=False)

    def holding(
        self, posts: Post | tuple[Post, ...], *, region: Region | None = None, department: Department | None = None
    ) -> Posting | None:
        """The posting of today that is one of ``posts`` and covers ``region`` or ``department``; None if there is none.

        Department posts must name that very department, or the one that took it over; region posts that very region. One's own
        posting goes before one held as a deputy.
        """
        wanted = (posts,) if isinstance(posts, str) else posts
        held = [posting for posting in postings_today(self.user) if posting.post in wanted]
        if department is not None and held:
            answering = department.answered_for_by()
            held = [
                posting
                for posting in held
                if posting.department_id in answering
                or (posting.department_id is None and posting.region_id == department.region_id)
            ]
        elif region is not None:
            held = [posting for posting in held if (posting.region_id or posting.department.region_id) == region.pk]
        posting = held[0] if held else None
        if posting is not None:
            self._found[posting.post] = posting
        return posting

    def represented(self, post: str) -> User | None:
        """For whom the actor acts as ``post``, as ``holding`` found it last: None where the post is his own."""
        posting = self._found.get(post)
        return posting.deputy_of.user if posting is not None and posting.deputy_of_id else None

    def identity(self) -> dict[str, str]:
        """How the audit trail names this actor."""
        return {
            "actor_id": self.user.get_username(),
            "actor_name": self.user.name,
            "request_id": self.request_id,
            "address": self.address,
        }

    def record(self, *, act: str, post: str = "", **event) -> None:
        """Write the act's audit event; the last statement of an act."""
        represented = self.represented(post)
        if represented is not None:
            event["detail"] = f"{event.get('detail', '')}（受{represented.name}（{represented.username}）委托）"
        audit.record(**self.identity(), act=act, post=post, **event)

    def must_hold(self, posts: Post | tuple[Post, ...], *, region=None, department=None, message: str = "") -> Posting:
        """Like ``holding``, but raises NotAllowed in the office's words."""
        posting = self.holding(posts, region=region, department=department)
        if posting is None:
            wanted = (posts,) if isinstance(posts, str) else posts
            names = "、".join(Post(post).label for post in wanted)
            raise NotAllowed(message or f"须由{names}办理")
        return posting
