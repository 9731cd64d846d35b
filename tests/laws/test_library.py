"""The library of acts as a new installation gets it."""

from __future__ import annotations

import datetime
from io import StringIO

from django.core.management import call_command

from qingdan.laws.models import Act


def test_it_loads_every_act_of_the_source_once(db):
    call_command("load_reference", stdout=StringIO())
    loaded = Act.objects.count()
    assert loaded == 2882
    call_command("load_reference", stdout=StringIO())
    assert Act.objects.count() == loaded


def test_it_reads_dates_that_the_source_writes_full_width(db):
    call_command("load_reference", stdout=StringIO())
    assert Act.objects.get(title="公安机关办理行政案件程序规定").promulgated_on == datetime.date(2012, 12, 3)
