"""Traces: off they cost nothing and import nothing; on they tell ids, routes and codes, and nothing about people."""
# ruff: noqa: F401, F811

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lti_tool import tracing
from lti_tool.app import create_app
from lti_tool.errors import ConfigurationError
from lti_tool.models.database import Database, open_database
from lti_tool.parts import Parts
from lti_tool.playground.faults import Fault
from lti_tool.web import request_spans
from tests.certification.conftest import _serving, key_server, keyring, parts, platform_key, tool
from tests.certification.conftest import clock as tool_clock
from tests.certification.platform import TOOL_URL
from tests.certification.tool import Clock, Tool
from tests.passback.conftest import clock, lms, school, tool_key
from tests.passback.school import PlaygroundSchool


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.send_to(SimpleSpanProcessor(exporter))
    yield exporter
    tracing.send_to(None)


def spans(exporter: InMemorySpanExporter) -> dict[str, Mapping[str, Any]]:
    return {each.name: dict(each.attributes or {}) for each in exporter.get_finished_spans()}


def test_off_nothing_of_it_is_imported() -> None:
    program = "import sys, lti_tool.cli, lti_tool.app, lti_tool.tracing as t; t.start(); print('opentelemetry' in sys.modules)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_off_a_span_takes_what_it_is_told_and_drops_it() -> None:
    assert tracing._tracer is None
    with tracing.span("nothing", lti__tool_delivery=1) as span:
        span.tell(lti__tool_outcome="arrived")
        span.fail("http_500")


def test_the_standards_own_switch_keeps_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not tracing.start()


def test_a_collector_without_the_packages_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationError, match=r"lti-tool\[otel\]"):
        tracing.start()


def test_an_exception_is_told_by_its_kind_alone(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Mustermann"), tracing.span("work"):
        raise ValueError("Erika Mustermann")
    (span,) = exporter.get_finished_spans()
    assert (dict(span.attributes or {}), span.status.is_ok, span.events) == ({"error.type": "ValueError"}, False, ())


class TestRequests:
    @pytest.fixture
    def database(self, sqlite_url: str) -> Iterator[Database]:
        database = open_database(sqlite_url)
        yield database
        database.close()

    @pytest.fixture
    def clock(self, tool_clock: Clock) -> Clock:
        return tool_clock

    @pytest.fixture
    def app(self, parts: Parts) -> Flask:
        app = create_app(parts=parts)
        request_spans.set_up(app)
        return app

    def test_a_request_is_told_by_its_route(self, exporter: InMemorySpanExporter, tool: Tool) -> None:
        landing = tool.got_in(tool.launch())
        page = tool.browser.get(landing, base_url=TOOL_URL)
        seen = spans(exporter)
        assert seen["POST /lti/launch"]["http.response.status_code"] == 303
        told = seen["GET /modules/<module_slug>"]
        assert told == {
            "http.request.method": "GET",
            "http.route": "/modules/<module_slug>",
            "http.response.status_code": 200,
            "lti_tool.request": page.headers["X-Request-ID"],
        }

    def test_an_address_that_holds_a_check_code_is_not_told(self, exporter: InMemorySpanExporter, tool: Tool) -> None:
        tool.browser.get("/verify/ABCD-EFGH-JKLM?name=Mustermann", base_url=TOOL_URL)
        tool.browser.get("/nothing/here", base_url=TOOL_URL)
        text = str([(each.name, dict(each.attributes or {})) for each in exporter.get_finished_spans()])
        assert "ABCD" not in text
        assert "Mustermann" not in text
        assert "nothing" not in text


class TestDeliveries:
    @pytest.fixture
    def database(self, sqlite_url: str) -> Iterator[Database]:
        database = open_database(sqlite_url)
        yield database
        database.close()

    def test_a_delivery_holds_its_calls_to_the_platform(self, exporter: InMemorySpanExporter, school: PlaygroundSchool) -> None:
        school.passed("participant01", school.activity(), 82.5)
        school.worker().run_once()
        look, call, delivery = exporter.get_finished_spans()
        assert (look.name, call.name, delivery.name) == ("platform GET", "platform POST", "deliver score")
        assert {each.parent and each.parent.span_id for each in (look, call)} == {delivery.context.span_id}
        told = dict(call.attributes or {})
        assert (told["http.response.status_code"], told["server.address"]) == (200, "127.0.0.1")
        assert "?" not in str(told["url.path"])
        assert dict(delivery.attributes or {})["lti_tool.outcome"] == "arrived"

    def test_a_failed_one_says_why(self, exporter: InMemorySpanExporter, school: PlaygroundSchool) -> None:
        school.passed("participant01", school.activity(), 82.5)
        school.lms.faults.add(Fault("status", "scores", status=503))
        school.worker().run_once()
        seen = spans(exporter)["deliver score"]
        assert (seen["lti_tool.outcome"], seen["error.type"]) == ("delayed", "http_503")
