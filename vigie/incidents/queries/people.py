"""Read whom lists may name: the people of the desk, and the views that a person keeps."""

from django.db.models import QuerySet

from vigie.accounts.models import Membership, User
from vigie.accounts.queries import roles_with
from vigie.accounts.rules import Permission
from vigie.incidents.models import SavedView, TakenMail
from vigie.kernel.prepared import prepared


def desk_people(reader: User) -> list[User]:
    """Return the people of the reader's own desks, by name; nobody for who serves none."""
    own = reader.memberships_with(Permission.FOLLOW)
    if not own:
        return []
    kinds = tuple(sorted({m.territory_kind for m in own}))
    return _serving(kinds, tuple(sorted({m.territory_code for m in own})))


@prepared
def _serving(kinds: tuple[str, ...], codes: tuple[str, ...], /) -> QuerySet[User]:
    serving = Membership.objects.in_force().filter(
        role__in=roles_with(Permission.FOLLOW), territory_kind__in=kinds, territory_code__in=codes
    )
    people = User.objects.filter(is_active=True, pk__in=serving.values("user"))
    return people.order_by("last_name", "first_name", "id")


def saved_views(reader: User) -> QuerySet[SavedView]:
    """Return the views that a person keeps, by name."""
    return SavedView.objects.filter(user=reader).order_by("name", "id")


@prepared
def views_of(page: str, /, *, user: int) -> QuerySet[SavedView]:
    """Return the views that a person keeps of one list, by name."""
    return SavedView.objects.filter(user=user, page=page).order_by("name", "id")


def taken_mails(person: User) -> QuerySet[TakenMail]:
    """Return the mails that a person of the desk took in, the newest first."""
    rows = TakenMail.objects.filter(by=person).select_related("incident")
    return rows.order_by("-created_at", "-id")
