import html
import re

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from vigie.accounts import queries
from vigie.accounts.tests.factories import UserFactory, person
from vigie.audit import operations
from vigie.audit import queries as audit
from vigie.establishments.tests.factories import EstablishmentFactory, GroupFactory, SiteFactory
from vigie.kernel import clock

pytestmark = pytest.mark.django_db


def write(verb="a.b", target="x:1", actor="user:1", **details):
    return operations.record(actor=actor, verb=verb, target=target, at=clock.now(), details=details)


def read():
    page = audit.events(with_people=True)
    template = Template("{% load audit %}{% journal page names %}")
    text = template.render(Context({"page": page, "names": queries.names_of(page)}))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


class TestNames:
    def test_people_places_and_territories_are_named(self):
        someone = UserFactory(first_name="Inès", last_name="Marchal")
        numbered = EstablishmentFactory(name="Valmont", finess="690000013")
        unnumbered = EstablishmentFactory(name="Maison", finess=None)
        site = SiteFactory(name="Site Sud")
        group = GroupFactory(code="GHT-RIVE", name="GHT de la Rive")
        write(actor=someone.journal_name, target=f"site:{site.pk}", territory="ej:690000013")
        write(territory=f"ej:{unnumbered.code}", establishment=numbered.pk)
        write(territory="group:GHT-RIVE", place="region:84")
        names = queries.names_of(audit.events())
        wanted = {
            someone.journal_name: "Inès Marchal",
            f"site:{site.pk}": "Site Sud",
            "ej:690000013": "Valmont",
            f"establishment:{numbered.pk}": "Valmont",
            f"ej:{unnumbered.code}": "Maison",
            "group:GHT-RIVE": str(group),
            "region:84": "Auvergne-Rhône-Alpes",
        }
        assert {name: names.get(name) for name in wanted} == wanted

    def test_what_does_not_exist_has_no_name_and_odd_codes_do_no_harm(self):
        write(a="user:" + "9" * 30, b="ej:id" + "9" * 30, c="site:²", d="group:", e="user:x")
        assert not {name for name in queries.names_of(audit.events()) if name[0] in "uesg"}

    def test_a_number_of_a_place_with_finess_is_not_its_territory(self):
        place = EstablishmentFactory(finess="690000013")
        write(territory=f"ej:id{place.pk}")
        assert f"ej:id{place.pk}" not in queries.names_of(audit.events())

    def test_it_asks_nothing_of_what_is_not_mentioned(self):
        write(actor="system:cli")
        page = audit.events()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            queries.names_of(page)
        assert len(asked) == 0

    def test_no_page_no_names(self):
        assert queries.names_of(None) == {}


class TestWords:
    def test_a_role_is_said_with_its_name_and_place(self):
        EstablishmentFactory(name="Valmont", finess="690000013")
        write("membership.given", role="rssi", territory="ej:690000013", membership=4)
        assert "a donné le rôle Responsable de la sécurité (RSSI) sur Valmont" in read()
        assert "membership" not in read()

    def test_a_token_says_what_it_allows(self):
        write("token.created", token=3, scopes=["incidents.read", "unknown.scope"])
        assert "permet Ouvrir les dossiers d’incident, unknown.scope" in read()

    def test_a_sign_in_says_how(self):
        write("person.signed_in", ways=["password", "totp", "other"])
        assert "par mot de passe, application d’authentification, other" in read()

    def test_what_is_not_as_expected_is_shown_as_it_is(self):
        write("membership.given", role=None, territory=3)
        write("token.created", scopes="incidents.read")
        assert "a donné le rôle None sur 3" in read()
        assert "permet Ouvrir les dossiers d’incident" in read()

    def test_it_speaks_english(self):
        write("membership.given", role="director", territory="nation:FR")
        with translation.override("en"):
            assert "Director" in read()


class TestWhoReads:
    def test_a_territory_opens_what_concerns_it(self):
        here, elsewhere = EstablishmentFactory(), EstablishmentFactory()
        auditor, colleague = person("auditor", here), person("rssi", here)
        inside = [
            write(target=f"establishment:{here.pk}"),
            write(target=f"site:{SiteFactory(establishment=here).pk}"),
            write(target=colleague.journal_name),
        ]
        write(target=f"establishment:{elsewhere.pk}")
        write(target=person("rssi", elsewhere).journal_name)
        write(target="instance:1")
        shown = {line.event.pk for line in queries.journal(auditor).lines}
        assert {entry.pk for entry in inside} <= shown
        about = {line.event.target for line in queries.journal(auditor).lines}
        assert f"establishment:{elsewhere.pk}" not in about
        assert "instance:1" not in about

    def test_a_nation_opens_everything_and_other_roles_nothing(self):
        write(target="instance:1")
        targets = {line.event.target for line in queries.journal(person("cert_lead")).lines}
        assert "instance:1" in targets
        assert queries.journal(person("rssi")).lines == []
        assert queries.journal_about(person("rssi"), person("dpo")) is None
