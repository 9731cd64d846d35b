"""One contestant a process: ``python -m bench.contestants NAME WORKBOOK``. Only the act itself is measured."""

from __future__ import annotations

import io
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PAGES = 10  # requests of a page in one run
BARE_ROWS = (
    "<table>{% for row in rows %}<tr><td>{{ row.position }}</td><td>{{ row.kind }}</td><td>{{ row.name }}</td>"
    "<td>{{ row.category_code }}</td><td>{{ row.reason }}</td></tr>{% endfor %}</table>"
)


def read_with_calamine(workbook: Path) -> Callable[[], object]:
    """The floor of an import: python-calamine reads every cell, nothing is checked or kept."""
    from python_calamine import CalamineWorkbook

    def run() -> None:
        book = CalamineWorkbook.from_path(str(workbook))
        for name in book.sheet_names:
            for _row in book.get_sheet_by_name(name).iter_rows():
                pass

    return run


def import_as_requests(workbook: Path) -> Callable[[], object]:
    """``import_list``: every row read, checked, compared, and kept as draft requests of all departments."""
    return command("import_list", str(workbook), "--as", "clerk")


def import_as_baseline(workbook: Path) -> Callable[[], object]:
    """``import_list --baseline``: the same, published as the first edition."""
    terms = ["--notice", "试〔2016〕1号", "--decided-on", "2016-04-11", "--effective-on", "2016-05-01"]
    return command("import_list", str(workbook), "--as", "publisher", "--baseline", *terms)


def request_page_500(workbook: Path) -> Callable[[], object]:
    """The page of a request with 500 changes as a reviewer opens it: whole stack, through Django's test client."""
    from django.test import Client

    from departments.posts import Post

    request, staff = request_of(500)
    client = Client()
    client.force_login(staff[Post.COMPLIANCE].user)
    address = f"/admin/requests/{request.pk}/"
    # A server has its middleware and templates loaded too.
    client.get(address, HTTP_HOST="127.0.0.1")

    def run() -> None:
        for _ in range(PAGES):
            response = client.get(address, HTTP_HOST="127.0.0.1")
            assert response.status_code == 200 and response.content.count(b'name="tick"') == 500

    return run


def bare_template_500(workbook: Path) -> Callable[[], object]:
    """The floor of that page: the same 500 rows from the database through one bare template, nothing else."""
    from django.template import Context, Engine

    from reviews.models import Change

    request, _staff = request_of(500)
    template = Engine().from_string(BARE_ROWS)
    columns = ("position", "kind", "name", "category_code", "reason")

    def run() -> None:
        for _ in range(PAGES):
            rows = Change.objects.filter(request=request).order_by("position").values(*columns)
            assert template.render(Context({"rows": rows})).count("<tr>") == 500

    return run


def request_of(count: int):
    """A submitted request of ``count`` new items of the demo's department with people, and the postings about it, by post."""
    from departments.models import Posting
    from departments.people import Actor
    from departments.posts import Post
    from qingdan.items.kinds import ChangeKind
    from qingdan.items.models import EditionEntry
    from reviews.proposals import Proposal
    from reviews.requests import create_request, submit_request

    edition, _entries = newest_entries(1)
    clerk = Posting.objects.held().filter(post=Post.CLERK, department__region=edition.region).first()
    head = Posting.objects.held().filter(post=Post.HEAD, department=clerk.department).first()
    entry = EditionEntry.objects.of(edition).filter(version__department=clerk.department, version__parent=None).first()
    content = entry.version.content
    reviewer = Posting.objects.held().filter(post=Post.COMPLIANCE, region=clerk.department.region).first()
    new = [content.changed(name=f"{content.name}（{number}）", codes=()) for number in range(count)]
    proposals = [Proposal(kind=ChangeKind.ADD, content=each) for each in new]
    request = create_request(actor=Actor(clerk.user), department=clerk.department, reason="集中调整", proposals=proposals)
    submit_request(actor=Actor(head.user), request=request, seen_hash=request.proposed_hash)
    return request, {Post.COMPLIANCE: reviewer}


def command(name: str, *arguments: str) -> Callable[[], object]:
    """A command of manage.py, its modules loaded beforehand: a server has them loaded too."""
    from django.core.management import call_command, get_commands, load_command_class

    loaded = load_command_class(get_commands()[name], name)

    def run() -> None:
        call_command(loaded, *arguments, stdout=io.StringIO())

    return run


def publish_199(workbook: Path) -> Callable[[], object]:
    """The door publishes an edition with 199 changed items of the list of 3,928."""
    from bench.prepare import changed
    from departments.models import Posting
    from departments.people import Actor
    from departments.posts import Post
    from qingdan.items.kinds import EditionKind
    from qingdan.items.placing import EditionTerms
    from reviews.publication import publish_afterwards

    edition, entries = newest_entries(199)
    actor = Actor(Posting.objects.held().get(post=Post.PUBLISHER, region=edition.region).user)
    day = edition.effective_on.replace(year=edition.effective_on.year + 1)
    terms = EditionTerms(
        region=edition.region,
        kind=EditionKind.BACKFILL,
        notice_title="动态调整",
        notice_no="试〔2017〕1号",
        decided_on=day,
        published_on=day,
        effective_on=day,
        entered_afterwards=True,
        demo=True,
    )
    placements = [changed(entry, "调整") for entry in entries]

    def run() -> None:
        publish_afterwards(actor=actor, terms=terms, placements=placements)

    return run


def bulk_update_199(workbook: Path) -> Callable[[], object]:
    """``bulk_update`` of the same 199 rows, all columns, in a plain copy of their table (no triggers, no history, no list)."""
    from django.db import connection, models, transaction

    from qingdan.items.models import ItemVersion

    columns = [field for field in ItemVersion._meta.concrete_fields if not field.primary_key and not field.is_relation]
    fields = {field.name: field.clone() for field in columns}
    meta = type("Meta", (), {"app_label": "items", "db_table": "bench_plain", "managed": False})
    plain = type("Plain", (models.Model,), {**fields, "__module__": __name__, "Meta": meta})
    with connection.schema_editor() as editor:
        editor.create_model(plain)
    names = ", ".join(connection.ops.quote_name(field.column) for field in (plain._meta.pk, *columns))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO bench_plain ({names}) SELECT {names} FROM {ItemVersion._meta.db_table}")
    _, entries = newest_entries(199)
    kept = {row.pk: row for row in plain.objects.filter(pk__in=[entry.version_id for entry in entries])}
    for entry in entries:
        content = entry.version.content.changed(note="调整")
        row = kept[entry.version_id]
        row.content_bytes, row.content_hash, row.search_text = content.canonical, content.content_hash, row.search_text + "调整"

    def run() -> None:
        with transaction.atomic():
            plain.objects.bulk_update(kept.values(), list(fields))

    return run


def edition_difference(workbook: Path) -> Callable[[], object]:
    """What differs between the first and the newest of fifteen editions, each of which changed some items."""
    from qingdan.items.comparing import compare

    first, newest = first_and_newest()
    assert compare(first, newest)

    def run() -> None:
        for _ in range(PAGES):
            compare(first, newest)

    return run


def edition_membership(workbook: Path) -> Callable[[], object]:
    """The floor of that: the list of one edition is read (place, item, version; three numbers an entry), nothing is compared."""
    from qingdan.items.models import EditionEntry

    _first, newest = first_and_newest()

    def run() -> None:
        for _ in range(PAGES):
            assert len(
                list(EditionEntry.objects.filter(edition=newest).order_by().values_list("position", "item_id", "version_id"))
            )

    return run


def first_and_newest():
    edition, _entries = newest_entries(1)
    return type(edition).objects.light().get(region=edition.region, number=1), edition


def whole_list(form: str) -> Callable[[Path], Callable[[], object]]:
    """One file of the whole list of 3,928 items, as the worker makes it after publication; its memory is the figure to look at."""

    def contestant(workbook: Path) -> Callable[[], object]:
        from qingdan.items.documents.editions import KINDS

        edition, _entries = newest_entries(1)

        def run() -> None:
            with tempfile.TemporaryFile() as to:
                KINDS[form].write(edition=edition, department=None, to=to)

        return run

    return contestant


def newest_entries(number: int):
    """The newest edition of the city and the first ``number`` of its items."""
    from bench.prepare import CITY
    from departments.models import Region
    from qingdan.items.models import Edition, EditionEntry

    edition = Edition.objects.newest(Region.objects.get(code=CITY))
    return edition, list(EditionEntry.objects.of(edition).select_related("version", "item")[:number])


CONTESTANTS = {
    each.__name__: each
    for each in (
        *(read_with_calamine, import_as_requests, import_as_baseline, publish_199, bulk_update_199),
        *(request_page_500, bare_template_500, edition_difference, edition_membership),
    )
} | {f"write {form}": whole_list(form) for form in ("power.xlsx", "list.xlsx", "list.csv", "list.docx", "list.pdf")}


def measured(act: Callable[[], object]) -> dict[str, float]:
    """Seconds, CPU of this process and its children, what this process held above idle, and the most that one child held (MB)."""

    def used() -> tuple[float, float, float]:
        own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
        return cpu, own.ru_maxrss / 1024, children.ru_maxrss / 1024

    (cpu, own, _), started = used(), time.perf_counter()
    act()
    seconds = time.perf_counter() - started
    cpu_after, own_after, child = used()
    figures = {"seconds": seconds, "cpu_seconds": cpu_after - cpu, "memory_mb": own_after - own}
    return figures | ({"child_mb": child} if child else {})


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(measured(CONTESTANTS[sys.argv[1]](Path(sys.argv[2])))))
