"""Hold a file while an act changes it, and see that nobody changed it first."""

from vigie.incidents.models import Incident


class StaleFile(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Somebody acted on the file since it was read."""


def hold(incident: Incident, version: int) -> Incident:
    """Return the file, locked until the transaction ends.

    Raises StaleFile when its version is not the one that the person had read.
    """
    held = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("establishment", "site")
        .get(pk=incident.pk)
    )
    if held.version != version:
        raise StaleFile(f"{held.reference}: version {held.version}, not {version}")
    return held
