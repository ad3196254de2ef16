"""Keep the translations: French is written in the sources, English in each capability's catalogue.

    python tools/messages.py extract [CAPABILITY...]  # bring django.po up to date with the sources
    python tools/messages.py check [CAPABILITY...]    # exit 1 when one is missing, fuzzy, obsolete
    python tools/messages.py compile [CAPABILITY...]  # write the .mo that Django reads, not in git

French needs a catalogue too: it sets the no-break spaces that nobody types (before : ; ? ! %,
inside « » and in numbers), so that the sources keep plain spaces.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "vigie"
HOME_OF_CONFIG = "ui"  # whose catalogue holds the few messages of config/
NBSP = "\N{NO-BREAK SPACE}"

KEYWORDS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    name + lazy: numbers
    for name, numbers in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for lazy in ("", "_lazy")
} | {"_": None, "gettext_noop": None}

# A space that must not break: before a double sign, after an opening guillemet, in a number.
# A percent sign that opens a placeholder, %(name)s or %s, is no sign of French.
TYPOGRAPHY = (
    (re.compile(r"(?<=\S) (?=[:;?!»])"), NBSP),
    (re.compile(r"(?<=\S) (?=%%|%(?![(%sd]))"), NBSP),
    (re.compile(r"(?<=«) (?=\S)"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:h|min|s|\d{3})\b)"), NBSP),
    (re.compile(r"(?<=\)[sd]) (?=h\b)"), NBSP),
)


def extract_all(chosen: list[str]) -> int:
    """Bring every English catalogue up to date; what the sources no longer say is dropped."""
    for capability in chosen:
        wanted = messages_of(capability)
        path = catalogue_path(capability)
        if not wanted.keys() and not path.exists():
            continue
        catalogue = read(path)
        template = empty_catalogue()
        for message in wanted.values():
            template.add(message.id, None, message.locations, context=message.context)
        catalogue.update(template, no_fuzzy_matching=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_po(catalogue))
    return 0


def check_all(chosen: list[str]) -> int:
    """Print what is wrong with the catalogues. Returns 1 when anything is."""
    problems = [problem for capability in chosen for problem in check(capability)]
    problems += disagreements()
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def compile_all(chosen: list[str]) -> int:
    """Write the compiled catalogues of both languages, where their sources are newer."""
    for capability in chosen:
        if is_fresh(capability):
            continue
        messages = messages_of(capability)
        known = (message for message in read(catalogue_path(capability)) if message.id)
        english = {key(message): forms(message.string) for message in known}
        compile_one(capability, "en", messages, in_english(english))
        compile_one(capability, "fr", messages, in_french)
    return 0


def compile_one(
    capability: str,
    language: str,
    messages: "dict[Key, Message]",
    translate: "Callable[[Message], str | tuple[str, ...]]",
) -> None:
    """Write one .mo file, also when it says nothing: its date tells that the work was done."""
    catalogue = Catalog(locale=language, fuzzy=False)
    for message in messages.values():
        catalogue.add(message.id, translate(message), context=message.context)
    path = compiled_path(capability, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = BytesIO()
    write_mo(written, catalogue)
    path.write_bytes(written.getvalue())


def in_english(
    known: "Mapping[Key, tuple[str, ...]]",
) -> "Callable[[Message], str | tuple[str, ...]]":
    """Return the look-up of a message in what was translated."""
    return lambda message: together(known.get(key(message), ()))


def in_french(message: Message) -> str | tuple[str, ...]:
    """Return the message as French typography wants it; plural forms stay apart."""
    return together(tuple(typeset(form) for form in forms(message.id)))


def forms(words: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the forms of a message or of a translation: one, or singular and plural."""
    return (words,) if isinstance(words, str) else tuple(words or ())


def together(texts: tuple[str, ...]) -> str | tuple[str, ...]:
    """Return forms as a catalogue takes them: plural forms together, a single one bare."""
    return texts if len(texts) > 1 else "".join(texts)


def typeset(text: str) -> str:
    """Return a French text with its no-break spaces."""
    for pattern, replacement in TYPOGRAPHY:
        text = pattern.sub(replacement, text)
    return text


Key = tuple[str | None, str]


def key(message: Message) -> Key:
    """Return what makes a message the same as another: its context and its (singular) text."""
    return message.context, forms(message.id)[0]


def capabilities() -> list[str]:
    """Return the names of the capabilities, sorted."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def sources_of(capability: str) -> list[Path]:
    """Return the files whose messages belong to the capability, tests left out."""
    folders = [PACKAGE / capability]
    if capability == HOME_OF_CONFIG:
        folders.append(ROOT / "config")
    found = [
        path
        for folder in folders
        for kind in ("*.py", "*.html", "*.txt")
        for path in folder.rglob(kind)
    ]
    return sorted(path for path in found if not {"tests", "migrations"} & set(path.parts))


def messages_of(capability: str) -> dict[Key, Message]:
    """Return the messages that the sources of the capability hold, in the order of files."""
    found: dict[Key, Message] = {}
    for path in sources_of(capability):
        for message in messages_in(path):
            known = found.setdefault(key(message), message)
            # The same words once alone and once with a plural: the plural form holds both.
            if len(forms(message.id)) > len(forms(known.id)):
                found[key(message)] = message
    return found


def messages_in(path: Path) -> Iterator[Message]:
    """Yield the messages of one Python file or template."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Its lines are words in a row, no Python: indentation would mean something there.
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).split("\n"))
    place = os.path.relpath(path, ROOT)
    lines = BytesIO(text.encode())
    options = {"encoding": "utf-8"}
    for line, words, _notes, context in extract("python", lines, KEYWORDS, (), options):
        yield Message(words, locations=[(place, line)], context=context)


def catalogue_path(capability: str) -> Path:
    """Return where the English of a capability is kept."""
    return PACKAGE / capability / "locale" / "en" / "LC_MESSAGES" / "django.po"


def compiled_path(capability: str, language: str) -> Path:
    """Return where Django finds a capability's messages in a language."""
    return PACKAGE / capability / "locale" / language / "LC_MESSAGES" / "django.mo"


def empty_catalogue() -> Catalog:
    """Return a catalogue of English without messages."""
    return Catalog(locale="en", project="Vigie", fuzzy=False)


def read(path: Path) -> Catalog:
    """Return the catalogue of a file, an empty one where there is no file."""
    if not path.exists():
        return empty_catalogue()
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


HEADER = b"""msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def as_po(catalogue: Catalog) -> bytes:
    """Return the file of a catalogue: no dates and no line numbers, so that changes read well."""
    written = BytesIO()
    write_po(
        written, catalogue, width=100, omit_header=True, ignore_obsolete=True, include_lineno=False
    )
    return HEADER + written.getvalue()


def is_fresh(capability: str) -> bool:
    """Return whether the compiled catalogues are newer than all that they are made of."""
    compiled = [compiled_path(capability, language) for language in ("en", "fr")]
    if not all(path.exists() for path in compiled):
        return False
    made_of = [*sources_of(capability), catalogue_path(capability), Path(__file__)]
    newest = max(path.stat().st_mtime for path in made_of if path.exists())
    return newest <= min(path.stat().st_mtime for path in compiled)


def check(capability: str) -> Iterator[str]:
    """Yield what is wrong in one capability, each with its place."""
    wanted = messages_of(capability)
    path = catalogue_path(capability)
    place = path.relative_to(ROOT)
    catalogue = {key(message): message for message in read(path) if message.id}
    for identity, message in wanted.items():
        where = ":".join(str(part) for part in message.locations[0])
        yield from (f"{where}: {fault}: {identity[1]!r}" for fault in faults_of_french(message))
        if identity not in catalogue:
            yield f"{place}: missing: {identity[1]!r} ({where})"
    for identity, message in catalogue.items():
        if identity not in wanted:
            yield f"{place}: no longer used: {identity[1]!r}"
        else:
            yield from (f"{place}: {fault}: {identity[1]!r}" for fault in faults_of(message))


def faults_of_french(message: Message) -> Iterator[str]:
    """Yield what the house does not write in French sources."""
    text = " ".join(forms(message.id))
    if re.search(r"\w'\w", text):
        yield "write ’ for an apostrophe"
    if NBSP in text or "\N{NARROW NO-BREAK SPACE}" in text:
        yield "write plain spaces; the catalogue sets those that must not break"


def faults_of(message: Message) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    originals, translated = forms(message.id), forms(message.string)
    if not translated or not all(translated):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    if len(translated) != len(originals):
        yield "singular and plural do not match the French"
    if placeholders(originals) != placeholders(translated):
        yield "other placeholders than the French"


def placeholders(texts: Iterable[str]) -> set[str]:
    """Return the names that the forms of a message leave open, %(name)s and {name}."""
    return {name for text in texts for name in re.findall(r"%\(\w+\)[sd]|\{\w*\}", text)}


def disagreements() -> Iterator[str]:
    """Yield messages that two capabilities translate differently: Django would use only one."""
    first: dict[Key, tuple[str, object]] = {}
    for capability in capabilities():
        for message in read(catalogue_path(capability)):
            if not message.id:
                continue
            other, string = first.setdefault(key(message), (capability, message.string))
            if string != message.string:
                yield f"{other} and {capability} translate {key(message)[1]!r} differently"


def main(wish: str = "", *chosen: str) -> int:
    """Do one of the three, for all capabilities or for the chosen ones."""
    acts = {"extract": extract_all, "check": check_all, "compile": compile_all}
    unknown = set(chosen) - set(capabilities())
    if wish not in acts or unknown:
        print(f"no such capability: {', '.join(unknown)}" if unknown else __doc__, file=sys.stderr)
        return 2
    return acts[wish](list(chosen) or capabilities())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
