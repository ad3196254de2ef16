"""Write CSV that a spreadsheet opens as data, never as formulas. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

# What makes a spreadsheet compute a cell, with the full-width signs that some also obey.
# Source: https://owasp.org/www-community/attacks/CSV_Injection
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Dialect:
    """How a table is spelled; the mark (BOM) tells Excel that the text is UTF-8."""

    delimiter: str
    decimal: str
    mark: bool


FRENCH = Dialect(delimiter=";", decimal=",", mark=True)
PLAIN = Dialect(delimiter=",", decimal=".", mark=False)


def csv_chunks(rows: Iterable[Sequence[object]], dialect: Dialect = PLAIN) -> Iterator[bytes]:
    """Yield a CSV file in UTF-8, row after row, in pieces of some 64 KiB.

    Numbers stay numbers, dates are ISO, None is empty; other text is neutralised.
    """
    piece = io.StringIO(newline="")
    writer = csv.writer(piece, delimiter=dialect.delimiter, lineterminator="\r\n")
    if dialect.mark:
        piece.write("\N{BYTE ORDER MARK}")
    for row in rows:
        writer.writerow([cell(value, dialect) for value in row])
        if piece.tell() >= CHUNK:
            yield piece.getvalue().encode()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue().encode()


def cell(value: object, dialect: Dialect = PLAIN) -> str:
    """Return one cell as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value).replace(".", dialect.decimal)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return neutral(str(value))


def neutral(text: str) -> str:
    """Return the text behind an apostrophe when a spreadsheet could take it for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
