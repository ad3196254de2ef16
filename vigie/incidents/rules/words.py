"""The closed lists that declarations and follow-up speak in. Stored lower-case, never as labels."""

from enum import StrEnum


class Kind(StrEnum):
    """What a declaration tells of."""

    INCIDENT = "incident"
    NEAR_MISS = "near_miss"
    SUSPECTED = "suspected"
    VOLUNTARY = "voluntary"
    THREAT = "threat"


class Origin(StrEnum):
    """Whether someone meant it."""

    UNKNOWN = ""
    MALICIOUS = "malicious"
    NON_MALICIOUS = "non_malicious"
    UNDETERMINED = "undetermined"


class Endangerment(StrEnum):
    """Whether patients were put at risk."""

    UNKNOWN = "unknown"
    NONE = "none"
    POTENTIAL = "potential"
    PROVEN = "proven"


class StructureImpact(StrEnum):
    """What the structure lives through; an interruption of care is a kind of degraded mode."""

    UNKNOWN = "unknown"
    NONE = "none"
    OTHER = "other"
    DEGRADED = "degraded"


class DataImpact(StrEnum):
    """What happened to data."""

    UNAVAILABLE = "unavailable"
    LOST = "lost"
    ALTERED = "altered"
    DISCLOSED = "disclosed"
    ACCESSED = "accessed"


class DataType(StrEnum):
    """Which data were touched."""

    HEALTH = "health"
    PERSONAL = "personal"
    TECHNICAL = "technical"
    OPERATIONAL = "operational"


class Extent(StrEnum):
    """How far a ransomware went."""

    UNKNOWN = ""
    WORKSTATION = "workstation"
    ONE_SERVER = "one_server"
    SEVERAL_SERVERS = "several_servers"
    DOMAIN_CONTROLLER = "domain_controller"
    PROVIDER = "provider"


class DetectionStage(StrEnum):
    """Whether it was seen before it hurt."""

    UNKNOWN = ""
    BEFORE_IMPACT = "before_impact"
    AFTER_IMPACT = "after_impact"


class Delay(StrEnum):
    """How long after somebody noticed it a structure declared."""

    UNKNOWN = ""
    SAME_DAY = "same_day"
    WITHIN_A_DAY = "within_a_day"  # another day of the calendar, at most 24 hours after
    LATER = "later"


class DetectionSource(StrEnum):
    """Who or what saw it first."""

    UNKNOWN = ""
    STAFF = "staff"
    IT_TEAM = "it_team"
    MONITORING = "monitoring"
    SUPPLIER = "supplier"
    AUTHORITY = "authority"
    PARTNER = "partner"
    ATTACKER = "attacker"
    OTHER = "other"


class Progress(StrEnum):
    """How the incident stands, as the structure sees it."""

    UNKNOWN = ""
    ONGOING = "ongoing"
    CONTAINED = "contained"
    RESOLVED = "resolved"


class Helper(StrEnum):
    """Who handles the incident or gave support."""

    INTERNAL = "internal"
    SUPPLIER = "supplier"
    CERT = "cert"
    ANSSI = "anssi"
    ARS = "ars"
    GRADES = "grades"
    GROUP = "group"
    RESPONDER = "responder"
    OTHER = "other"


class Notice(StrEnum):
    """How a notice to another authority stands."""

    UNKNOWN = ""
    TO_DO = "to_do"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


class EpisodeKind(StrEnum):
    """What a care activity lives through during an episode."""

    DEGRADED = "degraded"
    INTERRUPTION = "interruption"
    RECOVERY = "recovery"
    ENDANGERMENT_POTENTIAL = "endangerment_potential"
    ENDANGERMENT_PROVEN = "endangerment_proven"


class Cause(StrEnum):
    """What put patients at risk."""

    UNKNOWN = ""
    PRESCRIPTION = "prescription"
    DISPENSATION = "dispensation"
    BIOLOGY = "biology"
    IMAGING = "imaging"
    SAMU_TELEPHONY = "samu_telephony"
    TELECOM = "telecom"
    WHOLE_SYSTEM = "whole_system"
    MONITORING = "monitoring"
    RECORD = "record"
    TREATMENT = "treatment"
    OTHER = "other"


class Status(StrEnum):
    """Where the follow-up of an incident stands."""

    RECEIVED = "received"
    QUALIFIED = "qualified"
    CONTAINED = "contained"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


class Waiting(StrEnum):
    """Whose turn it is."""

    CERT = "cert"
    STRUCTURE = "structure"
    SUPPLIER = "supplier"
    AUTHORITY = "authority"
    NOBODY = ""


class Channel(StrEnum):
    """By which door a declaration came in."""

    PAGE = "page"
    API = "api"
    PAPER = "paper"
    PHONE = "phone"
    MAIL = "mail"
    IMPORT = "import"


class Tlp(StrEnum):
    """Who may be told. Source: FIRST, Traffic Light Protocol 2.0."""

    RED = "RED"
    AMBER_STRICT = "AMBER+STRICT"
    AMBER = "AMBER"
    GREEN = "GREEN"
    CLEAR = "CLEAR"


class SightingSource(StrEnum):
    """How an observable came into a file."""

    PASTED = "pasted"
    TYPED = "typed"
    FILE = "file"  # read in the declaration or the messages
    API = "api"


class Authority(StrEnum):
    """Under whose authority a declaration was sent."""

    DIRECTOR = "director"
    DELEGATION = "delegation"
    CERT = "cert"
    NOT_RECORDED = "not_recorded"
    IMPORT = "import"


COUNTED_OUT = frozenset({Status.REJECTED, Status.DUPLICATE})
OPEN = frozenset({Status.RECEIVED, Status.QUALIFIED, Status.CONTAINED, Status.RESOLVED})
