"""The published figures hold what was found, say how sure it is, and nothing else."""

from copy import deepcopy

import pytest
import yaml

from vigie.reference import published
from vigie.reference.catalogue import BadReference

SERIES = published.series()
CELLS = [(one, cell) for one in SERIES.values() for cell in one.cells.values()]
# Typed from the research, not from the file. None: not found.
YEARS = (2018, 2019, 2020, 2021, 2022, 2023, 2024)
FOUND = {
    "declarations": (327, 392, 369, 733, 592, 581, 749),
    "structures": (247, 300, 290, 582, 432, 422, 558),
    "structures_without_provider": (None, None, None, 325, None, None, None),
    "structures_health": (None, None, 250, None, None, 301, None),
    "structures_medico_social": (None, None, None, None, None, 121, None),
    "repeat_structures": (None, None, None, None, 69, None, None),
    "repeat_structures_4": (None, None, None, None, 15, None, None),
    "monthly_declarations": (None, 30, 30, 40, None, None, None),
    "provider_share": (None, None, None, 40, None, None, None),
    "malicious_share": (41, 43, 60, 52, 50, 50, None),
    "ransomware": (None, None, None, 59, 30, 32, 40),
    "ransomware_share": (None, None, 25, None, None, None, None),
    "information_system_compromise": (None, None, None, 98, None, 122, 122),
    "major": (None, None, None, None, 22, 17, None),
    "degraded_mode_share": (46, 40, 45, 52, 39, 32, None),
    "care_interruption_share": (None, None, 14, None, 19, None, None),
    "no_impact_share": (None, None, 35, 38, 58, 53, None),
    "care_impact_share": (None, None, None, None, None, 35, None),
    "endangerment": (None, None, 34, None, 76, 69, None),
    "endangerment_share": (None, 19, 9, None, 13, None, None),
    "endangerment_proven": (None, None, 2, 5, 5, 1, None),
    "data_impact_share": (None, None, 50, None, 63, 59, None),
    "data_out_of_reach_share": (None, None, None, 50, None, None, None),
    "data_lost_or_out_of_reach": (None, None, 146, None, None, None, None),
    "data_altered": (None, None, 21, None, None, None, None),
    "data_disclosed": (None, None, None, None, None, 60, None),
    "data_disclosed_or_accessed": (None, None, 60, None, None, None, None),
    "data_leak": (None, None, None, 21, None, None, None),
    "support_structures": (None, None, 90, 189, 165, 165, None),
    "support_share": (None, None, None, 26, 29, None, None),
    "technical_support": (None, None, None, None, None, 93, None),
    "anssi_support": (None, None, None, 37, 48, 37, None),
    "same_day_share": (None, 70, None, None, None, None, None),
    "within_24_hours_share": (None, 80, None, None, None, None, None),
}


def test_every_number_is_the_one_that_was_found_and_absent_where_none_was():
    read = {
        code: tuple(one.cells[year].value if year in one.cells else None for year in YEARS)
        for code, one in SERIES.items()
    }
    assert read == FOUND


@pytest.mark.parametrize(
    ("series", "cell"), CELLS, ids=[f"{one.code}-{cell.year}" for one, cell in CELLS]
)
def test_every_cell_says_where_it_comes_from_and_why_it_is_not_sure(series, cell):
    assert cell.pages
    assert all(page.name and page.url.startswith("https://") for page in cell.pages)
    assert cell.is_sure or (cell.note.fr and cell.note.en)
    assert series.title.fr
    assert series.title.en


def test_what_is_not_sure_is_known_as_such():
    unsure = {(one.code, cell.year): cell.certainty for one, cell in CELLS if not cell.is_sure}
    assert unsure["structures_without_provider", 2021] == "inferred"
    assert unsure["ransomware", 2022] == "conflicting"
    assert unsure["degraded_mode_share", 2021] == "calculated"
    assert ("declarations", 2021) not in unsure


def test_an_arithmetic_that_is_told_is_right():
    assert SERIES["degraded_mode_share"].cells[2021].value == 39 + 13
    assert SERIES["anssi_support"].cells[2022].value == 40 + 5 + 1 + 1 + 1
    assert SERIES["anssi_support"].cells[2023].value == 28 + 5 + 4
    without = SERIES["structures_without_provider"].cells[2021].value
    assert round(100 * (SERIES["structures"].cells[2022].value / without - 1)) == 33


def broken(tmp_path, change):
    """Return a folder with a copy of the file in which something is wrong."""
    source = published.HERE / f"{published.NAME}.yaml"
    raw = deepcopy(yaml.safe_load(source.read_text(encoding="utf-8")))
    change(raw, {entry["code"]: entry for entry in raw["entries"]})
    path = tmp_path / f"{published.NAME}.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "change",
    [
        lambda raw, by: by["structures"]["cells"][2018].update(value=None),
        lambda raw, by: by["structures"]["cells"][2018].update(value=True),
        lambda raw, by: by["structures"]["cells"][2018].update(value=-1),
        lambda raw, by: by["malicious_share"]["cells"][2018].update(value=101),
        lambda raw, by: by["structures"]["cells"][2018].update(sources=[]),
        lambda raw, by: by["structures"]["cells"][2018].update(sources=["NOBODY"]),
        lambda raw, by: by["structures"]["cells"][2018].update(certainty="sure"),
        lambda raw, by: by["structures"]["cells"][2018].update(certainty="inferred"),
        lambda raw, by: by["structures"].update(unit="beds"),
        lambda raw, by: by["structures"].update(indicator="declarations"),
        lambda raw, by: by["structures"]["cells"].update({1998: {"value": 1}}),
        lambda raw, by: raw["sources"].update(IDLE={"name": "x", "url": "https://x.example"}),
        lambda raw, by: raw["entries"].append(by["structures"]),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(tmp_path, change):
    with pytest.raises(BadReference, match=r"ans\.yaml"):
        published.series(broken(tmp_path, change))
