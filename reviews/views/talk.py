"""The conversation of one request as a page shows it: what is open, who may settle it, and where each thread stands in the difference."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from departments.models import Posting
from departments.people import Actor
from departments.site import actor_of
from qingdan.errors import NotAllowed
from reviews.conversation import conversation_of, may_settle
from reviews.guards import check_takes_part
from reviews.models import ChangeRequest
from reviews.states import ENDED
from reviews.views.differences import Shown
from reviews.views.facts import facts_of


def part_of(request: HttpRequest, row: ChangeRequest) -> tuple[Actor, Posting | None]:
    """(actor, posting): who looks, and by which post he takes part; None where he only reads or the request is over."""
    actor = actor_of(request)
    try:
        return actor, None if row.state in ENDED else check_takes_part(actor=actor, request=row)
    except NotAllowed:
        return actor, None


def works_on(request: HttpRequest, row: ChangeRequest) -> bool:
    """Whether the reader works on the request, and was not only asked for an opinion; asked for once a page, or with the row."""
    if not hasattr(row, "worked_on"):
        row.worked_on = ChangeRequest.objects.worked_on_by(request.user).filter(pk=row.pk).exists()
    return row.worked_on


class Talk:
    """The conversation of one request as its page shows it."""

    def __init__(self, request: HttpRequest, row: ChangeRequest):
        self.row = row
        self.actor, self.posting = part_of(request, row)
        self.threads = conversation_of(row) if works_on(request, row) and "comments" in facts_of(row).present else []
        self.open = [thread for thread in self.threads if thread.open]
        self.unanswered = [thread for thread in self.open if thread.unanswered]
        self.settling = {thread.root.pk for thread in self.threads if may_settle(self.actor, row, thread, self.posting)}
        self.address = reverse("admin:request_comments", args=[row.pk])

    @property
    def speaks(self) -> bool:
        return self.posting is not None

    def place(self, shown: Iterable[Shown]) -> None:
        """Put each thread to the row of its element where that differs, else to its change."""
        by_item, by_key, by_name = {}, {}, {}
        for each in shown:
            each.talk = self
            by_key[each.change.pk] = each
            if each.change.item_id:
                by_item[each.change.item_id] = each
            else:
                by_name[each.change.name] = each
        for thread in self.threads:
            root = thread.root
            found = by_item.get(root.item_id) if root.item_id else by_key.get(root.change_key) or by_name.get(root.about)
            if found is None or root.change_key is None:
                continue
            row = next((row for row in found.rows if row.label == root.element), None)
            (row.threads if row is not None else found.threads).append(thread)


def talk_of(request: HttpRequest, row: ChangeRequest) -> Talk:
    """The conversation of the request that a page shows, asked for once a page."""
    if not hasattr(row, "_talk"):
        row._talk = Talk(request, row)
    return row._talk
