"""What was published, as it was published."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from vigie.accounts.models import User


class Publication(models.Model):
    """The figures of a year as the public got them: over the whole register, never changed.

    A correction is a publication of the same year with the next revision. The database itself
    refuses to change or remove a row.
    """

    year = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField()  # 1, 2, 3…
    as_of = models.DateTimeField()  # the moment whose knowledge the figures hold
    published_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="publications")
    note = models.TextField(blank=True)  # why it was corrected
    content = models.TextField()  # text of an Edition
    sha256 = models.CharField(max_length=64)  # of the content, in hexadecimal
    changes = models.JSONField(default=list)  # against the revision before: rules.publication

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "revision"], name="one_publication_per_revision"
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | (Q(revision__gt=1) & ~Q(note="")),
                name="publication_correction_says_why",
            ),
            models.CheckConstraint(
                condition=Q(as_of__lte=F("published_at")), name="publication_knows_no_future"
            ),
            models.CheckConstraint(
                condition=Q(Exact(Length("sha256"), 64)), name="publication_has_its_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}.{self.revision}"

    @property
    def is_correction(self) -> bool:
        """Return whether it corrects an earlier publication of its year."""
        return self.revision > 1


class Opening(models.Model):
    """Whether the public sees years that are not published yet. The last row counts; none: no."""

    is_open = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return "open" if self.is_open else "closed"


class Snapshot(models.Model):
    """The figures of a year in progress, computed so that a page need not count.

    Derived from the register: it may be deleted at any time and is computed again.
    """

    year = models.PositiveSmallIntegerField(unique=True)
    content = models.TextField()  # text of an Edition
    sha256 = models.CharField(max_length=64)
    computed_at = models.DateTimeField()
    seen = models.BigIntegerField()  # the last change that it knows

    def __str__(self) -> str:
        return f"{self.year}, computed {self.computed_at:%Y-%m-%d %H:%M}"
