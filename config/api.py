"""The REST API: one address, one way to say that something went wrong (RFC 9457)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from vigie.accounts.guards import BearerToken
from vigie.incidents.api import PROBLEMS as INCIDENT_PROBLEMS
from vigie.incidents.api import ROUTERS as INCIDENT_ROUTERS
from vigie.incidents.api import due as due_router
from vigie.incidents.api import events as events_router
from vigie.incidents.api import observables as observables_router
from vigie.observatory.api import router as observatory_router
from vigie.portal.api import router as directory_router
from vigie.reports.api import PROBLEMS as REPORT_PROBLEMS
from vigie.reports.api import router as reports_router

PROBLEM_TYPE = "application/problem+json"
DESCRIPTION = """
Everything that Vigie's pages do with declarations and their follow-up, for programs.

Sign each request with `Authorization: Bearer TOKEN`. A token never opens more than its owner's
present rights; what the owner may not see answers 404. Dates of reduced precision are texts:
`2026`, `2026-03`, `2026-03-14`, `2026-03-14T02:10+01:00`; every other time is UTC.
Errors are RFC 9457 problem details, with the fields at fault in `errors`.
"""


class FieldProblem(Schema):
    """One field at fault."""

    field: str
    reason: str


class Problem(Schema):
    """What went wrong. Source: RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem]


class VigieAPI(NinjaAPI):
    """The API, whose schema says of every answer that it may be a problem."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the OpenAPI 3.1 document."""
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        definitions = schema["components"]["schemas"]["Problem"].pop("$defs", {})
        schema["components"]["schemas"].update(definitions)
        for path, methods in schema["paths"].items():
            for operation in methods.values():
                _document_problems(operation, path)
        return schema


def _document_problems(operation: dict[str, Any], path: str) -> None:
    statuses = [400, 429]
    statuses += [401, 403] if operation.get("security") else []
    statuses += [404] if "{" in path or operation.get("requestBody") else []
    statuses += [422] if operation.get("parameters") or operation.get("requestBody") else []
    statuses += [409, 413] if operation.get("requestBody") else []
    for status in statuses:
        operation["responses"][status] = {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def problem(
    status: int, detail: str = "", errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    """Return a problem as the API says it."""
    title = HTTPStatus(status).phrase
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or title,
        "errors": errors or [],
    }
    answer = JsonResponse(content, status=status, content_type=PROBLEM_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="Vigie"'
    return answer


def _field(location: tuple[Any, ...]) -> str:
    """Return the path of a field without the place (body, query) and the parameter's name."""
    return ".".join(str(part) for part in location[1:] if part not in ("body", "payload"))


api = VigieAPI(
    title="Vigie",
    version="1",
    description=DESCRIPTION,
    auth=BearerToken(),
    docs_url=None,  # its page would load scripts from elsewhere; the schema is at openapi.json
)
for router in INCIDENT_ROUTERS:
    api.add_router("/incidents", router)


api.add_router("/due", due_router)
api.add_router("/events", events_router)
api.add_router("/observables", observables_router)
api.add_router("/reports", reports_router)
api.add_router("", directory_router)
api.add_router("/observatory", observatory_router)


@api.exception_handler(ValidationError)
def bad_request(request: HttpRequest, reason: ValidationError) -> HttpResponse:
    """Say which fields are wrong, and why."""
    errors = [{"field": _field(tuple(e["loc"])), "reason": str(e["msg"])} for e in reason.errors]
    return problem(422, "Some fields are missing or wrong.", errors)


@api.exception_handler(HttpError)
def told(request: HttpRequest, reason: HttpError) -> HttpResponse:
    """Pass on what the library found."""
    return problem(reason.status_code, str(reason))


def _answer(status: int) -> Callable[[HttpRequest, Any], HttpResponse]:
    def say(request: HttpRequest, reason: Any) -> HttpResponse:
        return problem(status)

    return say


api.add_exception_handler(AuthenticationError, _answer(401))
api.add_exception_handler(PermissionDenied, _answer(403))
api.add_exception_handler(Http404, _answer(404))


def _domain(
    status: int, describe: Callable[[Any], tuple[str, list[dict[str, str]]]]
) -> Callable[[HttpRequest, Any], HttpResponse]:
    def say(request: HttpRequest, reason: Any) -> HttpResponse:
        return problem(status, *describe(reason))

    return say


for exception, status, describe in [*INCIDENT_PROBLEMS, *REPORT_PROBLEMS]:
    api.add_exception_handler(exception, _domain(status, describe))
