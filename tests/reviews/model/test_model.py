"""Random steps of all posts, each done in the model and in the product: same outcome, same rows, same public list (``make soak``)."""

from collections import Counter

import pytest

from qingdan.items.verifying import verify
from tests.reviews.model.course import LEAST, PAIRS
from tests.reviews.model.walk import Walk
from tests.soaking import record, soaking, trials


@pytest.mark.soak
def test_random_steps_of_all_posts_agree_with_the_model(committed_db):
    walk = Walk(seed=20261125, items=200 if soaking() else 40)
    # In full it goes on, where need be, until every pair was tried often enough.
    least, most = trials(10_000, 1_000), trials(16_000, 1_000)
    while len(walk.steps) < least or (len(walk.steps) < most and walk.course.seldom(LEAST)):
        walk.step()
        if len(walk.steps) % 50 == 0:
            walk.compare_all()
    walk.compare_all()
    report = verify()
    assert (report.exit_code, report.findings) == (0, [])
    seldom = walk.course.seldom(LEAST)
    outcomes = sum(walk.course.coverage.values(), Counter())
    record("desk against its model", steps=len(walk.steps), pairs=len(PAIRS), pairs_below_20=len(seldom), **outcomes)
    if soaking():
        assert not seldom
