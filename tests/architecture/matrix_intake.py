"""What the matrix of rights walks on where files of declarations are brought."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.establishments.rules import Place
from vigie.incidents.models import Intake, Mapper
from vigie.incidents.operations.attach import Upload
from vigie.incidents.operations.intake import bring_file, try_out
from vigie.incidents.rules.mapping import Mapping

PAGES = ("intake", "intake_columns", "intake_words", "intake_start", "intake_drop", "intake_fates")
COLUMNS = [{"column": "a", "to": "declared"}, {"column": "b", "to": "establishment"}]


def fill(lead: User, now: datetime) -> None:
    """Bring a file of declarations, and keep how it is read."""
    mapping = Mapping.model_validate({"source": "x", "columns": COLUMNS})
    file = Upload("t.csv", [b"a;b\n2021;x\n"])
    found = bring_file(by=lead, upload=file, key=uuid4(), now=now)
    try_out(by=lead, intake=found, mapping=mapping, save_as="Essai", now=now)


def named() -> dict[str, dict[str, Any]]:
    """Return what each address names, by route."""
    intake, mapper = {"pk": Intake.objects.get().pk}, {"pk": Mapper.objects.get().pk}
    routes: dict[str, dict[str, Any]] = {f"incidents:{name}": intake for name in PAGES}
    return routes | {"incidents:mapper": mapper, "incidents:retire_mapper": mapper}


def seen_by(user: User) -> bool:
    """Return whether a person gets an answer: who brings files into the nation at home."""
    return user.may(Permission.IMPORT_DECLARATIONS, at=Place("FR"))
