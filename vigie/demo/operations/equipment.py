"""Enter the suppliers and applications of the named structures through the real acts."""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from vigie.accounts.models import User
from vigie.demo.operations.population import Named
from vigie.establishments.models import Establishment
from vigie.inventory.operations import add_supplier, keep_application
from vigie.inventory.rules import ApplicationFacts

APPLICATIONS = Path(__file__).parents[1] / "applications.yaml"


def equip(named: Named, staff: dict[str, list[User]], now: datetime) -> None:
    """Store what the named hospitals and the home for the elderly run."""
    whole: dict[str, Any] = yaml.safe_load(APPLICATIONS.read_text(encoding="utf-8"))
    keeper = staff["cert_lead"][0]  # keeps inventories of the whole nation
    for told in whole["suppliers"]:
        add_supplier(by=keeper, name=told["name"], aliases=told["aliases"], now=now)
    for hospital in (named.home, named.second, named.third):
        _install(keeper, hospital, whole["hospital"], now)
    _install(keeper, named.nursing_home, whole["nursing_home"], now)


def _install(
    keeper: User, establishment: Establishment, told: list[dict[str, Any]], now: datetime
) -> None:
    for application in told:
        availability, integrity, confidentiality = application["needs"]
        keep_application(
            by=keeper,
            establishment=establishment,
            application=None,
            facts=ApplicationFacts(
                application["name"],
                hosting=application["hosting"],
                care_activities=tuple(application["serves"]),
                availability=availability,
                integrity=integrity,
                confidentiality=confidentiality,
            ),
            supplier=application["supplier"],
            now=now,
        )
