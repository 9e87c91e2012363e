"""The tool under test: the real application with one registered platform, and what a browser does with it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from tests.certification.platform import CLIENT_ID, ISSUER, TOOL_URL, KeyServer, launch_claims, sign


def cookie_names(browser: FlaskClient, prefix: str) -> list[str]:
    """Give the names of a browser's cookies that begin so."""
    return [cookie.key for cookie in (browser._cookies or {}).values() if cookie.key.startswith(prefix)]


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **units: float) -> None:
        self.moment += timedelta(**units)


@dataclass
class Begun:
    """A login on its way: what the platform was sent."""

    nonce: str
    state: str
    query: Mapping[str, str]


@dataclass
class Tool:
    """One browser before the tool, and a platform that signs for it."""

    app: Flask
    browser: FlaskClient
    key: RSAKey
    key_server: KeyServer
    clock: Clock
    registration_id: int
    caplog: pytest.LogCaptureFixture

    def another_browser(self) -> FlaskClient:
        return self.app.test_client()

    def login(
        self, *, method: str = "POST", browser: FlaskClient | None = None, headers: Any = None, **changes: Any
    ) -> TestResponse:
        """Send a login request as Moodle does; None leaves a parameter out."""
        params = {
            "iss": ISSUER,
            "target_link_uri": f"{TOOL_URL}/lti/launch",
            "login_hint": "4",
            "lti_message_hint": '{"cmid":95,"launchid":"ltilaunch95_814511978"}',
            "client_id": CLIENT_ID,
            "lti_deployment_id": "6",
            **changes,
        }
        sent = {name: value for name, value in params.items() if value is not None}
        browser = browser or self.browser
        if method == "POST":
            return browser.post("/lti/login", data=sent, base_url=TOOL_URL, headers=headers)
        return browser.get("/lti/login", query_string=sent, base_url=TOOL_URL, headers=headers)

    def begin(self, *, browser: FlaskClient | None = None, **changes: Any) -> Begun:
        """Log in and read what goes to the platform."""
        answer = self.login(browser=browser, **changes)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        query = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
        return Begun(query["nonce"], query["state"], query)

    def token(self, begun: Begun, *, header: Any = None, key: Any = None, **changes: Any) -> str:
        """Sign the launch's claims, changed by name."""
        claims = launch_claims(begun.nonce, now=self.clock(), **changes)
        return sign(self.header() if header is None else header, claims, key or self.key)

    def header(self, **more: Any) -> dict[str, Any]:
        return {"typ": "JWT", "alg": "RS256", "kid": self.key.kid, **more}

    def post(self, token: str | None, state: str | None, *, browser: FlaskClient | None = None, **more: str) -> TestResponse:
        """Post to the launch address as the platform's form does."""
        form = {"id_token": token, "state": state, **more}
        return (browser or self.browser).post(
            "/lti/launch", data={name: value for name, value in form.items() if value is not None}, base_url=TOOL_URL
        )

    def launch(self, *, header: Any = None, key: Any = None, **changes: Any) -> TestResponse:
        """Go the whole way, with claims changed by name."""
        begun = self.begin()
        return self.post(self.token(begun, header=header, key=key, **changes), begun.state)

    def refused(self, answer: TestResponse, code: str) -> None:
        """Check that an answer is a refusal: 4xx, a page for people with a reference, one log line, no visit."""
        page = answer.get_data(as_text=True)
        lines = [record for record in self.caplog.records if record.getMessage() == "launch_refused"]
        assert [line.__dict__["code"] for line in lines] == [code], page
        assert 400 <= answer.status_code < 500
        reference = lines[0].__dict__["reference"]
        assert reference in page
        assert "<h1" in page
        assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if "__Host-visit-" in cookie]
        assert "Jürgen" not in self.caplog.text
        assert "eyJ" not in self.caplog.text
        self.caplog.clear()

    def got_in(self, answer: TestResponse) -> str:
        """Check that an answer lets in: 303 to a page, with a visit's cookie; give the address."""
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("__Host-visit-")]
        assert not [record for record in self.caplog.records if record.levelno >= logging.WARNING]
        return answer.location
