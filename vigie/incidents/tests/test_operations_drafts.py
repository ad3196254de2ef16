from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from vigie.audit.models import Event
from vigie.incidents import operations
from vigie.incidents.models import Draft
from vigie.incidents.operations.drafts import AlreadySent, TooLong
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    UserFactory,
    at_once,
    later,
    person,
    submission,
)
from vigie.inventory.models import Application, Supplier

pytestmark = pytest.mark.django_db
NIR = "1 84 12 76 451 089 46"


# drafts


def save(by, key, content, *, establishment=None, site=None, now=NOW):
    return operations.save_draft(
        by=by,
        key=key,
        establishment=establishment,
        site=site,
        content=content,
        step=next(iter(content)),
        now=now,
    )


def test_a_draft_keeps_each_step_whatever_was_typed():
    officer, key = person("rssi", EstablishmentFactory()), uuid4()
    save(officer, key, {"essential": {"noticed_day": ["31"], "noticed_month": ["février"]}})
    save(officer, key, {"care": {"patients": ["trois"]}}, now=later(minutes=3))
    draft = Draft.objects.get(key=key)
    assert draft.content["essential"]["noticed_month"] == ["février"]
    assert draft.content["care"] == {"patients": ["trois"]}
    assert (draft.step, draft.updated_at) == ("care", later(minutes=3))
    assert Event.objects.filter(verb="draft.started", target=f"draft:{key}").count() == 1


def test_a_draft_never_holds_a_social_security_number():
    officer, key = person("rssi", EstablishmentFactory()), uuid4()
    saved = save(officer, key, {"care": {"note": [f"patient {NIR}", "\0"], "more": [NIR]}})
    assert saved.masked == 2
    assert NIR not in repr(Draft.objects.get(key=key).content)


def test_a_draft_is_its_authors_alone():
    establishment = EstablishmentFactory()
    mine, other = person("rssi", establishment), person("dsi", establishment)
    draft = save(mine, uuid4(), {"care": {}}).draft
    for act in (
        lambda: save(other, draft.key, {"care": {"patients": ["9"]}}),
        lambda: operations.discard_draft(by=other, draft=draft, now=NOW),
        lambda: operations.add_named(
            by=other, draft=draft, application="DPI", supplier="", now=NOW
        ),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Draft.objects.get(key=draft.key).content == {"care": {}}


def test_a_draft_needs_the_right_to_declare_at_its_structure():
    with pytest.raises(PermissionDenied):
        save(UserFactory(), uuid4(), {"care": {}})
    officer = person("rssi", EstablishmentFactory())
    with pytest.raises(PermissionDenied):
        save(officer, uuid4(), {"care": {}}, establishment=EstablishmentFactory())


def test_a_draft_has_room_for_twenty_long_answers_and_no_more():
    officer = person("rssi", EstablishmentFactory())
    save(officer, uuid4(), {"care": {str(n): ["x" * 19_000] for n in range(20)}})
    with pytest.raises(TooLong):
        save(officer, uuid4(), {"care": {str(n): ["x" * 20_000] for n in range(21)}})


def test_a_sent_draft_is_gone_and_does_not_come_back():
    establishment = EstablishmentFactory()
    officer = person("rssi", establishment)
    draft = save(officer, uuid4(), {"care": {}}, establishment=establishment).draft
    sent = submission(establishment, key=draft.key)
    done = operations.declare(by=officer, submission=sent, now=NOW)
    assert not Draft.objects.exists()
    with pytest.raises(AlreadySent) as told:
        save(officer, draft.key, {"care": {}}, establishment=establishment)
    assert told.value.incident == done.incident


def test_a_draft_can_be_thrown_away():
    officer = person("rssi", EstablishmentFactory())
    draft = save(officer, uuid4(), {"care": {}}).draft
    operations.discard_draft(by=officer, draft=draft, now=NOW)
    assert not Draft.objects.exists()
    assert Event.objects.filter(verb="draft.discarded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_draft_begun_twice_at_the_same_moment_keeps_both_steps():
    officer, key = person("rssi", EstablishmentFactory()), uuid4()
    outcomes = at_once(
        lambda: save(officer, key, {"care": {"a": ["1"]}}),
        lambda: save(officer, key, {"causes": {"b": ["2"]}}),
    )
    assert not [o for o in outcomes if isinstance(o, Exception)]
    assert Draft.objects.get(key=key).content == {"care": {"a": ["1"]}, "causes": {"b": ["2"]}}


def test_a_declarant_names_an_application_and_a_supplier_that_nobody_listed():
    establishment = EstablishmentFactory()
    declarant = person("declarant", establishment)
    draft = save(declarant, uuid4(), {"systems": {}}, establishment=establishment).draft
    for _twice in range(2):
        draft = operations.add_named(
            by=declarant, draft=draft, application=" Dossier  patient ", supplier="Odalis", now=NOW
        )
    application, supplier = Application.objects.get(), Supplier.objects.get()
    assert (application.name, application.establishment) == ("Dossier patient", establishment)
    assert draft.content["systems"] == {
        "applications": [str(application.pk)],
        "supplier": [str(supplier.pk)],
        "supplier_name": ["Odalis"],
    }


def test_nothing_is_named_before_a_structure_is_chosen():
    officer = person("rssi", EstablishmentFactory())
    draft = save(officer, uuid4(), {"systems": {}}).draft
    with pytest.raises(PermissionDenied):
        operations.add_named(by=officer, draft=draft, application="DPI", supplier="", now=NOW)
    assert not Application.objects.exists()


def test_a_draft_that_nobody_goes_on_with_is_erased_in_time(settings):
    settings.DRAFTS_KEPT_DAYS = 30
    officer, old, fresh = person("rssi"), uuid4(), uuid4()
    save(officer, old, {"care": {}})
    save(officer, fresh, {"care": {}})
    save(officer, fresh, {"care": {"x": ["y"]}}, now=later(days=2))
    assert operations.forget_old_drafts(later(days=29)) == 0
    assert operations.forget_old_drafts(later(days=31)) == 1
    assert Draft.objects.get().key == fresh
    last = Event.objects.order_by("-id").first()
    assert (last.actor, last.verb, last.target) == (
        "system:worker",
        "draft.expired",
        f"draft:{old}",
    )
