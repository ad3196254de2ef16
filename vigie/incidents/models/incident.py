"""Tables of the follow-up: files, events, decisions, exchanges, hand-overs."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.accounts.models import User
from vigie.establishments.models import Establishment, Site
from vigie.establishments.rules import Place
from vigie.incidents.rules.words import (
    OPEN,
    Endangerment,
    Origin,
    Status,
    StructureImpact,
    Tlp,
    Waiting,
)

ON_OPEN = Q(is_open=True)  # of the indexes that only the queue reads


def words(enumeration: type) -> list[tuple[str, str]]:
    """Return the choices of a column that holds a word of a closed list."""
    return [(str(word), word.name) for word in enumeration]  # type: ignore[attr-defined]


class Event(models.Model):
    """One cause shared by the incidents of several structures."""

    title = models.CharField(max_length=200)
    supplier = models.ForeignKey(
        "inventory.Supplier", null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    started_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_reason="")
                | Q(closed_at__isnull=False) & ~Q(closed_reason=""),
                name="event_is_closed_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """Return the name of the event, for people."""
        return f"EV-{self.started_at.year}-{self.pk:03d}"


class Located(models.Model):
    """A row that counts somewhere: where its site lies, else at the seat of its structure."""

    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=10, blank=True)
    department = models.CharField(max_length=3, blank=True)

    class Meta:
        abstract = True

    @property
    def place(self) -> Place:
        """Return where the row counts, for permissions."""
        return Place(
            self.country, self.region, self.department, self.establishment_id, self.site_id
        )


class Incident(Located):
    """The follow-up of a declaration in one structure: the file that the desk works on."""

    title = models.CharField(max_length=200)
    declared_at = models.DateTimeField()
    event = models.ForeignKey(
        Event,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="incidents",
        db_index=False,
    )
    event_reason = models.CharField(max_length=300, blank=True)  # why it was put there
    status = models.CharField(max_length=12, choices=words(Status), default=Status.RECEIVED)
    is_open = models.BooleanField(default=True)  # of the status; the queue's index needs it
    version = models.PositiveIntegerField(default=1)  # rises with every act on the file
    duties_at = models.DateTimeField(null=True)  # when its clocks were kept; none: to do again
    qualified_at = models.DateTimeField(null=True, blank=True)
    contained_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    status_reason = models.TextField(blank=True)  # of the last move that needed one
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duplicates",
        db_index=False,
    )
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="files"
    )
    # what the queue sorts and shows; projections of the facts in force
    endangerment = models.CharField(max_length=10, choices=words(Endangerment))
    danger_rank = models.PositiveSmallIntegerField()  # 3 proven … 0 none
    structure_impact = models.CharField(max_length=10, choices=words(StructureImpact))
    origin = models.CharField(max_length=14, blank=True, choices=words(Origin))
    category = models.CharField(max_length=40, blank=True)
    severity = models.PositiveSmallIntegerField()  # Vigie's own scale, the CERT's where it ruled
    major_confirmed = models.BooleanField(null=True)
    rsit_class = models.CharField(max_length=40, blank=True)
    rsit_type = models.CharField(max_length=60, blank=True)
    supplier = models.ForeignKey(
        "inventory.Supplier",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    tlp = models.CharField(max_length=12, choices=words(Tlp), default=Tlp.AMBER_STRICT)
    tlp_confirmed_at = models.DateTimeField(null=True, blank=True)  # by the CERT
    # the one next action
    next_action = models.CharField(max_length=200, blank=True)
    next_action_at = models.DateTimeField(null=True, blank=True)
    waiting = models.CharField(max_length=10, blank=True, choices=words(Waiting))
    waiting_since = models.DateTimeField(null=True, blank=True)
    lessons = models.TextField(blank=True)
    support_asked_at = models.DateTimeField(null=True, blank=True)  # after the declaration
    support_given_at = models.DateTimeField(null=True, blank=True)  # the last time
    support_given = models.JSONField(default=list, blank=True)  # helpers who gave support
    search_text = models.TextField(blank=True)  # normalised: what full-text search reads

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_open=True, status__in=sorted(OPEN))
                | Q(is_open=False) & ~Q(status__in=sorted(OPEN)),
                name="incident_open_as_its_status",
            ),
            models.CheckConstraint(
                condition=Q(severity__range=(0, 4)), name="incident_severity_0_to_4"
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(next_action_at__isnull=False) & ~Q(next_action=""),
                name="incident_open_has_a_next_action",
            ),
            models.CheckConstraint(
                condition=Q(status="duplicate", merged_into__isnull=False)
                | ~Q(status="duplicate") & Q(merged_into=None),
                name="incident_merged_as_its_status",
            ),
        ]
        indexes = [
            # the queue: open files, gravest danger first, then the next action
            models.Index(
                fields=["-danger_rank", "next_action_at", "id"],
                condition=ON_OPEN,
                name="incident_queue",
            ),
            models.Index(
                fields=["region", "-danger_rank", "next_action_at", "id"],
                condition=ON_OPEN,
                name="incident_queue_region",
            ),
            models.Index(
                fields=["assignee", "-danger_rank", "next_action_at", "id"],
                condition=ON_OPEN,
                name="incident_queue_assignee",
            ),
            models.Index(
                fields=["next_action_at", "id"], condition=ON_OPEN, name="incident_queue_due"
            ),
            models.Index(
                fields=["waiting", "waiting_since"], condition=ON_OPEN, name="incident_queue_wait"
            ),
            # the worker's: files whose clocks are to be made again
            models.Index(fields=["id"], condition=Q(duties_at=None), name="incident_duties"),
            # the list, for each kind of reader, each order and the usual filters
            models.Index(fields=["-declared_at", "-id"], name="incident_newest"),
            models.Index(
                fields=["establishment", "-declared_at", "-id"], name="incident_of_structure"
            ),
            models.Index(fields=["region", "-declared_at", "-id"], name="incident_of_region"),
            models.Index(
                fields=["department", "-declared_at", "-id"], name="incident_of_department"
            ),
            models.Index(fields=["status", "-declared_at", "-id"], name="incident_by_status"),
            models.Index(fields=["category", "-declared_at", "-id"], name="incident_by_category"),
            models.Index(fields=["-danger_rank", "-declared_at", "-id"], name="incident_by_danger"),
            models.Index(fields=["-severity", "-declared_at", "-id"], name="incident_by_severity"),
            models.Index(fields=["tlp", "-declared_at", "-id"], name="incident_by_tlp"),
            # few files have these; an index over the many NULL would mislead planners
            *[
                models.Index(
                    fields=[column, "-declared_at", "-id"],
                    condition=Q(**{f"{column}__isnull": False}),
                    name=f"incident_by_{column}",
                )
                for column in ("event", "supplier", "merged_into")
            ],
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """Return the name of the file, for people."""
        return f"INC-{self.year}-{self.pk:04d}"

    @property
    def short_reference(self) -> str:
        """Return the name of the file where room is short: 26-0417."""
        return f"{self.year % 100:02d}-{self.pk:04d}"

    @property
    def year(self) -> int:
        """Return the year of the declaration, counted where the nation counts."""
        return self.declared_at.astimezone(ZoneInfo(settings.TIME_ZONE)).year


class Qualification(models.Model):
    """What the CERT decided of an incident at one time. Never overwritten: the last one counts."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="qualifications")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=14, blank=True, choices=words(Origin))
    category = models.CharField(max_length=40, blank=True)
    rsit_class = models.CharField(max_length=40, blank=True)
    rsit_type = models.CharField(max_length=60, blank=True)
    severity = models.PositiveSmallIntegerField(null=True)  # None: as computed
    major_confirmed = models.BooleanField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(severity=None) | ~Q(reason=""), name="qualification_override_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.origin} {self.category}"


class Circular(models.Model):
    """What the desk wrote once for every file of an event; each holds it as a message."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="circulars")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    key = models.UUIDField(unique=True)  # sending twice writes one

    def __str__(self) -> str:
        return f"{self.event_id} {self.at:%Y-%m-%d %H:%M}"


class SetAsideGroup(models.Model):
    """A likely group that the desk does not want to be offered again."""

    basis = models.CharField(max_length=80)  # why it was offered: "supplier:12"
    members = models.JSONField(default=list)  # the files that it held
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.basis} {self.members}"


class Message(models.Model):
    """A word between the structure and the CERT about one incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="messages")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_desk = models.BooleanField()  # written by the CERT, else by the structure or its region
    text = models.TextField()
    key = models.UUIDField(unique=True)  # sending twice writes one
    circular = models.ForeignKey(
        Circular, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )

    def __str__(self) -> str:
        return f"{self.incident_id} {self.at:%Y-%m-%d %H:%M}"


class ReadMark(models.Model):
    """Until when a person has read the messages of a file."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="read_marks")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    from_desk = models.BooleanField()  # read by the CERT, else by the structure or its region
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "user"], name="one_read_mark_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.incident_id}"


class Attachment(models.Model):
    """A file of an incident: encrypted outside the web root, only ever downloaded."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="attachments")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.PROTECT, related_name="attachments"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)  # of the clear content
    stored_as = models.CharField(max_length=80, unique=True)  # name in the vault
    for_desk = models.BooleanField(default=False)  # shown to those alone who follow the file

    def __str__(self) -> str:
        return self.name


class Handover(models.Model):
    """What one shift of the desk tells the next."""

    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=10, blank=True)  # "": the desk of the whole nation
    text = models.TextField()
    figures = models.JSONField(default=dict)  # the state of the queue at that time
    key = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class SavedView(models.Model):
    """Filters of a list that a person keeps under a name."""

    class Page(models.TextChoices):
        QUEUE = "queue"
        LIST = "list"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80)
    page = models.CharField(max_length=5, choices=Page)
    query = models.CharField(max_length=500)  # as in the address bar

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name
