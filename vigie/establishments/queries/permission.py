"""Ask an actor for a permission; who the actor is belongs to a higher floor."""

from django.core.exceptions import PermissionDenied

from vigie.establishments.rules import Actor, Place


def require_from(by: Actor, permission: str, *, at: Place) -> None:
    """Raise PermissionDenied unless the actor holds the permission at the place."""
    if not by.may(permission, at=at):
        raise PermissionDenied(f"{by.journal_name} lacks {permission}")
