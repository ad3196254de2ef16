"""Keep the words under which establishments are found."""

from collections.abc import Iterable, Iterator

from django.db import transaction

from vigie.establishments import rules
from vigie.establishments.models import Establishment, SearchTerm, SearchVariant, Site

BATCH = 500
WORD_LENGTH = 40


def index_establishments(ids: Iterable[int]) -> None:
    """Write again the words of these establishments and of their sites.

    Call it inside the transaction of the act that changed a name or a commune.
    """
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        _index_batch(wanted[start : start + BATCH])


@transaction.atomic
def rebuild_search() -> int:
    """Write the words of all establishments again; return how many there are.

    Words that no name holds any more go too.
    """
    SearchVariant.objects.all().delete()
    ids = list(Establishment.objects.order_by("id").values_list("id", flat=True))
    index_establishments(ids)
    return len(ids)


def fold(row: Establishment | Site) -> bool:
    """Set the folded name and commune of a row; return whether that changed it."""
    before = row.search_text
    row.search_text = rules.fold(f"{row.name} {row.commune}")
    return row.search_text != before


def _index_batch(ids: list[int]) -> None:
    establishments = list(Establishment.objects.filter(pk__in=ids).order_by("id"))
    names = {establishment.pk: establishment.name for establishment in establishments}
    sites = list(Site.objects.filter(establishment__in=ids).order_by("id"))
    Establishment.objects.bulk_update([e for e in establishments if fold(e)], ["search_text"])
    Site.objects.bulk_update([site for site in sites if fold(site)], ["search_text"])
    SearchTerm.objects.filter(establishment__in=ids).delete()
    terms = [term for row in establishments for term in _terms(row)]
    terms += [term for row in sites for term in _site_terms(row, names[row.establishment_id])]
    SearchTerm.objects.bulk_create(terms, batch_size=BATCH)
    _keep_variants({term.word for term in terms})


def _terms(row: Establishment) -> Iterator[SearchTerm]:
    for word in sorted(rules.search_words(row.name, row.commune)):
        yield SearchTerm(word=word[:WORD_LENGTH], establishment=row)


def _site_terms(row: Site, owner: str) -> Iterator[SearchTerm]:
    for word in sorted(rules.search_words(row.name, row.commune, owner)):
        yield SearchTerm(word=word[:WORD_LENGTH], establishment_id=row.establishment_id, site=row)


def _keep_variants(words: set[str]) -> None:
    """Store the shortened forms of words that no establishment used before."""
    known: set[str] = set()
    ordered = sorted(words)
    for start in range(0, len(ordered), BATCH):
        part = ordered[start : start + BATCH]
        known |= set(SearchVariant.objects.filter(variant__in=part).values_list("word", flat=True))
    new = [
        SearchVariant(variant=variant, word=word)
        for word in ordered
        if word not in known
        for variant in sorted(rules.deletions(word))
    ]
    SearchVariant.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
