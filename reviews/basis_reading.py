"""A legal basis beside the law library: is the act found, how does it stand, what does the article say, and where the quote differs from it.

``basis_readings(bases)`` is all a page needs; each reading is shown by ``templates/reviews/_basis.html`` (``reading``). Three queries,
however many bases.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from qingdan.items.content import BASIS_USES, LegalBasis
from qingdan.items.elements import BY_KEY
from qingdan.items.wording import Parts, parts_between
from qingdan.laws.citations import Citation, parse
from qingdan.laws.citations.locators import LOCATORS, Locator, read_locators
from qingdan.laws.citations.replacing import article_name, passage
from qingdan.laws.library import acts_named, matching_title
from qingdan.laws.models import Act, Article
from qingdan.laws.standing import Standing, Word, is_repealed, standing_of


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """One article cited. ``article`` None: 条文未入库. ``text``: the part that the place names; ``quoted``: what the basis quotes of it.

    ``differing``: (quoted, library text) in parts where the two are not the same; None where they are, or nothing is quoted.
    """

    key: str
    name: str
    version_pk: int
    article: Article | None = None
    text: str = ""
    quoted: str = ""
    differing: tuple[Parts, Parts] | None = None

    @property
    def missing(self) -> bool:
        return self.article is None

    @property
    def pending(self) -> bool:
        return self.article is not None and self.article.state == Article.State.PENDING


@dataclass(frozen=True, slots=True)
class BasisReading:
    """One citation of a basis. ``title`` empty: what was written names no act that can be read (``written`` has it)."""

    use: str
    title: str
    doc_no: str
    places: str
    written: str
    act: Act | None = None
    standing: Standing = field(default_factory=lambda: Standing(Word.UNKNOWN))
    articles: tuple[ArticleReading, ...] = ()

    @property
    def sound(self) -> bool:
        """Nothing here asks for a person's eye: the act in force, every quote as the library has it."""
        return self.standing.word == Word.IN_FORCE and not any(each.differing for each in self.articles)

    @property
    def lacking(self) -> int:
        """How many articles the library does not hold confirmed."""
        return sum(1 for each in self.articles if each.missing or each.pending)


def basis_readings(bases: Iterable[LegalBasis], *, day: datetime.date | None = None) -> list[BasisReading]:
    """The readings of ``bases`` in their order, one for each act that they cite. ``day``: today if not given."""
    return readings_of([tuple(bases)], day=day)[0]


def readings_of_texts(texts: Iterable[str], key: str) -> list[BasisReading]:
    """The readings of texts as they are typed, one a row; ``key``: the element that they belong to. They need not be sound yet."""
    blank = LegalBasis(use=BY_KEY[key].kind.partition(":")[2])
    return basis_readings(blank.model_copy(update={"as_written": text}) for text in texts if text.strip())


def readings_of(groups: Sequence[Iterable[LegalBasis]], *, day: datetime.date | None = None) -> list[list[BasisReading]]:
    """``basis_readings`` for many items at once, with the same three queries."""
    day = day or timezone.localdate()
    cited = [[pair for basis in bases for pair in _citations(basis)] for bases in groups]
    acts = acts_named(matching_title(each.title) for pairs in cited for _, each in pairs if each is not None and each.title)
    chosen = [[(basis, each, *_act_of(each, basis, acts, day)) for basis, each in pairs] for pairs in cited]
    versions = {standing.version.pk for pairs in chosen for *_, standing in pairs if standing.version}
    held = {
        (article.version_id, article.key): article
        for article in Article.objects.filter(version__in=versions).exclude(state=Article.State.REFUSED)
    }
    return [[_reading(*each, held) for each in pairs] for pairs in chosen]


def _citations(basis: LegalBasis) -> list[tuple[LegalBasis, Citation | None]]:
    """The acts that a row cites; a row whose parts alone are known is read from them."""
    written = basis.as_written.strip()
    if basis.title:
        found = [each for each in parse(written).citations if each.title == basis.title] if written else []
        return [(basis, found[0] if len(found) == 1 else _from_parts(basis))]
    found = parse(written).citations if written else ()
    return [(basis, each) for each in found] or [(basis, None)] * bool(written or basis.doc_no)


def _from_parts(basis: LegalBasis) -> Citation:
    run = LOCATORS.match(basis.locator.strip())
    read = read_locators(run.group()) if run else None
    return Citation(
        title=basis.title,
        doc_no=basis.doc_no,
        locators=read.texts if read else (),
        canonical="",
        rank=basis.rank,
        start=0,
        end=0,
        quote=basis.quote,
        places=read.places if read else (),
    )


def _act_of(
    citation: Citation | None, basis: LegalBasis, acts: dict[str, list[Act]], day: datetime.date
) -> tuple[Act | None, Standing]:
    """Of the acts of that name one that is not repealed, of the rank that the citation names where there are several."""
    found = acts.get(matching_title(citation.title), []) if citation is not None and citation.title else []
    if not found:
        return None, Standing(Word.UNKNOWN)
    rank = basis.rank or citation.rank
    act = min(found, key=lambda each: (is_repealed(each.versions.all()), each.kind != rank, each.pk))
    return act, standing_of(act.versions.all(), day, doc_no=citation.doc_no, note=citation.note)


def _reading(
    basis: LegalBasis, citation: Citation | None, act: Act | None, standing: Standing, held: dict[tuple[int, str], Article]
) -> BasisReading:
    use = f"{BASIS_USES[basis.use]}依据"
    if citation is None:
        return BasisReading(use, "", basis.doc_no, "", basis.as_written.strip())
    places: dict[str, list[Locator]] = {}
    for place in citation.places:
        if place.article_key and place.annex is None:
            places.setdefault(place.article_key, []).append(place)
    version = standing.version
    articles = tuple(
        _article(key, found, citation.quote if len(places) == 1 else "", version.pk, held.get((version.pk, key)))
        for key, found in places.items()
        if version is not None
    )
    return BasisReading(
        use, citation.title, citation.doc_no, "、".join(citation.locators), basis.as_written.strip(), act, standing, articles
    )


def _article(key: str, places: list[Locator], quoted: str, version_pk: int, article: Article | None) -> ArticleReading:
    text = ""
    if article is not None:
        text = passage(article.text, places[0]) if len(places) == 1 else article.text
    same = not quoted or not text or _squeezed(quoted) in _squeezed(article.text)
    differing = None if same else parts_between(quoted, text)
    return ArticleReading(key, article_name(key), version_pk, article, text, quoted, differing)


def _squeezed(text: str) -> str:
    """Without white space and closing marks: neither makes a quote another text."""
    return "".join(text.split()).rstrip("。；;.")
