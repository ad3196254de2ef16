"""REST doors to declarations and files; their types are the OpenAPI contract."""

from vigie.incidents.api.declarations import router as declarations
from vigie.incidents.api.duties import everywhere as due
from vigie.incidents.api.duties import router as duties
from vigie.incidents.api.events import router as events
from vigie.incidents.api.exchange import router as exchange
from vigie.incidents.api.following import router as following
from vigie.incidents.api.observables import everywhere as observables
from vigie.incidents.api.observables import router as sightings
from vigie.incidents.api.problems import PROBLEMS
from vigie.incidents.api.routing import router as routing

ROUTERS = (declarations, following, exchange, routing, sightings, duties)

__all__ = ["PROBLEMS", "ROUTERS", "due", "events", "observables"]
