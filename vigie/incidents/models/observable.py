"""Tables of observables: what an attack leaves, and in which file it was seen."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from vigie.accounts.models import User
from vigie.incidents.models.incident import Incident, words
from vigie.incidents.rules.observables import Mark, Named, Sort
from vigie.incidents.rules.words import SightingSource, Tlp


class Observable(models.Model):
    """An address, a domain, a hash or a name, once for the whole nation.

    Its key is drawn at random: a number that rises would tell a hospital that another one had
    written the same value before.
    """

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    sort = models.CharField(max_length=8, choices=words(Sort))
    value = models.CharField(max_length=2000)  # in its one spelling, never shown as it is
    digest = models.CharField(max_length=64, unique=True)  # of sort and value
    links = models.BooleanField()  # whether files that hold it may have something in common

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(value=""), name="observable_has_a_value"),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def named(self) -> Named:
        """Return what the rules know it as."""
        return Named(Sort(self.sort), self.value)

    @property
    def shown(self) -> str:
        """Return it defanged: the only way in which people see it."""
        return self.named.shown

    @property
    def mark(self) -> Mark:
        """Return why it says nothing about an attacker, NONE where nothing speaks against it."""
        return self.named.mark


class Sighting(models.Model):
    """That an observable was seen in a file. Taken back with a reason, never overwritten."""

    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="sightings", db_index=False
    )
    observable = models.ForeignKey(
        Observable, on_delete=models.PROTECT, related_name="sightings", db_index=False
    )
    tlp = models.CharField(max_length=12, choices=words(Tlp))
    source = models.CharField(max_length=8, choices=words(SightingSource))
    note = models.CharField(max_length=300, blank=True)
    is_own = models.BooleanField(default=False)  # the structure's own address, not an attacker's
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "observable"],
                condition=Q(retired_at=None),
                name="one_sighting_in_force_per_file",
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None, retired_by=None, retired_reason="")
                | Q(retired_at__isnull=False, retired_by__isnull=False) & ~Q(retired_reason=""),
                name="sighting_is_retired_by_someone_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "observable"], name="sighting_of_file"),
            models.Index(fields=["observable", "incident"], name="sighting_of_observable"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.observable_id}"
