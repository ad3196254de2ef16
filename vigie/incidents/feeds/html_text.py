"""Turn the HTML of a mail into text to read. Nothing is fetched, nothing is run.

The parser of the standard library takes quadratic time on tags that never end; this one reads each
sign once, and a mail needs no more.
"""

import re
from html import unescape

SILENT = frozenset({"script", "style", "head", "title", "template", "svg"})
BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"}
)
MOST_LINKS = 200
TAG_LENGTH = 2_000  # signs of one tag that are looked at
TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
LINK = re.compile(r"""\bhref\s{0,9}=\s{0,9}["']?(https?:[^"'\s>]{1,500})""", re.IGNORECASE)
PICTURE = re.compile(r"""\balt\s{0,9}=\s{0,9}(?:"([^"]{1,200})"|'([^']{1,200})')""", re.IGNORECASE)


def as_text(html: str) -> str:
    """Return the words of a page, a line for each block; links keep their address in brackets."""
    reader = _Reader()
    first, *pieces = _without_comments(html).split("<")
    reader.say(first)
    for piece in pieces:
        reader.take(piece)
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_comments(html: str) -> str:
    """Return the page without comments; one that never ends hides the rest, as in browsers."""
    first, *pieces = html.split("<!--")
    return first + "".join(piece.partition("-->")[2] for piece in pieces)


class _Reader:
    """Gathers words; what stands in silent elements is left out."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.silent = ""  # the element whose end is awaited
        self.links = 0

    def take(self, piece: str) -> None:
        """Read what follows a « < » up to the next: a tag and the words behind it."""
        found = TAG.match(piece)
        tag, closed, words = piece.partition(">")
        if found is None:
            # « a < b » is no tag; a declaration is none to read either.
            self.say(words if piece[:1] in ("!", "?", "/") else "<" + piece)
            return
        self._tag(found[2].lower(), tag[:TAG_LENGTH], is_end=bool(found[1]))
        if closed:
            self.say(words)

    def _tag(self, name: str, tag: str, *, is_end: bool) -> None:
        if self.silent:
            self.silent = "" if is_end and name == self.silent else self.silent
            return
        if name in BLOCKS:
            self.words.append("\n")
        if is_end:
            return
        if name in SILENT and not tag.endswith("/"):
            self.silent = name
        elif name == "img" and (found := PICTURE.search(tag)):
            self.words.append(f"[{unescape(found[1] or found[2])}]")
        elif name == "a" and self.links < MOST_LINKS and (found := LINK.search(tag)):
            self.links += 1
            self.words.append(f"[{unescape(found[1])}] ")

    def say(self, words: str) -> None:
        """Keep words, unless they stand in a silent element."""
        if not self.silent:
            self.words.append(unescape(words))
