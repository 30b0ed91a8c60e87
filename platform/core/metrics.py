"""The figures in the form that monitoring reads, on a port of their own: `METRICS_PORT`, or the next free one above it.

The processes of a site on one machine take one port each. Never the site's own port: no proxy can pass it on by mistake, no
token has to be kept, and it answers while every thread for pages is busy.
"""

import errno
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from core import figures, readiness
from core.logs import happening

logger = logging.getLogger(__name__)

PORTS = 16
"""How many ports from METRICS_PORT on are tried: as many processes of a site may be on one machine."""

Start = Callable[[str, list[tuple[str, str]]], object]


class Figures(Collector):
    """Reads the figures of this process when it is asked."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def collect(self) -> Iterator[Metric]:
        """Return every figure as it is now."""
        process = GaugeMetricFamily(f"{figures.PREFIX}process_info", "What the process does.", labels=["kind"])
        process.add_metric([self.kind], 1)
        yield process
        for figure in figures.ALL:
            yield _family(figure)


def _family(figure: figures.Figure) -> Metric:
    name = figures.PREFIX + figure.name
    match figure:
        case figures.Count():
            return CounterMetricFamily(name, figure.about, value=figure.value)
        case figures.CountBy():
            by = CounterMetricFamily(name, figure.about, labels=[figure.label])
            for value, count in list(figure.values.items()):
                by.add_metric([value], count)
            return by
        case figures.Times():
            at_most, total = figure.read()
            steps = [*map(str, figure.steps), "+Inf"]
            return HistogramMetricFamily(
                name, figure.about, buckets=list(zip(steps, at_most, strict=True)), sum_value=total
            )
        case figures.Level() | figures.Peak():
            return GaugeMetricFamily(name, figure.about, value=figure.value)
    raise TypeError(figure)


def registry(kind: str) -> CollectorRegistry:
    """Return what there is to read: our figures, and what the system says of the process (memory, processor, files)."""
    found = CollectorRegistry()
    found.register(Figures(kind))
    ProcessCollector(registry=found)
    return found


class _Server(ThreadingMixIn, WSGIServer):
    """Listens for as long as the process lives; one that asks and hangs keeps nobody else."""

    daemon_threads = True
    allow_reuse_address = True  # a port that was just left is taken again; one that is listened on is not
    allow_reuse_port = False

    def server_bind(self) -> None:
        """Take the port, without asking the network for the name of this machine, which may take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]
        self.setup_environ()


class _Server6(_Server):
    """The same on an address of IPv6."""

    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    """One question; nothing is logged of it."""

    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        return


def serve(host: str, port: int, kind: str) -> WSGIServer | None:
    """Serve `/metrics` and `/readyz` from a thread, on the first free port; None where none is to be had, which is logged."""
    found = registry(kind)

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                status, kind_of_text, body = "200 OK", CONTENT_TYPE_PLAIN_0_0_4, generate_latest(found)
            case "/readyz":
                answer = readiness.ask()
                status = "200 OK" if answer.ready else "503 Service Unavailable"
                kind_of_text, body = "application/json", answer.as_json()
            case _:
                status, kind_of_text, body = "404 Not Found", "text/plain", b"Only /metrics and /readyz.\n"
        start(
            status, [("Content-Type", kind_of_text), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        )
        return [body]

    for candidate in range(port, port + PORTS):
        try:
            server = make_server(host, candidate, application, _Server6 if ":" in host else _Server, _Handler)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            logger.error("The figures are not served: %s.", error.strerror or error, extra=happening("metrics.failed"))
            return None
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        logger.info("Figures are served on port %d.", candidate, extra=happening("metrics.served", port=candidate))
        return server
    logger.error("The figures are not served: no port is free.", extra=happening("metrics.failed", port=port))
    return None
