"""Rules for every answer."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_cache_control

from core import figures


class CountingMiddleware:
    """Counts every answer by its class of status, and how long it took."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Count the answer."""
        with figures.HTTP_TIMES.taken():
            response = self.get_response(request)
        figures.HTTP_REQUESTS.add(f"{response.status_code // 100}xx")
        return response


class NoStoreMiddleware:
    """Nothing but static files is kept by any cache, for pages differ by reader; those that say that they are public do not."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Mark the answer `no-store, private`, unless it is a good one that is the same for everybody and sets no cookie."""
        response = self.get_response(request)
        is_public = response.headers.get("Cache-Control", "").startswith("public,")
        if is_public and response.status_code in (200, 304) and not response.cookies:
            return response
        response.headers.pop("Cache-Control", None)
        patch_cache_control(response, no_store=True, private=True)
        return response


class CompressMiddleware(GZipMiddleware):
    """Compresses pages and JSON for poor lines; files keep their bytes and their ranges.

    Django pads each answer by a random length, so that its compressed size tells nothing of the secrets in it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a whole answer of text."""
        kind = response.headers.get("Content-Type", "")
        if response.streaming or not kind.startswith(("text/html", "application/json")):
            return response
        return super().process_response(request, response)
