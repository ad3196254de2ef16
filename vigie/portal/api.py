"""REST doors to what declarations refer to: who one is, structures, suppliers, closed lists."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Schema

from vigie.accounts.guards import SignedRequest
from vigie.accounts.rules import Permission
from vigie.establishments import queries as establishments
from vigie.establishments.models import Establishment
from vigie.inventory import queries as inventory
from vigie.inventory.models import Application, Supplier
from vigie.reference import catalogue
from vigie.reference.catalogue import Entry

router = Router(tags=["directory"])
Words = Annotated[str, Query(max_length=200, description="A name, a commune or a FINESS number.")]
LISTS: dict[str, Callable[[], Mapping[str, Entry]]] = {
    "care-activities": catalogue.care_activities,
    "incident-categories": catalogue.incident_categories,
    "rsit": catalogue.rsit,
    "structure-types": catalogue.structure_types,
    "regions": catalogue.regions,
    "departments": catalogue.departments,
    "tlp": catalogue.tlp,
}
ListName = Literal[
    "care-activities",
    "incident-categories",
    "rsit",
    "structure-types",
    "regions",
    "departments",
    "tlp",
]


class MembershipOut(Schema):
    """A role on a territory, such as region:84 or ej:010780054."""

    role: str
    territory: str


class MeOut(Schema):
    """Whom the token stands for, and what it may do at present."""

    email: str
    name: str
    memberships: list[MembershipOut]
    permissions: list[str]


class EstablishmentOut(Schema):
    """A structure of the register."""

    finess: str | None
    name: str
    structure_type: str
    legal_status: str
    commune: str
    department: str
    region: str
    country: str
    beds: int


class SupplierOut(Schema):
    """A company that makes, hosts or runs what care depends on."""

    id: int
    name: str
    aliases: list[str]

    @staticmethod
    def resolve_aliases(supplier: Supplier) -> list[str]:
        """Return its other names."""
        return [alias.name for alias in supplier.aliases.all()]


class ApplicationOut(Schema):
    """A software that serves care in one structure. Needs go from 1 to 4, null: not entered."""

    id: int
    name: str
    establishment: str
    supplier: str | None
    hosting: str
    care_activities: list[str]
    availability: int | None
    integrity: int | None
    confidentiality: int | None

    @staticmethod
    def resolve_establishment(application: Application) -> str:
        """Return the FINESS number of the structure, or its own code."""
        return application.establishment.code

    @staticmethod
    def resolve_supplier(application: Application) -> str | None:
        """Return the name of its supplier."""
        return application.supplier.name if application.supplier else None


class EntryOut(Schema):
    """A code of a closed list and its title in both languages."""

    code: str
    fr: str
    en: str


def _need(request: SignedRequest, permission: Permission) -> None:
    if not request.user.may(permission):
        raise PermissionDenied


def _plain(text: str) -> str:
    return text.replace("\0", " ")


@router.get("/me", response=MeOut)
def me(request: SignedRequest) -> MeOut:
    """Return whom the token stands for and what it opens."""
    user = request.user
    held = [str(permission) for permission in Permission if user.may(permission)]
    rows = user.memberships.in_force().select_related("establishment", "site", "group")
    served = [MembershipOut(role=m.role, territory=str(m.territory)) for m in rows.order_by("id")]
    return MeOut(
        email=user.email,
        name=user.full_name,
        memberships=served,
        permissions=held,
    )


@router.get("/establishments", response=list[EstablishmentOut])
def find_establishments(request: SignedRequest, q: Words) -> list[Establishment]:
    """Return at most twenty structures that a text means, one typing mistake forgiven."""
    _need(request, Permission.READ_ESTABLISHMENTS)
    return establishments.search(_plain(q))


@router.get("/establishments/{finess}", response=EstablishmentOut)
def read_establishment(
    request: SignedRequest, finess: Annotated[str, Path(max_length=9)]
) -> Establishment:
    """Return one structure by the FINESS number of its legal entity."""
    _need(request, Permission.READ_ESTABLISHMENTS)
    return get_object_or_404(Establishment, finess=_plain(finess).upper())


@router.get("/suppliers", response=list[SupplierOut])
def find_suppliers(request: SignedRequest, q: Words = "") -> list[Supplier]:
    """Return the suppliers that a text means, the closest first."""
    _need(request, Permission.READ_INVENTORY)
    return inventory.search_suppliers(_plain(q))


@router.get("/applications", response=list[ApplicationOut])
def list_applications(request: SignedRequest, q: Words = "") -> object:
    """Return at most 200 applications of the structures that the caller sees."""
    _need(request, Permission.READ_INVENTORY)
    rows = inventory.visible_applications(request.user).filter(retired_on=None)
    return inventory.search_applications(rows, _plain(q)).order_by("name", "id")[:200]


@router.get("/reference/{name}", response=list[EntryOut])
def read_list(request: SignedRequest, name: ListName) -> list[EntryOut]:
    """Return one closed list: the codes that declarations and decisions may hold."""
    return [
        EntryOut(code=entry.code, fr=entry.title.fr, en=entry.title.en)
        for entry in LISTS[name]().values()
    ]
