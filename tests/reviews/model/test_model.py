"""Random steps of all posts, each done in the model and in the product: same outcome, same rows, same public list (``make soak``)."""

import pytest

from tests.reviews.model.walk import Walk
from tests.soaking import record, trials


@pytest.mark.soak
def test_random_steps_of_all_posts_agree_with_the_model(committed_db):
    walk = Walk(seed=20261125)
    steps = trials(10_000, 1_000)
    for number in range(steps):
        walk.step()
        if number % 50 == 49:
            walk.compare_all()
    walk.compare_all()
    record("desk against its model", steps=steps, **walk.kinds)
