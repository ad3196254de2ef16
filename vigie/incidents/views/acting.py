"""What an act on a file is made of, and how its refusals are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.incidents.models import Incident
from vigie.incidents.operations.amend import Conflict
from vigie.incidents.operations.events import BadGroup
from vigie.incidents.operations.follow import BadTarget
from vigie.incidents.operations.qualify import BadDecision
from vigie.incidents.operations.steps import BadAssignee
from vigie.incidents.queries.file import OneFile
from vigie.incidents.rules.follow import BadAction, ForbiddenMove
from vigie.incidents.rules.words import Status

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Asked:
    """What an act works with: who, on which file, when."""

    by: User
    file: OneFile
    now: datetime

    @property
    def incident(self) -> Incident:
        """Return the file's row."""
        return self.file.incident

    @property
    def status(self) -> Status:
        """Return the file's status."""
        return Status(self.incident.status)


Run = Callable[[Asked, Any], object]
Bound = dict[str, Any]


def is_open(asked: Asked) -> bool:
    """Return whether the file is open."""
    return asked.incident.is_open


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that may be done with a file."""

    title: Words
    submit: Words
    done: Words
    make: Callable[[Asked, Bound], Form]
    run: Run
    fits: Callable[[Asked], bool] = is_open
    note: Words = ""
    is_grave: bool = False
    permission: Permission = Permission.FOLLOW


def refusal(reason: Exception) -> tuple[str, str]:
    """Return the field at fault and what to say there."""
    told = TOLD[type(reason)](reason)
    return told[0], str(told[1])


def _group_refusal(reason: BadGroup) -> tuple[str, Words]:
    where = {"title": "title", "reason": "reason", "ended": "event"}
    name = reason.incident.reference if reason.incident else ""
    words = {
        "elsewhere": _("%(file)s est déjà dans un autre événement."),
        "silent": _("%(file)s est écarté ou rattaché à un autre dossier."),
        "ended": _("Cet événement est clos."),
        "supplier": _("Aucun fournisseur de ce nom."),
        "absent": _("Un de ces dossiers n’existe pas, ou vous ne le suivez pas."),
        "open": _("Cet événement n’est pas clos."),
        "nothing": _("Ce dossier n’est dans aucun événement."),
        "title": _("Donnez un titre au nouvel événement."),
        "reason": _("Dites pourquoi."),
    }
    return where.get(reason.problem, ""), words[reason.problem] % {"file": name}


TOLD: dict[type[Exception], Callable[[Any], tuple[str, Words]]] = {
    ForbiddenMove: lambda reason: ("", _("Le dossier ne peut pas passer à cette étape.")),
    BadAction: lambda reason: (reason.field, _("Cette action ne peut pas être enregistrée.")),
    BadDecision: lambda reason: (reason.field, _("Cette réponse ne convient pas.")),
    BadAssignee: lambda reason: ("to", _("Cette personne ne peut pas suivre ce dossier.")),
    BadTarget: lambda reason: ("into", TARGETS[reason.problem]),
    BadGroup: _group_refusal,
    Conflict: lambda reason: ("", _("La déclaration vient d’être modifiée ; recommencez.")),
}
TARGETS: dict[str, Words] = {
    "absent": _("Vous ne voyez aucun dossier de cette référence."),
    "itself": _("C’est ce dossier lui-même."),
    "silent": _("Ce dossier est lui-même écarté ou rattaché à un autre."),
    "leads": _("D’autres doublons mènent à ce dossier : rattachez-les d’abord ailleurs."),
}
REFUSALS = tuple(TOLD)
