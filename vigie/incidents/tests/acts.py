"""A desk at which anything may happen, for property tests: one act after the other."""

import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.db import transaction
from hypothesis import strategies as st

from vigie.accounts.models import User
from vigie.incidents import operations
from vigie.incidents.models import Declaration, Incident
from vigie.incidents.operations import Decision, events, exchange, follow, steps
from vigie.incidents.operations.events import BadGroup, NewEvent
from vigie.incidents.operations.exchange import SilentFile
from vigie.incidents.operations.follow import BadTarget
from vigie.incidents.rules.follow import ForbiddenMove
from vigie.incidents.rules.words import Helper, Origin, Status
from vigie.incidents.tests.factories import NOW, EstablishmentFactory, facts, person, submission

REFUSALS = (ForbiddenMove, BadTarget, BadGroup, SilentFile)
STATUSES = (
    Status.CONTAINED,
    Status.RESOLVED,
    Status.CLOSED,
    Status.REJECTED,
    Status.QUALIFIED,
)
ANSWERS = (
    {"noticed": "2025-12-31T23:30-05:00", "occurred": "2025", "origin": "malicious"},
    {"structure_impact": "degraded", "care_interrupted": True, "support_requested": True},
    {"endangerment": "proven", "endangerment_cause": "imaging", "data_impacts": ["disclosed"]},
    {
        "structure_impact": "degraded",
        "provider_involved": True,
        "episodes": [
            {
                "kind": "degraded",
                "activity": "BIO",
                "start": "2026-03-01T08:00+01:00",
                "end": "2026-03-02T09:00+01:00",
            },
            {"kind": "interruption", "activity": "URG"},
        ],
    },
    {"category": "ransomware", "ransomware_extent": "one_server", "data_impacts": []},
    {},
)
DECISIONS = (
    Decision(origin=Origin.MALICIOUS, category="ransomware", major_confirmed=True),
    Decision(origin=Origin.NON_MALICIOUS, category="human_error", major_confirmed=False),
    Decision(origin=Origin.UNDETERMINED, category="human_error"),
)
COLUMNS = "key;establishment;declared;status;status_reason;title;category;resolved"
BROUGHT = (
    "closed;;Panne;human_error;",
    "rejected;Test;Panne;ransomware;",
    "closed;;Chiffrement;ransomware;2025-04-01",
)


@dataclass
class Desk:
    """Two structures, who declares for them, and who follows every file."""

    now: datetime = NOW
    owners: list = field(default_factory=list)
    officers: list = field(default_factory=list)
    opened: list = field(default_factory=list)  # events

    def __post_init__(self):
        self.owners = [EstablishmentFactory(region=region) for region in ("84", "93")]
        self.officers = [person("rssi", owner) for owner in self.owners]
        self.cert = person("cert_lead", nation="FR")

    def act(self, name, one, two):
        """Do an act, or have it refused; a while later than the one before."""
        self.now += timedelta(seconds=1 + 977 * one)
        try:
            with transaction.atomic():
                getattr(self, name)(one, two)
        except REFUSALS:
            return

    def file(self, number):
        """Return one of the files, as it is now."""
        files = list(Incident.objects.order_by("pk"))
        return files[number % len(files)]

    def officer(self, file):
        """Return who speaks for the structure of a file; nothing of a session is remembered."""
        known = self.officers[[owner.pk for owner in self.owners].index(file.establishment_id)]
        return User.objects.get(pk=known.pk)

    def declare(self, one, two):
        owner = self.owners[one % 2]
        told = submission(owner, **ANSWERS[two % len(ANSWERS)])
        operations.declare(by=self.officers[one % 2], submission=told, now=self.now)

    def amend(self, one, two):
        file = self.file(one)
        declaration = Declaration.objects.get(incident=file)
        operations.amend(
            by=self.officer(file),
            incident=file,
            facts=facts(**ANSWERS[two % len(ANSWERS)]),
            based_on=declaration.revision_number,
            reason="",
            now=self.now,
        )

    def qualify(self, one, two):
        file, decision = self.file(one), DECISIONS[two % len(DECISIONS)]
        operations.qualify(
            by=self.cert, incident=file, decision=decision, version=file.version, now=self.now
        )

    def move(self, one, two):
        file, to = self.file(one), STATUSES[two % len(STATUSES)]
        words = {"lessons": "Rien."} if to is Status.CLOSED else {"reason": "Vu."}
        follow.move(by=self.cert, incident=file, to=to, version=file.version, now=self.now, **words)

    def merge(self, one, two):
        file = self.file(one)
        follow.merge(
            by=self.cert,
            incident=file,
            into=self.file(two),
            reason="Le même.",
            version=file.version,
            now=self.now,
        )

    def restore(self, one, two):
        file = self.file(one)
        follow.restore(
            by=self.cert, incident=file, reason="Si.", version=file.version, now=self.now
        )

    def write(self, one, two):
        file = self.file(one)
        exchange.write_message(
            by=self.officer(file), incident=file, text="Encore.", key=uuid4(), now=self.now
        )

    def group(self, one, two):
        into = self.opened[two % len(self.opened)] if self.opened and two % 2 else NewEvent("Un")
        together = [self.file(one), self.file(one + 1)]
        event = events.group(
            by=self.cert, incidents=together, into=into, reason="Même cause.", now=self.now
        )
        self.opened.append(event)

    def ungroup(self, one, two):
        events.ungroup(by=self.cert, incident=self.file(one), reason="Autre.", now=self.now)

    def support(self, one, two):
        file, helpers = self.file(one), [Helper.CERT] if two % 2 else []
        steps.give_support(
            by=self.cert, incident=file, helpers=helpers, version=file.version, now=self.now
        )

    def ask(self, one, two):
        file = self.file(one)
        steps.ask_support(by=self.officer(file), incident=file, nature="Aide.", now=self.now)

    def bring(self, one, two):
        """Bring the past of a structure, or what its source says of it since."""
        self.bring_row(one, "2025-03-04", BROUGHT[two % len(BROUGHT)])

    def redate(self, one, two):
        """Bring it with another date of declaration."""
        self.bring_row(one, f"2024-0{two + 1}", BROUGHT[0])

    def bring_row(self, one, declared, cells):
        row = f"K{one % 2};{self.owners[one % 2].finess};{declared};{cells}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "past.csv")
            path.write_text(f"{COLUMNS}\n{row}\n", encoding="utf-8")
            operations.import_declarations([path], now=self.now)


NAMES = (
    "declare",
    "amend",
    "qualify",
    "move",
    "merge",
    "restore",
    "write",
    "group",
    "ungroup",
    "support",
    "ask",
    "bring",
    "redate",
)


def some_acts(names=NAMES, most=14):
    """Return acts as name and two numbers; the first is a declaration."""
    one = st.tuples(st.sampled_from(names), st.integers(0, 5), st.integers(0, 5))
    return st.lists(one, min_size=3, max_size=most).map(lambda acts: [("declare", 0, 0), *acts])
