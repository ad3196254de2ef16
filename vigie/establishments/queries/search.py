"""Find establishments and sites by name, commune or FINESS number, forgiving one typing mistake."""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeVar

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from vigie.establishments import rules
from vigie.establishments.models import Establishment, SearchTerm, SearchVariant, Site

FINESS_START = re.compile(r"[0-9][0-9AB]?[0-9]{0,8}")
MOST_WORDS = 8
COMMON = 300  # terms from which on a word tells little
Row = TypeVar("Row", Establishment, Site)


@dataclass(frozen=True, slots=True)
class Asked:
    """A word that a person typed, with the known words one mistake away."""

    word: str
    near: frozenset[str] = field(default=frozenset())

    def exact(self) -> Q:
        """Return the terms that are the word."""
        return Q(word=self.word)

    def begun(self) -> Q:
        """Return the terms that begin with the word."""
        if len(self.word) == 1:  # half of the register begins so
            return self.exact()
        until = rules.after_prefix(self.word)
        return Q(word__gte=self.word) & (Q(word__lt=until) if until else Q())

    def mistyped(self) -> Q:
        """Return the terms that begin with the word or lie one mistake away."""
        return self.begun() | Q(word__in=sorted(self.near)) if self.near else self.begun()


def search(
    text: str, *, among: QuerySet[Establishment] | None = None, limit: int = 20
) -> list[Establishment]:
    """Return the establishments that a text means: exact words first, big ones first.

    Words of their sites count too. among: the establishments to search; those open today if
    absent. An empty text finds nothing.
    """
    rows = Establishment.objects.in_force() if among is None else among
    return _search(text, rows, "establishment", limit)


def search_sites(text: str, *, among: QuerySet[Site] | None = None, limit: int = 20) -> list[Site]:
    """Return the sites that a text means, as search does; the establishment's name counts."""
    rows = Site.objects.in_force() if among is None else among
    return _search(text, rows.select_related("establishment"), "site", limit)


def _search(text: str, rows: QuerySet[Row], column: str, limit: int) -> list[Row]:
    rows = rows.order_by("-beds", "name", "id")
    if found := _by_finess(rules.finess_of(text), rows, column, limit):
        return found
    asked = _understood(rules.asked_words(text)[:MOST_WORDS])
    if not asked:
        return []
    found = []
    tiers = [(Asked.exact, Q()), (Asked.begun, Q()), (Asked.mistyped, Q())]
    if column == "establishment":  # its own name counts before the names of its sites
        tiers.insert(0, (Asked.exact, Q(site=None)))
    asked = _rarest_first(asked)
    for tier, where in tiers:
        rarest, *others = [_terms(column, tier(word) & where) for word in asked]
        wanted = rows.filter(pk__in=rarest)
        for terms in others:
            wanted = wanted.filter(Exists(terms.filter(**_of_row(column))))
        found += wanted.exclude(pk__in=[row.pk for row in found])[: limit - len(found)]
        if len(found) == limit:
            return found
    return found or _all_words_but_one(asked, rows, column, limit)


def _rarest_first(asked: list[Asked]) -> list[Asked]:
    """Return the words in the order of how many terms they may mean, as far as that matters."""
    return sorted(asked, key=_how_common) if len(asked) > 1 else asked


def _how_common(asked: Asked) -> int:
    """Count no further than tells; a word that begins nothing is as common as those near it."""
    begun = SearchTerm.objects.filter(asked.begun())[:COMMON].count()
    return begun or SearchTerm.objects.filter(word__in=sorted(asked.near))[:COMMON].count()


def _terms(column: str, wanted: Q) -> QuerySet[SearchTerm, Any]:
    terms = SearchTerm.objects.filter(wanted)
    return terms.exclude(site=None).values("site") if column == "site" else terms.values(column)


def _of_row(column: str) -> dict[str, OuterRef]:
    """Return what makes a term one of the row in question; the establishment reads the index."""
    if column == "site":
        return {"establishment": OuterRef("establishment"), "site": OuterRef("pk")}
    return {"establishment": OuterRef("pk")}


def _by_finess(code: str, rows: QuerySet[Row], column: str, limit: int) -> list[Row]:
    if not FINESS_START.fullmatch(code) or len(code) < 2:
        return []
    begun = Q(finess__gte=code, finess__lt=code + "Z")
    found = list(rows.filter(_finess(begun, column))[:limit])
    if not found and len(code) >= 8:
        near = Q(finess__in=sorted(rules.near_finess(code)))
        found = list(rows.filter(_finess(near, column))[:limit])
    return found


def _finess(wanted: Q, column: str) -> Q:
    if column == "site":
        owners = Establishment.objects.filter(wanted).values("pk")
        return wanted | Q(establishment__in=owners)
    return wanted | Q(pk__in=Site.objects.filter(wanted).values("establishment"))


def _understood(words: list[str]) -> list[Asked]:
    """Return what the words may mean: near words, words cut in two or run together."""
    pairs = [a + b for a, b in pairwise(words)]
    near = _near({*words, *pairs})
    asked = [Asked(word, near[word]) for word in words]
    for i, pair in enumerate(pairs):
        asked[i] = replace(asked[i], near=asked[i].near | near[pair])
        asked[i + 1] = replace(asked[i + 1], near=asked[i + 1].near | near[pair])
    unknown = {a.word for a in asked if not a.near and not _is_begun(a)}
    halves = _halves(unknown) if unknown else {}
    return [
        meant
        for one in asked
        for meant in ([one] if one.word not in unknown else halves.get(one.word, []))
    ]


def _near(words: set[str]) -> dict[str, frozenset[str]]:
    """Return, for each word, the known words at most one mistake away."""
    variants = {variant for word in words for variant in rules.deletions(word)}
    known = set(
        SearchVariant.objects.filter(variant__in=sorted(variants)).values_list("word", flat=True)
    )
    return {
        word: frozenset(other for other in known if rules.one_typo_apart(word, other))
        for word in words
    }


def _is_begun(asked: Asked) -> bool:
    return SearchTerm.objects.filter(asked.begun()).exists()


def _halves(words: set[str]) -> dict[str, list[Asked]]:
    """Return the two known words that an unknown one is when the space between them is lost."""
    cuts = {
        word: [(word[:i], word[j:]) for i in range(1, len(word)) for j in (i, i + 1) if word[j:]]
        for word in words
    }
    parts = {part for pairs in cuts.values() for pair in pairs for part in pair}
    known = set(
        SearchVariant.objects.filter(variant__in=sorted(parts), variant=F("word")).values_list(
            "word", flat=True
        )
    )
    found = {}
    for word, pairs in cuts.items():
        both = [p for p in pairs if all(part in known | rules.EMPTY_WORDS for part in p)]
        best = max(both, key=lambda p: max(map(len, p)), default=())
        found[word] = [Asked(part) for part in best if part in known]
    return found


def _all_words_but_one(
    asked: list[Asked], rows: QuerySet[Row], column: str, limit: int
) -> list[Row]:
    """Return what all words but one describe: an article or a short word may be mistyped.

    asked: the rarest first; one of the first two must match, which keeps candidates few.
    """
    if len(asked) < 2:
        return []
    matched: Any = Value(0)
    for word in asked:
        terms = _terms(column, word.mistyped()).filter(**_of_row(column))
        matched = matched + Case(When(Exists(terms), then=1), default=0)
    leading = _terms(column, asked[0].mistyped() | asked[1].mistyped())
    near = rows.filter(pk__in=leading).annotate(matched=matched).filter(matched=len(asked) - 1)
    return list(near[:limit])
