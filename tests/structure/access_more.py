"""More objects of the access matrix: what comes from above, campaigns, articles, people, and what belongs to nobody."""

from __future__ import annotations

from collections.abc import Callable

from departments.models import Notice, Posting, User
from qingdan.laws.models import Article
from reviews.articles import confirm_article, refuse_article, text_hash
from reviews.campaigns import close_campaign, report_scope
from reviews.states import ScopeAction
from reviews.tasks import answer_by_request, answer_not_concerned, cancel_task, propose_not_concerned
from reviews.urging import urge
from tests.reviews import correcting, test_articles, test_campaigns
from tests.reviews.directives import LATER, directive, task
from tests.structure.access_made import Made
from tests.structure.access_money_made import MONEY
from tests.structure.access_people import RSJ
from tests.world import CITY, PASSWORD, World, fresh

SAID = "经研究，不涉及"


def _directive(given: bool) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        row = task(world).directive if given else directive(world)
        return Made(row, RSJ)

    return make


def _task(state: str) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        row = task(world)
        seen = {"seen_revision": row.revision}
        if state == "proposed":
            propose_not_concerned(actor=world.clerk, task=row, reason=SAID, **seen)
        elif state == "not_concerned":
            answer_not_concerned(actor=world.head, task=row, reason=SAID, **seen)
        elif state == "requested":
            answer_by_request(actor=world.clerk, request=world.request("draft"), tasks=[row])
        elif state == "cancelled":
            cancel_task(actor=world.publisher, task=row, opinion="撤销", **seen)
        row = fresh(row)
        acts = ("receive", "propose", "answer", "send_back", "request", "reopen", "cancel")
        given = {"words": SAID, "seen_revision": row.revision}
        return Made(
            row,
            RSJ,
            keys={**{f"task_act {act}": [row.pk, act] for act in acts}, "urge_new": ["task", row.pk]},
            filled={
                **{f"task_act {act}": given for act in acts},
                "task_act request": {"request": world.request("draft").pk, "tasks": [row.pk]},
                "urge_new": {"text": "请尽快办理", "due_on": "2099-12-31"},
            },
        )

    return make


def _campaign(closed: bool) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        row = test_campaigns.campaign(world, departments=(RSJ,))
        if closed:
            close_campaign(actor=world.publisher, campaign=row, note="结束")
        return Made(row, RSJ, filled={"campaign_close": {"words": "结束"}})

    return make


def _scope(state: str) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        row = test_campaigns.scope(world, test_campaigns.campaign(world, departments=(RSJ,)))
        if state != "open":
            action = {"done": ScopeAction.REPORT_DONE, "nothing": ScopeAction.REPORT_NOTHING}[state]
            report_scope(actor=world.head, scope=row, action=action, words="没有", seen_revision=row.revision)
        row = fresh(row)
        acts = ("report_done", "report_nothing", "reopen")
        given = {"words": "说明", "seen_revision": row.revision}
        return Made(
            row,
            RSJ,
            keys={**{f"scope_act {act}": [row.pk, act] for act in acts}, "urge_new": ["scope", row.pk]},
            filled={**{f"scope_act {act}": given for act in acts}, "urge_new": {"text": "请尽快办理", "due_on": "2099-12-31"}},
        )

    return make


def _urge(world: World) -> Made:
    return Made(urge(actor=world.publisher, subject=task(world), text="请尽快办理", due_on=LATER), RSJ)


def _article(state: str) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        row = test_articles.enter(world, test_articles.an_act("中华人民共和国甲法"))
        if state == "confirmed":
            confirm_article(actor=world.legality, article=row, seen_hash=text_hash(row))
        elif state == "refused":
            refuse_article(actor=world.legality, article=row, opinion="有误", seen_hash=text_hash(row))
        row = Article.objects.get(pk=row.pk)
        # A confirmed one is put out of use by the same form.
        do = {"do": "refuse", "opinion": "已修改"} if state == "confirmed" else {"do": "confirm"}
        return Made(row, CITY, filled={"article": {**do, "seen_hash": text_hash(row)}})

    return make


def _report(answered: bool) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        row = correcting.send(world).report
        if answered:
            row = correcting.answer(world, row, "settle")
        row = fresh(row)
        seen = {"seen_revision": row.revision}
        answer = {"action": "settle", "answer": "已核对", **seen}
        return Made(row, RSJ, filled={"report_answer": answer, "report_redact": {"words": "电话", "reason": "个人信息", **seen}})

    return make


def _account(world: World) -> Made:
    user = User.objects.get(username="outsider")
    posting = user.postings.get()
    return Made(
        user,
        "",
        filled={
            "account_grant": {"post": "legality", "region": world.city.pk, "from_on": "2026-01-01"},
            "account_end_posting": {"posting": posting.pk, "to_on": "2099-01-01"},
            "account_reset": {},
            "account_unlock": {},
        },
    )


def _posting(world: World) -> Made:
    """A posting of the city's 司法; he lets somebody act for him."""
    return Made(Posting.objects.get(user__username="legality"), CITY)


def _deputy(world: World) -> Made:
    """A deputy's posting: who gave it and who has it may end it."""
    given = Posting.objects.get(user__username="legality")
    user = User.objects.create_user("deputy", "代办", PASSWORD, must_change_password=False)
    row = Posting.objects.create(
        user=user, post=given.post, region=given.region, from_on="2026-01-01", to_on="2099-01-01", deputy_of=given
    )
    return Made(row, CITY)


def _notice(world: World) -> Made:
    row = Notice.objects.filter(recipient__username="legality").order_by("pk").first()
    return Made(row, CITY)


def _site(world: World) -> Made:
    return Made(None, "", keys={"bases_read": ["setting_basis"], "category_template": ["01"], "handbook": ["clerk"]})


def _department(world: World) -> Made:
    """What a department does for itself, named by its code."""
    own = [RSJ]
    return Made(None, RSJ, keys={"department_workbook": own, "department_profile": own})


def _item(world: World) -> Made:
    code = world.item("劳务派遣经营许可").code
    return Made(None, CITY, keys={"measure_new": ["suspension", code]})


MORE: dict[str, dict[str, Callable[[World], Made]]] = {
    "directive": {"given": _directive(True)},
    "directive of the region": {"not given": _directive(False)},
    "task": {state: _task(state) for state in ("open", "proposed", "not_concerned", "requested", "cancelled")},
    "campaign": {"open": _campaign(False), "closed": _campaign(True)},
    "scope": {state: _scope(state) for state in ("open", "done", "nothing")},
    "urge": {"sent": _urge},
    **MONEY,
    "article": {state: _article(state) for state in ("pending", "confirmed", "refused")},
    "report": {"open": _report(False), "settled": _report(True)},
    "account": {"in use": _account},
    "office": {"in being": lambda world: Made(world.department("420600-MZJ"), "")},
    "posting": {"held": _posting},
    "deputy": {"acting": _deputy},
    "notice": {"unread": _notice},
    "department": {"in being": _department},
    "item": {"in force": _item},
    "site": {"": _site},
}
