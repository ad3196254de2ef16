"""What the matrix of rights names in the addresses of the observatory."""

from tests.architecture.matrix_objects import Target, World
from vigie.accounts.models import User
from vigie.kernel import clock
from vigie.observatory.operations import publish
from vigie.observatory.tests.factories import CountedFactory, MembershipFactory

YEAR = 2020


def pages(world: World) -> dict[str, Target]:
    """Return what to name in each address, by route."""
    CountedFactory(declared_year=YEAR, occurred_year=YEAR, declared=f"{YEAR}-03-01")
    lead = MembershipFactory(role="cert_lead", nation="FR").user
    publish(year=YEAR, note="", by=User.objects.get(pk=lead.pk), now=clock.now())
    year, file = {"year": YEAR}, {"name": "T05", "suffix": "csv"}
    revision = year | {"revision": 1}
    return {
        **dict.fromkeys(
            (f"observatory:{name}" for name in ("year", "archive", "paper", "edition")),
            Target(year),
        ),
        **dict.fromkeys(
            (f"observatory:revision{name}" for name in ("", "_archive", "_edition")),
            Target(revision),
        ),
        "observatory:table": Target(year | file),
        "observatory:revision_table": Target(revision | file),
        "observatory:series": Target({"suffix": "csv"}),
        "observatory:dictionary": Target({"suffix": "csv"}),
    }
