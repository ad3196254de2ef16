"""Whom the CERT told of an incident, with the proof."""

from django.db import models
from django.db.models import Q

from vigie.accounts.models import User
from vigie.incidents.models.incident import Attachment, Incident, words
from vigie.incidents.rules.routing import (
    BY_HAND,
    NAME_LENGTH,
    PROOF_LENGTH,
    REASON_LENGTH,
    Means,
    Outcome,
)


class PartyTold(models.Model):
    """That a party was told of a file, or need not be. Amended by retracting and adding."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="parties_told")
    rule = models.CharField(max_length=60)  # key of a task of rules.routing, or by_hand
    party = models.CharField(max_length=12)  # of the reference, or "other"
    party_name = models.CharField(max_length=NAME_LENGTH, blank=True)  # of the other one
    outcome = models.CharField(max_length=10, choices=words(Outcome))
    at = models.DateTimeField()  # when it was told
    means = models.CharField(max_length=10, blank=True, choices=words(Means))
    proof = models.CharField(max_length=PROOF_LENGTH, blank=True)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    attachment = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_since = models.DateTimeField(null=True, blank=True)  # as the rule said when it was done
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)
    retracted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retraction = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="not_needed") | ~Q(means=""), name="party_told_by_some_means"
            ),
            models.CheckConstraint(
                condition=Q(outcome="told") | ~Q(reason=""), name="party_not_told_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(retracted_at=None, retracted_by=None)
                | Q(retracted_at__isnull=False, retracted_by__isnull=False) & ~Q(retraction=""),
                name="party_told_retracted_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["incident", "rule"],
                condition=Q(retracted_at=None) & ~Q(rule=BY_HAND),
                name="party_told_once_per_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.party} {self.outcome}"
