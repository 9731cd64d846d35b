"""The whole product State × Action × Post: the guard says what the hand-written table of this file says, refused moves included."""

import itertools

import pytest

from departments.posts import Post
from qingdan.errors import NotAllowed, WrongState
from reviews.guards import check_can_act_on_batch, check_can_act_on_request
from reviews.states import BatchAction, BatchState, RequestAction, RequestState
from tests.world import PEOPLE

# Written by hand from the trade's rules, not from the code: (state, action) → who may.
REQUEST_LAW = {
    ("draft", "edit"): {"clerk", "head"},
    ("draft", "submit"): {"head"},
    ("draft", "withdraw"): {"clerk", "head"},
    ("returned", "edit"): {"clerk", "head"},
    ("returned", "submit"): {"head"},
    ("returned", "hand_back"): {"head"},
    ("returned", "withdraw"): {"clerk", "head"},
    ("compliance", "pass"): {"compliance", "service"},
    ("compliance", "return"): {"compliance", "service"},
    ("compliance", "refuse"): {"compliance", "service"},
    ("compliance", "confirm"): {"compliance", "service"},
    ("compliance", "withdraw"): {"clerk", "head"},
    ("legality", "pass"): {"legality"},
    ("legality", "return"): {"legality"},
    ("legality", "refuse"): {"legality"},
    ("legality", "confirm"): {"compliance", "service"},
    ("legality", "reopen"): {"compliance", "service"},
    ("legality", "withdraw"): {"clerk", "head"},
    ("awaiting", "gather"): {"publisher"},
    ("awaiting", "return"): {"publisher"},
    ("awaiting", "withdraw"): {"clerk", "head"},
    ("batched", "release"): {"publisher"},
    ("awaiting", "rebase"): {"publisher"},
    ("batched", "rebase"): {"publisher"},
    ("batched", "agree"): {"council", "publisher"},
    ("batched", "settle"): {"publisher"},
    ("batched", "defer"): {"council", "publisher"},
    ("batched", "reject"): {"council", "publisher"},
    ("approved", "stop"): {"publisher"},
    ("approved", "end"): {"publisher"},
    ("approved", "publish"): {"publisher"},
}
BATCH_LAW = {
    ("draft", "add"): {"publisher"},
    ("draft", "remove"): {"publisher"},
    ("draft", "freeze"): {"publisher"},
    ("draft", "dissolve"): {"publisher"},
    ("frozen", "reopen"): {"publisher"},
    ("frozen", "decide"): {"council"},
    ("frozen", "principle"): {"council"},
    ("frozen", "put_off"): {"council"},
    ("frozen", "register"): {"publisher"},
    ("recorded", "decide"): {"council", "publisher"},
    ("recorded", "principle"): {"council", "publisher"},
    ("recorded", "put_off"): {"council", "publisher"},
    ("recorded", "send_back"): {"council", "publisher"},
    ("amending", "amend"): {"publisher"},
    ("amending", "confirm"): {"publisher", "legality"},
    ("amending", "stop"): {"publisher"},
    ("amending", "close"): {"publisher"},
    ("decided", "stop"): {"publisher"},
    ("decided", "close"): {"publisher"},
    ("decided", "publish"): {"publisher"},
}
# What a meeting would do of a batch that goes to none, and what takes its place.
OF_MEETING = ("decide", "principle", "put_off", "register")
SHORT_LAW = {(state, action): posts for (state, action), posts in BATCH_LAW.items() if action not in OF_MEETING}
SHORT_LAW |= {("frozen", "settle"): {"publisher"}}
CITY_STAFF = {post: name for name, (_, post, where) in PEOPLE.items() if where is None or where in ("420600", "420600-RSJ")}


def test_the_cast_has_one_person_per_post():
    assert set(CITY_STAFF) == set(Post)


@pytest.mark.parametrize("state", RequestState.values)
def test_every_request_action_by_every_post(world, state):
    # One request walked through the states by its column alone: the guard looks at nothing else.
    request = world.request("draft")
    type(request).objects.filter(pk=request.pk).update(state=state)
    request.refresh_from_db()
    for action, (post, name) in itertools.product(RequestAction.values, CITY_STAFF.items()):
        allowed = post in REQUEST_LAW.get((state, action), set())
        assert verdict(check_can_act_on_request, getattr(world, name), request=request, action=action) == allowed, (
            state,
            action,
            post,
        )


@pytest.mark.parametrize("law", [BATCH_LAW, SHORT_LAW], ids=["meeting", "without_meeting"])
@pytest.mark.parametrize("state", BatchState.values)
def test_every_batch_action_by_every_post(world, state, law):
    batch = world.batch("decided")
    type(batch).objects.filter(pk=batch.pk).update(state=state, without_meeting=law is SHORT_LAW)
    batch.refresh_from_db()
    for action, (post, name) in itertools.product(BatchAction.values, CITY_STAFF.items()):
        allowed = post in law.get((state, action), set())
        assert verdict(check_can_act_on_batch, getattr(world, name), batch=batch, action=action) == allowed, (state, action, post)


@pytest.mark.parametrize("name", ["outsider", "other_head", "county_clerk", "county_compliance", "county_publisher"])
@pytest.mark.parametrize("state", RequestState.values)
def test_a_stranger_does_not_even_learn_that_a_request_exists(world, state, name):
    request = world.request("draft")
    type(request).objects.filter(pk=request.pk).update(state=state)
    request.refresh_from_db()
    for action in RequestAction.values:
        with pytest.raises(NotAllowed) as refused:
            check_can_act_on_request(actor=getattr(world, name), request=request, action=action)
        assert refused.value.status == 404, (state, action)


def verdict(check, actor, **arguments) -> bool:
    try:
        check(actor=actor, **arguments)
    except (NotAllowed, WrongState):
        return False
    return True
