"""What a post may see and change in the staff's site: one table. Acts have checks of their own; the admin asks here.

系统管理员 makes departments, accounts and postings (by acts, in the site's own screens) and looks after the reference data;
安全管理员 sees who holds which post and keeps the routes of review; 审计管理员 and 审计只读 read the audit trail.
What is not in the table nobody may; nothing may be deleted by anyone.
"""

from __future__ import annotations

from departments.people import postings_today
from departments.posts import Post

_REVIEWERS = frozenset({Post.COMPLIANCE, Post.SERVICE, Post.LEGALITY, Post.COUNCIL, Post.PUBLISHER})
_ADMINISTRATORS = frozenset({Post.SYSTEM_ADMIN, Post.SECURITY_ADMIN, Post.AUDIT_ADMIN})
_DEPARTMENT = frozenset({Post.CLERK, Post.HEAD})
_READERS = _REVIEWERS | _DEPARTMENT | {Post.AUDITOR}

# permission codename → posts that hold it
TABLE: dict[str, frozenset[Post]] = {
    "departments.view_region": _REVIEWERS | _ADMINISTRATORS | {Post.AUDITOR},
    "departments.view_department": _REVIEWERS | _ADMINISTRATORS | {Post.AUDITOR},
    "departments.view_user": _ADMINISTRATORS,
    "departments.view_posting": _ADMINISTRATORS,
    "departments.view_workingday": _READERS | _ADMINISTRATORS,
    "departments.add_workingday": frozenset({Post.SYSTEM_ADMIN}),
    "departments.change_workingday": frozenset({Post.SYSTEM_ADMIN}),
    "outbox.view_outboxentry": frozenset({Post.SYSTEM_ADMIN}),
    "outbox.view_taskrun": frozenset({Post.SYSTEM_ADMIN}),
    "ledger.view_auditevent": frozenset({Post.AUDIT_ADMIN, Post.AUDITOR}),
    "laws.view_act": _READERS | {Post.SYSTEM_ADMIN},
    "laws.add_act": frozenset({Post.LEGALITY}),
    "laws.change_act": frozenset({Post.LEGALITY}),
    "laws.view_actversion": _READERS | {Post.SYSTEM_ADMIN},
    "laws.add_actversion": frozenset({Post.LEGALITY}),
    "laws.change_actversion": frozenset({Post.LEGALITY}),
    "items.view_category": _READERS | {Post.SYSTEM_ADMIN},
    "items.change_category": frozenset({Post.SYSTEM_ADMIN}),
    "items.view_subkind": _READERS | {Post.SYSTEM_ADMIN},
    "items.add_subkind": frozenset({Post.SYSTEM_ADMIN}),
    "items.change_subkind": frozenset({Post.SYSTEM_ADMIN}),
    "items.view_codescheme": _READERS | {Post.SYSTEM_ADMIN},
    "items.add_codescheme": frozenset({Post.SYSTEM_ADMIN}),
    "items.change_codescheme": frozenset({Post.SYSTEM_ADMIN}),
    "items.view_requiredelement": _READERS | {Post.SYSTEM_ADMIN},
    "items.add_requiredelement": frozenset({Post.SYSTEM_ADMIN}),
    "items.change_requiredelement": frozenset({Post.SYSTEM_ADMIN}),
    "items.view_alias": _READERS | {Post.SYSTEM_ADMIN},
    "items.add_alias": frozenset({Post.SERVICE}),
    "items.change_alias": frozenset({Post.SERVICE}),
    "items.view_missedword": frozenset({Post.SERVICE, Post.PUBLISHER, Post.COMPLIANCE}),
    "reviews.view_publicationplace": _REVIEWERS | {Post.SYSTEM_ADMIN, Post.AUDITOR},
    "reviews.add_publicationplace": frozenset({Post.SYSTEM_ADMIN}),
    "reviews.change_publicationplace": frozenset({Post.SYSTEM_ADMIN}),
    "reviews.view_routerule": _REVIEWERS | {Post.SECURITY_ADMIN, Post.AUDITOR},
    "reviews.view_checklistrow": _READERS | {Post.SECURITY_ADMIN},
    "reviews.add_checklistrow": frozenset({Post.SECURITY_ADMIN}),
    "reviews.change_checklistrow": frozenset({Post.SECURITY_ADMIN}),
    "reviews.view_desksetting": _REVIEWERS | {Post.SECURITY_ADMIN, Post.AUDITOR},
    "reviews.add_desksetting": frozenset({Post.SECURITY_ADMIN}),
    "reviews.change_desksetting": frozenset({Post.SECURITY_ADMIN}),
    "reviews.view_shortroute": _REVIEWERS | {Post.SECURITY_ADMIN, Post.AUDITOR},
    "reviews.add_shortroute": frozenset({Post.SECURITY_ADMIN}),
    "reviews.change_shortroute": frozenset({Post.SECURITY_ADMIN}),
    "reviews.view_limit": _READERS | {Post.SYSTEM_ADMIN, Post.SECURITY_ADMIN},
    "reviews.add_limit": frozenset({Post.SYSTEM_ADMIN}),
    "reviews.change_limit": frozenset({Post.SYSTEM_ADMIN}),
    "reviews.change_routerule": frozenset({Post.SECURITY_ADMIN}),
    "budget.view_economicclass": frozenset({Post.FUND_CLERK, Post.FUND_CHECKER, Post.AUDITOR, Post.SYSTEM_ADMIN}),
    "budget.add_economicclass": frozenset({Post.SYSTEM_ADMIN}),
    "budget.change_economicclass": frozenset({Post.SYSTEM_ADMIN}),
}


def posts_of(user) -> frozenset[Post]:
    """The posts that ``user`` holds today, asked once for each user object (so once a request)."""
    return frozenset(Post(posting.post) for posting in postings_today(user))


def may(user, permission: str) -> bool:
    """Whether one of the posts that ``user`` holds today gives ``permission`` (``app.action_model``). Default is no."""
    return not TABLE.get(permission, frozenset()).isdisjoint(posts_of(user))


def may_module(user, app_label: str) -> bool:
    """Whether ``user`` may do anything at all with the models of an app."""
    held, app = posts_of(user), f"{app_label}."
    return any(not posts.isdisjoint(held) for permission, posts in TABLE.items() if permission.startswith(app))
