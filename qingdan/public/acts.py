"""One law, regulation or rule: how it stands, its texts over time, the articles that the library holds, the items that cite it.

The address is the title as citations use it, without 中华人民共和国, so that an item's page links to it whatever the library holds.
"""

from __future__ import annotations

from django.http import HttpResponse

from qingdan.items import listing
from qingdan.items.content import STATES, read_content
from qingdan.items.models import Edition
from qingdan.laws.citations.replacing import article_name
from qingdan.laws.library import acts_named, matching_title, names_of
from qingdan.laws.models import Act, Article
from qingdan.laws.standing import Standing, in_order, standing_of
from qingdan.public.citing import cites
from qingdan.public.frame import Elsewhere, Frame, NotHere, page

# How many items and articles a page has; how many entries are looked through for them; how many names of an act are looked for.
ITEMS, ARTICLES, LOOKED_THROUGH, NAMES = 20, 50, 200, 5
LONGEST = 300


@page("after", "article")
def act(frame: Frame, title: str) -> HttpResponse:
    name = matching_title(title)
    whole = ("看全部事项", frame.links.all_items)
    if not name or len(name) > LONGEST:
        raise NotHere("没有这个名称的法律法规规章", way_out=whole)
    if name != title:
        raise Elsewhere(frame.links.act(name))
    acts = acts_named([name]).get(name, [])
    if len(acts) == 1 and acts[0].normal_title != name:
        raise Elsewhere(frame.links.act(acts[0].normal_title), permanent=False)
    names = {name}.union(*(names_of(each.normal_title, each.short_titles) for each in acts))
    after = _number(frame, "after")
    cited, following = _citing(frame.edition, names, after)
    if not acts and not cited and not after:
        raise NotHere(f"法律库没有收录《{name}》，清单里也没有引用它的事项", way_out=whole)
    return frame.page(
        "act.html",
        title=acts[0].title if acts else name,
        today_url=frame.links.on_day(None).act(name),
        acts=[_act(frame, each) for each in acts],
        items=[
            (row.name, frame.links.item(row.code), row.department, "" if row.state == "in_use" else STATES[row.state])
            for row in cited
        ],
        after=after,
        first_url=frame.links.act(name) if after else "",
        following=frame.links.act(name, after=following) if following else "",
        search_url=frame.links.items(q=name[:100]),
    )


def _number(frame: Frame, parameter: str) -> int:
    """A place named in the address; 0 where there is none. Raises NotHere for what is no place."""
    text = frame.query.get(parameter, "") or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotHere(f"没有“{text[:20]}”这个位置")
    return int(text)


def _citing(edition: Edition | None, names: set[str], after: int) -> tuple[list[listing.ListRow], int]:
    """The next entries behind the place ``after`` that cite an act of ``names``, and the place to go on from (0: there are no more).

    Entries that only hold the words (another act's title may contain this one's) are passed over; at most LOOKED_THROUGH are read.
    """
    if edition is None:
        return [], 0
    places = listing.mentioning(edition, sorted(names)[:NAMES], after, LOOKED_THROUGH + 1)
    found: list[listing.ListRow] = []
    for start in range(0, min(len(places), LOOKED_THROUGH), ITEMS):
        for row in listing.rows(edition, places[start : start + ITEMS], with_content=True):
            if not cites(read_content(row.content), names):
                continue
            if len(found) == ITEMS:
                return found, found[-1].position
            found.append(row)
    return found, places[LOOKED_THROUGH - 1] if len(places) > LOOKED_THROUGH else 0


def _act(frame: Frame, found: Act) -> dict:
    versions = in_order(found.versions.all())
    standing = standing_of(versions, frame.day)
    articles, article, following = _articles(frame, standing)
    return {
        "act": found,
        "standing": standing,
        "versions": [(each, each == standing.version) for each in reversed(versions)],
        "articles": [(article_name(each.key), each) for each in articles],
        "article": article,
        "following": frame.links.act(found.normal_title, article=following) if following else "",
    }


def _articles(frame: Frame, standing: Standing) -> tuple[list[Article], int, int]:
    """The confirmed articles of the text to read the act in, from the place asked for; that place and the next one (0: none)."""
    start = _number(frame, "article")
    if standing.version is None:
        return [], start, 0
    keys = Article.objects.filter(version=standing.version, state=Article.State.CONFIRMED).values_list("pk", "key")
    ordered = [pk for pk, _ in sorted(keys, key=lambda row: [int(part) for part in row[1].split("-") if part.isdigit()])]
    shown = Article.objects.in_bulk(ordered[start : start + ARTICLES])
    following = start + ARTICLES
    return [shown[pk] for pk in ordered[start:following]], start, following if following < len(ordered) else 0
