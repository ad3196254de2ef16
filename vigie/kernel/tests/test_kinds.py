import io
import unicodedata
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.kernel import kinds


def archive():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "webp"),
        (archive(), "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "ole"),
        ("Rançon demandée à 02:10\r\n".encode(), "text"),
        ("Rançon demandée".encode("cp1252"), "text"),
        ("Rançon".encode("utf-16"), "text"),
        ("coupé au milieu d’un é".encode()[:-1], "text"),
        (b"MZ\x90\0\x03\0\0\0", ""),
        (b"\x7fELF\x02\x01\x01\0", ""),
        (b"RIFF\x24\0\0\0WAVEfmt ", ""),
        (b"\0\0\0\x18ftypmp42", ""),
        (bytes(range(256)), ""),
    ],
)
def test_a_kind_is_told_by_the_content(head, kind):
    assert kinds.recognise(head) == kind


@given(st.text(), st.sampled_from([*kinds.BEGINNINGS, "text"]))
def test_a_name_to_download_is_one_visible_name_of_its_kind(name, kind):
    safe = kinds.safe_name(name, kind)
    stem, _, extension = safe.rpartition(".")
    assert stem
    assert extension in kinds.extensions(kind)
    assert not {"/", "\\"} & set(safe)
    assert all(unicodedata.category(sign)[0] != "C" for sign in safe)
    assert len(safe) < 140
    assert kinds.safe_name(safe, kind) == safe


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("rapport.pdf", "pdf", "rapport.pdf"),
        ("Rapport final.DOCX", "zip", "Rapport final.docx"),
        ("facture.pdf.exe", "pdf", "facture.pdf.exe.pdf"),
        ("../../etc/passwd", "text", "passwd.txt"),
        ("C:\\Temp\\note.txt", "text", "note.txt"),
        ("exe.\u202etxt", "text", "exe.txt"),  # a sign that turns the reading order round
        ("", "png", "fichier.png"),
    ],
)
def test_names_that_lie_are_mended(name, kind, safe):
    assert kinds.safe_name(name, kind) == safe
