"""Which duties to notify a country's law knows. Pure: read from YAML, once a process.

`regimes/COUNTRY.yaml` holds them, dated; their predicates speak in the words of `duty_facts.yaml`
and their documents hold items of `notice_items.yaml`. A country is data, never code.
"""

from vigie.reference.duties.reader import duty_facts, law, laws, notice_items
from vigie.reference.duties.values import (
    NONE_SET,
    Coming,
    Due,
    DueKind,
    DutyFact,
    Join,
    Law,
    NoticeItem,
    Predicate,
    Recipient,
    Regime,
    Stage,
    Start,
    StartKind,
    Wanted,
    has_begun,
    settable,
)

__all__ = [
    "NONE_SET",
    "Coming",
    "Due",
    "DueKind",
    "DutyFact",
    "Join",
    "Law",
    "NoticeItem",
    "Predicate",
    "Recipient",
    "Regime",
    "Stage",
    "Start",
    "StartKind",
    "Wanted",
    "duty_facts",
    "has_begun",
    "law",
    "laws",
    "notice_items",
    "settable",
]
