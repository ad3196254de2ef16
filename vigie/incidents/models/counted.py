"""What is counted of a declaration, from one moment to another: the table that figures read."""

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

from vigie.incidents.models.declaration import Declaration
from vigie.incidents.models.incident import Event, words
from vigie.incidents.rules.words import (
    Cause,
    Delay,
    Endangerment,
    Extent,
    Origin,
    StructureImpact,
)

Row_co = TypeVar("Row_co", bound="CountedState", covariant=True)


class CountedStateQuerySet(models.QuerySet[Row_co]):
    """States of declarations."""

    def known_at(self, moment: datetime) -> Self:
        """Return the one state of each declaration that was known at a moment."""
        lasts = Q(known_until=None) | Q(known_until__gt=moment)
        return self.filter(lasts, known_from__lte=moment)


class CountedState(models.Model):
    """One state of what is counted of a declaration. Never changed but for its end.

    An act that changes what is counted ends the state in force and adds the next one, so that
    every figure can be made as it was known at any moment (docs/adr/0011). Narrow on purpose:
    what no figure reads has no column here. NULL, "" or "unknown": nobody knows.
    """

    declaration = models.ForeignKey(
        Declaration, on_delete=models.CASCADE, related_name="counted_states", db_index=False
    )
    known_from = models.DateTimeField()
    known_until = models.DateTimeField(null=True)  # None: in force
    counts = models.BooleanField()  # neither rejected nor duplicate
    # On each axis the year and the month by the nation's clock, as far as the date tells.
    declared_year = models.PositiveSmallIntegerField(null=True)
    declared_month = models.PositiveSmallIntegerField(null=True)
    occurred_year = models.PositiveSmallIntegerField(null=True)
    occurred_month = models.PositiveSmallIntegerField(null=True)
    # Where it counts. The keys without constraint are copies: the declaration holds the constraint.
    establishment = models.ForeignKey(
        "establishments.Establishment",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    site = models.ForeignKey(
        "establishments.Site",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=10, blank=True)
    department = models.CharField(max_length=3, blank=True)
    event = models.ForeignKey(
        Event,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    origin = models.CharField(max_length=14, blank=True, choices=words(Origin))
    category = models.CharField(max_length=40, blank=True)
    ransomware_extent = models.CharField(max_length=18, blank=True, choices=words(Extent))
    major_confirmed = models.BooleanField(null=True)
    endangerment = models.CharField(max_length=10, choices=words(Endangerment))
    endangerment_cause = models.CharField(max_length=20, blank=True, choices=words(Cause))
    structure_impact = models.CharField(max_length=10, choices=words(StructureImpact))
    care_interrupted = models.BooleanField(null=True)
    data_touched = models.BooleanField(null=True)
    data_unavailable = models.BooleanField(null=True)
    data_lost = models.BooleanField(null=True)
    data_altered = models.BooleanField(null=True)
    data_disclosed = models.BooleanField(null=True)
    data_accessed = models.BooleanField(null=True)
    health_data = models.BooleanField(null=True)
    provider_involved = models.BooleanField(null=True)
    support_requested = models.BooleanField(null=True)
    before_impact = models.BooleanField(null=True)
    seen_by_staff = models.BooleanField(null=True)
    same_day = models.BooleanField(null=True)
    delay = models.CharField(max_length=12, blank=True, choices=words(Delay))
    degraded_minutes = models.PositiveIntegerField(null=True)
    activities = models.TextField(blank=True)  # care activities with an episode: "BIO URG"
    # of the file
    is_open = models.BooleanField()
    resolved = models.BooleanField()
    support_given = models.BooleanField()

    objects = CountedStateQuerySet["CountedState"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["declaration"],
                condition=Q(known_until=None),
                name="counted_one_state_in_force",
            ),
            models.CheckConstraint(
                condition=Q(known_until=None) | Q(known_until__gt=F("known_from")),
                name="counted_state_lasts",
            ),
        ]
        indexes = [
            models.Index(
                fields=["declared_year", "counts", "known_until"], name="counted_by_declared"
            ),
            models.Index(
                fields=["occurred_year", "counts", "known_until"], name="counted_by_occurred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id} from {self.known_from:%Y-%m-%d %H:%M}"
