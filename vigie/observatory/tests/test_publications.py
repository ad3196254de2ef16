"""Publishing freezes a year; a correction is a new revision that says what changed and why."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from vigie.accounts.models import User
from vigie.audit.models import Event
from vigie.audit.rules import sentence
from vigie.observatory.models import Publication
from vigie.observatory.operations import publish
from vigie.observatory.queries import editions
from vigie.observatory.rules.edition import PLAIN, Edition
from vigie.observatory.rules.publication import PublicationRefused, Refusal, change_of
from vigie.observatory.tests.factories import (
    CountedFactory,
    EstablishmentFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 3, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=20)


def lead(*nations):
    """Return a CERT lead of some nations."""
    first, *others = nations or ("FR",)
    person = MembershipFactory(role="cert_lead", nation=first).user
    for nation in others:
        MembershipFactory(user=person, role="cert_lead", nation=nation)
    return User.objects.get(pk=person.pk)


@pytest.fixture
def year():
    return CountedFactory.create_batch(6, declared="2024-02-03", origin="malicious")


def published(**told):
    return publish(**{"year": 2024, "note": "", "now": NOW, "by": None} | told)


def refused(**told):
    with pytest.raises(PublicationRefused) as caught:
        published(**told)
    return caught.value.refusal


def test_a_publication_keeps_the_edition_its_hash_its_date_and_its_author(year):
    author = lead()
    one = published(by=author)
    assert (one.year, one.revision, one.as_of, one.published_at) == (2024, 1, NOW, NOW)
    assert (one.by, one.note, one.changes) == (author, "", [])
    assert one.sha256 == hashlib.sha256(one.content.encode()).hexdigest()
    assert Edition.parse(one.content)[PLAIN]["declarations"].value == 6


def test_the_journal_tells_the_hash(year):
    one = published(by=lead())
    entry = Event.objects.get(verb="figures.published")
    assert entry.target == f"publication:{one.pk}"
    assert entry.details == {"year": 2024, "revision": 1, "sha256": one.sha256}
    assert "2024" in str(sentence(entry.verb, entry.details))


def test_the_same_figures_are_not_published_twice(year):
    author = lead()
    published(by=author)
    assert refused(by=author, note="Encore", now=LATER) is Refusal.SAME
    assert Publication.objects.count() == 1


def test_a_correction_is_a_new_revision_that_lists_what_changed(year):
    author = lead()
    published(by=author)
    CountedFactory(declared="2024-02-04", origin="malicious")
    two = published(by=author, note="Une déclaration reçue en retard.", now=LATER)
    assert (two.revision, two.note) == (2, "Une déclaration reçue en retard.")
    found = [change_of(one) for one in two.changes]
    plain = {
        one.figure or f"{one.table}.{one.row}.{one.column}": one
        for one in found
        if one.view == PLAIN
    }
    assert (plain["declarations"].before, plain["declarations"].after) == (6, 7)
    assert (plain["T05.malicious.value"].before, plain["T05.malicious.value"].after) == (6, 7)
    assert "malicious_share" not in plain  # 100 % before and after
    assert Event.objects.filter(verb="figures.corrected").count() == 1
    assert Publication.objects.get(revision=1).content != two.content


def test_a_correction_says_why(year):
    author = lead()
    published(by=author)
    CountedFactory()
    assert refused(by=author, note="  ", now=LATER) is Refusal.NO_NOTE
    assert refused(by=author, note="x" * 2001, now=LATER) is Refusal.LONG_NOTE


def test_what_was_published_stays_when_the_register_changes(year):
    one = published(by=lead())
    CountedFactory.create_batch(3)
    kept = editions.published(2024)
    assert kept == one
    assert Edition.parse(kept.content)[PLAIN]["declarations"].value == 6


def test_a_year_is_published_once_it_is_over(year):
    CountedFactory(declared_year=2025)
    assert refused(by=lead(), year=2025) is Refusal.NOT_OVER
    new_year = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)  # past midnight in Paris
    assert published(by=lead(), year=2025, now=new_year).year == 2025


def test_an_empty_year_is_not_published(year):
    assert refused(by=lead(), year=2019) is Refusal.EMPTY


def test_what_is_published_is_what_was_read_in_the_preview(year):
    author = lead()
    seen = editions.edition(2024, as_of=NOW).sha256
    CountedFactory()
    told = {"by": author, "as_of": NOW, "now": LATER}
    assert refused(**told, seen=seen) is Refusal.OTHER_FIGURES
    again = editions.edition(2024, as_of=NOW).sha256
    one = published(**told, seen=again)
    assert (one.sha256, one.as_of, one.published_at) == (again, NOW, LATER)


@pytest.mark.parametrize("role", ["cert_analyst", "national_steering", "auditor", "administrator"])
def test_only_a_lead_publishes(year, role):
    with pytest.raises(PermissionDenied):
        published(by=MembershipFactory(role=role, nation="FR").user)
    assert not Publication.objects.exists()


def test_a_lead_answers_for_every_nation_that_is_counted(year):
    CountedFactory(establishment=EstablishmentFactory(country="BE", region="", department=""))
    french, both = lead("FR"), lead("FR", "BE")
    with pytest.raises(PermissionDenied):
        published(by=french)
    assert not editions.may_publish(french)
    assert editions.may_publish(both)
    assert published(by=both).revision == 1


def test_publications_are_listed_the_newest_first_without_their_content(year):
    author = lead()
    published(by=author)
    CountedFactory()
    published(by=author, note="Retard", now=LATER)
    found = list(editions.publications())
    assert [one.revision for one in found] == [2, 1]
    assert {"content", "changes"} <= found[0].get_deferred_fields()
    assert editions.published(2024).revision == 2
    assert editions.publication(2024, 1).revision == 1
    assert editions.published(2023) is editions.publication(2024, 3) is None


def test_a_publication_can_be_made_again_from_the_register(year):
    author = lead()
    one = published(by=author)
    assert editions.recomputed(one).sha256 == one.sha256
    CountedFactory()
    two = published(by=author, note="Retard", now=LATER)
    assert editions.recomputed(two).sha256 == two.sha256


@pytest.mark.parametrize(
    "change",
    [
        lambda: Publication.objects.update(note="autre"),
        lambda: Publication.objects.all().delete(),
    ],
)
def test_the_database_refuses_to_change_or_remove_a_publication(year, change):
    published(by=lead())
    with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
        change()
    assert Publication.objects.get().note == ""


def test_the_guard_of_publications_is_there():
    """A migration that rebuilds the table on SQLite loses its triggers."""
    question = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(question)
        found = {name for (name,) in cursor.fetchall()}
    guards = {f"observatory_publication_never_{what}" for what in ("changes", "goes")}
    assert guards <= found


def row(**told):
    author = lead()
    return Publication(
        **{
            "year": 2024,
            "revision": 1,
            "as_of": NOW,
            "published_at": NOW,
            "by": author,
            "content": "{}",
            "sha256": "0" * 64,
        }
        | told
    )


@pytest.mark.parametrize(
    "told",
    [{"revision": 0}, {"revision": 2}, {"as_of": LATER}, {"sha256": "short"}],
    ids=["no revision", "no reason", "from the future", "no hash"],
)
def test_the_database_refuses_a_row_that_makes_no_sense(told):
    with pytest.raises(IntegrityError), transaction.atomic():
        row(**told).save()


def test_a_revision_stands_once():
    row().save()
    with pytest.raises(IntegrityError), transaction.atomic():
        row().save()
