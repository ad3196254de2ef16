from pathlib import Path

from vigie.observatory.rules.indicators import INDICATORS

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "use" / "observatory.md"


def test_the_guide_names_every_figure():
    text = GUIDE.read_text(encoding="utf-8")
    assert [i.id for i in INDICATORS if f"`{i.id}`" not in text] == []
