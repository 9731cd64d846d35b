"""Addresses of the list: codes stand as they are, everything else is quoted, empty filters are left out, the day goes along."""

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from qingdan.public.links import Links


@pytest.mark.parametrize("text", ["食品 经营", "a&b=c", "100%", "甲+乙", "01", "420600-RSJ", "a_b.c~d", "\n", "#?/"])
def test_a_filter_comes_back_as_it_was_asked(text):
    address = Links("1").items(q=text, category="", department=text)
    assert parse_qs(urlsplit(address).query) == {"q": [text], "department": [text]}
    assert address.isascii()


def test_codes_stand_for_themselves():
    assert Links(settings.HOME_REGION).items(category="01", department="420600-RSJ") == "/items/?category=01&department=420600-RSJ"


def test_the_day_goes_along():
    assert Links("1", datetime.date(2016, 5, 1)).items() == "/regions/1/items/?on=2016-05-01"
