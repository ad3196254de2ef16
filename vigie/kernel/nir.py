"""Mask French social-security numbers (NIR) in free text. Pure."""

import re

MARK = "[NIR masqué]"  # shorter than any number it replaces: a text never grows

GAP = "[ .\\-\u00a0\u202f]?"
# Separators only where the number has its seams (1 84 12 76 451 089 46; overseas 971 02):
# that keeps out bank accounts, telephones and UUIDs. Month: 13-19 and 43-49 are never given.
# Source: INSEE, https://www.insee.fr/fr/metadonnees/definition/c1409
NUMBER = re.compile(
    rf"(?<![\w])(?<![0-9][.,\-/])"
    rf"(?P<body>[1-478]{GAP}[0-9]{{2}}{GAP}(?:0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9]){GAP}"
    rf"(?!00)(?:[0-9]{{2}}|2[ABab]){GAP}[0-9]{GAP}[0-9]{{2}}{GAP}[0-9]{{3}})"
    rf"(?:{GAP}|\s?(?:/|[Cc]l[eé]f?\s?:?)\s?)(?P<key>[0-9]{{2}})"
    rf"(?!\w)(?![.,][0-9])"
)
SEPARATORS = re.compile(GAP.removesuffix("?"))
CORSICA = str.maketrans({"A": "19", "B": "18"})  # 2A counts as 19 and 2B as 18


def mask(text: str) -> tuple[str, int]:
    """Return the text with every number that has a valid key masked, and how many there were."""
    kept: list[str] = []
    done = start = count = 0
    while found := NUMBER.search(text, start):
        if not has_valid_key(found["body"], found["key"]):
            start = found.start() + 1  # a true number may begin inside a false one
            continue
        kept += [text[done : found.start()], MARK]
        done = start = found.end()
        count += 1
    return "".join([*kept, text[done:]]), count


def has_valid_key(body: str, key: str) -> bool:
    """Return whether the two digits of the key belong to the thirteen characters of the body."""
    bare = SEPARATORS.sub("", body).upper()
    if bare[5:7] in {"2A", "2B"}:
        bare = bare[:5] + bare[6].translate(CORSICA) + bare[7:]
    return bare.isdigit() and int(key) == 97 - int(bare) % 97
