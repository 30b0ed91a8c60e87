"""The interface put together: its areas, its description, and how refusals leave it."""

from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from api.problems import MEDIA_TYPE, Refusal, of_refusal, problem
from api.routes import clearance, documents, groups, notices, posts, search, threads
from core.errors import DomainError

ROOT = "/api/v1/"
ARGUMENTS = frozenset({"payload", "place"})
"""Names of our own in the places of errors; who sent the request knows nothing of them."""

DESCRIPTION = """Programs act here for one person, with a personal token and that person's rights of the moment.

What the person may not know of looks exactly like what does not exist. Refusals are problem details (RFC 9457) and name the
field that is to blame. Lists come in pages: give `next` as `cursor`. What makes something takes an `Idempotency-Key`, so that
a request may be sent again; what changes something takes the `ETag` that was seen as `If-Match`."""


class Interface(NinjaAPI):
    """Django Ninja, whose description says what is really answered."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the operation's own name: none stands twice."""
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description, with refusals under their media type and the scope that each operation needs."""
        schema = super().get_openapi_schema(path_prefix=ROOT, path_params=path_params)
        scopes = scopes_by_operation(self)
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["x-scope"] = scopes[operation["operationId"]]
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        answer["content"] = {MEDIA_TYPE: content["application/json"]}
        return schema


def scopes_by_operation(api: NinjaAPI) -> dict[str, str]:
    """Return by operation what a token must have been given."""
    found = {}
    for router in api._get_bound_routers():
        for path in router.path_operations.values():
            for operation in path.operations:
                found[operation.view_func.__name__] = operation.auth_callbacks[0].scope  # type: ignore[attr-defined]
    return found


def refused_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name every field that is not as its shape says; what was sent is not repeated."""
    errors = []
    for one in error.errors:
        place = [str(step) for step in one["loc"][1:] if step not in ARGUMENTS]
        message = str(one["msg"]).removeprefix("Value error, ")
        errors.append((".".join(place) or "body", message))
    return problem(422, _("Something in the request is not as it should be."), errors=errors)


@cache
def interface() -> Interface:
    """Return the interface, made once a process."""
    api = Interface(
        title="Action Groups",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        docs_url=None,
        openapi_url=None,
    )
    for area in (groups, threads, posts, documents, clearance, search, notices):
        api.add_router("", area.router)
    _handle_refusals(api)
    return api


def _handle_refusals(api: Interface) -> None:
    def refusal(_request: HttpRequest, error: Refusal) -> HttpResponse:
        return problem(error.status, error.detail, errors=error.errors, headers=error.headers, code=error.code)

    def domain(_request: HttpRequest, error: DomainError) -> HttpResponse:
        return of_refusal(error)

    def absent(_request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem(404)

    def denied(_request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
        return problem(403)

    def unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, _("It is no JSON, or not in UTF-8.") if error.status_code == 400 else "")

    handlers: dict[type[Exception], Any] = {
        Refusal: refusal,
        DomainError: domain,
        Http404: absent,
        PermissionDenied: denied,
        HttpError: unreadable,
        ValidationError: refused_fields,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
