from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

SEALED = Q(position__isnull=False, mac__isnull=False, position__gte=1)  # NULL must not pass a check


class Event(models.Model):
    """One thing someone did. No foreign key: the journal outlives what it describes."""

    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=120)  # "user:42", "token:7", "system:cli"; never a name
    verb = models.CharField(max_length=80)  # "incident.declared"
    target = models.CharField(max_length=160)  # "incident:42"
    details = models.JSONField(default=dict)  # never names, phones or addresses
    people_seal = models.CharField(max_length=64, blank=True)  # commits to the row in People
    position = models.BigIntegerField(null=True, unique=True)  # place in the chain, from 1
    mac = models.CharField(max_length=64, null=True)  # noqa: DJ001 - null: not sealed yet

    class Meta:
        indexes = [
            models.Index(fields=["happened_at", "id"], name="audit_event_time"),
            models.Index(fields=["target", "happened_at", "id"], name="audit_event_target"),
            models.Index(fields=["actor", "happened_at", "id"], name="audit_event_actor"),
            models.Index(fields=["verb", "happened_at", "id"], name="audit_event_verb"),
            models.Index(
                fields=["id"], condition=Q(position__isnull=True), name="audit_event_unsealed"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(position__isnull=True, mac__isnull=True)
                | (SEALED & Q(Exact(Length("mac"), 64))),
                name="audit_event_sealed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(actor="") & ~Q(verb="") & ~Q(target=""),
                name="audit_event_says_who_did_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.target}"


class People(models.Model):
    """The persons an entry names, apart from the chain so that they can be erased."""

    entry = models.BigIntegerField(unique=True)  # Event.id, without a foreign key
    content = models.JSONField()  # e.g. {"reporter": "…", "phone": "…"}
    salt = models.BinaryField(max_length=32)
    kept_until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"people of entry {self.entry}"


class ChainHead(models.Model):
    """The one row that says where the chain ends; whoever seals locks it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(null=True)
    seal = models.CharField(max_length=64, blank=True)  # HMAC of the above; empty at position 0

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="audit_chain_has_one_head"),
            models.CheckConstraint(
                condition=Q(position=0, sealed_at__isnull=True, seal="")
                | (Q(position__gte=1, sealed_at__isnull=False) & Q(Exact(Length("seal"), 64))),
                name="audit_head_sealed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"head at {self.position}"
