"""What a post may see and change in the staff's site: one table. Acts have checks of their own; the admin asks here."""

from __future__ import annotations

from departments.posts import Post

# permission codename → posts that hold it
TABLE: dict[str, frozenset[Post]] = {}


def may(user, permission: str) -> bool:
    """Whether one of the posts that ``user`` holds today gives ``permission`` (``app.action_model``). Default is no."""
    posts = TABLE.get(permission)
    return bool(posts) and user.is_active and user.postings.held().filter(post__in=posts).exists()


def may_module(user, app_label: str) -> bool:
    return any(may(user, permission) for permission in TABLE if permission.startswith(f"{app_label}."))
