"""Make many files quickly: some through the real act, the others as shifted copies in SQL."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from django.db import connection, models, transaction

from bench import load
from vigie.accounts.models import Membership, User
from vigie.establishments.models import Establishment
from vigie.establishments.rules import finess_check_digit
from vigie.incidents import operations
from vigie.incidents.models import Declaration, Incident, Revision
from vigie.incidents.operations.declare import Person, Submission
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Channel
from vigie.kernel import clock
from vigie.reference import catalogue

STRUCTURES = 200
BASE = 1000
CATEGORIES = ("ransomware", "malicious_email", "telecom_loss", "human_error", "data_leak")
WORDS = [
    "serveur",
    "imagerie",
    "biologie",
    "messagerie",
    "dossier",
    "téléphonie",
    "pharmacie",
    "réseau",
    "compte",
    "poste",
]
UUID_OF = {
    "sqlite": "lower(hex(randomblob(16)))",
    "postgresql": "gen_random_uuid()",
}


def people() -> User:
    """Create the structures, and return the one person, who may declare for the nation."""
    regions = list(catalogue.departments().values())
    Establishment.objects.bulk_create(
        Establishment(
            finess=(eight := f"{rank % 95 + 1:02d}99{rank:04d}") + finess_check_digit(eight),
            name=f"Centre hospitalier {rank}",
            structure_type="CH",
            region=regions[rank % len(regions)].region,
            department=regions[rank % len(regions)].code,
        )
        for rank in range(STRUCTURES)
    )
    user = User.objects.create(email="bench@example.org", first_name="Banc", last_name="Essai")
    Membership.objects.create(
        user=user,
        role="cert_lead",
        territory_kind="nation",
        territory_code="FR",
        valid_from=clock.now() - timedelta(days=1),
        given_by="system:bench",
    )
    return user


def submission(structure: Establishment, dice: Random) -> Submission:
    """Return a declaration of long ago: nobody is called."""
    told: dict[str, Any] = {
        "title": f"Panne : {dice.choice(WORDS)} {dice.choice(WORDS)}",
        "description": " ".join(dice.choices(WORDS, k=60)),
        "noticed": "2026-03-14T02:10+01:00",
        "endangerment": dice.choice(("none", "none", "none", "potential", "unknown")),
        "structure_impact": dice.choice(("none", "degraded", "other")),
        "category": dice.choice(CATEGORIES),
        "origin": dice.choice(("malicious", "non_malicious")),
        "support_requested": dice.random() < 0.3,
    }
    return _submission(structure, told, is_past=True)


def as_sent(structure: Establishment) -> Submission:
    """Return the declaration that the clients of the bench send by HTTP."""
    told: Any = load.declaration(structure.finess or "")["facts"]
    return _submission(structure, told, is_past=False)


def _submission(structure: Establishment, told: dict[str, Any], *, is_past: bool) -> Submission:
    return Submission(
        key=uuid4(),
        establishment=structure,
        facts=Facts.model_validate(told),
        declarant=Person(name="Camille Personne", phone="01 99 00 12 34"),
        channel=Channel.API,
        is_past=is_past,
    )


def declare_some(user: User, count: int = BASE) -> None:
    """Declare through the act, two out of three closed as an old register has them."""
    dice, now = Random(1), clock.now()  # noqa: S311 - no secret
    structures = list(Establishment.objects.order_by("id"))
    with transaction.atomic():
        for rank in range(count):
            structure = structures[rank % len(structures)]
            when = now - timedelta(minutes=7 * rank)
            operations.declare(by=user, submission=submission(structure, dice), now=when)
        closed = Incident.objects.filter(pk__lte=bottom(Incident) + count * 2 // 3)
        closed.update(is_open=False, status="closed", next_action="", next_action_at=None)


def grow_to(count: int) -> None:
    """Copy files, each with its declaration and revision, until there are so many."""
    while (have := Incident.objects.count()) < count:
        add = min(have, count - have)
        shift = {"incident_id": distance(Incident), "declaration_id": distance(Declaration)}
        with transaction.atomic():
            copy(Incident, add, {}, timedelta(minutes=7 * have))
            copy(Declaration, add, shift, None)
            copy(Revision, add, shift, None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def top(model: type[models.Model]) -> int:
    """Return the highest id."""
    found: int = model._default_manager.order_by("-pk").values_list("pk", flat=True)[0]
    return found


def bottom(model: type[models.Model]) -> int:
    """Return the lowest id."""
    found: int = model._default_manager.order_by("pk").values_list("pk", flat=True)[0]
    return found


def distance(model: type[models.Model]) -> int:
    """Return how far ids move when every row is copied behind the last."""
    return top(model) - bottom(model) + 1


def copy(
    model: type[models.Model], count: int, shift: dict[str, int], back: timedelta | None
) -> None:
    """Add copies of the first rows, their ids and references moved beyond the last."""
    offset, table = distance(model), model._meta.db_table
    first_left_out = bottom(model) + count
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = str(field.column)
        columns.append(f'"{column}"')
        values.append(_value(column, offset, shift, back))
    sql = (
        f'INSERT INTO "{table}" ({", ".join(columns)}) SELECT {", ".join(values)} '  # noqa: S608
        f'FROM "{table}" WHERE id < {first_left_out}'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if connection.vendor == "postgresql":
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM \"{table}\""  # noqa: S608
            )


def _value(column: str, offset: int, shift: dict[str, int], back: timedelta | None) -> str:
    if column == "id":
        return f"id + {offset}"
    if column in shift:
        return f'"{column}" + {shift[column]}'
    if column == "key":
        return UUID_OF[connection.vendor]
    if column == "declared_at" and back is not None:
        return _earlier(column, back)
    return f'"{column}"'


def _earlier(column: str, back: timedelta) -> str:
    seconds = int(back.total_seconds())
    if connection.vendor == "postgresql":
        return f"\"{column}\" - interval '{seconds} seconds'"
    return f"strftime('%Y-%m-%d %H:%M:%f000', \"{column}\", '-{seconds} seconds')"


def expiry() -> datetime:
    """Return when the token of the bench ends."""
    return clock.now() + timedelta(days=1)
