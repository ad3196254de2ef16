"""Find files by words: an index on each database, driven from the side that is smaller."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet

from vigie.incidents.models import Incident

COMMON = 2000  # files that a question must find for the order to be walked instead of the index
SHORTEST_BEGINNING = 3  # letters of a word that may stand for longer ones


def holding(incidents: QuerySet[Incident], words: Sequence[str]) -> QuerySet[Incident]:
    """Return the incidents whose text holds every word, or a word that begins so.

    words: folded, of letters and digits alone. Costs one small SQL query at once: where few files
    of all match, they are looked up; where many do, an ordered list is walked in its order and
    tested, which ends as soon as a page is full.
    """
    return incidents.filter(has_words(words))


def has_words(words: Sequence[str]) -> "HasWords":
    """Return the condition that the text of a file holds every word. One small query at once."""
    return HasWords(words, is_common=_found(words) > COMMON)


class HasWords(Func):
    """The condition that the text of a file holds all words."""

    conditional = True

    def __init__(self, words: Sequence[str], *, is_common: bool) -> None:
        super().__init__(F("pk"), F("search_text"), output_field=BooleanField())
        self.words, self.is_common = tuple(words), is_common

    def as_sqlite(
        self, compiler: Any, connection: Any, **_context: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return the condition over the FTS5 table; a plus hides the key from the planner."""
        row, params = compiler.compile(self.source_expressions[0])
        walked = "+" if self.is_common else ""
        matching = "SELECT rowid FROM incidents_text WHERE incidents_text MATCH %s"
        return f"{walked}{row} IN ({matching})", (*params, match(self.words))

    def as_postgresql(
        self, compiler: Any, connection: Any, **_context: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return the condition over the stored vector; coalesce hides it from the planner."""
        if self.is_common:
            text, params = compiler.compile(self.source_expressions[1])
            vector = text.replace("search_text", "search_vector")
            if compiler.query.order_by:
                vector = f"coalesce({vector}, ''::tsvector)"
            return f"{vector} @@ to_tsquery('simple', %s)", (*params, tsquery(self.words))
        row, params = compiler.compile(self.source_expressions[0])
        # LIMIT keeps the planner from testing every row in its order: few are to be found.
        matching = (
            "SELECT id FROM incidents_incident "
            "WHERE search_vector @@ to_tsquery('simple', %s) LIMIT %s"
        )
        return f"{row} IN ({matching})", (*params, tsquery(self.words), COMMON + 1)


def match(words: Sequence[str]) -> str:
    """Return the question as FTS5 reads it."""
    return " ".join(f'"{word}"*' if _may_begin(word) else f'"{word}"' for word in words)


def tsquery(words: Sequence[str]) -> str:
    """Return the question as PostgreSQL reads it."""
    return " & ".join(f"'{word}':*" if _may_begin(word) else f"'{word}'" for word in words)


def _may_begin(word: str) -> bool:
    return len(word) >= SHORTEST_BEGINNING


def _found(words: Sequence[str]) -> int:
    """Return how many files of all hold the words, counted no further than COMMON."""
    question = {
        "sqlite": (
            "SELECT rowid FROM incidents_text WHERE incidents_text MATCH %s",
            match,
        ),
        "postgresql": (
            "SELECT 1 FROM incidents_incident WHERE search_vector @@ to_tsquery('simple', %s)",
            tsquery,
        ),
    }
    sql, spell = question[connection.vendor]
    with connection.cursor() as cursor:
        counting = f"SELECT count(*) FROM ({sql} LIMIT %s) AS found"  # noqa: S608 - constants
        cursor.execute(counting, [spell(words), COMMON + 1])
        return int(cursor.fetchone()[0])
