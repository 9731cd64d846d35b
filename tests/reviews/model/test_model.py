"""Random steps of all posts, each done in the model and in the product: same outcome, same rows, same public list (``make soak``)."""

from collections import Counter

import pytest

from qingdan.items.verifying import verify
from tests.reviews.model.course import PAIRS
from tests.reviews.model.walk import Walk
from tests.soaking import record, soaking, trials


@pytest.mark.soak
def test_random_steps_of_all_posts_agree_with_the_model(committed_db):
    walk = Walk(seed=20261125, items=200 if soaking() else 40)
    steps = trials(10_000, 1_000)
    for number in range(steps):
        walk.step()
        if number % 50 == 49:
            walk.compare_all()
    walk.compare_all()
    report = verify()
    assert (report.exit_code, report.findings) == (0, [])
    seldom = walk.course.seldom(20)
    outcomes = sum(walk.course.coverage.values(), Counter())
    record("desk against its model", steps=steps, pairs=len(PAIRS), pairs_below_20=len(seldom), **outcomes)
    if soaking():
        assert not seldom
