"""A draft whose item was published anew: the form carries what it changes, says so, and undoes nothing in silence."""

from django.urls import reverse

from reviews.models import Directive, DirectiveTask
from reviews.suspending import confirm_measure, propose_measure
from tests.reviews.views.test_item_form import desk, hidden, newest, sent, text_of  # noqa: F401
from tests.world import amend, propose


def suspended(world, name: str):
    """The item as it is published once it has been suspended."""
    item = world.item(name)
    given = {"reason": "依据已废止", "notice_title": "关于暂停的公告", "notice_no": "襄审改办〔2026〕1号"}
    measure = propose_measure(actor=world.publisher, region=world.city, kind="suspension", item=item, **given)
    confirm_measure(actor=world.legality, measure=measure, seen_hash=measure.content_hash)
    return world.version(name)


def test_a_draft_made_before_a_suspension_does_not_undo_it(world, desk):  # noqa: F811
    """The draft keeps its own change; what was published since stands, and the page says so before anything is saved."""
    before = world.version("劳务派遣经营许可")
    propose(world, [amend(before, supervision_phone="0710-3600009")], submit=False)
    change = newest().changes.get()
    now = suspended(world, before.name)
    page = reverse("admin:change_edit", args=[newest().pk, change.pk])
    shown = text_of(desk.get(page))
    assert f"该事项已公布到第{now.number}版（改了事项状态）" in shown and f"申请基于第{before.number}版" in shown
    seal = hidden(desk.get(page), "seen_seal")
    form = {**sent(now), "el-supervision_phone": "0710-3600009", "seen_seal": seal, "seen_base": str(now.number)}
    assert desk.post(page, form).status_code == 302
    saved = newest().changes.get()
    assert (saved.base_version, saved.content.state, saved.content.supervision_phone) == (now, "suspended", "0710-3600009")
    assert "申请基于第" not in text_of(desk.get(page))


def test_what_was_typed_beside_an_older_version_is_not_saved_upon_the_newest(world, desk):  # noqa: F811
    before = world.version("劳务派遣经营许可")
    propose(world, [amend(before, supervision_phone="0710-3600009")], submit=False)
    change = newest().changes.get()
    page = reverse("admin:change_edit", args=[newest().pk, change.pk])
    opened = desk.get(page)
    form = {**sent(before), "el-note": "备注", "seen_seal": hidden(opened, "seen_seal"), "seen_base": hidden(opened, "seen_base")}
    now = suspended(world, before.name)
    refused = desk.post(page, form)
    assert refused.status_code == 409 and f"已公布到第{now.number}版（您所见的是第{before.number}版）" in text_of(refused)
    assert "备注" in text_of(refused) and newest().changes.get().base_version == before
    again = {**form, "seen_seal": hidden(refused, "seen_seal"), "seen_base": hidden(refused, "seen_base")}
    assert desk.post(page, again).status_code == 302
    assert newest().changes.get().content.state == "suspended"


def test_where_both_sides_changed_one_element_the_form_says_which(world, desk):  # noqa: F811
    before = world.version("劳务派遣经营许可")
    propose(world, [amend(before, supervision_phone="0710-3600009")], submit=False)
    change = newest().changes.get()
    content = before.content.changed(supervision_phone="0710-3600077", phone="0710-3611111")
    given = {"reason": "号码有误", "notice_title": "更正", "notice_no": "襄审改办〔2026〕2号"}
    measure = propose_measure(
        actor=world.publisher, region=world.city, kind="correction", item=before.item, content=content, **given
    )
    confirm_measure(actor=world.legality, measure=measure, seen_hash=measure.content_hash)
    shown = text_of(desk.get(reverse("admin:change_edit", args=[newest().pk, change.pk])))
    assert 'value="0710-3611111"' in shown, "what only the publication changed is carried into the form"
    assert "双方都改了监督电话" in shown and "0710-3600077" in shown and "0710-3600009" in shown


def test_a_draft_may_rest_on_a_decision_of_above_that_gave_the_department_a_task(world, at_desk):
    """The county's department answers the city's decision; a department without a task is not offered it."""
    directive = Directive.objects.create(
        region=world.city, issuer="市政府", number="襄政发〔2026〕5号", title="关于下放一批事项的决定", decided_on="2026-01-05"
    )
    county, new = at_desk("county_clerk"), reverse("admin:request_new")
    form = {"reason": "承接下放事项", "directive": directive.pk}
    assert directive.number not in text_of(county.get(new)) and county.post(new, form).status_code == 422
    given = {"directive": directive, "due_on": "2026-02-01", "given_by": world.publisher.user}
    DirectiveTask.objects.create(department=world.department("420602-MZJ"), **given)
    assert directive.number in text_of(county.get(new)) and county.post(new, form).status_code == 302
    assert newest().directive == directive and newest().region == world.county
    assert directive.number not in text_of(at_desk("other_clerk").get(new))
