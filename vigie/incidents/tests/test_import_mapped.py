import csv
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook

from vigie.establishments.models import Establishment
from vigie.incidents import operations
from vigie.incidents.feeds.mappers import load
from vigie.incidents.models import Brought, Declaration
from vigie.incidents.rules.mapping import Mapping
from vigie.incidents.tests.factories import EstablishmentFactory, SiteFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
EJ, ET, UNKNOWN = "690781810", "690000245", "010000024"
COLUMNS = [
    {"column": "N°", "to": "key"},
    {"column": "FINESS", "to": "establishment"},
    {"column": "Date", "to": "declared"},
    {"column": "Objet", "to": "title"},
]


@pytest.fixture
def owner():
    return EstablishmentFactory(finess=EJ, name="CH de l’Orme")


def mapping(*more, columns=COLUMNS, **options):
    return Mapping.model_validate({"source": "portal", "columns": [*columns, *more], **options})


def bring(tmp_path, text, how=None, *, name="t.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("cp1252"))
    how = how or mapping()
    return operations.import_mapped([path], mapping=how, country="FR", now=NOW, **options)


def counts(summary):
    return (summary.created, summary.updated, summary.unchanged, summary.refused)


def declaration(key="1"):
    return Declaration.objects.select_related("incident", "establishment").get(source_key=key)


def kept(key="1"):
    return Brought.objects.filter(declaration__source_key=key).latest("id").kept


def faults(summary):
    return [(e.line, e.field, e.reason) for e in summary.errors]


def test_columns_become_fields_and_the_rest_is_kept(tmp_path, owner):
    text = f"Note;;;;\nN°;FINESS;Date;Objet;Météo\n1;{EJ};04/03/2021;Panne à l’hôpital;Pluie\n"
    assert counts(bring(tmp_path, text)) == (1, 0, 0, 0)
    found = declaration()
    assert (found.source, found.establishment, found.declared) == ("portal", owner, "2021-03-04")
    assert found.incident.title == "Panne à l’hôpital"
    assert kept() == {"Météo": "Pluie"}


def test_what_is_ignored_is_stored_nowhere(tmp_path, owner):
    text = f"N°;FINESS;Date;Objet;Nom;Météo\n1;{EJ};2021;Panne;Dupont;Pluie\n"
    how = mapping({"column": "Nom", "to": "ignored"}, others="ignored")
    bring(tmp_path, text, how)
    assert kept() == {}


def test_a_second_run_changes_nothing_and_a_changed_row_adds_a_revision(tmp_path, owner):
    text = f"N°;FINESS;Date;Objet\n1;{EJ};2021;Panne\n2;{EJ};2021;Coupure\n"
    bring(tmp_path, text)
    assert counts(bring(tmp_path, text)) == (0, 0, 2, 0)
    assert counts(bring(tmp_path, text.replace("Panne", "Incendie"))) == (0, 1, 1, 0)


def test_rows_without_key_are_known_by_what_they_hold(tmp_path, owner):
    how = mapping(columns=COLUMNS[1:])
    text = f"FINESS;Date;Objet\n{EJ};2021;Panne\n{EJ};2021;Panne\n{EJ};2022;Panne\n"
    assert counts(bring(tmp_path, text, how)) == (3, 0, 0, 0)
    assert counts(bring(tmp_path, text, how)) == (0, 0, 3, 0)


def test_each_refusal_names_line_column_and_reason(tmp_path, owner):
    rows = [
        f"1;{EJ};hier;Panne",
        f"2;{UNKNOWN};2021;Panne",
        "3;123;2021;Panne",
        f"4;{EJ};2031;Panne",
        f";{EJ};2021;Panne",
        f"6;{EJ};;Panne",
        f"7;{EJ};2021;Panne;trop",
        f"8;{EJ};2021;Bon",
        f"8;{EJ};2021;Double",
        "9;;2021;Panne",
    ]
    summary = bring(tmp_path, "\n".join(["N°;FINESS;Date;Objet", *rows]) + "\n")
    assert counts(summary) == (1, 0, 0, 9)
    assert sorted((line, field) for line, field, _why in faults(summary)) == [
        (2, "Date"),
        (3, "establishment"),
        (4, "FINESS"),
        (5, "Date"),
        (6, "N°"),
        (7, "Date"),
        (8, ""),
        (10, "N°"),
        (11, "FINESS"),
    ]


def test_a_dry_run_finds_the_same_and_writes_nothing(tmp_path, owner):
    text = f"N°;FINESS;Date;Objet\n1;{EJ};2021;Panne\n2;{EJ};hier;x\n3;{UNKNOWN};2021;x\n"
    dry = bring(tmp_path, text, dry_run=True)
    assert not Declaration.objects.exists()
    wet = bring(tmp_path, text)
    assert (counts(dry), dry.errors) == (counts(wet), wet.errors)
    assert counts(wet) == (1, 0, 0, 2)


def test_a_missing_column_refuses_the_file(tmp_path, owner):
    summary = bring(tmp_path, f"N°;FINESS;Jour;Objet\n1;{EJ};2021;Panne\n")
    assert "Date" in summary.errors[0].reason
    assert summary.exit_code == 1
    assert summary.read == 0


# words of closed lists


def test_words_are_understood_by_the_mapping_by_code_and_by_label(tmp_path, owner):
    more = (
        {"column": "Cause", "to": "origin", "words": {"Piratage": "malicious"}},
        {"column": "Effet", "to": "structure_impact"},
        {"column": "Appui", "to": "support_requested"},
        {"column": "Données", "to": "data_impacts", "separator": ","},
    )
    head = "N°;FINESS;Date;Objet;Cause;Effet;Appui;Données"
    text = f"{head}\n1;{EJ};2021;x;piratage;Mode dégradé;Oui;lost,Divulguées\n"
    assert counts(bring(tmp_path, text, mapping(*more))) == (1, 0, 0, 0)
    found = declaration()
    assert (found.origin, found.structure_impact) == ("malicious", "degraded")
    assert (found.support_requested, found.data_lost, found.data_disclosed) == (True, True, True)


def test_a_word_that_nobody_knows_refuses_the_record_or_is_kept(tmp_path, owner):
    cause = {"column": "Cause", "to": "origin"}
    text = f"N°;FINESS;Date;Objet;Cause\n1;{EJ};2021;Panne;Météorite\n"
    refused = bring(tmp_path, text, mapping(cause))
    assert [(e.line, e.field) for e in refused.errors] == [(2, "Cause")]
    taken = bring(tmp_path, text, mapping(cause, unread="kept"))
    assert counts(taken) == (1, 0, 0, 0)
    assert [(w.line, w.field) for w in taken.warnings] == [(2, "Cause")]
    assert declaration().origin == ""
    assert kept() == {"Cause": "Météorite"}


def test_of_several_values_in_a_field_of_one_the_first_counts(tmp_path, owner):
    cause = {"column": "Cause", "to": "origin", "separator": "|"}
    text = f"N°;FINESS;Date;Objet;Cause\n1;{EJ};2021;x;malicious|undetermined\n"
    summary = bring(tmp_path, text, mapping(cause))
    assert declaration().origin == "malicious"
    assert "est retenue" in summary.warnings[0].reason


def test_a_value_for_the_whole_file_and_a_filter(tmp_path, owner):
    text = f"N°;FINESS;Date;Objet\n1;{EJ};2021;Panne\n2;{EJ};2021;Essai\n"
    how = mapping(constants={"kind": "near_miss"}, only={"Objet": ["panne"]})
    summary = bring(tmp_path, text, how)
    assert counts(summary) == (1, 0, 0, 0)
    assert declaration().kind == "near_miss"
    assert "1 ligne écartée" in summary.warnings[0].reason


def test_days_and_months_are_read_as_the_source_writes_them(tmp_path, owner):
    text = f"N°;FINESS;Date;Objet\n1;{EJ};03/04/2021;Panne\n"
    bring(tmp_path, text, mapping(days="month_first"))
    assert declaration().declared == "2021-03-04"


def test_a_text_too_long_is_cut_and_kept_whole(tmp_path, owner):
    text = f"N°;FINESS;Date;Objet\n1;{EJ};2021;{'x' * 300}\n"
    summary = bring(tmp_path, text)
    assert len(declaration().incident.title) == 200
    assert kept()["Objet"] == "x" * 300
    assert "coupé" in summary.warnings[0].reason


def test_numbers_of_patients_are_masked_wherever_they_stand(tmp_path, owner):
    number = "1 84 12 76 451 089 46"
    text = f"N°;FINESS;Date;Objet;Autre\n1;{EJ};2021;Patient {number};{number}\n"
    bring(tmp_path, text)
    assert "451" not in declaration().incident.title
    assert "451" not in str(kept())


# structures


def test_a_structure_may_be_known_by_its_site_or_its_name(tmp_path, owner):
    SiteFactory(establishment=owner, finess=ET)
    columns = [COLUMNS[0], COLUMNS[2], {"column": "Site", "to": "site"}]
    columns.append({"column": "Nom", "to": "structure_name"})
    text = f"N°;Date;Site;Nom\n1;2021;{ET};\n2;2021;;CH de l’Orme\n3;2021;;CH d’ailleurs\n"
    summary = bring(tmp_path, text, mapping(columns=columns))
    assert counts(summary) == (2, 0, 0, 1)
    assert declaration("1").site.finess == ET
    assert {declaration(key).establishment for key in "12"} == {owner}
    assert [(e.line, e.field) for e in summary.errors] == [(4, "structure_name")]


def test_a_name_that_several_structures_bear_is_refused(tmp_path, owner):
    EstablishmentFactory(name="CH de l’Orme")
    columns = [COLUMNS[0], COLUMNS[2], {"column": "Nom", "to": "structure_name"}]
    summary = bring(tmp_path, "N°;Date;Nom\n1;2021;CH de l’Orme\n", mapping(columns=columns))
    assert "plusieurs structures" in summary.errors[0].reason


def test_a_structure_unknown_is_opened_where_the_mapper_says_so(tmp_path, owner):
    name = {"column": "Nom", "to": "structure_name"}
    text = (
        f"N°;FINESS;Date;Objet;Nom\n1;{UNKNOWN};2021;Panne;Clinique du Lac\n"
        f"2;{UNKNOWN};2021;Panne;Clinique du Lac\n3;{EJ};2021;Panne;x\n4;;2021;Panne;\n"
    )
    summary = bring(tmp_path, text, mapping(name, unlisted="opened"))
    assert counts(summary) == (4, 0, 0, 0)
    opened = declaration("1").establishment
    assert (opened.name, opened.source, opened.country) == ("Clinique du Lac", "portal", "FR")
    assert declaration("2").establishment == opened
    assert declaration("3").establishment == owner
    assert declaration("4").establishment.name.startswith("Structure sans nom")
    assert [w.line for w in summary.warnings] == [2, 3]
    assert Establishment.objects.count() == 3


# spreadsheets


def test_a_spreadsheet_is_read_like_a_table(tmp_path, owner):
    made = Workbook()
    made.active.append(["N°", "FINESS", "Date", "Objet"])
    made.active.append([1, EJ, datetime(2021, 3, 4), "Panne"])  # noqa: DTZ001 - as Excel has it
    made.active.append([2, EJ, datetime(2021, 3, 4), "=A2"])  # noqa: DTZ001
    path = tmp_path / "t.xlsx"
    made.save(path)
    summary = operations.import_mapped([path], mapping=mapping(), country="FR", now=NOW)
    assert counts(summary) == (1, 0, 0, 1)
    assert (summary.errors[0].line, summary.errors[0].field) == (3, "Objet")
    assert declaration().declared == "2021-03-04"


def test_the_house_format_may_be_a_spreadsheet(tmp_path, owner):
    made = Workbook()
    made.active.append(["Key", "Establishment", "Declared", "Persons"])
    made.active.append(["1", EJ, 2021, 12])
    made.active.append(["2", EJ, 2021, "=1/0"])
    made.save(tmp_path / "t.xlsx")
    summary = operations.import_declarations([tmp_path], now=NOW)
    assert counts(summary) == (1, 0, 0, 1)
    assert summary.errors[0].field == "persons"


# real data


@pytest.mark.real_data
def test_the_open_data_of_the_cnil_is_read_as_published(shared_data, pytestconfig):
    path = shared_data / "cnil" / "cnil_violations_sample.csv"
    shipped = pytestconfig.rootpath / "docs" / "use" / "cnil-mapper.yaml"
    how = load(shipped.read_text(encoding="utf-8"))
    with path.open(encoding="cp1252", newline="") as file:
        raw = list(csv.reader(file, delimiter=";"))[2:]
    wanted = [row for row in raw if row[1] == "Santé humaine et action sociale"]

    def run():
        return operations.import_mapped([path], mapping=how, country="FR", now=NOW)

    summary = run()
    assert counts(summary) == (len(wanted), 0, 0, 0) == (5, 0, 0, 0)
    assert f"{len(raw) - len(wanted)} lignes écartées" in summary.warnings[0].reason
    found = Declaration.objects.order_by("brought__line")
    assert [d.data_disclosed for d in found] == ["confidentialité" in row[2] for row in wanted]
    malicious = [d.origin == "malicious" for d in found]
    assert malicious == [row[7].startswith("Acte externe malveillant") for row in wanted]
    assert {d.declared for d in found} == {"2025-12"}
    assert kept(found[0].source_key)["Nombre de personnes impactées"] == wanted[0][3]
    assert counts(run()) == (0, 0, 5, 0)


@pytest.mark.real_data
def test_no_value_of_the_cnil_is_parted_in_the_middle(shared_data, pytestconfig, tmp_path):
    path = shared_data / "cnil" / "cnil_violations_sample.csv"
    shipped = pytestconfig.rootpath / "docs" / "use" / "cnil-mapper.yaml"
    how = load(shipped.read_text(encoding="utf-8")).model_copy(update={"only": {}})
    summary = operations.import_mapped([path], mapping=how, country="FR", now=NOW)
    assert counts(summary) == (33, 0, 0, 0)
    assert [w for w in summary.warnings if "correspondance" in w.reason] == []
