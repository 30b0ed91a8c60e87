"""How programs use the interface: its description for machines, and the same as a page without any script."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from api.interface import interface
from api.problems import CODES, TITLES
from api.scopes import AREAS


class Field(NamedTuple):
    """A parameter, or a field of what is sent or answered."""

    name: str
    place: str
    kind: str
    needed: bool
    about: str


class Operation(NamedTuple):
    """One operation, as the page describes it."""

    name: str
    method: str
    path: str
    title: str
    about: str
    scope: str
    sent: list[Field]
    answered: list[Field]
    answers: list[tuple[str, str]]


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Give the description in OpenAPI 3.1."""
    return JsonResponse(described())


@require_safe
def read(request: HttpRequest) -> HttpResponse:
    """Show the same to people."""
    areas: dict[str, list[Operation]] = {area: [] for area in AREAS}
    for area, operation in _operations(described()):
        areas[area].append(operation)
    context = {
        "areas": [(area, AREAS[area], operations) for area, operations in areas.items()],
        "problems": [(CODES[status], status, TITLES[status]) for status in CODES],
        "address": settings.SITE_URL + "/api/v1",
    }
    return render(request, "api/docs.html", context)


@cache
def described() -> dict[str, Any]:
    """Return the description, made once a process."""
    return dict(interface().get_openapi_schema())


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, by_method in schema["paths"].items():
        for method, one in by_method.items():
            sent = [
                Field(
                    parameter["name"],
                    parameter["in"],
                    _kind(parameter["schema"]),
                    parameter["required"],
                    parameter["schema"].get("description", ""),
                )
                for parameter in one["parameters"]
            ]
            body = one.get("requestBody", {}).get("content", {})
            good = next(answer for status, answer in one["responses"].items() if int(status) < 300)
            yield (
                one["tags"][0],
                Operation(
                    name=one["operationId"],
                    method=method.upper(),
                    path=path.removeprefix("/api/v1"),
                    title=one["summary"],
                    about=one.get("description", ""),
                    scope=one["x-scope"],
                    sent=sent + _fields(body, schema, "body"),
                    answered=_fields(good.get("content", {}), schema, "answer"),
                    answers=[(str(status), answer["description"]) for status, answer in one["responses"].items()],
                ),
            )


def _fields(content: dict[str, Any], schema: dict[str, Any], place: str) -> list[Field]:
    """Return the fields of a JSON body; bytes are one without a name."""
    if not content:
        return []
    media, body = next(iter(content.items()))
    shape = _resolved(body["schema"], schema)
    if media != "application/json":
        return [Field("", place, media, True, "")]
    needed = shape.get("required", [])
    return [
        Field(name, place, _kind(_resolved(one, schema)), name in needed, one.get("description", ""))
        for name, one in shape.get("properties", {}).items()
    ]


def _resolved(shape: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        found: dict[str, Any] = schema["components"]["schemas"][name]
        return {"title": name, **found}
    return shape


def _kind(shape: dict[str, Any]) -> str:
    """Return what kind of value it is, in the words of JSON."""
    if "anyOf" in shape:
        return " / ".join(dict.fromkeys(_kind(one) for one in shape["anyOf"]))
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    if shape.get("type") == "array":
        return f"[{_kind(shape.get('items', {}))}]"
    if shape.get("type") == "object":
        return str(shape.get("title", "object"))
    return str(shape.get("format") or shape.get("type") or "any")
