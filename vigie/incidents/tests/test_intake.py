from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from vigie.accounts.tests.factories import MembershipFactory
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Declaration, Intake, IntakeRow, Mapper
from vigie.incidents.operations import intake, mappers
from vigie.incidents.operations.attach import Upload
from vigie.incidents.queries import intake as queries
from vigie.incidents.rules.mapping import Mapping
from vigie.incidents.tests.factories import NOW, EstablishmentFactory
from vigie.kernel import vault
from vigie.kernel.vault import BadUpload

pytestmark = pytest.mark.django_db
EJ, UNKNOWN = "690781810", "010000024"
TABLE = (
    f"N°;FINESS;Date;Objet;Météo\n1;{EJ};2021;Panne;Pluie\n2;{EJ};hier;x;\n3;{UNKNOWN};2021;x;\n"
)
COLUMNS = [
    {"column": "N°", "to": "key"},
    {"column": "FINESS", "to": "establishment"},
    {"column": "Date", "to": "declared"},
    {"column": "Objet", "to": "title"},
]


@pytest.fixture
def lead():
    return MembershipFactory(role="cert_lead", nation="FR").user


@pytest.fixture
def owner():
    return EstablishmentFactory(finess=EJ, country="FR")


@pytest.fixture(autouse=True)
def own_vault(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


def mapping(**options):
    return Mapping.model_validate({"source": "portal", "columns": COLUMNS, **options})


def brought(lead, content=TABLE, name="registre.csv", key=None):
    upload = Upload(name, [content.encode("cp1252")])
    return intake.bring_file(by=lead, upload=upload, key=key or uuid4(), now=NOW)


def tried(lead, content=TABLE, **options):
    found = brought(lead, content)
    return intake.try_out(by=lead, intake=found, mapping=mapping(**options), now=NOW)


def fates(found):
    return list(found.rows.order_by("line").values_list("line", "fate"))


def long_ago():
    return NOW - timedelta(hours=1)


def test_a_file_is_tried_looked_at_and_imported_then_removed(lead, owner):
    found = tried(lead)
    assert found.state == "checked"
    assert fates(found) == [(2, "created"), (3, "refused"), (4, "refused")]
    assert not Declaration.objects.exists()
    found = intake.start(by=lead, intake=found, now=NOW)
    assert (found.state, found.percent, found.stored_as) == ("done", 100, "")
    assert fates(found) == [(2, "created"), (3, "refused"), (4, "refused")]
    assert Declaration.objects.get().source_key == "1"
    problems = found.rows.get(line=3).problems
    assert [column for column, _why in problems] == ["Date"]


def test_the_same_file_again_changes_nothing(lead, owner):
    intake.start(by=lead, intake=tried(lead), now=NOW)
    again = intake.start(by=lead, intake=tried(lead), now=NOW)
    assert fates(again)[0] == (2, "unchanged")
    assert Declaration.objects.count() == 1


def test_sending_twice_keeps_one_file(lead):
    key = uuid4()
    assert brought(lead, key=key) == brought(lead, key=key)
    assert len(list(vault.tokens())) == 1


def test_the_vault_forgets_the_file_once_it_is_imported(
    lead, owner, django_capture_on_commit_callbacks
):
    found = tried(lead)
    assert len(list(vault.tokens())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        intake.start(by=lead, intake=found, now=NOW)
    assert list(vault.tokens()) == []


def test_an_import_can_begin_only_once_and_after_its_dry_run(lead, owner):
    found = brought(lead)
    with pytest.raises(intake.WrongMoment):
        intake.start(by=lead, intake=found, now=NOW)
    found = intake.try_out(by=lead, intake=found, mapping=mapping(), now=NOW)
    intake.start(by=lead, intake=found, now=NOW)
    with pytest.raises(intake.WrongMoment):
        intake.start(by=lead, intake=found, now=NOW)
    with pytest.raises(intake.WrongMoment):
        intake.drop(by=lead, intake=found, now=NOW)


@pytest.mark.parametrize("role", ["cert_analyst", "national_steering", "auditor"])
def test_only_leads_and_administrators_of_the_nation_bring_files(role, lead):
    person = MembershipFactory(role=role, nation="FR").user
    with pytest.raises(PermissionDenied):
        brought(person)
    with pytest.raises(PermissionDenied):
        intake.drop(by=person, intake=brought(lead), now=NOW)
    assert brought(MembershipFactory(role="administrator", nation="FR").user)


def test_an_administrator_of_one_structure_brings_nothing(owner):
    with pytest.raises(PermissionDenied):
        brought(MembershipFactory(role="administrator", establishment=owner).user)


def test_structures_and_declarations_of_other_nations_are_out_of_reach(lead, owner):
    abroad = MembershipFactory(role="cert_lead", nation="BE").user
    intake.start(by=lead, intake=tried(lead), now=NOW)
    found = tried(abroad)
    assert fates(found)[0] == (2, "refused")
    opened = tried(abroad, unlisted="opened")
    assert "autre pays" in opened.rows.get(line=2).problems[0][1]
    assert not queries.visible_intakes(lead).filter(country="BE").exists()


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b""])
def test_what_is_no_table_is_not_taken(lead, content):
    upload = Upload("x.csv", [content] if content else [])
    with pytest.raises(BadUpload):
        intake.bring_file(by=lead, upload=upload, key=uuid4(), now=NOW)
    assert list(vault.tokens()) == []


def test_a_file_that_cannot_be_read_says_so(lead, owner):
    upload = Upload("x.xlsx", [b"PK\x03\x04 nothing"])
    found = intake.bring_file(by=lead, upload=upload, key=uuid4(), now=NOW)
    found = intake.try_out(by=lead, intake=found, mapping=mapping(), now=NOW)
    assert found.state == "failed"
    assert found.fault


# the worker


def test_a_large_file_waits_for_the_worker(lead, owner, monkeypatch):
    monkeypatch.setattr(intake, "AT_ONCE", 10)
    found = tried(lead)
    assert (found.state, fates(found)) == ("to_check", [])
    intake.go_on(NOW, lambda: NOW)
    found.refresh_from_db()
    assert (found.state, len(fates(found))) == ("checked", 3)


def test_what_a_dead_worker_left_goes_on_where_it_stopped(lead, owner, monkeypatch):
    monkeypatch.setattr(intake, "AT_ONCE", 10)
    rows = [f"{n};{EJ};2021;Panne;" for n in range(1, 41)]
    found = tried(lead, "\n".join(["N°;FINESS;Date;Objet;Météo", *rows]) + "\n")
    intake.go_on(NOW, lambda: NOW)
    found.refresh_from_db()
    found = intake.start(by=lead, intake=found, now=NOW)
    heard = intake.Worked.hear

    def die_after_one(self, told):
        if IntakeRow.objects.filter(intake=found).exists():
            raise KeyboardInterrupt
        heard(self, told)

    with monkeypatch.context() as patch:
        patch.setattr(intake.Worked, "hear", die_after_one)
        with pytest.raises(KeyboardInterrupt):
            intake.go_on(NOW, lambda: NOW)
    assert Declaration.objects.count() == len(fates(found)) == 25
    intake.go_on(NOW + intake.SILENT_FOR / 2, lambda: NOW)
    assert Declaration.objects.count() == 25, "somebody may still be at work"
    intake.go_on(NOW + intake.SILENT_FOR * 2, lambda: NOW)
    found.refresh_from_db()
    assert found.state == "done"
    assert {fate for _line, fate in fates(found)} == {"created"}
    assert Declaration.objects.count() == len(fates(found)) == 40


def test_files_that_nobody_imports_are_forgotten_in_a_week(
    lead, owner, django_capture_on_commit_callbacks
):
    done = intake.start(by=lead, intake=tried(lead), now=NOW)
    brought(lead)
    assert intake.forget_stale(NOW + timedelta(days=6)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert intake.forget_stale(NOW + timedelta(days=8)) == 1
    assert list(Intake.objects.all()) == [done]


# mappers


def test_a_mapper_is_shared_versioned_and_retired(lead):
    other = MembershipFactory(role="administrator", nation="FR").user
    first = mappers.save_mapper(by=lead, country="FR", name=" Portail ", mapping=mapping(), now=NOW)
    same = mappers.save_mapper(by=other, country="FR", name="Portail", mapping=mapping(), now=NOW)
    assert same == first
    changed = mapping(unread="kept")
    second = mappers.save_mapper(by=other, country="FR", name="Portail", mapping=changed, now=NOW)
    assert (second.version, str(second)) == (2, "Portail v2")
    assert list(queries.visible_mappers(lead)) == [second]
    abroad = MembershipFactory(role="cert_lead", nation="BE").user
    assert not queries.visible_mappers(abroad).exists()
    with pytest.raises(PermissionDenied):
        mappers.retire_mapper(by=abroad, mapper=second, now=NOW)
    mappers.retire_mapper(by=lead, mapper=second, now=NOW)
    assert not queries.visible_mappers(lead).exists()
    third = mappers.save_mapper(by=lead, country="FR", name="Portail", mapping=mapping(), now=NOW)
    assert third.version == 3


def test_every_step_is_in_the_journal(lead, owner):
    intake.start(by=lead, intake=tried(lead), now=NOW)
    verbs = Entry.objects.order_by("id").values_list("verb", flat=True)
    steps = ["intake.brought", "intake.tried", "intake.started", "incident.imported"]
    assert [verb for verb in verbs if verb in steps] == steps
    assert "declarations.imported" in verbs


# the pages


@pytest.fixture
def signed(client, lead):
    client.force_login(lead)
    return client


def upload(signed, tmp_path, content=TABLE):
    path = tmp_path / "registre.csv"
    path.write_bytes(content.encode("cp1252"))
    with path.open("rb") as file:
        told = {"file": file, "idempotency_key": str(uuid4())}
        answer = signed.post(reverse("incidents:intakes"), told)
    return Intake.objects.latest("id"), answer


def chosen(**more):
    fields = {"to-0": "key", "to-1": "establishment", "to-2": "declared", "to-3": "title"}
    options = {"source": "portal", "unlisted": "refused", "unread": "refused", "days": "day_first"}
    return fields | {"to-4": "kept"} | options | more


def test_a_person_brings_a_file_from_upload_to_the_last_row(signed, owner, tmp_path):
    found, answer = upload(signed, tmp_path)
    columns = reverse("incidents:intake_columns", args=[found.pk])
    assert answer.url == columns
    page = signed.get(columns).content.decode()
    assert "Pluie" in page
    assert "cp1252" in page
    words = reverse("incidents:intake_words", args=[found.pk])
    assert signed.post(columns, chosen()).url == words
    assert "Aucune colonne" in signed.get(words).content.decode()
    home = reverse("incidents:intake", args=[found.pk])
    assert signed.post(words, {"name": "Portail"}).url == home
    page = signed.get(home).content.decode()
    assert "Rien n’est encore écrit" in page
    assert "pas une date" in page
    assert Mapper.objects.get().name == "Portail"
    signed.post(reverse("incidents:intake_start", args=[found.pk]))
    incident = Declaration.objects.get().incident
    page = signed.get(home, {"fate": "created"}).content.decode()
    assert reverse("incidents:file", args=[incident.pk]) in page
    table = b"".join(signed.get(reverse("incidents:intake_fates", args=[found.pk])))
    assert "3;Refusée;;Date;" in table.decode("utf-8-sig").replace('"', "")
    file = signed.get(reverse("incidents:file", args=[incident.pk])).content.decode()
    assert "Autres informations du fichier d’origine" in file
    assert "Pluie" in file


def test_columns_that_make_no_declaration_are_told(signed, tmp_path):
    found, _answer = upload(signed, tmp_path)
    told = chosen(**{"to-1": "kept", "to-2": "kept", "to-3": "kind", "to-4": "kind"})
    answer = signed.post(reverse("incidents:intake_columns", args=[found.pk]), told)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("donne la date", "donne la structure", "une seule colonne"):
        assert words in page


def test_words_get_their_meaning_and_separators_are_read_again(signed, owner, tmp_path):
    rows = [f"1;{EJ};2021;Fuite+Perte", f"2;{EJ};2021;Fuite", f"3;{EJ};2021;Perte"]
    table = "\n".join(["N°;FINESS;Date;Effet", *rows]).replace("+", "/") + "\n"
    found, _answer = upload(signed, tmp_path, table)
    told = chosen(**{"to-3": "data_impacts"})
    signed.post(reverse("incidents:intake_columns", args=[found.pk]), told)
    words = reverse("incidents:intake_words", args=[found.pk])
    signed.post(words, {"sep-3": "", "word-3-0": "-", "word-3-1": "disclosed", "reread": "1"})
    assert "Fuite/Perte" in signed.get(words).content.decode()
    signed.post(words, {"sep-3": "/", "word-3-0": "-", "reread": "1"} | {"word-3-1": "disclosed"})
    page = signed.get(words).content.decode()
    assert "Fuite/Perte" not in page
    form = {"sep-3": "/", "word-3-0": "disclosed", "word-3-1": "lost", "name": ""}
    signed.post(words, form)
    signed.post(reverse("incidents:intake_start", args=[found.pk]))
    found = Declaration.objects.order_by("source_key")
    assert [(d.data_disclosed, d.data_lost) for d in found] == [
        (True, True),
        (True, False),
        (False, True),
    ]


def test_a_mapper_fills_the_columns_of_another_file(signed, lead, owner, tmp_path):
    kept = mappers.save_mapper(
        by=lead,
        country="FR",
        name="Portail",
        mapping=mapping(constants={"kind": "threat"}),
        now=NOW,
    )
    found, _answer = upload(signed, tmp_path)
    address = reverse("incidents:intake_columns", args=[found.pk])
    page = signed.get(address, {"mapper": kept.pk}).content.decode()
    assert "« Nature » vaut threat" in page.replace("\xa0", " ")
    signed.post(f"{address}?mapper={kept.pk}", chosen())
    found.refresh_from_db()
    assert found.mapping["constants"] == {"kind": "threat"}


def test_a_shape_that_is_wrong_is_told_and_can_be_corrected(signed, tmp_path):
    found, _answer = upload(signed, tmp_path)
    address = reverse("incidents:intake_columns", args=[found.pk])
    assert signed.get(address, {"header": "900"}).status_code == 422
    page = signed.get(address, {"header": "2", "delimiter": ";"}).content.decode()
    assert EJ in page


def test_the_pages_cost_as_many_queries_whatever_the_rows(
    signed, lead, owner, django_assert_max_num_queries
):
    rows = [f"{n};{EJ};2021;Panne;" for n in range(1, 81)]
    found = tried(lead, "\n".join(["N°;FINESS;Date;Objet;Météo", *rows]) + "\n")
    found = intake.start(by=lead, intake=found, now=NOW)
    for address in (
        reverse("incidents:intake", args=[found.pk]),
        reverse("incidents:intakes"),
        reverse("incidents:file", args=[Declaration.objects.earliest("id").incident_id]),
    ):
        with django_assert_max_num_queries(15):
            assert signed.get(address).status_code == 200
