"""Canonical bytes against an independent implementation of RFC 8785."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from qingdan.ledger.canonical import MAX_SAFE_INTEGER, canonical_bytes, sha256_hex

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(max_codepoint=127))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)


@given(values)
def test_it_writes_what_an_independent_implementation_writes(value):
    assert canonical_bytes(value) == rfc8785.dumps(value)


def test_it_sorts_keys_and_escapes_as_the_rfc_says():
    assert canonical_bytes({"b": 1, "a": '\x00\x1f\n"\\/é€\u2028😀\x7f', "B": [True, None]}) == (
        b'{"B":[true,null],"a":"\\u0000\\u001f\\n\\"\\\\/' + "é€\u2028😀\x7f".encode() + b'","b":1}'
    )


def test_it_keeps_composed_and_decomposed_texts_apart():
    assert canonical_bytes("é") != canonical_bytes("e\u0301")


def test_it_takes_tuples_as_arrays():
    assert canonical_bytes(((), ("a",))) == b'[[],["a"]]'


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        MAX_SAFE_INTEGER + 1,
        -MAX_SAFE_INTEGER - 1,
        "\ud800",
        {"a": ["\udfff"]},
        {"名": 1},
        {1: 2},
        b"a",
        {1},
        pytest.param(object(), id="object"),
    ],
    ids=repr,
)
def test_it_refuses_what_has_no_single_form(value):
    with pytest.raises(ValueError, match=r"[一-龥]"):
        canonical_bytes(value)


def test_it_refuses_subclasses_that_could_print_otherwise():
    class Shout(str):
        __slots__ = ()

    with pytest.raises(ValueError):
        canonical_bytes({"a": Shout("x")})


def test_it_hashes_with_sha_256():
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
