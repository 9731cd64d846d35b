"""纠错: a reader says what is wrong with an item, gets a number, and asks with it what became of it.

These pages are one reader's own: never kept, never indexed, no cookie. Neither his words nor his contact is shown on any of them again, save
in the form that he has to mend.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from departments.acting import client_address
from qingdan.errors import RuleBroken
from qingdan.items import reads
from qingdan.items.models import Edition, EditionEntry
from qingdan.public.form_pages import form_page
from qingdan.public.frame import Elsewhere, Frame, NotHere
from qingdan.public.links import Links
from reviews.corrections import CONTACT_LIMIT, TEXT_LIMIT, FormTooOld, TooMany, look_up, new_token, receive_report
from reviews.models import DeskSetting, ReaderReport

_FIELDS = ("about", "text", "contact")


@sensitive_post_parameters(*_FIELDS)
@form_page
@sensitive_variables("fields", "given")
def report(frame: Frame, request: HttpRequest, fields: QueryDict | None, code: str) -> HttpResponse:
    """The form of one item, or the number of what was sent."""
    entry = _entry(frame, code)
    if fields is None:
        return _form(frame, entry, {})
    given = {name: fields.get(name, "") for name in _FIELDS}
    try:
        receipt = receive_report(
            token=fields.get("token", ""),
            version=entry.version,
            address=client_address(request),
            request_id=getattr(request, "request_id", ""),
            **given,
        )
    except RuleBroken as refusal:
        return _form(frame, entry, given, faults={each.where: each.message for each in refusal.violations}, status=422)
    except (FormTooOld, TooMany) as refusal:
        return _form(frame, entry, given, refusal=str(refusal), status=refusal.status)
    return frame.page(
        "report_sent.html",
        title="纠错已收到",
        receipt=receipt,
        name=entry.version.name,
        department=receipt.report.department,
        item_url=frame.links.item(code),
    )


def _entry(frame: Frame, code: str) -> EditionEntry:
    """The item as today's list has it. Raises NotHere, or Elsewhere for another region's."""
    entry = reads.entry(frame.edition, code)
    if entry is not None:
        return entry
    known = reads.item_named(code)
    if known is not None and known.region_id != frame.region.pk:
        raise Elsewhere(Links(known.region.code).report(code))
    raise NotHere("现行清单中没有这个事项，不能对它纠错", way_out=("看全部事项", frame.links.all_items))


def _form(
    frame: Frame, entry: EditionEntry, given: dict[str, str], *, faults: dict[str, str] | None = None, refusal: str = "", status=200
) -> HttpResponse:
    """The form with a fresh token and whatever was typed."""
    setting = DeskSetting.objects.filter(region=frame.region).first() or DeskSetting()
    return frame.page(
        "report.html",
        status=status,
        title=f"纠错：{entry.version.name}",
        entry=entry,
        choices=ReaderReport.About.choices,
        given=given,
        faults=faults or {},
        refusal=refusal,
        token=new_token(entry.item),
        text_limit=TEXT_LIMIT,
        contact_limit=CONTACT_LIMIT,
        days=setting.report_days,
        contact_days=setting.contact_days,
        item_url=frame.links.item(entry.item.code),
    )


@sensitive_post_parameters("number")
@form_page
@sensitive_variables("fields", "typed")
def reports(frame: Frame, request: HttpRequest, fields: QueryDict | None) -> HttpResponse:
    """Ask by the query number, which never stands in an address."""
    if fields is None:
        return frame.page("reports.html", title="查询纠错结果")
    typed = fields.get("number", "")[:100].strip()
    try:
        found = look_up(typed, address=client_address(request)) if typed else None
    except TooMany as refusal:
        return frame.page("reports.html", status=refusal.status, title="查询纠错结果", refusal=str(refusal))
    if found is None:
        return frame.page("reports.html", status=404, title="查询纠错结果", typed=typed, unknown=True)
    return frame.page("reports.html", title="查询纠错结果", found=found, **_standing(found))


def _standing(found: ReaderReport) -> dict[str, object]:
    """What is public of a report: where it stands, by when, the answer, and the edition that carried it."""
    links = Links(found.region.code)
    listed = reads.entry(Edition.objects.light().in_force(found.region, timezone.localdate()), found.item.code)
    edition = found.edition
    return {
        "item_name": listed.version.name if listed else "",
        "item_url": links.item(found.item.code) if listed else "",
        "waiting": found.present_state == "open",
        "edition": edition,
        "edition_url": links.edition(edition.number) if edition else "",
    }
