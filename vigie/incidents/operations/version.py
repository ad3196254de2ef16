"""Hold a file while an act changes it, and see that nobody changed it first."""

from vigie.incidents.models import Incident


class StaleFile(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Somebody acted on the file since it was read. .held is the file as it is now."""

    def __init__(self, held: Incident, version: int) -> None:
        super().__init__(f"{held.reference}: version {held.version}, not {version}")
        self.held = held


def hold(incident: Incident, version: int) -> Incident:
    """Return the file, locked until the transaction ends.

    Raises StaleFile when its version is not the one that the person had read.
    """
    held = lock(incident.pk)
    if held.version != version:
        raise StaleFile(held, version)
    return held


def lock(pk: int) -> Incident:
    """Return the file, locked until the transaction ends, whatever its version."""
    return (
        Incident.objects.select_for_update(of=("self",))
        .select_related("establishment", "site")
        .get(pk=pk)
    )


def keep(incident: Incident, *columns: str) -> Incident:
    """Write the columns that an act changed; whoever read the file before must read it again."""
    incident.version += 1
    incident.duties_at = None  # whatever changed may start or stop a clock
    incident.save(update_fields=[*columns, "version", "duties_at"])
    return incident
