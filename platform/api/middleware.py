"""Refusals that are made before or around the interface's own views are problem details too; HEAD is answered as GET."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from api.problems import MEDIA_TYPE, problem

ROOT = "/api/"
KEPT = ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate")


class ProblemMiddleware:
    """Puts problem details in the place of pages that say what went wrong, under `/api/` only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the answer, a refusal in the form programs read."""
        asks_head = request.method == "HEAD" and request.path_info.startswith(ROOT)
        if asks_head:
            # Its views know GET; the server leaves out the words, as it does on pages.
            request.method = "GET"
        response = self.get_response(request)
        if asks_head:
            request.method = "HEAD"
        if response.status_code < 400 or not request.path_info.startswith(ROOT):
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        kept = {name: response.headers[name] for name in KEPT if name in response.headers}
        return problem(response.status_code, headers=kept)
