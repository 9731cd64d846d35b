"""Many new rows at once: every kind of value arrives as it left, and a faulty row keeps all of them out."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from qingdan.insertion import insert_rows
from qingdan.items.models import Category, ItemCode, ItemVersion, SubKind

COLUMNS = ["item_id", "region_id", "scheme", "value"]


def test_text_numbers_truth_bytes_and_nothing_arrive_as_they_left(world):
    version = world.version("工伤认定")
    columns = [field.column for field in ItemVersion._meta.concrete_fields if not field.primary_key]
    values = {column: getattr(version, column) for column in columns}
    values |= {"number": 900, "name": "名“称”\\,{}\n续", "content_bytes": b"\x00\xff{}", "parent_id": None, "counted": False}
    insert_rows(ItemVersion, columns, [tuple(values[column] for column in columns)])
    kept = ItemVersion.objects.get(item=version.item, number=900)
    found = {column: getattr(kept, column) for column in columns}
    found["content_bytes"] = bytes(found["content_bytes"])
    assert found == values
    assert kept.pk


def test_no_rows_are_no_statement(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows(ItemCode, COLUMNS, [])


def test_thousands_of_rows_are_one_statement(world, django_assert_num_queries):
    category = Category.objects.first()
    with django_assert_num_queries(1):
        insert_rows(SubKind, ["category_id", "name", "order"], [(category.pk, f"细分{n}", n) for n in range(3000)])
    assert list(SubKind.objects.filter(name="细分2999").values_list("category_id", "order")) == [(category.pk, 2999)]


def test_a_row_that_breaks_a_constraint_keeps_all_out(world):
    item = world.item("工伤认定")
    row = (item.pk, item.region_id, "local", "甲1")
    before = ItemCode.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(ItemCode, COLUMNS, [(item.pk, item.region_id, "local", "甲2"), row, row])
    assert ItemCode.objects.count() == before


@pytest.mark.postgres
def test_an_over_long_text_is_an_error_never_cut(world):
    item = world.item("工伤认定")
    with pytest.raises(DataError), transaction.atomic():
        insert_rows(ItemCode, COLUMNS, [(item.pk, item.region_id, "local", "长" * 101)])
    assert connection.vendor == "postgresql"
