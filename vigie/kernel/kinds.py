"""Recognise the kinds of files that are taken by what they contain, never by their name. Pure."""

import codecs
import unicodedata

# kind: how its content begins, and the extensions that it may bear, the usual one first.
BEGINNINGS: dict[str, tuple[tuple[bytes, ...], tuple[str, ...]]] = {
    "pdf": ((b"%PDF-",), ("pdf",)),
    "png": ((b"\x89PNG\r\n\x1a\n",), ("png",)),
    "jpeg": ((b"\xff\xd8\xff",), ("jpg", "jpeg")),
    "gif": ((b"GIF87a", b"GIF89a"), ("gif",)),
    "webp": ((b"RIFF",), ("webp",)),
    "zip": ((b"PK\x03\x04",), ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp")),
    "ole": ((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), ("msg", "doc", "xls", "ppt")),
    "7z": ((b"7z\xbc\xaf\x27\x1c",), ("7z",)),
    "gzip": ((b"\x1f\x8b\x08",), ("gz", "tgz")),
    "pcap": (
        (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x0a\x0d\x0d\x0a"),
        ("pcap", "pcapng"),
    ),
    "evtx": ((b"ElfFile\x00",), ("evtx",)),
}
ANY = "binary"  # what is kept although nobody knows it; never opened
TEXT = ("txt", "csv", "log", "eml", "json", "md", "xml")
WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
ALLOWED_CONTROLS = frozenset("\t\n\r\f\x1b")
LONGEST_NAME = 120


def recognise(head: bytes) -> str:
    """Return the kind of a file from its first block, "" when it is not one that is taken."""
    for kind, (beginnings, _) in BEGINNINGS.items():
        if head.startswith(beginnings) and (kind != "webp" or head[8:12] == b"WEBP"):
            return kind
    return "text" if is_text(head) else ""


def is_text(head: bytes) -> bool:
    """Return whether the block reads as text: UTF-8, UTF-16 with its mark, or Windows-1252."""
    wide = WIDE_MARKS.get(head[:2])
    text = decoded(head[2:], wide) if wide else decoded(head, "utf-8")
    if text is None and not wide:
        text = decoded(head, "cp1252")
    return text is not None and not any(
        unicodedata.category(sign) == "Cc" and sign not in ALLOWED_CONTROLS for sign in text
    )


def decoded(head: bytes, encoding: str) -> str | None:
    """Return the block as text, None when it is none; its end may cut a character."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None


def extensions(kind: str) -> tuple[str, ...]:
    """Return the extensions that a kind may bear, the usual one first."""
    if kind == ANY:
        return ("bin",)
    return TEXT if kind == "text" else BEGINNINGS[kind][1]


def accepted() -> str:
    """Return every extension that is taken, for a sentence."""
    return ", ".join(extension for kind in (*BEGINNINGS, "text") for extension in extensions(kind))


def safe_name(name: str, kind: str) -> str:
    """Return a name to download under: no folder, nothing invisible, an extension of its kind."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, extension = visible.rpartition(".")
    if dot and extension.lower() in extensions(kind):
        return f"{stem[:LONGEST_NAME].strip(' .') or 'fichier'}.{extension.lower()}"
    return f"{visible[:LONGEST_NAME] or 'fichier'}.{extensions(kind)[0]}"
