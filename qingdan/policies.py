"""Who may open which address, and by which methods: one row a URL name. A test holds every pattern of the site to a row.

The row classifies; the rights themselves are in ``departments.access`` (permissions), in ``visible_to`` and in each act's check.
``list_endpoints`` prints this table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver

from departments.posts import Post

READ = ("GET", "HEAD")
FORM = ("GET", "HEAD", "POST")
POST_ONLY = ("POST",)

# Who works on the list: departments, reviewers, and whoever gathers, decides, publishes or reads along in a region.
_OWN = (Post.CLERK, Post.HEAD)
_REVIEWING = (Post.COMPLIANCE, Post.SERVICE, Post.LEGALITY)
_REGIONAL = (*_REVIEWING, Post.COUNCIL, Post.PUBLISHER, Post.AUDITOR)
# Who enters decisions from above, gives tasks and opens campaigns.
_GIVERS = (Post.COMPLIANCE, Post.PUBLISHER)
_WORKFLOW = (*_OWN, *_REGIONAL)
_TAKING_PART = (*_OWN, *_REVIEWING, Post.COUNCIL, Post.PUBLISHER)
# Money: a department sees its own funds, the auditor those of his region.
_FUND_READERS = (Post.FUND_CLERK, Post.FUND_CHECKER, *_OWN, Post.AUDITOR)


# 读者纠错: the department that answers, and who watches over all of them.
_REPORT_READERS = (*_OWN, *_GIVERS, Post.AUDITOR)


@dataclass(frozen=True, slots=True)
class Policy:
    """``who``: ``public`` (no session) | ``staff`` (any post held today) | ``posts`` (one of ``posts``) | ``permission`` (by the table of access)."""

    who: str
    allowed_methods: tuple[str, ...] = READ
    posts: frozenset[Post] = frozenset()
    permission: str = ""

    @property
    def name(self) -> str:
        """The policy in one word for people and programs: ``public``, ``staff``, ``posts:council+publisher``, ``permission:…``."""
        detail = "+".join(sorted(self.posts)) or self.permission
        return f"{self.who}:{detail}" if detail else self.who


def public(*methods: str) -> Policy:
    return Policy("public", methods or READ)


def staff(*methods: str) -> Policy:
    return Policy("staff", methods or READ)


def posts(*posts: Post, methods: tuple[str, ...] = FORM) -> Policy:
    return Policy("posts", methods, frozenset(posts))


def model(label: str, *, changes: bool = False, adds: bool = False, trail: bool = False) -> dict[str, Policy]:
    """The rows of one StaffModelAdmin (``app.model``): list, object and history for who may view; ``changes`` and ``adds`` where someone may.

    Nothing is deleted and lists are not edited, so those addresses do not exist. ``trail``: also the entries of the edit trail.
    """
    app, name = label.split(".")
    view = f"{app}.view_{name}"
    rows = {f"admin:{app}_{name}_{page}": Policy("permission", READ, permission=view) for page in ("changelist", "history")}
    rows[f"admin:{app}_{name}_change"] = Policy("permission", FORM if changes else READ, permission=view)
    if adds:
        rows[f"admin:{app}_{name}_add"] = Policy("permission", FORM, permission=f"{app}.add_{name}")
    if trail:
        rows[f"admin:{app}_{name}_simple_history"] = Policy("permission", READ, permission=view)
    return rows


POLICIES: dict[str, Policy] = {
    "healthz": public(),
    "readyz": public(),
    # Citizens: reading only. The same names serve the home region and /regions/<code>/.
    "public:home": public(),
    "public:departments": public(),
    "public:department": public(),
    "public:items": public(),
    "public:item": public(),
    "public:version": public(),
    "public:compare": public(),
    "public:act": public(),
    "public:editions": public(),
    "public:edition": public(),
    "public:changes": public(),
    "public:edition_compare": public(),
    "public:statistics": public(),
    "public:money": public(),
    "public:money_year": public(),
    "public:statistics_csv": public(),
    "public:downloads": public(),
    "public:edition_downloads": public(),
    "public:download": public(),
    "public:department_download": public(),
    "public:changes_feed": public(),
    "public:sitemap": public(),
    "public:verify": public(),
    "public:verifier": public(),
    "public:item_proof": public(),
    "public:edition_proof": public(),
    "public:mode": public("POST"),
    # 纠错: the two pages of citizens that take a form; never kept, no cookie, a token and the Origin instead.
    "public:report": public(*FORM),
    "public:reports": public(*FORM),
    # The same as data.
    **{
        f"api:{name}": public()
        for name in ("departments", "department", "items", "item", "version", "editions", "edition", "changes", "schema", "docs")
    },
    # The staff's site: Django's own pages.
    "admin:login": public(*FORM),
    "admin:logout": public("POST"),
    "admin:index": staff(),
    "admin:password_change": staff(*FORM),
    "admin:password_change_done": staff(),
    "admin:autocomplete": staff(),
    "admin:jsi18n": staff(),
    "admin:view_on_site": staff(),
    "admin:app_list": staff(),
    "admin/(?P<url>.*)$": staff(),
    # Accounts and departments: the screens of 系统管理员.
    **{f"admin:{name}": posts(Post.SYSTEM_ADMIN, methods=READ) for name in ("accounts", "account", "offices", "office")},
    **{f"admin:{name}_template": posts(Post.SYSTEM_ADMIN, methods=READ) for name in ("account", "department")},
    **{f"admin:{name}_roster": posts(Post.SYSTEM_ADMIN) for name in ("account", "department")},
    **{f"admin:{name}": posts(Post.SYSTEM_ADMIN) for name in ("account_new", "office_new", "office_describe")},
    **{
        f"admin:{name}": posts(Post.SYSTEM_ADMIN, methods=("POST",))
        for name in (
            *("account_grant", "account_end_posting", "account_end", "account_resume", "account_reset", "account_unlock"),
            *("office_rename", "office_merge", "office_close"),
        )
    },
    # Who acts for whom.
    "admin:deputies": staff(),
    "admin:deputy_new": staff(*FORM),
    "admin:deputy_end": staff("POST"),
    # 操作手册.
    "admin:help": staff(),
    "admin:handbook": staff(),
    "admin:help_image": staff(),
    # What everybody is told.
    "admin:notices": staff(),
    "admin:notice_open": staff(),
    "admin:notices_read": staff("POST"),
    "admin:notice_mail": staff(*FORM),
    # People, departments and the audit trail: tables to read.
    **model("departments.region"),
    **model("departments.department", trail=True),
    **model("departments.user"),
    **model("departments.posting", trail=True),
    **model("departments.workingday", changes=True, adds=True),
    **model("ledger.auditevent"),
    "admin:audit_export": posts(Post.AUDIT_ADMIN, Post.AUDITOR),
    **model("outbox.outboxentry"),
    **model("outbox.taskrun"),
    # Reference data.
    **model("items.category", changes=True),
    **model("items.subkind", changes=True, adds=True),
    **model("items.codescheme", changes=True, adds=True),
    **model("items.requiredelement", changes=True, adds=True),
    **model("items.alias", changes=True, adds=True),
    **model("items.missedword"),
    **model("laws.act", changes=True, adds=True),
    **model("laws.actversion", changes=True, adds=True),
    **model("reviews.routerule", changes=True),
    **model("reviews.checklistrow", changes=True, adds=True),
    **model("reviews.limit", changes=True, adds=True),
    **model("reviews.desksetting", changes=True, adds=True),
    **model("reviews.shortroute", changes=True, adds=True),
    # From the workbook to the page.
    "admin:inbox": posts(*_WORKFLOW, methods=READ),
    "admin:inbox_go": posts(*_WORKFLOW, methods=READ),
    "admin:request_claim": posts(*_REVIEWING, Post.PUBLISHER, methods=POST_ONLY),
    "admin:request_list": posts(*_WORKFLOW, methods=READ),
    "admin:request": posts(*_WORKFLOW, methods=READ),
    "admin:request_submit": posts(*_OWN, methods=POST_ONLY),
    "admin:request_withdraw": posts(*_OWN, methods=POST_ONLY),
    "admin:request_return": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:request_decide": posts(*_REVIEWING, methods=POST_ONLY),
    "admin:request_on_behalf": posts(Post.COMPLIANCE),
    "admin:request_answer": posts(*_REVIEWING, methods=POST_ONLY),
    "admin:request_change": posts(*_WORKFLOW, methods=READ),
    "admin:request_mark": posts(*_REVIEWING, methods=POST_ONLY),
    "admin:request_attachments": posts(*_WORKFLOW),
    "admin:request_life": posts(*_WORKFLOW, methods=READ),
    "admin:request_trail": posts(*_WORKFLOW, methods=READ),
    "admin:request_opinions": posts(*_WORKFLOW),
    "admin:opinion_give": posts(*_WORKFLOW, methods=POST_ONLY),
    "admin:request_comments": posts(*_WORKFLOW),
    "admin:comment_act": posts(*_TAKING_PART, methods=POST_ONLY),
    "admin:attachment_void": posts(*_TAKING_PART, methods=POST_ONLY),
    "admin:attachment": posts(*_WORKFLOW, methods=READ),
    "admin:bulk": posts(*_OWN),
    "admin:request_new": posts(*_OWN),
    "admin:request_describe": posts(*_OWN),
    "admin:request_correct": posts(*_OWN, methods=READ),
    "admin:item_pick": posts(*_OWN, methods=READ),
    "admin:change_new": posts(*_OWN),
    "admin:change_edit": posts(*_OWN),
    "admin:change_remove": posts(*_OWN, methods=POST_ONLY),
    "admin:transfer_list": posts(*_OWN, methods=READ),
    "admin:transfer": posts(*_OWN),
    "admin:article_list": posts(*_WORKFLOW, methods=READ),
    "admin:article_new": posts(*_OWN, Post.LEGALITY),
    "admin:article": posts(*_WORKFLOW),
    "admin:bases_read": posts(*_OWN, Post.LEGALITY, methods=POST_ONLY),
    "admin:upload_start": posts(*_OWN),
    "admin:upload": posts(*_OWN),
    "admin:upload_marked": posts(*_OWN, methods=READ),
    "admin:department_workbook": posts(*_OWN, methods=READ),
    "admin:category_template": posts(*_OWN, methods=READ),
    "admin:department_profile": posts(*_OWN),
    "admin:batch_list": posts(*_REGIONAL),
    "admin:batch": posts(*_REGIONAL, methods=READ),
    "admin:batch_add": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:batch_remove": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:batch_freeze": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:batch_settle": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:batch_reopen": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:batch_dissolve": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:batch_meeting": posts(Post.COUNCIL, Post.PUBLISHER),
    "admin:batch_minutes": posts(Post.COUNCIL, Post.PUBLISHER, methods=POST_ONLY),
    "admin:batch_amend": posts(Post.PUBLISHER),
    "admin:batch_confirm": posts(Post.PUBLISHER, Post.LEGALITY, methods=POST_ONLY),
    "admin:batch_stop": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:request_rebase": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:measure_list": posts(*_REGIONAL, methods=READ),
    "admin:measure_new": posts(Post.PUBLISHER),
    "admin:measure": posts(*_REGIONAL, methods=READ),
    "admin:measure_confirm": posts(Post.LEGALITY, methods=POST_ONLY),
    "admin:measure_decline": posts(Post.LEGALITY, methods=POST_ONLY),
    "admin:measure_withdraw": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:reform_list": posts(*_REGIONAL),
    "admin:reform": posts(*_REGIONAL, methods=READ),
    "admin:reform_confirm": posts(Post.COMPLIANCE, methods=POST_ONLY),
    "admin:reform_decline": posts(Post.COMPLIANCE, methods=POST_ONLY),
    "admin:reform_withdraw": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:filing_list": posts(*_REGIONAL, methods=READ),
    "admin:edition_filing": posts(*_REGIONAL, methods=READ),
    "admin:edition_notice": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:edition_file": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:edition_register": posts(Post.LEGALITY, methods=POST_ONLY),
    "admin:edition_result": posts(Post.LEGALITY, methods=POST_ONLY),
    "admin:edition_scan": posts(Post.PUBLISHER, Post.LEGALITY, methods=POST_ONLY),
    "admin:meeting_scan": posts(Post.COUNCIL, Post.PUBLISHER, methods=POST_ONLY),
    "admin:scan_void": posts(Post.COUNCIL, Post.PUBLISHER, Post.LEGALITY, methods=POST_ONLY),
    **model("reviews.publicationplace", changes=True, adds=True),
    "admin:meeting_list": posts(*_REGIONAL),
    "admin:meeting": posts(*_REGIONAL),
    "admin:batch_publish": posts(Post.PUBLISHER),
    # Papers.
    "admin:request_paper": posts(*_WORKFLOW, methods=READ),
    "admin:request_paper_order": posts(*_WORKFLOW, methods=POST_ONLY),
    "admin:opinion_number": posts(Post.LEGALITY, methods=POST_ONLY),
    "admin:batch_paper": posts(*_REGIONAL, methods=READ),
    "admin:batch_papers_order": posts(*_REGIONAL, methods=POST_ONLY),
    "admin:batch_archive": posts(Post.PUBLISHER, Post.AUDITOR, methods=READ),
    "admin:batch_archive_order": posts(Post.PUBLISHER, Post.AUDITOR, methods=POST_ONLY),
    # From above: decisions, their lines, and the tasks of departments.
    "admin:directive_list": posts(*_WORKFLOW, methods=READ),
    "admin:directive": posts(*_WORKFLOW, methods=READ),
    "admin:directive_new": posts(*_GIVERS),
    "admin:directive_template": posts(*_GIVERS, methods=READ),
    "admin:directive_lines": posts(*_GIVERS),
    "admin:directive_tasks": posts(*_GIVERS),
    "admin:campaign_list": posts(*_WORKFLOW, methods=READ),
    "admin:campaign": posts(*_WORKFLOW, methods=READ),
    "admin:campaign_new": posts(Post.PUBLISHER),
    "admin:campaign_close": posts(Post.PUBLISHER, methods=POST_ONLY),
    "admin:scope": posts(*_WORKFLOW, methods=READ),
    "admin:scope_act": posts(Post.HEAD, Post.PUBLISHER, methods=POST_ONLY),
    "admin:urge": posts(*_WORKFLOW, methods=READ),
    "admin:urge_paper": posts(*_WORKFLOW, methods=READ),
    "admin:urge_new": posts(*_GIVERS),
    "admin:adjustment_statistics": posts(*_WORKFLOW, methods=READ),
    "admin:task": posts(*_WORKFLOW, methods=READ),
    "admin:task_act": posts(*_OWN, *_GIVERS, methods=POST_ONLY),
    # What readers report.
    "admin:report_list": posts(*_REPORT_READERS, methods=READ),
    "admin:report": posts(*_REPORT_READERS, methods=READ),
    "admin:report_answer": posts(*_OWN, methods=POST_ONLY),
    "admin:report_contact": posts(*_OWN, methods=POST_ONLY),
    "admin:report_redact": posts(Post.PUBLISHER, methods=POST_ONLY),
    # Special funds.
    **model("budget.economicclass", changes=True, adds=True),
    "admin:fund_list": posts(*_FUND_READERS, methods=READ),
    "admin:fund": posts(*_FUND_READERS, methods=READ),
    "admin:fund_spending": posts(*_FUND_READERS, methods=READ),
    "admin:fund_new": posts(Post.FUND_CLERK),
    "admin:fund_lines": posts(Post.FUND_CLERK),
    "admin:fund_adjust": posts(Post.FUND_CLERK),
    "admin:fund_entry": posts(Post.FUND_CLERK),
    "admin:fund_import": posts(Post.FUND_CLERK),
    "admin:fund_import_template": posts(Post.FUND_CLERK, methods=READ),
    "admin:fund_indicators": posts(*_FUND_READERS, methods=READ),
    "admin:fund_indicator": posts(*_FUND_READERS, methods=READ),
    "admin:fund_report": posts(*_FUND_READERS, methods=READ),
    "admin:fund_report_file": posts(*_FUND_READERS, methods=READ),
    "admin:fund_report_write": posts(Post.FUND_CLERK),
    "admin:fund_evidence": posts(*_FUND_READERS),
    "admin:fund_regulations": posts(*_FUND_READERS),
    "admin:fund_evidence_package": posts(*_FUND_READERS, methods=READ),
    "admin:fund_evidence_file": posts(*_FUND_READERS, methods=READ),
    "admin:fund_evidence_bring": posts(Post.FUND_CLERK),
    "admin:fund_evidence_void": posts(Post.FUND_CLERK, methods=POST_ONLY),
    "admin:fund_months": posts(*_FUND_READERS, methods=READ),
    "admin:fund_month": posts(*_FUND_READERS, methods=READ),
    "admin:fund_month_reconcile": posts(Post.FUND_CLERK, methods=POST_ONLY),
    "admin:fund_month_match": posts(Post.FUND_CLERK, Post.FUND_CHECKER, methods=POST_ONLY),
    "admin:fund_month_close": posts(Post.FUND_CHECKER, methods=POST_ONLY),
    "admin:fund_month_reopen": posts(Post.FUND_CHECKER, methods=POST_ONLY),
    **{
        f"admin:{name}": posts(*_FUND_READERS, methods=READ)
        for name in ("fund_monitoring", "fund_monitoring_paper", "fund_years", "fund_disclosure")
    },
    "admin:fund_proposal": posts(Post.FUND_CLERK),
    "admin:fund_goals": posts(Post.FUND_CLERK),
    "admin:fund_disclose": posts(Post.FUND_CHECKER, methods=POST_ONLY),
    "admin:fund_withdraw": posts(Post.FUND_CHECKER, methods=POST_ONLY),
    "admin:fund_plan": posts(Post.FUND_CLERK),
    "admin:fund_execution": posts(*_FUND_READERS, methods=READ),
    "admin:fund_limit": posts(Post.FUND_CHECKER, methods=POST_ONLY),
    "admin:fund_explain": posts(Post.FUND_CLERK, methods=POST_ONLY),
    "admin:fund_reverse": posts(Post.FUND_CLERK),
    "admin:fund_check": posts(Post.FUND_CHECKER, methods=POST_ONLY),
    "admin:fund_close": posts(Post.FUND_CHECKER),
    "admin:fund_reopen": posts(Post.FUND_CHECKER),
    # Self-evaluations.
    **{
        f"admin:{name}": posts(*_FUND_READERS, methods=READ)
        for name in ("fund_evaluation_formats", "fund_evaluations", "fund_evaluation")
    },
    "admin:fund_evaluation_file": posts(*_FUND_READERS, methods=READ),
    **{
        f"admin:{name}": posts(Post.FUND_CLERK)
        for name in ("fund_evaluation_format_new", "fund_evaluation_new", "fund_evaluation_submit")
    },
    **{f"admin:fund_evaluation_{name}": posts(Post.FUND_CLERK) for name in ("head", "values", "goal", "indicator")},
    **{f"admin:fund_evaluation_{name}_new": posts(Post.FUND_CLERK) for name in ("goal", "indicator")},
    **{f"admin:fund_evaluation_{name}": posts(Post.FUND_CHECKER, methods=POST_ONLY) for name in ("confirm", "return")},
}


def endpoints() -> Iterator[tuple[str, str, URLPattern]]:
    """Every pattern of the site as (name, route, pattern); the name is ``namespace:name``, or the route where there is none."""
    yield from _walk(get_resolver().url_patterns, "", ())


def _walk(patterns, prefix: str, namespaces: tuple[str, ...]) -> Iterator[tuple[str, str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, route, inner)
        else:
            name = ":".join((*namespaces, pattern.name)) if pattern.name else route
            yield name, route, pattern


def policy_of(match: ResolverMatch) -> Policy | None:
    """The row of the address that a request matched; None where the table has none (the suite does not let that pass)."""
    return POLICIES.get(match.view_name if match.url_name else match.route)
