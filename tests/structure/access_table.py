"""The law of access, written by hand: post × kind of object × state × action. Nothing here is read from the product.

``ROWS``: one for each address of the staff's site. Of an object's own people a label is the post; ``post@near`` is the same post in another
department of the region, ``post@far`` in another region. Who is not in ``door`` gets 403 at every object; who may not know of the object
(``SIGHT``) 404; who sees it and is not named 403; who is named, in another state, is told so and nothing happens ("later"). An address
that takes no POST (or no GET) answers 405. Without a post one is sent to the log-in.

Rights: posts → states in which they may; ``*`` every state; ``!state`` there it is another post's turn (403); empty: never with these
objects. ``SEEN``: whoever sees it, in every state.
"""

from __future__ import annotations

from dataclasses import dataclass

OWN = "clerk head"
OFFICES = "compliance service legality"
ROUTE = f"{OFFICES} council publisher"
REGION = f"{ROUTE} auditor"
WORKFLOW = f"{OWN} {REGION}"
TAKING_PART = f"{OWN} {ROUTE}"
GIVERS = "compliance publisher"
MONEY = "fund_clerk fund_checker"
BOOKS = f"{MONEY} {OWN} auditor"
ADMINS = "system_admin security_admin audit_admin"
EVERYBODY = f"{WORKFLOW} {MONEY} {ADMINS}"
SEEN = "seen"
Rights = dict[str, str] | str | None

UNDER_WAY = "draft compliance legality awaiting batched approved returned"
EDITABLE = "draft returned"


@dataclass(frozen=True, slots=True)
class Row:
    """``names``: the form names another object, so an empty one is answered by 404. ``says``: the address answers a wrong state on the page it leads back to, so by 302. ``sees``: who sees this part of the object,
    where that is fewer than see the object."""

    name: str
    kind: str
    door: str
    get: Rights = None
    post: Rights = None
    says: bool = False
    names: bool = False
    sees: str | dict[str, str] = ""


def form(name: str, kind: str, door: str, rights: Rights) -> Row:
    return Row(name, kind, door, rights, rights)


# Who sees an object: posts, or state → posts ("" for the other states).
SIGHT: dict[str, str | dict[str, str]] = {
    "request": {"draft": OWN, "": WORKFLOW},
    "asked": f"{WORKFLOW} clerk@near head@near",
    "transfer": OWN,
    "upload": OWN,
    "batch": REGION,
    "meeting": REGION,
    "measure": REGION,
    "reform": REGION,
    "edition": REGION,
    "directive": WORKFLOW,
    "directive of the region": REGION,
    "task": WORKFLOW,
    "campaign": WORKFLOW,
    "scope": WORKFLOW,
    "urge": WORKFLOW,
    "fund": BOOKS,
    "material": BOOKS,
    "regulation": BOOKS,
    "evaluation": BOOKS,
    "article": "*",
    "report": f"{OWN} compliance publisher auditor",
    "account": "*",
    "office": "*",
    "posting": "legality system_admin",
    "deputy": "legality system_admin",
    "notice": "legality",
    "department": OWN,
    "item": "publisher",
    "site": "*",
}

_REQUEST = "request"
_DECIDING = {"compliance service": "compliance !legality", "legality": "legality !compliance"}
_CLAIMING = {"compliance service": "compliance !legality !awaiting", "legality": "legality !compliance !awaiting"}
_TALKING = {TAKING_PART: UNDER_WAY}
FILED = ("material", "regulation")
_HAVING_A_FILE = {"owed": "", "": BOOKS}
ROWS: tuple[Row, ...] = (
    # 调整申请
    Row("request", _REQUEST, WORKFLOW, get=SEEN),
    Row("request_change", _REQUEST, WORKFLOW, get=SEEN),
    Row("request_life", _REQUEST, WORKFLOW, get=SEEN),
    Row("request_trail", _REQUEST, WORKFLOW, get=SEEN),
    Row("request_submit", _REQUEST, OWN, post={"head": EDITABLE}),
    Row("request_withdraw", _REQUEST, OWN, post={OWN: "draft returned compliance legality awaiting"}),
    Row("request_return", _REQUEST, "publisher", post={"publisher": "awaiting !compliance !legality"}),
    Row("request_decide", _REQUEST, OFFICES, post=_DECIDING),
    Row("request_mark", _REQUEST, OFFICES, post=_DECIDING),
    Row("request_answer", _REQUEST, OFFICES, post={"compliance service": ""}),
    Row("request_claim", _REQUEST, f"{OFFICES} publisher", post=_CLAIMING | {"publisher": "awaiting !compliance !legality"}),
    Row("request_attachments", _REQUEST, WORKFLOW, get=SEEN, post=_TALKING),
    # A file of the department's: its own side declares it void.
    Row("attachment_void", _REQUEST, TAKING_PART, post={OWN: UNDER_WAY}),
    Row("attachment", _REQUEST, WORKFLOW, get=SEEN),
    Row("request_opinions", _REQUEST, WORKFLOW, get=SEEN, post=_TALKING),
    Row("request_comments", _REQUEST, WORKFLOW, get=SEEN, post=_TALKING),
    Row("comment_act", _REQUEST, TAKING_PART, post=_TALKING),
    form("request_describe", _REQUEST, OWN, {OWN: EDITABLE}),
    Row("request_correct", _REQUEST, OWN, get={OWN: EDITABLE}),
    form("change_edit", _REQUEST, OWN, {OWN: EDITABLE}),
    Row("change_remove", _REQUEST, OWN, post={OWN: EDITABLE}),
    Row("request_paper", _REQUEST, WORKFLOW, get=SEEN),
    Row("request_paper_order", _REQUEST, WORKFLOW, post=SEEN),
    Row("opinion_number", _REQUEST, "legality", post={"legality": "*"}, says=True),
    Row("request_rebase", _REQUEST, "publisher", post={"publisher": "awaiting batched"}, says=True),
    Row("urge_new", _REQUEST, GIVERS, get={GIVERS: "*"}, post={GIVERS: "returned"}),
    # A request on which another department was asked: it reads and answers, and does not listen to the conversation.
    Row("request", "asked", WORKFLOW, get=SEEN),
    Row("request_life", "asked", WORKFLOW, get=SEEN, sees=WORKFLOW),
    Row("request_trail", "asked", WORKFLOW, get=SEEN, sees=WORKFLOW),
    Row("request_comments", "asked", WORKFLOW, get=SEEN, post={TAKING_PART: "*"}, sees=WORKFLOW),
    Row("request_opinions", "asked", WORKFLOW, get=SEEN, post={TAKING_PART: "*"}),
    Row("opinion_give", "asked", WORKFLOW, post={"head@near": "*"}),
    Row("attachment", "asked", WORKFLOW, get=SEEN),
    Row("request_attachments", "asked", WORKFLOW, get=SEEN, post={TAKING_PART: "*"}),
    Row("comment_act", "asked", TAKING_PART, post={TAKING_PART: "*"}, sees=WORKFLOW),
    # What a department does
    Row("transfer", "transfer", OWN, get=SEEN, post={"head": "*"}),
    form("upload", "upload", OWN, SEEN),
    Row("upload_marked", "upload", OWN, get=SEEN),
    Row("department_workbook", "department", OWN, get=SEEN),
    form("department_profile", "department", OWN, SEEN),
    *(Row(name, "site", OWN, get=SEEN) for name in ("item_pick", "transfer_list", "category_template")),
    *(form(name, "site", OWN, SEEN) for name in ("bulk", "request_new", "change_new", "upload_start")),
    Row("bases_read", "site", f"{OWN} legality", post=SEEN),
    form("article_new", "site", f"{OWN} legality", SEEN),
    Row("article_list", "site", WORKFLOW, get=SEEN),
    Row("article", "article", WORKFLOW, get=SEEN, post={"legality legality@far": "pending confirmed"}),
    # Lists of the workflow
    *(Row(name, "site", WORKFLOW, get=SEEN) for name in ("inbox", "inbox_go", "request_list", "directive_list", "campaign_list", "adjustment_statistics")),
    *(Row(name, "site", REGION, get=SEEN) for name in ("measure_list", "filing_list")),
    Row("batch_list", "site", REGION, get=SEEN, post={"publisher publisher@far": "*"}),
    Row("reform_list", "site", REGION, get=SEEN, post={"publisher publisher@far": "*"}),
    Row("meeting_list", "site", REGION, get=SEEN, post={"council publisher council@far publisher@far": "*"}),
    form("request_on_behalf", "site", "compliance", SEEN),
    form("directive_new", "site", GIVERS, SEEN),
    Row("directive_template", "site", GIVERS, get=SEEN),
    form("campaign_new", "site", "publisher", SEEN),
    # 调整批次, 常务会
    Row("batch", "batch", REGION, get=SEEN),
    # The worker has not made the papers of these batches.
    Row("batch_paper", "batch", REGION, get={REGION: ""}),
    Row("batch_papers_order", "batch", REGION, post=SEEN),
    Row("batch_archive", "batch", "publisher auditor", get={"publisher auditor": ""}),
    Row("batch_archive_order", "batch", "publisher auditor", post={"publisher auditor": "published"}),
    Row("batch_add", "batch", "publisher", post={"publisher": "draft"}, names=True),
    Row("batch_remove", "batch", "publisher", post={"publisher": "draft"}, names=True),
    Row("batch_freeze", "batch", "publisher", post={"publisher": "draft"}),
    Row("batch_settle", "batch", "publisher", post={"publisher": "short"}),
    Row("batch_reopen", "batch", "publisher", post={"publisher": "frozen short"}),
    Row("batch_dissolve", "batch", "publisher", post={"publisher": "draft"}),
    form("batch_meeting", "batch", "council publisher", {"council": "frozen !*", "publisher": "frozen"}),
    Row("batch_minutes", "batch", "council publisher", post={"council publisher": "recorded"}, names=True),
    form("batch_amend", "batch", "publisher", {"publisher": "amending"}),
    Row("batch_confirm", "batch", "publisher legality", post={"publisher legality": "amending"}),
    Row("batch_stop", "batch", "publisher", post={"publisher": "amending decided"}),
    form("batch_publish", "batch", "publisher", {"publisher": "decided"}),
    Row("meeting", "meeting", REGION, get=SEEN, post={"council publisher": "*"}),
    Row("meeting_scan", "meeting", "council publisher", post={"council publisher": "*"}),
    # A scan of 政府办's: its own office declares it void.
    Row("scan_void", "meeting", "council publisher legality", post={"council": "*"}),
    # Outside of a request
    form("measure_new", "item", "publisher", SEEN),
    Row("measure", "measure", REGION, get=SEEN),
    Row("measure_confirm", "measure", "legality", post={"legality": "proposed"}),
    Row("measure_decline", "measure", "legality", post={"legality": "proposed"}),
    Row("measure_withdraw", "measure", "publisher", post={"publisher": "proposed"}),
    Row("reform", "reform", REGION, get=SEEN),
    Row("reform_confirm", "reform", "compliance", post={"compliance": "proposed"}),
    Row("reform_decline", "reform", "compliance", post={"compliance": "proposed"}),
    Row("reform_withdraw", "reform", "publisher", post={"publisher": "proposed"}),
    Row("edition_filing", "edition", REGION, get=SEEN),
    Row("edition_notice", "edition", "publisher", post={"publisher": "*"}),
    Row("edition_file", "edition", "publisher", post={"publisher": "unfiled correcting"}),
    Row("edition_register", "edition", "legality", post={"legality": "filed"}),
    Row("edition_result", "edition", "legality", post={"legality": "registered"}),
    Row("edition_scan", "edition", "publisher legality", post={"publisher legality": "filed registered correcting accepted advised"}),
    # From above
    Row("directive", "directive", WORKFLOW, get=SEEN),
    form("directive_lines", "directive", GIVERS, {GIVERS: "*"}),
    form("directive_tasks", "directive", GIVERS, {GIVERS: "*"}),
    Row("directive", "directive of the region", WORKFLOW, get=SEEN),
    form("directive_lines", "directive of the region", GIVERS, {GIVERS: "*"}),
    form("directive_tasks", "directive of the region", GIVERS, {GIVERS: "*"}),
    Row("task", "task", WORKFLOW, get=SEEN),
    Row("task_act receive", "task", f"{OWN} {GIVERS}", post={OWN: "open"}),
    Row("task_act propose", "task", f"{OWN} {GIVERS}", post={"clerk": "open"}),
    Row("task_act answer", "task", f"{OWN} {GIVERS}", post={"head": "open proposed"}),
    Row("task_act send_back", "task", f"{OWN} {GIVERS}", post={"head": "proposed"}),
    Row("task_act request", "task", f"{OWN} {GIVERS}", post={OWN: "open proposed not_concerned"}),
    Row("task_act reopen", "task", f"{OWN} {GIVERS}", post={GIVERS: "not_concerned"}),
    Row("task_act cancel", "task", f"{OWN} {GIVERS}", post={GIVERS: "open proposed"}),
    Row("urge_new", "task", GIVERS, get={GIVERS: "*"}, post={GIVERS: "open proposed"}),
    Row("campaign", "campaign", WORKFLOW, get=SEEN),
    Row("campaign_close", "campaign", "publisher", post={"publisher": "open"}),
    Row("scope", "scope", WORKFLOW, get=SEEN),
    Row("scope_act report_done", "scope", "head publisher", post={"head": "open"}),
    Row("scope_act report_nothing", "scope", "head publisher", post={"head": "open"}),
    Row("scope_act reopen", "scope", "head publisher", post={"publisher": "done nothing"}),
    Row("urge_new", "scope", GIVERS, get={GIVERS: "*"}, post={GIVERS: "open"}),
    *(Row(name, "urge", WORKFLOW, get=SEEN) for name in ("urge", "urge_paper")),
    # 专项资金
    Row("fund_list", "site", BOOKS, get=SEEN),
    form("fund_new", "site", "fund_clerk", SEEN),
    *(Row(name, "fund", BOOKS, get=SEEN) for name in ("fund", "fund_spending", "fund_months", "fund_month")),
    *(form(name, "fund", "fund_clerk", {"fund_clerk": "open month"}) for name in ("fund_lines", "fund_adjust", "fund_entry", "fund_import", "fund_reverse")),
    Row("fund_import_template", "fund", "fund_clerk", get=SEEN),
    Row("fund_month_reconcile", "fund", "fund_clerk", post={"fund_clerk": "open"}),
    Row("fund_month_match", "fund", MONEY, post={MONEY: "*"}),
    Row("fund_month_close", "fund", "fund_checker", post={"fund_checker": ""}),
    Row("fund_month_reopen", "fund", "fund_checker", post={"fund_checker": "month"}),
    Row("fund_check", "fund", "fund_checker", post={"fund_checker": "open month"}, says=True),
    form("fund_close", "fund", "fund_checker", {"fund_checker": "open month"}),
    Row("fund_reopen", "fund", "fund_checker", get=SEEN, post={"fund_checker": "closed"}),
    *(Row(name, "fund", BOOKS, get=SEEN) for name in ("fund_indicators", "fund_indicator", "fund_execution", "fund_report", "fund_report_file")),
    *(Row(name, "fund", BOOKS, get=SEEN) for name in ("fund_monitoring", "fund_monitoring_paper", "fund_years", "fund_disclosure")),
    form("fund_plan", "fund", "fund_clerk", {"fund_clerk": "open month"}),
    *(form(name, "fund", "fund_clerk", {"fund_clerk": "*"}) for name in ("fund_report_write", "fund_proposal")),
    form("fund_goals", "fund", "fund_clerk", {"fund_clerk": "open month"}),
    Row("fund_explain", "fund", "fund_clerk", post={"fund_clerk": "open month"}),
    Row("fund_limit", "fund", "fund_checker", post={"fund_checker": "open month"}),
    *(Row(name, "fund", "fund_checker", post={"fund_checker": "*"}) for name in ("fund_disclose", "fund_withdraw")),
    *(Row(name, "fund", BOOKS, get=SEEN, post={"fund_clerk": "*"}) for name in ("fund_evidence", "fund_regulations")),
    # 支撑材料 and 业务制度: a row of either, with a file or without.
    *(Row(name, kind, BOOKS, get=SEEN, post={"fund_clerk": "*"}) for kind in FILED for name in ("fund_evidence", "fund_regulations")),
    *(Row("fund_evidence_package", kind, BOOKS, get=SEEN) for kind in FILED),
    *(form("fund_evidence_bring", kind, "fund_clerk", {"fund_clerk": "*"}) for kind in FILED),
    *(Row("fund_evidence_file", kind, BOOKS, get=SEEN, sees=_HAVING_A_FILE) for kind in FILED),
    *(Row("fund_evidence_void", kind, "fund_clerk", post={"fund_clerk": "came"}, sees=_HAVING_A_FILE) for kind in FILED),
    # 绩效自评; "own": handed in by the very person who holds 财务复核 now, so that he does not confirm it.
    Row("fund_evaluation_formats", "site", BOOKS, get=SEEN),
    form("fund_evaluation_format_new", "site", "fund_clerk", SEEN),
    *(Row(name, "evaluation", BOOKS, get=SEEN) for name in ("fund_evaluations", "fund_evaluation", "fund_evaluation_file")),
    form("fund_evaluation_new", "evaluation", "fund_clerk", {"fund_clerk": "*"}),
    *(form(f"fund_evaluation_{name}", "evaluation", "fund_clerk", {"fund_clerk": "draft returned"}) for name in ("head", "goal_new", "goal", "indicator_new", "indicator", "values", "submit")),
    Row("fund_evaluation_confirm", "evaluation", "fund_checker", post={"fund_checker": "submitted !own"}),
    Row("fund_evaluation_return", "evaluation", "fund_checker", post={"fund_checker": "submitted confirmed own"}),
    # 读者纠错: the department answers and rings up, 审改办 takes words out, 编办 and 审计 watch.
    Row("report_list", "site", f"{OWN} compliance publisher auditor", get=SEEN),
    Row("report", "report", f"{OWN} compliance publisher auditor", get=SEEN),
    Row("report_answer", "report", OWN, post={OWN: "open"}),
    Row("report_contact", "report", OWN, post={OWN: "*"}),
    Row("report_redact", "report", "publisher", post={"publisher": "*"}),
    # Accounts, departments, deputies, notices
    Row("accounts", "site", "system_admin", get=SEEN),
    form("account_new", "site", "system_admin", SEEN),
    Row("account_template", "site", "system_admin", get=SEEN),
    form("account_roster", "site", "system_admin", SEEN),
    Row("offices", "site", "system_admin", get=SEEN),
    form("office_new", "site", "system_admin", SEEN),
    Row("department_template", "site", "system_admin", get=SEEN),
    form("department_roster", "site", "system_admin", SEEN),
    Row("account", "account", "system_admin", get=SEEN),
    *(Row(f"account_{act}", "account", "system_admin", post=SEEN) for act in ("grant", "end_posting", "end", "resume", "reset", "unlock")),
    Row("office", "office", "system_admin", get=SEEN),
    form("office_describe", "office", "system_admin", SEEN),
    *(Row(f"office_{act}", "office", "system_admin", post=SEEN) for act in ("rename", "merge", "close")),
    Row("deputies", "site", EVERYBODY, get=SEEN),
    form("deputy_new", "posting", EVERYBODY, SEEN),
    Row("deputy_end", "deputy", EVERYBODY, post=SEEN),
    Row("notices", "site", EVERYBODY, get=SEEN),
    Row("notices_read", "site", EVERYBODY, post=SEEN),
    form("notice_mail", "site", EVERYBODY, SEEN),
    Row("notice_open", "notice", EVERYBODY, get=SEEN),
    form("audit_export", "site", "audit_admin auditor", SEEN),
    # Django's own pages
    Row("index", "site", EVERYBODY, get=SEEN),
    form("password_change", "site", EVERYBODY, SEEN),
    *(Row(name, "site", EVERYBODY, get=SEEN) for name in ("help", "handbook")),
    Row("password_change_done", "site", EVERYBODY, get=SEEN),
)  # fmt: skip

# Open to whoever asks: no session, or before there is one.
OPEN = {"admin:login", "admin:logout", "admin:jsi18n", "healthz", "readyz"}
# Django's addresses that no screen uses, and pictures of the handbooks.
NOWHERE = {"admin:help_image", "admin:autocomplete", "admin:view_on_site", "admin:app_list", "admin/(?P<url>.*)$"}

_READERS = f"{ROUTE} {OWN} auditor"
_STAFF = f"{ROUTE} {ADMINS} auditor"
# Tables of the staff's site: model → (who reads it, who changes a row, who adds one). Nobody deletes; no list is edited.
MODELS: dict[str, tuple[str, str, str]] = {
    "departments.region": (_STAFF, "", ""),
    "departments.department": (_STAFF, "", ""),
    "departments.user": (ADMINS, "", ""),
    "departments.posting": (ADMINS, "", ""),
    "departments.workingday": (f"{_READERS} {ADMINS}", "system_admin", "system_admin"),
    "ledger.auditevent": ("audit_admin auditor", "", ""),
    "outbox.outboxentry": ("system_admin", "", ""),
    "outbox.taskrun": ("system_admin", "", ""),
    "items.category": (f"{_READERS} system_admin", "system_admin", ""),
    "items.subkind": (f"{_READERS} system_admin", "system_admin", "system_admin"),
    "items.codescheme": (f"{_READERS} system_admin", "system_admin", "system_admin"),
    "items.requiredelement": (f"{_READERS} system_admin", "system_admin", "system_admin"),
    "items.alias": (f"{_READERS} system_admin", "service", "service"),
    "items.missedword": ("service publisher compliance", "", ""),
    "laws.act": (f"{_READERS} system_admin", "legality", "legality"),
    "laws.actversion": (f"{_READERS} system_admin", "legality", "legality"),
    "reviews.routerule": (f"{ROUTE} security_admin auditor", "security_admin", ""),
    "reviews.checklistrow": (f"{_READERS} security_admin", "security_admin", "security_admin"),
    "reviews.desksetting": (f"{ROUTE} security_admin auditor", "security_admin", "security_admin"),
    "reviews.shortroute": (f"{ROUTE} security_admin auditor", "security_admin", "security_admin"),
    "reviews.limit": (f"{_READERS} system_admin security_admin", "system_admin", "system_admin"),
    "reviews.publicationplace": (f"{ROUTE} system_admin auditor", "system_admin", "system_admin"),
    "budget.economicclass": (f"{MONEY} auditor system_admin", "system_admin", "system_admin"),
}
# Those that keep a trail of edits, which whoever reads the table reads too.
WITH_TRAIL = {"departments.department", "departments.posting"}
HIDING = WITH_TRAIL | {"ledger.auditevent"}


def rows_of_model(label: str) -> tuple[Row, ...]:
    """The addresses of one table; a row of the audit trail is seen in its own region only."""
    view, change, add = MODELS[label]
    name, kind = label.replace(".", "_"), f"table {label}"
    everywhere = " ".join(f"{post} {post}@near {post}@far" for post in view.split())
    changes = {" ".join(f"{post} {post}@near {post}@far" for post in change.split()): "*"} if change else None
    own_only = SIGHT[kind] if label == "ledger.auditevent" else everywhere
    rows = [
        Row(f"{name}_changelist", kind, view, get=SEEN, sees="*"),
        Row(f"{name}_change", kind, view, get=SEEN, post=changes),
        # Who does not read a table that keeps a trail, or rows of another region, does not learn from the trail that a row is there.
        Row(f"{name}_history", kind, EVERYBODY if label in HIDING else view, get=SEEN, sees=own_only),
    ]
    if add:
        rows.append(form(f"{name}_add", kind, add, SEEN))
    if label in WITH_TRAIL:
        rows.append(Row(f"{name}_simple_history", kind, EVERYBODY, get=SEEN, sees=everywhere))
    return tuple(rows)


SIGHT |= {f"table {label}": "*" for label in MODELS} | {"table ledger.auditevent": "audit_admin auditor"}
ROWS += tuple(row for label in MODELS for row in rows_of_model(label))

# Citizens' pages and the same as data: anybody, and the same bytes to everybody. Only reading.
PUBLIC = {
    *("home", "departments", "department", "items", "item", "version", "compare", "editions", "edition", "changes"),
    *("edition_compare", "statistics", "statistics_csv", "downloads", "edition_downloads", "changes_feed", "sitemap", "verify"),
    *("verifier", "item_proof", "edition_proof", "money"),
}
# Files that the worker has to have made; answers to the reader's own form; pages of what this world does not hold.
PUBLIC_ELSEWHERE = {"download", "department_download", "mode", "report", "reports", "act", "money_year"}
API = {"departments", "department", "items", "item", "version", "editions", "edition", "changes", "schema", "docs"}
