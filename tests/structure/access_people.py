"""Who goes through the site in the access matrix: every post in every place, and those who hold none."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from departments.models import Department, Posting, Region, User
from departments.posts import ADMINISTRATORS, DEPARTMENT_POSTS, Post
from tests.world import CITY, COUNTY, OTHER_COUNTY, PEOPLE

RSJ, SCJ, COUNTY_MZJ, OTHER_MZJ = "420600-RSJ", "420600-SCJ", "420602-MZJ", "420683-MZJ"
REGION_OF = {
    RSJ: CITY,
    SCJ: CITY,
    COUNTY_MZJ: COUNTY,
    OTHER_MZJ: OTHER_COUNTY,
    CITY: CITY,
    COUNTY: COUNTY,
    OTHER_COUNTY: OTHER_COUNTY,
}
ANONYMOUS, NOBODY, ENDED, FORMER = "anonymous", "nobody", "ended", "former"
# Nobody to whom anything of the staff's site is open: no session, no post, an account that ended, a post that ended.
OUTSIDE = (ANONYMOUS, NOBODY, ENDED, FORMER)
LONG_AGO = datetime.date(2016, 1, 1)
# Which place's people are the strangers to a place: another region, in which every post is held.
ELSEWHERE = {CITY: COUNTY, COUNTY: CITY, OTHER_COUNTY: COUNTY}
BESIDE = {RSJ: SCJ, SCJ: RSJ}


@dataclass(frozen=True, slots=True)
class Person:
    """``labels``: the post for one's own people, ``post@near`` in another department of the region, ``post@far`` in another region. One who
    reads here and acts elsewhere has several: each door is open to him, and nothing behind it."""

    username: str
    labels: tuple[str, ...]

    def __str__(self) -> str:
        return "+".join(self.labels)

    @property
    def posts(self) -> set[str]:
        return {label.partition("@")[0] for label in self.labels}


REGIONAL = tuple(post for post in Post if post not in DEPARTMENT_POSTS | ADMINISTRATORS)
# Who reads in one place and may act in another: username → (where he is 审计只读 or 经办人, where he holds every other post of the kind).
BOTH = {"both.city": (CITY, COUNTY), "both.county": (COUNTY, CITY), "both.office": (RSJ, SCJ)}


def _already() -> dict[tuple[str, str], str]:
    return {(post, place or ""): name for name, (_, post, place) in reversed(PEOPLE.items())}


def _wanted() -> list[tuple[str, str]]:
    places = [(post, place) for place in (CITY, COUNTY, OTHER_COUNTY) for post in REGIONAL]
    return places + [(post, place) for place in (RSJ, SCJ, COUNTY_MZJ, OTHER_MZJ) for post in sorted(DEPARTMENT_POSTS)]


def username_of(post: str, place: str) -> str:
    return _already().get((post, place)) or f"{post}.{place}"


def make_people() -> None:
    """Every post everywhere, beside the world's people; and the four who are outside."""
    known = _already()
    for post, place in _wanted():
        if (post, place) not in known:
            user = User.objects.create_user(f"{post}.{place}", "矩阵", None, must_change_password=False)
            _post(user, post, place)
    for username, (here, there) in BOTH.items():
        user = User.objects.create_user(username, "矩阵", None, must_change_password=False)
        first, others = (Post.AUDITOR, REGIONAL) if here in ELSEWHERE else (Post.CLERK, DEPARTMENT_POSTS)
        _post(user, first, here)
        for post in others:
            if post != first:
                _post(user, post, there)
    today = timezone.localdate()
    for name in (NOBODY, ENDED, FORMER):
        User.objects.create_user(name, "矩阵", None, must_change_password=False)
    for name, to_on in ((ENDED, None), (FORMER, today)):
        department = Department.objects.get(code=RSJ)
        Posting.objects.create(
            user=User.objects.get(username=name), post=Post.HEAD, department=department, from_on=LONG_AGO, to_on=to_on
        )
    # Logged in while the account was open: the session outlives it, the right does not.
    User.objects.filter(username=ENDED).update(ends_on=today)


def _post(user: User, post: str, place: str) -> None:
    where = {"region": Region.objects.get(code=place)} if place in ELSEWHERE else {"department": Department.objects.get(code=place)}
    Posting.objects.create(user=user, post=post, from_on=LONG_AGO, **where)


def clients() -> dict[str, Client]:
    """Username → a browser in which that person is logged in; the anonymous one is in none."""
    found = {ANONYMOUS: Client(raise_request_exception=False)}
    names = (
        {username_of(post, place) for post, place in _wanted()}
        | {str(post) for post in ADMINISTRATORS}
        | set(OUTSIDE[1:])
        | set(BOTH)
    )
    for user in User.objects.filter(username__in=names):
        found[user.username] = Client(raise_request_exception=False)
        found[user.username].force_login(user, backend="departments.accounts.PostBackend")
    return found


def people_of(place: str) -> list[Person]:
    """Everybody as seen from an object that belongs to ``place`` (a department's or a region's code; empty: to nobody in particular)."""
    region = REGION_OF.get(place, CITY)
    own = place if place not in ELSEWHERE else ""
    beside = BESIDE.get(own, "") or ({CITY: RSJ, COUNTY: COUNTY_MZJ, OTHER_COUNTY: OTHER_MZJ}[region] if not own else "")
    far = ELSEWHERE[region]
    found = []
    for post in Post:
        if post in ADMINISTRATORS:
            found.append(Person(str(post), (str(post),)))
            continue
        in_department = post in DEPARTMENT_POSTS
        places = [(own if in_department else region, ""), (beside if in_department else "", "@near")]
        places.append(({CITY: RSJ, COUNTY: COUNTY_MZJ}[far] if in_department else far, "@far"))
        found += [Person(username_of(post, where), (f"{post}{how}",)) for where, how in places if where]
    both = [username for username, (here, _there) in BOTH.items() if here in (region, own)]
    found += [Person(username, _labels_of_both(username, region, own)) for username in both]
    return found + [Person(name, (name,)) for name in OUTSIDE]


def _labels_of_both(username: str, region: str, own: str) -> tuple[str, ...]:
    here, there = BOTH[username]
    first, others = (Post.AUDITOR, REGIONAL) if here in ELSEWHERE else (Post.CLERK, sorted(DEPARTMENT_POSTS))
    how = "far" if here in ELSEWHERE else "near"
    return (str(first), *(f"{post}@{how}" for post in others if post != first))
