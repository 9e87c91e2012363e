"""Metrics for Prometheus: launches, request times, deliveries, certificates, database connections; no person, no address.

Counters and times are kept in files that all processes of this server share (PROMETHEUS_MULTIPROC_DIR, set by `lti-tool serve`).
Deliveries and certificates are counted in the database when somebody asks: the same answer from every server.
"""

import hmac
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.exceptions import NotFound

from lti_tool.certificates.documents.queue import document_backlog
from lti_tool.certificates.office.count_certificates import count_certificates
from lti_tool.passback.overview import backlogs, outcomes_since
from lti_tool.web.parts import parts

LATELY = timedelta(minutes=15)

LAUNCHES = Counter("lti_tool_launches", "Launches by outcome: accepted, or why they were refused.", ["outcome"])
REQUEST_TIMES = Histogram(
    "lti_tool_request_seconds",
    "Time to answer, by endpoint and class of status.",
    ["endpoint", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
CONNECTIONS = Gauge("lti_tool_database_connections", "Database connections in use in web processes.", multiprocess_mode="livesum")

blueprint = Blueprint("metrics", __name__)


def set_up(app: Flask) -> None:
    """Measure every request."""
    app.before_request(_begin)
    app.after_request(_count)


def note_refused_launch(code: str) -> None:
    """Note why the present launch is refused."""
    g.launch_outcome = code


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Show the metrics to whoever has the token; without a token in the settings there is no such page."""
    if not parts().settings.metrics_token.get_secret_value():
        raise NotFound
    if not has_metrics_token():
        return "This page needs the bearer token of LTI_TOOL_METRICS_TOKEN.\n", 401, {"WWW-Authenticate": "Bearer"}
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    body = generate_latest(registry) + generate_latest(_FromDatabase())
    return body, 200, {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}


def has_metrics_token() -> bool:
    """Whether who asks knows the token; where the settings have none, nobody does."""
    token = parts().settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _begin() -> None:
    if "begun_at" not in g:  # a request that runs once more is still one
        g.begun_at = time.perf_counter()


def _count(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    took_s = time.perf_counter() - g.get("begun_at", time.perf_counter())
    _times_of(endpoint, response.status_code // 100).observe(took_s)
    if endpoint == "launch.launch":
        outcome = "accepted" if response.status_code < 400 else g.get("launch_outcome", f"http_{response.status_code}")
        LAUNCHES.labels(outcome).inc()
    CONNECTIONS.set(parts().database.connections_in_use)
    return response


@cache
def _times_of(endpoint: str, status_class: int) -> Histogram:
    # As many as there are endpoints; finding the series anew costs more than observing.
    return REQUEST_TIMES.labels(endpoint, f"{status_class}xx")


class _FromDatabase(CollectorRegistry):
    """What is counted in the database at the moment of asking."""

    def __init__(self) -> None:
        super().__init__()
        self.register(_DatabaseCollector())


class _DatabaseCollector(Collector):
    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        now = parts().now()
        with parts().database.read() as session:
            waiting = backlogs(session, now=now)
            outcomes = outcomes_since(session, since=now - LATELY)
            certificates = count_certificates(session)
            documents = document_backlog(session, now=now)
        yield _gauge(
            "lti_tool_deliveries_waiting", "Scores on their way.", {each.registration_id: each.waiting for each in waiting}
        )
        yield _gauge(
            "lti_tool_deliveries_parked", "Scores that need somebody.", {each.registration_id: each.parked for each in waiting}
        )
        yield _gauge(
            "lti_tool_delivery_oldest_seconds",
            "Age of the oldest score on its way.",
            {each.registration_id: each.oldest_waiting_s for each in waiting},
        )
        yield _gauge("lti_tool_delivery_outcomes_15m", "How tries of the last 15 minutes ended.", outcomes, "outcome")
        yield _gauge("lti_tool_certificates", "Certificates by state.", certificates, "state")
        states = {"waiting": documents.waiting, "for_a_person": documents.for_a_person}
        yield _gauge("lti_tool_documents", "Documents of certificates that are not made yet.", states, "state")
        if (seal := parts().document_maker.seal) is not None:
            ends = GaugeMetricFamily("lti_tool_seal_ends_timestamp_seconds", "When the seal's certificate or one above it ends.")
            ends.add_metric([], seal.period.ends_at.timestamp())
            yield ends
        oldest = GaugeMetricFamily("lti_tool_document_oldest_seconds", "Since when the oldest document waits.")
        oldest.add_metric([], documents.oldest_waiting_s)
        yield oldest


def _gauge(name: str, text: str, values: "dict[int, int] | dict[str, int]", label: str = "registration") -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
