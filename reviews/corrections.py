"""纠错, the reader's side: one form makes one report, its number cannot be guessed, and nobody sends more than he could mean.

A reader has no account and gets no cookie. The form carries a signed token for one item; the query number is computed from the token, so
that a form sent twice brings the same number and no second report. How to reach him lies apart (``ReportContact``), in no audit event,
history or hash. Sources are counted under a key that changes daily, never by their address. Files are not taken: a sentence is enough.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from departments.models import Notice
from departments.notices import Desk, notify
from departments.posts import Post
from departments.working_days import Calendar
from qingdan.errors import RuleBroken, Violation, WrongState
from qingdan.items.models import Item, ItemVersion
from qingdan.ledger import audit
from reviews.kind_terms import clean_text
from reviews.later_states import ReportAction, ReportState
from reviews.models import DeskSetting, ReaderReport, ReportContact, ReportStep, ReportTally

TEXT_LIMIT, CONTACT_LIMIT = 1_000, 100
# How long a form may stay open.
FORM_HOURS = 12
_SALT = "reviews.corrections"
# Crockford's 32 signs: none is taken for another. 16 of them: 80 random bits.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_BYTES, _NUMBER_SIGNS = 10, 16
# Under which name the audit trail keeps what readers do.
READER = "读者（网上纠错）"


class TooMany(WrongState):
    """WHEN: not now, for there was too much already today (429)."""

    status = 429


class FormTooOld(WrongState):
    """WHEN: the form lay open too long, or is not one of ours; a new one takes what was typed."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reader takes home. ``again``: the same form was sent before."""

    number: str
    report: ReaderReport
    again: bool = False


def new_token(item: Item) -> str:
    """A signed token for one report on ``item``; nothing is stored."""
    return signing.dumps([secrets.token_urlsafe(18), item.pk], salt=_SALT)


def number_of(nonce: str) -> str:
    """The query number that belongs to a token: XXXX-XXXX-XXXX-XXXX."""
    value = int.from_bytes(salted_hmac(_SALT, nonce, algorithm="sha256").digest()[:_NUMBER_BYTES])
    signs = "".join(_SIGNS[value >> (5 * place) & 31] for place in reversed(range(_NUMBER_SIGNS)))
    return "-".join(signs[at : at + 4] for at in range(0, _NUMBER_SIGNS, 4))


def receive_report(
    *, token: str, version: ItemVersion, about: str, text: str, contact: str, address: str, request_id: str = ""
) -> Receipt:
    """Keep what a reader reports on ``version``'s item, tell its department, and give the query number.

    ``address``: where he writes from, only for the cap. Raises FormTooOld, TooMany, or RuleBroken E01 (what), E02 (text), E03 (contact).
    """
    nonce = _nonce_of(token, version.item)
    number, token_hash = number_of(nonce), _hash(nonce)
    try:
        with transaction.atomic():
            if (known := ReaderReport.objects.filter(token_hash=token_hash).first()) is not None:
                return Receipt(number, known, again=True)
            text, contact = _checked(about, text, contact)
            _count(address, ReportTally.Kind.SENT, settings.REPORTS_PER_ADDRESS, settings.REPORTS_PER_DAY)
            report = _keep(version, about, text, token_hash, _hash(normal_number(number)))
            if contact:
                ReportContact.objects.create(report=report, text=contact)
            _tell(report)
            audit.record(
                actor_id="-",
                actor_name=READER,
                act="receive_report",
                obj=report,
                request_id=request_id,
                detail=f"{report}：{version.item.code} {report.get_about_display()}",
            )
            return Receipt(number, report)
    except IntegrityError:
        # The same form at the same moment: the other one was first.
        return Receipt(number, ReaderReport.objects.get(token_hash=token_hash), again=True)


def look_up(number: str, *, address: str) -> ReaderReport | None:
    """The report with this query number, however it is typed; by its hash, so that time tells nothing of how much was right.

    Misses are counted: raises TooMany.
    """
    wanted = normal_number(number)
    _within(address, ReportTally.Kind.ASKED, settings.REPORT_MISSES_PER_ADDRESS)
    related = ("region", "department", "item", "version", "edition__region", "request")
    found = ReaderReport.objects.filter(number_hash=_hash(wanted)).select_related(*related).defer("edition__manifest").first()
    if found is None:
        with transaction.atomic():
            _count(address, ReportTally.Kind.ASKED, settings.REPORT_MISSES_PER_ADDRESS, None)
    return found


def normal_number(text: str) -> str:
    """A query number as it is hashed: sixteen signs, whatever stood between them, in whichever case and width."""
    plain = unicodedata.normalize("NFKC", text[:100]).upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(sign for sign in plain if sign in _SIGNS)


def _nonce_of(token: str, item: Item) -> str:
    try:
        nonce, key = signing.loads(token[:500], salt=_SALT, max_age=FORM_HOURS * 3600)
    except (signing.BadSignature, ValueError, TypeError):
        raise FormTooOld(f"这张表打开已超过 {FORM_HOURS} 小时，或者不是从本站打开的；您写的内容还在，核对后再提交一次") from None
    if key != item.pk:
        raise FormTooOld("这张表是为另一个事项打开的；您写的内容还在，核对后再提交一次")
    return nonce


def _checked(about: str, text: str, contact: str) -> tuple[str, str]:
    text, contact = clean_text(text), " ".join(clean_text(contact).split())
    broken = []
    if about not in ReaderReport.About.values:
        broken.append(Violation("E01", "选择问题出在哪里", "about"))
    if not text:
        broken.append(Violation("E02", "写明哪里不对，应当是什么", "text"))
    elif len(text) > TEXT_LIMIT:
        broken.append(Violation("E02", f"写了 {len(text)} 字，超过 {TEXT_LIMIT} 字，只写要点", "text"))
    if len(contact) > CONTACT_LIMIT:
        broken.append(Violation("E03", f"超过 {CONTACT_LIMIT} 字，只写一个电话或邮箱", "contact"))
    if broken:
        raise RuleBroken(*broken)
    return text, contact


def _keep(version: ItemVersion, about: str, text: str, token_hash: str, number_hash: str) -> ReaderReport:
    region = version.item.region
    setting = DeskSetting.objects.filter(region=region).first() or DeskSetting()
    report = ReaderReport.objects.create(
        region=region,
        department=version.department,
        item=version.item,
        version=version,
        about=about,
        text=text,
        token_hash=token_hash,
        number_hash=number_hash,
        due_on=Calendar().add(timezone.localdate(), setting.report_days),
    )
    ReportStep.objects.create(report=report, action=ReportAction.RECEIVE, state=ReportState.OPEN)
    return report


def report_url(report: ReaderReport) -> str:
    """Where the desk finds it."""
    return reverse("admin:report", args=[report.pk])


def _tell(report: ReaderReport) -> None:
    """The department's people, without the reader's words: a notice goes by mail, and words may be taken out later."""
    notify(
        event=Notice.Event.ASSIGNED,
        to=[Desk(post, department=report.department) for post in (Post.CLERK, Post.HEAD)],
        title=f"{report}：{report.version.name}"[:200],
        detail=f"读者反映{report.get_about_display()}有误，{report.due_on} 前答复。",
        url=report_url(report),
        key=f"report:{report.pk}:received",
    )


# -- how much ----------------------------------------------------------------------------------------------------------------------


def _count(address: str, kind: str, per_source: int, altogether: int | None) -> None:
    """One more from this source today, in the caller's transaction. Raises TooMany."""
    day = timezone.localdate()
    if not _one_more(day, kind, source_key(address, day), per_source):
        raise TooMany(_told(kind))
    if altogether is not None and not _one_more(day, kind, "", altogether):
        raise TooMany("今天收到的纠错已经很多，本站暂停接收到明天；急事请按事项页上的电话直接联系部门")


def _within(address: str, kind: str, cap: int) -> None:
    day = timezone.localdate()
    if ReportTally.objects.filter(day=day, kind=kind, source=source_key(address, day), count__gte=cap).exists():
        raise TooMany(_told(kind))


def _told(kind: str) -> str:
    if kind == ReportTally.Kind.ASKED:
        return "今天输错查询号的次数太多，请明天再查；也可以按事项页上的电话直接问部门"
    return "您所在的网络今天提交的纠错已到上限，请明天再提交；急事请按事项页上的电话直接联系部门"


def _one_more(day: datetime.date, kind: str, source: str, cap: int) -> bool:
    ReportTally.objects.bulk_create([ReportTally(day=day, kind=kind, source=source)], ignore_conflicts=True)
    rows = ReportTally.objects.filter(day=day, kind=kind, source=source, count__lt=cap)
    return rows.update(count=F("count") + 1) == 1


def source_key(address: str, day: datetime.date) -> str:
    """A key for the source that is another one each day; of an IPv6 address its network counts, since one household has all of it."""
    try:
        found = ip_address(address)
    except ValueError:
        place = address
    else:
        place = str(found if found.version == 4 else ip_network((found, 64), strict=False))
    return salted_hmac(f"{_SALT}.source.{day}", place, algorithm="sha256").hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
