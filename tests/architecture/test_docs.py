"""The documents say what is there."""

import re

import pytest

from tests.architecture.house import CAPABILITIES, ROOT, name_of, sources

READS = re.compile(r"""\b(?:env_\w+|secret)\(\s*["'](\w+)["']|environ(?:\.get\(|\[)["'](\w+)["']""")
ROW = re.compile(r"^\| `(\w+)`", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
OUR_OWN = re.compile(r"VIGIE_\w+|DATABASE_URL")
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_the_map_names_every_capability(capability):
    assert f"`{capability}`" in ARCHITECTURE.read_text(encoding="utf-8")


def test_the_map_names_no_capability_that_is_not_there():
    floors = (
        ARCHITECTURE.read_text(encoding="utf-8").partition("## Floors")[2].partition("\n## ")[0]
    )
    assert sorted(ROW.findall(floors)) == CAPABILITIES


def test_the_map_is_short():
    assert len(ARCHITECTURE.read_text(encoding="utf-8").splitlines()) <= 150


def variables_read() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in sources(ROOT / "config")]
    named = {one or other for text in texts for one, other in READS.findall(text)}
    return {name for name in named if OUR_OWN.fullmatch(name)}


def test_every_environment_variable_is_documented():
    documented = ROW.findall((ROOT / "docs/run/settings.md").read_text(encoding="utf-8"))
    assert sorted(documented) == sorted(variables_read())


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_between_documents_lead_somewhere(path):
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (path.parent / target).exists()]


def test_the_glossary_gives_each_word_one_name():
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", text, re.MULTILINE)
    words = [french for french, _ in rows if french != "French" and set(french) - set("- ")]
    assert len(words) > 30
    assert sorted(words) == sorted(set(words))
