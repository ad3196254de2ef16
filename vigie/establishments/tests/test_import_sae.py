import csv
import time
from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import pytest

from vigie.audit.models import Event
from vigie.establishments import operations, queries
from vigie.establishments.models import Edition, Establishment, SearchTerm, Site
from vigie.establishments.rules import EstablishmentFacts, SiteFacts
from vigie.establishments.tests.factories import SiteFactory, Somebody, finess
from vigie.establishments.tests.test_sae import lines
from vigie.kernel.imports import UnusableInput

NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
OWNER = finess("01078005")
NORTH, SOUTH, EAST = finess("01000002"), finess("01000003"), finess("01000004")


def site(number, **changes):
    """Return the line of a site as changes to the usual one."""
    return {"finess_et": number, "raison_sociale": f"SITE {number[6:8]}"} | changes


def edition(tmp_path, year, *rows, name=""):
    path = tmp_path / (name or f"sae_{year}.csv")
    path.write_text(lines(*({"annee": str(year)} | row for row in rows)), encoding="utf-8")
    return path


def bring(*paths, **how):
    return operations.import_sae(paths, now=NOW, **how)


def counts(summary):
    names = ("read", "created", "updated", "unchanged", "closed", "refused")
    return {name: getattr(summary, name) for name in names if getattr(summary, name)}


def validity(number):
    row = Site.objects.get(finess=number)
    return row.opened_on, row.closed_on


@pytest.mark.django_db
def test_a_first_edition_brings_sites_and_their_legal_entity(tmp_path):
    path = edition(
        tmp_path,
        2022,
        site(NORTH, lits_total="10", raison_sociale="PETIT SITE"),
        site(SOUTH, lits_total="300", raison_sociale="CH DU SUD", commune="BELLEY"),
    )
    assert counts(bring(path)) == {"read": 2, "created": 2}
    owner = Establishment.objects.get()
    # The survey names sites only: the main one speaks for the entity.
    assert (owner.finess, owner.name, owner.commune, owner.beds) == (
        OWNER,
        "CH DU SUD",
        "BELLEY",
        310,
    )
    assert (owner.region, owner.department, owner.country) == ("84", "01", "FR")
    assert (owner.structure_type, owner.legal_status) == ("CH", "public")
    assert set(owner.sites.values_list("finess", flat=True)) == {NORTH, SOUTH}
    assert validity(NORTH) == (None, None)


@pytest.mark.django_db
def test_the_seat_is_in_the_department_of_the_entitys_own_number(tmp_path):
    away = {"departement": "75", "region": "11", "commune": "PARIS", "lits_total": "900"}
    path = edition(tmp_path, 2022, site(NORTH, lits_total="1"), site(SOUTH, **away))
    bring(path)
    owner = Establishment.objects.get()
    assert (owner.department, owner.region, owner.commune) == ("01", "84", "VIRIAT")


@pytest.mark.django_db
def test_a_second_run_changes_nothing(tmp_path):
    path = edition(tmp_path, 2022, site(NORTH), site(SOUTH))
    bring(path)
    before = list(Site.objects.order_by("id").values())
    terms = SearchTerm.objects.count()
    assert counts(bring(path)) == {"read": 2, "unchanged": 2}
    assert list(Site.objects.order_by("id").values()) == before
    assert SearchTerm.objects.count() == terms


@pytest.mark.django_db
def test_a_later_edition_closes_what_left_and_opens_what_came(tmp_path):
    bring(edition(tmp_path, 2022, site(NORTH), site(SOUTH)))
    later = edition(tmp_path, 2023, site(NORTH), site(EAST))
    assert counts(bring(later)) == {"read": 2, "created": 1, "unchanged": 1, "closed": 1}
    assert validity(NORTH) == (None, None)
    assert validity(SOUTH) == (None, date(2023, 1, 1))
    assert validity(EAST) == (date(2023, 1, 1), None)
    assert {s.finess for s in Site.objects.in_force(2022)} == {NORTH, SOUTH}
    assert {s.finess for s in Site.objects.in_force(2023)} == {NORTH, EAST}
    assert counts(bring(later)) == {"read": 2, "unchanged": 2}


@pytest.mark.django_db
@pytest.mark.parametrize("order", [(2021, 2022, 2023), (2023, 2022, 2021), (2022, 2021, 2023)])
def test_the_order_of_editions_is_indifferent(tmp_path, order):
    stands = {2021: [NORTH, SOUTH], 2022: [NORTH, EAST], 2023: [NORTH]}
    for year in order:
        rows = [site(n, raison_sociale=f"CH EN {year}", lits_total=str(year)) for n in stands[year]]
        bring(edition(tmp_path, year, *rows))
    assert validity(NORTH) == (None, None)
    assert validity(SOUTH) == (None, date(2022, 1, 1))
    assert validity(EAST) == (date(2022, 1, 1), date(2023, 1, 1))
    # Facts are those of the latest edition that shows the site.
    assert Site.objects.get(finess=NORTH).beds == 2023
    assert Site.objects.get(finess=EAST).name == "CH EN 2022"
    assert Establishment.objects.get().name == "CH EN 2023"


@pytest.mark.django_db
def test_closed_counts_no_site_of_an_earlier_edition_that_comes_late(tmp_path):
    bring(edition(tmp_path, 2023, site(NORTH)))
    summary = bring(edition(tmp_path, 2022, site(NORTH), site(SOUTH)))
    # The south site is new here and had gone by 2023: it is created closed, not closed.
    assert counts(summary) == {"read": 2, "created": 1, "unchanged": 1}
    assert validity(SOUTH) == (None, date(2023, 1, 1))


@pytest.mark.django_db
def test_a_site_that_comes_back_is_open_again(tmp_path):
    bring(edition(tmp_path, 2022, site(NORTH), site(SOUTH)))
    bring(edition(tmp_path, 2023, site(NORTH)))
    summary = bring(edition(tmp_path, 2024, site(NORTH), site(SOUTH)))
    assert counts(summary) == {"read": 2, "updated": 1, "unchanged": 1}
    assert validity(SOUTH) == (None, None)


@pytest.mark.django_db
def test_an_entity_closes_with_its_last_site(tmp_path):
    other = finess("69078005")
    alone = site(SOUTH, finess_ej=other)
    bring(edition(tmp_path, 2022, site(NORTH), alone))
    bring(edition(tmp_path, 2023, site(NORTH)))
    assert Establishment.objects.get(finess=other).closed_on == date(2023, 1, 1)
    assert Establishment.objects.get(finess=OWNER).closed_on is None
    assert queries.population(None, year=2022) == 2
    assert queries.population(None, year=2023) == 1


@pytest.mark.django_db
def test_a_site_may_change_hands(tmp_path):
    buyer = finess("69078005")
    bring(edition(tmp_path, 2022, site(NORTH), site(SOUTH)))
    summary = bring(edition(tmp_path, 2023, site(NORTH), site(SOUTH, finess_ej=buyer)))
    assert counts(summary) == {"read": 2, "updated": 1, "unchanged": 1}
    assert Site.objects.get(finess=SOUTH).establishment.finess == buyer
    assert queries.search("site 00", among=Establishment.objects.filter(finess=buyer))


@pytest.mark.django_db
def test_several_editions_and_folders_are_read_in_one_go(tmp_path):
    edition(tmp_path, 2023, site(NORTH), name="a.csv")
    edition(tmp_path, 2022, site(NORTH), site(SOUTH), name="b.csv")
    (tmp_path / "notes.txt").write_text("no table")
    summary = bring(tmp_path)
    assert counts(summary) == {"read": 3, "created": 2, "unchanged": 1, "closed": 1}
    assert sorted(Edition.objects.values_list("year", flat=True)) == [2022, 2023]


@pytest.mark.django_db
def test_bad_lines_are_named_and_the_others_imported(tmp_path):
    path = edition(
        tmp_path,
        2022,
        site(NORTH),
        site("010000025"),
        site(SOUTH, raison_sociale=""),
        site(EAST, region="99"),
        site(NORTH, raison_sociale="AGAIN"),
    )
    summary = bring(path)
    assert counts(summary) == {"read": 5, "created": 1, "refused": 4}
    assert [(e.file, e.line, e.field) for e in summary.errors] == [
        ("sae_2022.csv", 3, "finess_et"),
        ("sae_2022.csv", 4, "raison_sociale"),
        ("sae_2022.csv", 5, "region"),
        ("sae_2022.csv", 6, "finess_et"),
    ]
    assert "stands already in sae_2022.csv, line 2" in summary.errors[3].reason
    assert summary.exit_code == 1
    assert Site.objects.get().name == f"SITE {NORTH[6:8]}"


@pytest.mark.django_db
def test_a_site_whose_line_is_refused_is_not_absent(tmp_path):
    bring(edition(tmp_path, 2022, site(NORTH), site(SOUTH, finess_ej=finess("69078005"))))
    summary = bring(edition(tmp_path, 2023, site(NORTH), site(SOUTH, raison_sociale="")))
    assert counts(summary) == {"read": 2, "unchanged": 1, "refused": 1}
    assert validity(SOUTH) == (None, None)
    assert not Establishment.objects.exclude(closed_on=None).exists()


@pytest.mark.django_db
def test_an_edition_without_one_good_line_closes_nothing(tmp_path):
    bring(edition(tmp_path, 2022, site(NORTH)))
    bring(edition(tmp_path, 2023, site(NORTH, region="99"), site("010000025")))
    assert validity(NORTH) == (None, None)
    assert not Edition.objects.filter(year=2023).exists()


@pytest.mark.django_db
def test_an_edition_that_closes_much_is_suspect(tmp_path):
    bring(edition(tmp_path, 2022, site(NORTH), site(SOUTH), site(EAST)))
    summary = bring(edition(tmp_path, 2023, site(NORTH)))
    assert [warning.reason for warning in summary.warnings] == [
        "closes 2 sites and names 1: is the edition of 2023 complete?"
    ]
    # The rest of the edition arrives: what it names was never away.
    bring(edition(tmp_path, 2023, site(SOUTH), site(EAST), name="rest.csv"))
    assert not Site.objects.exclude(closed_on=None).exists()


@pytest.mark.django_db
def test_a_number_that_cannot_be_read_is_told_and_the_site_imported(tmp_path):
    summary = bring(edition(tmp_path, 2022, site(NORTH, lits_total="many")))
    assert counts(summary) == {"read": 1, "created": 1}
    assert [(w.line, w.field) for w in summary.warnings] == [(2, "lits_total")]
    assert summary.exit_code == 0


@pytest.mark.django_db
def test_a_dry_run_counts_the_same_and_keeps_nothing(tmp_path):
    first = edition(tmp_path, 2022, site(NORTH), site(SOUTH))
    later = edition(tmp_path, 2023, site(NORTH, lits_total="1"), site(EAST))
    said = counts(bring(first, later, dry_run=True))
    assert not Site.objects.exists()
    assert not Edition.objects.exists()
    assert not Event.objects.exists()
    assert counts(bring(first, later)) == said


@pytest.mark.django_db
def test_what_a_person_corrected_outlives_the_next_edition(tmp_path):
    bring(edition(tmp_path, 2022, site(NORTH)))
    row = Site.objects.get()
    facts = SiteFacts(
        name="Centre hospitalier de Fleyriat",
        finess=NORTH,
        structure_type=row.structure_type,
        region="84",
        department="01",
        commune=row.commune,
        category=row.category,
        commune_insee=row.commune_insee,
        postcode=row.postcode,
        beds=row.beds,
        emergency_visits=row.emergency_visits,
    )
    operations.amend_site(by=Somebody(), site=row, facts=facts, now=NOW)
    bring(edition(tmp_path, 2023, site(NORTH, lits_total="7")))
    row.refresh_from_db()
    assert (row.name, row.beds) == ("Centre hospitalier de Fleyriat", 7)


@pytest.mark.django_db
def test_a_site_closed_by_hand_stays_closed(tmp_path):
    bring(edition(tmp_path, 2022, site(NORTH)))
    row = Site.objects.get()
    operations.close_site(by=Somebody(), site=row, closed_on=date(2022, 6, 30), now=NOW)
    bring(edition(tmp_path, 2023, site(NORTH)))
    assert validity(NORTH) == (None, date(2022, 6, 30))


@pytest.mark.django_db
def test_an_establishment_opened_by_hand_joins_the_survey_with_what_was_stated(tmp_path):
    facts = EstablishmentFacts(name="Hôpital de Viriat", finess=OWNER, department="01")
    operations.create_establishment(by=Somebody(), facts=facts, now=NOW)
    bring(edition(tmp_path, 2022, site(NORTH, lits_total="12")))
    owner = Establishment.objects.get()
    assert (owner.name, owner.source, owner.beds) == ("Hôpital de Viriat", "sae", 12)
    assert owner.legal_status == "public"  # nobody had stated it


@pytest.mark.django_db
def test_structures_of_other_sources_are_left_alone(tmp_path):
    other = SiteFactory()
    bring(edition(tmp_path, 2022, site(NORTH)))
    summary = bring(edition(tmp_path, 2023, site(NORTH)))
    other.refresh_from_db()
    assert (other.closed_on, other.source, summary.closed) == (None, "", 0)


@pytest.mark.django_db
def test_an_import_is_one_line_of_the_journal_an_edition(tmp_path):
    bring(edition(tmp_path, 2022, site(NORTH), site(SOUTH)), by="user:7")
    event = Event.objects.get()
    assert (event.actor, event.verb, event.target) == (
        "user:7",
        "establishments.imported",
        "sae:2022",
    )
    assert event.details == {"created": 2, "updated": 0, "closed": 0}


@pytest.mark.parametrize("content", [b"", b"x,y\n1,2\n", b"\x81\x8d"])
@pytest.mark.django_db
def test_a_file_that_is_no_survey_is_unusable(tmp_path, content):
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableInput, match=r"other\.csv"):
        bring(path)


@pytest.mark.django_db
def test_a_bad_file_among_several_keeps_the_others_out_too(tmp_path):
    good = edition(tmp_path, 2022, site(NORTH))
    with pytest.raises(UnusableInput, match=r"absent\.csv"):
        bring(good, tmp_path / "absent.csv")
    assert not Site.objects.exists()


@pytest.mark.django_db
def test_a_file_of_absurd_size_is_not_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(201_000_000)  # sparse: takes no room
    with pytest.raises(UnusableInput, match="larger than 200 MB"):
        bring(path)


class Watched:
    """Keeps what an act says of its progress."""

    def __init__(self):
        self.whole, self.done, self.stages = 0, 0, []

    def total(self, amount):
        self.whole = amount

    def advance(self, amount=1):
        self.done += amount

    def stage(self, name):
        self.stages.append(name)


@pytest.mark.django_db
def test_progress_reaches_its_end(tmp_path):
    watched = Watched()
    paths = [
        edition(tmp_path, 2022, site(NORTH), site(SOUTH)),
        edition(tmp_path, 2023, site(NORTH)),
    ]
    bring(*paths, progress=watched)
    assert (watched.done, watched.whole) == (3, 3)
    assert watched.stages == ["SAE 2022", "SAE 2023"]


@pytest.mark.real_data
@pytest.mark.django_db
def test_the_real_survey_is_imported_whole_and_fast(shared_data):
    path = shared_data / "establishments" / "etablissements_sae_2022.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    started = time.perf_counter()
    summary = bring(path)
    elapsed = time.perf_counter() - started
    assert (
        counts(summary)
        == {"read": len(rows), "created": len(rows)}
        == {"read": 3995, "created": 3995}
    )
    assert Establishment.objects.count() == len({row["finess_ej"] for row in rows}) == 2195
    assert elapsed < 10

    def by(field):
        return Counter(Site.objects.values_list(field, flat=True))

    assert by("region") == Counter(row["region"] for row in rows)
    assert by("department") == Counter(row["departement"] for row in rows)
    assert by("category") == Counter(row["categorie"] for row in rows)
    beds = sum(int(row["lits_total"] or 0) for row in rows)
    assert sum(Site.objects.values_list("beds", flat=True)) == beds
    assert sum(Establishment.objects.values_list("beds", flat=True)) == beds
    with_emergency = sum(1 for row in rows if row["passages_urgences_gen"])
    assert Site.objects.exclude(emergency_visits=None).count() == with_emergency
    spread = defaultdict(set)
    for row in rows:
        spread[row["finess_ej"]].add(row["departement"])
    seen = defaultdict(set)
    for owner, department in Site.objects.values_list("establishment__finess", "department"):
        seen[owner].add(department)
    assert seen == spread
    # Associations and foundations must not pass for companies: the label of the file swaps them.
    profit = {row["finess_et"] for row in rows if row["espic"] == "0"}
    status = dict(Site.objects.values_list("finess", "establishment__legal_status"))
    assert sum(status[number] == "prive_lucratif" for number in profit) > 0.99 * len(profit)
    assert counts(bring(path)) == {"read": 3995, "unchanged": 3995}
