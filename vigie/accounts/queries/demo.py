"""List the people whom a visitor of a demo instance may be."""

from dataclasses import dataclass

from vigie.accounts.models import Membership, User
from vigie.accounts.rules import ROLES, Role
from vigie.establishments import queries as establishments

UNUSABLE = "!"  # Django's first character of a password that opens nothing


@dataclass(frozen=True, slots=True)
class DemoRole:
    """A role with the invented people who play it."""

    role: Role
    people: list[User]


def demo_people() -> list[DemoRole]:
    """Return the invented people with a password, by role in the order of roles.

    Nobody outside a demo instance. Each has .memberships_shown read. Costs three SQL queries.
    """
    if not establishments.is_demo():
        return []
    people = User.objects.filter(is_active=True).exclude(password__startswith=UNUSABLE)
    held = Membership.objects.in_force().filter(user__in=people)
    rows = held.select_related("user", "establishment", "site", "group").order_by("user_id", "id")
    found: dict[int, User] = {}
    for row in rows:
        person = found.setdefault(row.user_id, row.user)
        person.__dict__.setdefault("memberships_in_force", []).append(row)
    return [
        DemoRole(role, players)
        for role in ROLES.values()
        if (players := [p for p in found.values() if p.memberships_shown[0].role == role.code])
    ]
