"""What the matrix of rights calls in the API: each operation with a body that it understands.

An operation that is not here fails the test: say what to send and who gets an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.architecture.matrix_objects import World
from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.incidents.rules.facts import to_json
from vigie.incidents.tests.factories import PHONE, facts
from vigie.kernel import clock
from vigie.reports.tests.factories import send

P = Permission
SeenBy = Callable[[User], bool]


@dataclass(frozen=True)
class Call:
    """One operation to try. known_to: who is refused rather than told that there is nothing."""

    seen_by: SeenBy
    known_to: SeenBy | None = None
    names: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Callable[[], Any] | None = None
    files: Callable[[], dict[str, Any]] | None = None


def calls(world: World) -> dict[str, Call]:
    """Return how to call each operation, by method and path."""
    return {**collections(world), **files(world), **reports(world), **events(world)}


def everybody(user: User) -> bool:
    """Return that anyone with a token gets an answer."""
    return True


def collections(world: World) -> dict[str, Call]:
    """Return the calls that name no file."""
    w = world
    declaration = {
        "key": str(uuid4()),
        "establishment": w.home.finess,
        "facts": to_json(facts()),
        "declarant": {"name": "Camille Personne", "phone": PHONE},
    }
    return {
        "GET /me": Call(everybody),
        "GET /due": Call(everybody),  # a list that is empty for those who see no file
        "GET /reference/{name}": Call(everybody, names={"name": "tlp"}),
        "GET /establishments": Call(w.anywhere(P.READ_ESTABLISHMENTS), query={"q": "centre"}),
        "GET /establishments/{finess}": Call(
            w.anywhere(P.READ_ESTABLISHMENTS), everybody, names={"finess": w.home.finess}
        ),
        "GET /suppliers": Call(w.anywhere(P.READ_INVENTORY), query={"q": "odalis"}),
        "GET /applications": Call(w.anywhere(P.READ_INVENTORY), query={"q": "dossier"}),
        "GET /observatory/figures": Call(w.anywhere(P.READ_FIGURES), query={"year": 2026}),
        "GET /events": Call(everybody),  # likewise
        "POST /events": Call(
            w.at_home(P.FOLLOW),
            known_to=w.at_home(P.READ_INCIDENTS),
            names={"incidents": w.number},
            body=lambda: {
                "incidents": [w.together.loose.pk],
                "title": "Panne",
                "reason": "Même hôte",
            },
        ),
        "GET /observables": Call(everybody),  # likewise
        "GET /observables/{key}": Call(
            w.at_home(P.READ_INCIDENTS), names={"key": w.together.sighting.observable.key}
        ),
        "GET /incidents": Call(everybody),  # a list that is empty for those who see no file
        # Where a structure lies is no secret: who may not declare for it is refused.
        "POST /incidents": Call(w.at_seat(P.DECLARE), known_to=everybody, body=lambda: declaration),
    }


def files(world: World) -> dict[str, Call]:
    """Return the calls on one file."""
    w, file = world, {"pk": world.number}
    reading = w.at_home(P.READ_INCIDENTS)
    version = {"version": w.incident.version}

    def read(**names: Any) -> Call:
        return Call(reading, names={**file, **names})

    def act(permission: Permission, **body: Any) -> Call:
        return Call(w.at_home(permission), known_to=reading, names=file, body=lambda: body)

    def follow(**body: Any) -> Call:
        return act(P.FOLLOW, **version, **body)

    return {
        "GET /incidents/{pk}": read(),
        "GET /incidents/{pk}/revisions": read(),
        "GET /incidents/{pk}/revisions/{number}": read(number=1),
        "GET /incidents/{pk}/legal-declarations": read(),
        "GET /incidents/{pk}/messages": read(),
        "GET /incidents/{pk}/attachments": read(),
        "GET /incidents/{pk}/attachments/{number}": read(number=w.attachment.pk),
        "GET /incidents/{pk}/routing": read(),
        "GET /incidents/{pk}/duties": read(),
        "POST /incidents/{pk}/duties/records": act(
            P.RECORD_LEGAL, kind="aware", regime="RGPD33", at="2026-03-14T03:00:00Z"
        ),
        "POST /incidents/{pk}/duties/records/{number}/retraction": Call(
            w.at_home(P.RECORD_LEGAL),
            known_to=reading,
            names={**file, "number": w.recorded.act.pk},
            body=lambda: {"reason": "Mauvais dossier"},
        ),
        "POST /incidents/{pk}/routing": act(
            P.FOLLOW,
            rule="ars_always",
            outcome="told",
            at="2026-03-14T03:00:00Z",
            means="phone",
            proof="Appel",
        ),
        "POST /incidents/{pk}/routing/{number}/retraction": Call(
            w.at_home(P.FOLLOW),
            known_to=reading,
            names={**file, "number": w.told.pk},
            body=lambda: {"reason": "Mauvais dossier"},
        ),
        "POST /incidents/{pk}/revisions": act(
            P.AMEND,
            facts=to_json(facts(title="Messagerie arrêtée")),
            based_on=1,
            reason="Précision",
        ),
        "POST /incidents/{pk}/legal-declarations": act(
            P.RECORD_LEGAL, sent_at="2026-03-14T03:00:00Z", receipt="PSIG-1"
        ),
        "POST /incidents/{pk}/messages": act(P.WRITE_MESSAGES, key=str(uuid4()), text="Bien reçu."),
        "POST /incidents/{pk}/attachments": Call(
            w.at_home(P.WRITE_MESSAGES),
            known_to=reading,
            names=file,
            files=lambda: {"file": SimpleUploadedFile("note.txt", b"note"), "text": "note"},
        ),
        "POST /incidents/{pk}/qualifications": act(
            P.QUALIFY, **version, origin="undetermined", category="undetermined"
        ),
        "POST /incidents/{pk}/moves": follow(to="rejected", reason="Hors du champ"),
        "POST /incidents/{pk}/merge": follow(into=w.number, reason="Doublon"),
        "POST /incidents/{pk}/restore": follow(reason="À rouvrir"),
        "GET /incidents/{pk}/observables": read(),
        "POST /incidents/{pk}/observables": act(P.WRITE_MESSAGES, items=[{"value": "evil[.]site"}]),
        "POST /incidents/{pk}/observables/{number}/retire": Call(
            lambda user: user.pk == w.officer.pk or user.may(P.FOLLOW, at=w.site.place),
            known_to=reading,
            names={**file, "number": w.together.sighting.pk},
            body=lambda: {"reason": "Fausse piste"},
        ),
        "PUT /incidents/{pk}/next-action": follow(
            text="Rappeler", due="2026-03-14T05:00:00Z", waiting="cert"
        ),
        "PUT /incidents/{pk}/assignee": follow(to=None),
        "PUT /incidents/{pk}/tlp": follow(tlp="AMBER"),
        "PUT /incidents/{pk}/support": follow(helpers=["cert"]),
    }


def reports(world: World) -> dict[str, Call]:
    """Return the calls on reports from the ward."""
    w = world
    report = {"pk": send(w.site, now=clock.now(), text="La biologie est à l’arrêt.").report.pk}
    reading = w.at_home(P.READ_REPORTS)

    def act(**body: Any) -> Call:
        handling = w.at_home(P.HANDLE_REPORTS)
        return Call(handling, known_to=reading, names=report, body=lambda: body)

    return {
        "GET /reports": Call(everybody),  # a list that is empty for those who see no report
        "GET /reports/{pk}": Call(reading, names=report),
        "POST /reports/{pk}/seen": act(),
        "POST /reports/{pk}/answers": act(key=str(uuid4()), text="J’arrive."),
        "POST /reports/{pk}/rejection": act(reason="Panne connue"),
        "POST /reports/{pk}/reopening": act(reason="Erreur"),
        "POST /reports/{pk}/attachment": act(incident=w.number),
        "POST /reports/{pk}/draft": act(),
    }


def events(world: World) -> dict[str, Call]:
    """Return the calls on one event."""
    w, event = world, {"pk": world.together.event.pk}
    reading, reason = w.at_home(P.READ_INCIDENTS), {"reason": "Même hôte"}

    def lead(**body: Any) -> Call:
        return Call(w.at_home(P.FOLLOW), known_to=reading, names=event, body=lambda: body)

    return {
        "GET /events/{pk}": Call(reading, names=event),
        "PUT /events/{pk}": lead(title="Panne d’Odalis"),
        "POST /events/{pk}/close": lead(**reason),
        "POST /events/{pk}/reopen": lead(**reason),
        "POST /events/{pk}/incidents": lead(incidents=[w.together.loose.pk], **reason),
        "POST /events/{pk}/messages": lead(key=str(uuid4()), text="Correctif prêt."),
        "POST /events/{pk}/incidents/{incident}/remove": Call(
            w.at_home(P.FOLLOW),
            known_to=reading,
            names={**event, "incident": w.number},
            body=lambda: reason,
        ),
    }
