"""Proofs of inclusion and consistency: every pair up to 64, tampered ones, and an independent implementation on random trees."""

from __future__ import annotations

import random

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingdan.ledger.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from tests.ledger.test_merkle import LEAVES as VECTOR

LEAVES = [leaf_hash(bytes([n])) for n in range(64)]
ROOTS = [tree_root(LEAVES[:n]) for n in range(65)]
ALIEN = leaf_hash(b"alien")

# From the tests of RFC 6962's reference implementation, over the eight leaves of test_merkle.
KNOWN_INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
KNOWN_CONSISTENCY = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


@pytest.mark.parametrize(("index", "size"), KNOWN_INCLUSION)
def test_it_gives_the_published_inclusion_proofs(index, size):
    leaves = [leaf_hash(leaf) for leaf in VECTOR[:size]]
    assert [each.hex() for each in inclusion_proof(leaves, index)] == KNOWN_INCLUSION[index, size]


@pytest.mark.parametrize(("old", "new"), KNOWN_CONSISTENCY)
def test_it_gives_the_published_consistency_proofs(old, new):
    leaves = [leaf_hash(leaf) for leaf in VECTOR[:new]]
    assert [each.hex() for each in consistency_proof(leaves, old)] == KNOWN_CONSISTENCY[old, new]


@pytest.mark.parametrize("size", range(1, 65))
def test_every_leaf_of_every_tree_is_proven_and_no_other(size):
    for index in range(size):
        proof = inclusion_proof(LEAVES[:size], index)
        assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
        assert not verify_inclusion(ALIEN, index, size, proof, ROOTS[size])
        assert not verify_inclusion(LEAVES[index], index, size, proof, ALIEN)
        assert not verify_inclusion(LEAVES[index], (index + 1) % size, size, proof, ROOTS[size]) or size == 1
        assert not verify_inclusion(LEAVES[index], index, size, [*proof, ALIEN], ROOTS[size])
        assert not proof or not verify_inclusion(LEAVES[index], index, size, proof[:-1], ROOTS[size])


@pytest.mark.parametrize("new", range(65))
def test_every_earlier_tree_is_proven_a_prefix_and_no_other(new):
    for old in range(new + 1):
        proof = consistency_proof(LEAVES[:new], old)
        assert verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)
        assert not verify_consistency(old, new, ALIEN, ROOTS[new], proof)
        assert not verify_consistency(old, new, ROOTS[old], ROOTS[new], [*proof, ALIEN])
        if 0 < old < new:
            assert not verify_consistency(old, new, ROOTS[old], ALIEN, proof)
            assert not verify_consistency(old, new, ROOTS[old], ROOTS[new], proof[:-1])
            assert not verify_consistency(new, old, ROOTS[new], ROOTS[old], proof)


def test_it_refuses_what_the_log_does_not_hold():
    for index in (-1, 3):
        with pytest.raises(ValueError, match="共 3 条"):
            inclusion_proof(LEAVES[:3], index)
    with pytest.raises(ValueError, match="共 3 条"):
        consistency_proof(LEAVES[:3], 4)
    assert not verify_inclusion(LEAVES[0], 0, 0, [], EMPTY_ROOT)


@given(st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=200), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_an_independent_implementation_agrees_on_random_trees(entries, chance: random.Random):
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    leaves = [leaf_hash(entry) for entry in entries]
    size, index, old = len(entries), chance.randrange(len(entries)), chance.randint(1, len(entries))
    assert tree.get_root() == tree_root(leaves)
    assert tree.prove_inclusion(index + 1, size).path == [leaves[index], *inclusion_proof(leaves, index)]
    theirs = tree.prove_consistency(old, size)
    pymerkle.verify_consistency(tree_root(leaves[:old]), tree_root(leaves), theirs)
    mine = consistency_proof(leaves, old)
    assert verify_consistency(old, size, tree_root(leaves[:old]), tree_root(leaves), mine)
