"""What every door does first: find the file among those that the caller may see."""

from dataclasses import dataclass
from typing import Annotated

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Path
from ninja.errors import HttpError

from vigie.accounts.guards import SignedRequest
from vigie.incidents import queries
from vigie.incidents.models import Declaration, Incident
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.legal import Assessment

FileId = Annotated[int, Path(ge=1, le=2**53, description="The number in the file's reference.")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


def file_of(request: SignedRequest, pk: int) -> Incident:
    """Return a file that the caller may see. Raises Http404 for any other."""
    return get_object_or_404(queries.visible_incidents(request.user), pk=pk)


@dataclass(frozen=True, slots=True)
class WholeFile:
    """What the API shows of a file; FileOut says how."""

    incident: Incident
    declaration: Declaration
    facts: Facts
    assessment: Assessment


def whole(incident: Incident) -> WholeFile:
    """Return a file, read again: an act may have just changed it."""
    declaration = queries.declaration_of(incident)
    facts = queries.facts_in_force(declaration)
    understood = queries.understood(declaration, facts)
    return WholeFile(declaration.incident, declaration, facts, understood.assessment)


def only(request: SignedRequest, *names: str) -> None:
    """Refuse a question with other parameters: a misspelt filter would answer everything.

    Raises HttpError.
    """
    if unknown := set(request.GET) - set(names):
        raise HttpError(422, f"Unknown parameter: {', '.join(sorted(unknown))}")


def absent() -> Http404:
    """Return the answer for what is not there, or not for the caller."""
    return Http404()
