"""Say whether a declaration cannot wait until the morning. Pure: facts in, reasons out."""

from vigie.establishments.rules import REASON_RANK, CallReason
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Endangerment, Extent, Kind, Progress

DANGER = (Endangerment.POTENTIAL, Endangerment.PROVEN)
DEEP = (Extent.SEVERAL_SERVERS, Extent.DOMAIN_CONTROLLER, Extent.PROVIDER)
GOING_ON = (Kind.INCIDENT, Kind.SUSPECTED)


def why_urgent(facts: Facts) -> tuple[str, ...]:
    """Return what in the facts cannot wait, none where nothing does.

    - a patient is in danger, or may be;
    - care is interrupted, or patients are transferred;
    - a ransomware reached several servers, a domain controller or a provider: it goes on at night;
    - the dispatch of emergencies (SAMU) is touched, or the care of a whole territory;
    - the hospital's major plan (« plan blanc ») is set off.
    A degraded mode alone, lost or disclosed data, a threat and a near miss are for office hours;
    so is what is over, unless patients were hurt: then the authorities hear of it at once.
    """
    danger = facts_rules.endangerment(facts)
    over = facts.progress is Progress.RESOLVED or bool(facts.resolved)
    if facts.kind not in GOING_ON or (over and danger is not Endangerment.PROVEN):
        return ()
    told = {
        f"endangerment_{danger}": danger in DANGER,
        "care_interrupted": bool(facts_rules.interruption(facts)),
        "transfers": bool(facts.transfers),
        "deep_ransomware": facts.ransomware_extent in DEEP,
        "samu_affected": bool(facts.samu_affected),
        "health_system_impact": bool(facts.health_system_impact),
        "plan_blanc": bool(facts.plan_blanc),
    }
    return tuple(reason for reason, so in told.items() if so)


def is_urgent(facts: Facts) -> bool:
    """Return whether whoever is on call must hear of it now."""
    return bool(why_urgent(facts))


def call_reason(facts: Facts) -> CallReason | None:
    """Return why people are called for a declaration, None where nobody is."""
    if not is_urgent(facts):
        return None
    in_danger = facts_rules.endangerment(facts) in DANGER
    return CallReason.DANGER if in_danger else CallReason.URGENT


def became_graver(old: Facts, new: Facts) -> bool:
    """Return whether an amendment gives a reason to call that was not there, or a graver one."""
    before, after = call_reason(old), call_reason(new)
    if after is None:
        return False
    return before is None or REASON_RANK[after] > REASON_RANK[before]
