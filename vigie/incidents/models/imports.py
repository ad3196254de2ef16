"""Tables of files that people bring: how their columns are read, and what became of each row."""

from django.db import models
from django.db.models import F, Q

from vigie.accounts.models import User


class Mapper(models.Model):
    """How the tables of one source are read, under a name that a nation shares.

    Saving again adds a version; the last one counts.
    """

    country = models.CharField(max_length=2)  # ISO
    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    content = models.JSONField()  # rules.mapping.Mapping
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)  # offered no more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country", "name", "version"], name="one_mapper_per_version"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="mapper_has_a_name"),
            models.CheckConstraint(
                condition=Q(country__regex="^[A-Z][A-Z]$"), name="mapper_country_is_iso"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Intake(models.Model):
    """A file of declarations that somebody brings by the page, from upload to the last row."""

    class State(models.TextChoices):
        NEW = "new"  # its columns are being told
        TO_CHECK = "to_check"  # waits for its dry run, or is in it
        CHECKED = "checked"  # waits for a person's yes
        TO_RUN = "to_run"  # waits for its import, or is in it
        DONE = "done"
        FAILED = "failed"  # the file cannot be read

    UNDER_WAY = (State.TO_CHECK, State.TO_RUN)

    key = models.UUIDField(unique=True)  # sending twice uploads once
    country = models.CharField(max_length=2)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=32, blank=True)  # token of the vault; "" once removed
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    mapping = models.JSONField(default=dict, blank=True)  # rules.mapping.Mapping; {} before
    mapper = models.CharField(max_length=90, blank=True)  # name and version, as in words
    fault = models.CharField(max_length=500, blank=True)  # why it failed
    percent = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)  # the last sign of whoever works on it
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="intake_percent"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(done_at__gte=F("at")), name="intake_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Return whether it waits for its work to be done, or is worked on."""
        return self.state in self.UNDER_WAY


class IntakeRow(models.Model):
    """What became of one row of a file, in its dry run or its import."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    fate = models.CharField(max_length=9)  # operations.imports.bring.Fate
    source_key = models.CharField(max_length=200, blank=True)
    problems = models.JSONField(default=list, blank=True)  # [column, reason] each

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "line"], name="one_fate_per_row"),
        ]
        indexes = [models.Index(fields=["intake", "fate", "line"], name="intake_row_by_fate")]

    def __str__(self) -> str:
        return f"{self.line}: {self.fate}"
