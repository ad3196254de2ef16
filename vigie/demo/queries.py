"""What a newcomer needs to enter the fictitious nation."""

from vigie.accounts.models import Membership
from vigie.accounts.rules import ROLES
from vigie.demo.rules import people


def accounts_to_try() -> list[str]:
    """Return the lines that tell whom one can be: e-mail, role and place, then the password."""
    addresses = [person.email for person in people.PEOPLE]
    found: dict[str, Membership] = {}
    rows = Membership.objects.filter(user__email__in=addresses)
    for row in rows.select_related("user", "establishment", "group", "site").order_by("-id"):
        found[row.user.email] = row
    lines = [
        f"  {email:<44} {ROLES[found[email].role].title}, {found[email].territory_name}"
        for email in addresses
        if email in found
    ]
    if not lines:
        return []
    return ["Comptes de démonstration :", *lines, f"  Mot de passe de tous : {people.PASSWORD}"]
