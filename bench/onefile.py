"""A one-file Django project over the same database: the list page and an item's page as one would write them first (ORM, templates).

Twenty rows of the newest edition, the total and the counts by category; an item with its elements and its versions. No middleware, nothing
kept, no links between pages beyond the rows' own: what a page that is made for the first time is compared with.
"""

# ruff: noqa: DJ008  -- nobody prints these models

from __future__ import annotations

import json
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template import Context, Engine
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    SECRET_KEY="bench",  # noqa: S106
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")),
            "CONN_MAX_AGE": 60,
        }
    },
)
django.setup()


class Category(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=20)
    order = models.IntegerField()

    class Meta:
        app_label, db_table, managed = "onefile", "items_category", False


class Item(models.Model):
    code = models.CharField(max_length=30)

    class Meta:
        app_label, db_table, managed = "onefile", "items_item", False


class Version(models.Model):
    item = models.ForeignKey(Item, models.DO_NOTHING, related_name="versions")
    number = models.IntegerField()
    name = models.CharField(max_length=500)
    department_name = models.CharField(max_length=100)
    category = models.ForeignKey(Category, models.DO_NOTHING)
    summary = models.CharField(max_length=80)
    content_bytes = models.BinaryField()

    class Meta:
        app_label, db_table, managed = "onefile", "items_itemversion", False


class Edition(models.Model):
    number = models.IntegerField()
    notice_title = models.CharField(max_length=200)
    effective_on = models.DateField()

    class Meta:
        app_label, db_table, managed = "onefile", "items_edition", False


class Entry(models.Model):
    pk = models.CompositePrimaryKey("edition_id", "position")
    edition = models.ForeignKey(Edition, models.DO_NOTHING)
    position = models.IntegerField()
    version = models.ForeignKey(Version, models.DO_NOTHING)

    class Meta:
        app_label, db_table, managed = "onefile", "items_editionentry", False


HEAD = "<!doctype html><html lang=zh><head><meta charset=utf-8><title>{{ title }}</title></head><body><h1>{{ title }}</h1>"
LIST = Engine().from_string(
    HEAD + "<p>{{ edition.notice_title }} {{ edition.effective_on }} {{ total }}</p>"
    "<ul>{% for each in counts %}<li>{{ each.version__category__name }} {{ each.number }}</li>{% endfor %}</ul>"
    "<table>{% for entry in rows %}<tr><td>{{ entry.position }}</td><td><a href='/items/{{ entry.version.item.code }}/'>"
    "{{ entry.version.name }}</a></td><td>{{ entry.version.department_name }}</td><td>{{ entry.version.category.name }}</td>"
    "<td>{{ entry.version.summary|truncatechars:60 }}</td></tr>{% endfor %}</table></body></html>"
)
ITEM = Engine().from_string(
    HEAD + "<p>{{ version.department_name }} {{ version.category.name }} {{ item.code }}</p><dl>{% for name, value in elements %}"
    "{% if value %}<dt>{{ name }}</dt><dd>{{ value|linebreaksbr }}</dd>{% endif %}{% endfor %}</dl>"
    "<ul>{% for each in versions %}<li>{{ each.number }} {{ each.name }}</li>{% endfor %}</ul></body></html>"
)


def items(request):
    edition = Edition.objects.only("notice_title", "effective_on").order_by("-number").first()
    entries = Entry.objects.filter(edition=edition)
    counts = entries.values("version__category__name").annotate(number=models.Count("version")).order_by("version__category__order")
    rows = entries.select_related("version__item", "version__category").defer("version__content_bytes").order_by("position")[:20]
    context = {"title": "权责清单", "edition": edition, "total": entries.count(), "counts": counts, "rows": rows}
    return HttpResponse(LIST.render(Context(context)))


def item(request, code):
    found = get_object_or_404(Item, code=code)
    versions = list(found.versions.select_related("category").order_by("-number"))
    elements = json.loads(bytes(versions[0].content_bytes)).items()
    context = {"title": versions[0].name, "item": found, "version": versions[0], "versions": versions, "elements": elements}
    return HttpResponse(ITEM.render(Context(context)))


urlpatterns = [path("", items), path("items/", items), path("items/<str:code>/", item)]
application = get_wsgi_application()
