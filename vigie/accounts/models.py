from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.accounts.rules import (
    DELEGABLE,
    ROLES,
    Geography,
    Permission,
    Role,
    geographies,
    grants,
    holds,
    known_permissions,
)
from vigie.establishments.models import Establishment, Group, GroupMember, Site
from vigie.establishments.rules import Place, Territory, TerritoryKind
from vigie.kernel.prepared import prepared


class UserManager(BaseUserManager["User"]):
    """Find people by e-mail, whatever the capitals."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person of an e-mail address."""
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
    """A person who may sign in. What they may do comes from memberships alone."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("Comme l’appareil")
        LIGHT = "light", _("Clair")
        DARK = "dark", _("Sombre")

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    job = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=2, default="fr")
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(db_default=Now())
    # One person may serve many establishments; this narrows what lists show ("" = all together).
    scope = models.CharField(max_length=40, blank=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    # A token narrows the person to its scopes for one request; None outside the API.
    token_scopes: frozenset[Permission] | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(models.functions.Lower("email"), name="one_user_per_email")
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Return the name to show, or the e-mail when nobody entered one."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def short_name(self) -> str:
        """Return « C. Morel », as lists show it."""
        if self.first_name and self.last_name:
            return f"{self.first_name[0]}. {self.last_name}"
        return self.full_name

    @property
    def journal_name(self) -> str:
        """Return what the journal writes: no personal data."""
        return f"user:{self.pk}"

    @cached_property
    def memberships_in_force(self) -> list["Membership"]:
        """Return the memberships that count now with what they name, read once a request."""
        return _memberships(user=self.pk)

    @property
    def memberships_shown(self) -> list["Membership"]:
        """Return the memberships that count now, to be named on a page."""
        return self.memberships_in_force

    @cached_property
    def delegations_in_force(self) -> list["Delegation"]:
        """Return what others delegated to this person and that counts now, read once a request."""
        return _delegations(to=self.pk)

    @cached_property
    def delegations_shown(self) -> list["Delegation"]:
        """Return the delegations that count now with their structure, read once a page."""
        if not self.delegations_in_force:
            return []
        named = self.delegations_received.in_force().select_related("establishment")
        return list(named.order_by("id"))

    @cached_property
    def establishments_of_groups(self) -> list[Establishment]:
        """Return the establishments of the groups that the person serves, read once a request."""
        groups = [m.group_id for m in self.memberships_in_force if m.group_id]
        if not groups:
            return []
        inside = GroupMember.objects.in_force().filter(group__in=groups).values("establishment")
        return list(Establishment.objects.filter(pk__in=inside).order_by("name", "id"))

    @property
    def needs_second_factor(self) -> bool:
        """Return whether what the person may do asks for more than a password."""
        roles = (m.role_class for m in self.memberships_in_force)
        return any(r.needs_second_factor for r in roles) or bool(self.delegations_in_force)

    def memberships_with(self, permission: str) -> list["Membership"]:
        """Return the memberships in force that hold the permission.

        Costs one SQL query for the whole request.
        """
        if not self._open_to(permission):
            return []
        return [m for m in self.memberships_in_force if grants(m.role, permission)]

    def delegations_with(self, permission: str) -> list["Delegation"]:
        """Return the delegations in force that let the person use the permission."""
        if permission not in DELEGABLE or not self._open_to(permission):
            return []
        return self.delegations_in_force

    def may(self, permission: str, *, at: Place | None = None) -> bool:
        """Return whether the person holds the permission: at one place, or anywhere.

        Costs no SQL query once the memberships are read, one where only a group could allow it.
        """
        held = self.memberships_with(permission)
        if at is None:
            return bool(held or self.delegations_with(permission))
        if any(m.covers(at) for m in held):
            return True
        if at.establishment_id is None:
            return False
        lent = self.delegations_with(permission)
        if any(d.establishment_id == at.establishment_id for d in lent):
            return True
        groups = [m.group_id for m in held if m.territory_kind == TerritoryKind.GROUP]
        inside = GroupMember.objects.in_force().filter(establishment=at.establishment_id)
        return bool(groups) and inside.filter(group__in=groups).exists()

    def _open_to(self, permission: str) -> bool:
        return self.is_active and (self.token_scopes is None or permission in self.token_scopes)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Roles that count from a moment until another."""

    def in_force(self) -> "MembershipQuerySet":
        """Return the rows that count now, by the database's clock."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=Now()), valid_from__lte=Now())


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Delegations that count from a moment until another, unless revoked."""

    def in_force(self) -> "DelegationQuerySet":
        """Return the rows that count now, by the database's clock."""
        return self.filter(valid_from__lte=Now(), valid_to__gt=Now(), revoked_at=None)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Letters that wait for an answer, and those that do so no more."""

    def open(self) -> "InvitationQuerySet":
        """Return those that can still be accepted, by the database's clock."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=Now())


def _territory_is_one() -> Q:
    """Return the condition that exactly the column of the kind names the territory."""
    none = Q(establishment=None, site=None, group=None)
    return (
        (Q(territory_kind__in=["nation", "region", "department"]) & none & ~Q(territory_code=""))
        | Q(territory_kind="ej", establishment__isnull=False, site=None, group=None)
        | Q(territory_kind="et", establishment=None, site__isnull=False, group=None)
        | Q(territory_kind="group", establishment=None, site=None, group__isnull=False)
    )


class OnTerritory(models.Model):
    """A row that gives a role on one territory: a code for geography, a row for structures."""

    role = models.CharField(max_length=20, choices=[(r, r) for r in ROLES])
    territory_kind = models.CharField(max_length=10, choices=[(k, k) for k in TerritoryKind])
    territory_code = models.CharField(max_length=20, blank=True)  # FR, 84, 2A
    establishment = models.ForeignKey(
        Establishment, null=True, blank=True, on_delete=models.PROTECT
    )
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        abstract = True

    @property
    def territory(self) -> Territory:
        """Return the territory as kind and code."""
        kind = TerritoryKind(self.territory_kind)
        named = self.establishment or self.site
        code = self.group.code if self.group else (named.code if named else self.territory_code)
        return Territory(kind, code)

    @property
    def territory_name(self) -> str:
        """Return the name of the structure or of the geography, in the reader's language."""
        named = self.establishment or self.site or self.group
        if named:
            return str(named)
        known = self._geography
        return known.title.in_(get_language() or "fr") if known else self.territory_code

    @property
    def role_class(self) -> Role:
        """Return what the role may do, in words."""
        return ROLES[self.role]

    @property
    def place(self) -> Place:
        """Return where the territory lies. A group lies in its nation."""
        named = self.establishment or self.site or self.group
        if named:
            return named.place
        return self._geography.place if self._geography else Place()

    @property
    def _geography(self) -> Geography | None:
        return geographies().get((TerritoryKind(self.territory_kind), self.territory_code))


class Membership(OnTerritory):
    """The role of a person on a territory, from a moment until another."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=80)  # as in the journal

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_territory_is_one(), name="membership_one_territory"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="membership_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} {self.territory}"

    def covers(self, place: Place) -> bool:
        """Return whether the territory holds the place. Groups are asked of the database apart."""
        kind = TerritoryKind(self.territory_kind)
        if holds(kind, self.territory_code, place):
            return True
        if kind is TerritoryKind.ET:
            return place.site_id == self.site_id
        return kind is TerritoryKind.EJ and place.establishment_id == self.establishment_id


@prepared
def _memberships(*, user: int) -> models.QuerySet[Membership]:
    named = Membership.objects.in_force().select_related("establishment", "site", "group")
    return named.filter(user=user).order_by("id")


class Delegation(models.Model):
    """A director lets a person act for an establishment, until a moment."""

    class Purpose(models.TextChoices):
        DECLARE = "declare", _("Déclarer les incidents")

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="delegations"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_given")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_received")
    purpose = models.CharField(max_length=20, choices=Purpose, default=Purpose.DECLARE)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=models.F("valid_from")),
                name="delegation_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(by=models.F("to")), name="delegation_goes_to_someone_else"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} → {self.to}: {self.purpose} ({self.establishment})"


@prepared
def _delegations(*, to: int) -> models.QuerySet[Delegation]:
    return Delegation.objects.in_force().filter(to=to).order_by("id")


class Invitation(OnTerritory):
    """A letter that lets one e-mail address make an account with a role."""

    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256; the secret is in the mail
    invited_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    membership_until = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_territory_is_one(), name="invitation_one_territory"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="invitation_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.role} {self.territory}"


class ApiToken(models.Model):
    """A secret for a program that acts as a person, never beyond that person's rights."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256 of 256 random bits
    hint = models.CharField(max_length=8)  # the first characters, to tell tokens apart
    scopes = models.JSONField(default=list)  # permissions; empty = none
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="token_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return what the token was made for; its owner's present rights narrow it further."""
        return known_permissions(self.scopes)
