"""Keep the words under which establishments are found."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, transaction

from vigie.establishments import rules
from vigie.establishments.models import Establishment, SearchTerm, SearchVariant, Site

BATCH = 500
WORD_LENGTH = 40
Term = tuple[str, int, int | None]  # word, establishment, site


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


@transaction.atomic  # else each row would be a transaction of its own
def _index_batch(ids: list[int]) -> None:
    establishments = list(Establishment.objects.filter(pk__in=ids).order_by("id"))
    names = {establishment.pk: establishment.name for establishment in establishments}
    sites = list(Site.objects.filter(establishment__in=ids).order_by("id"))
    _keep_folded(Establishment, [e for e in establishments if fold(e)])
    _keep_folded(Site, [site for site in sites if fold(site)])
    SearchTerm.objects.filter(establishment__in=ids).delete()
    terms = [term for row in establishments for term in _terms(row)]
    terms += [term for row in sites for term in _site_terms(row, names[row.establishment_id])]
    _insert(SearchTerm, ("word", "establishment_id", "site_id"), terms)
    _keep_variants({word for word, _, _ in terms})


def _keep_folded(
    model: type[Establishment] | type[Site], rows: Sequence[Establishment | Site]
) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"UPDATE {table} SET search_text = %s WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(row.search_text, row.pk) for row in rows])


def _terms(row: Establishment) -> Iterator[Term]:
    for word in sorted(rules.search_words(row.name, row.commune)):
        yield word[:WORD_LENGTH], row.pk, None


def _site_terms(row: Site, owner: str) -> Iterator[Term]:
    for word in sorted(rules.search_words(row.name, row.commune, owner)):
        yield word[:WORD_LENGTH], row.establishment_id, row.pk


def _keep_variants(words: set[str]) -> None:
    """Store the shortened forms of words that no establishment used before."""
    known: set[str] = set()
    ordered = sorted(words)
    for start in range(0, len(ordered), BATCH):
        part = ordered[start : start + BATCH]
        known |= set(SearchVariant.objects.filter(variant__in=part).values_list("word", flat=True))
    new = [
        (variant, word)
        for word in ordered
        if word not in known
        for variant in sorted(rules.deletions(word))
    ]
    _insert(SearchVariant, ("variant", "word"), new)


def _insert(
    model: type[SearchTerm] | type[SearchVariant],
    columns: tuple[str, ...],
    rows: list[Term] | list[tuple[str, str]],
) -> None:
    """Insert rows of the index; one that another process has just written is left.

    A register has ten rows of index a structure: objects would take five times as long.
    """
    quote = connection.ops.quote_name
    names, holes = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
    table = quote(model._meta.db_table)
    statement = f"INSERT INTO {table} ({names}) VALUES ({holes}) ON CONFLICT DO NOTHING"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
