"""A course of the playground and people in it, over HTTP but in one process: what a browser would send, with its cookies."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws
from werkzeug.test import TestResponse

from lti_tool.models.database import Database
from lti_tool.platforms.checking.inquiries import JOB as INQUIRIES
from lti_tool.playground import Playground
from lti_tool.playground.launching.deep_linking import Outcome, Selection

BASE = "https://localhost:8000"


@dataclass
class Visit:
    """One launch of one person, in a browser of their own."""

    browser: FlaskClient
    landing: str

    @property
    def key(self) -> str:
        return parse_qs(urlsplit(self.landing).query)["v"][0]

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.browser.get(path, query_string={**query, "v": self.key}, base_url=BASE)

    def post(self, path: str, *, form_on: str | None = None, **form: Any) -> TestResponse:
        """Post a form with the token of the page it stands on."""
        page = self.get(form_on or path).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        data = {**form, **({"csrf_token": token[1]} if token else {})}
        return self.browser.post(path, query_string={"v": self.key}, data=data, base_url=BASE)


@dataclass
class Course:
    """The tool and the playground that launches it."""

    app: Flask
    lms: Playground
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        database: Database = self.app.extensions["parts"].database
        return database

    def work(self) -> None:
        """Do what the worker does: ask platforms what people wished to know."""
        for job in self.app.extensions["parts"].jobs:
            if job.name == INQUIRIES:
                job.run()

    def send(self, browser: FlaskClient, login: Mapping[str, str], changes: Mapping[str, Any]) -> TestResponse:
        """Go the way of a launch that has begun."""
        begun = browser.post("/lti/login", data=login, base_url=BASE)
        assert begun.status_code == 302, begun.text
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
        _, form = self.lms.authenticate(query)
        if changes:
            claims = {**_claims_of(form["id_token"]), **changes}
            form["id_token"] = self.lms.sign({name: value for name, value in claims.items() if value is not None})
        return browser.post("/lti/launch", data=form, base_url=BASE)

    def answer(self, person: str, link: str | int, **changes: Any) -> TestResponse:
        """Launch, with claims changed by name; None leaves one out. `review=PERSON` clicks that person's grade instead."""
        browser = self.browsers.setdefault(person, self.app.test_client())
        return self.send(browser, self.lms.initiate(person, link, review=changes.pop("review", None)), changes)

    def launch(self, person: str, link: str | int, **changes: Any) -> Visit:
        answer = self.answer(person, link, **changes)
        assert answer.status_code == 303, answer.text
        return Visit(self.browsers[person], answer.location)

    def answer_to_choice(self, person: str, *, tool_id: str = "1", **changes: Any) -> TestResponse:
        browser = self.browsers.setdefault(person, self.app.test_client())
        return self.send(browser, self.lms.initiate_deep_linking(person, tool_id=tool_id), changes)

    def choose_content(self, person: str = "instructor", *, tool_id: str = "1", **changes: Any) -> Visit:
        """Open the choice of content from the course."""
        answer = self.answer_to_choice(person, tool_id=tool_id, **changes)
        assert answer.status_code == 303, answer.text
        return Visit(self.browsers[person], answer.location)

    def save(self, answer: TestResponse) -> Outcome:
        """Do what the browser and the instructor do with the form that goes back to the platform."""
        return self.lms.save_selection(self.receive(answer))

    def receive(self, answer: TestResponse) -> Selection:
        return self.lms.accept_deep_linking_response(*form_of(answer))


def form_of(answer: TestResponse) -> tuple[str, str]:
    """Give where a return form goes, and its JWT."""
    assert answer.status_code == 200, answer.text
    action = re.search(r'<form action="([^"]+)"', answer.text)
    token = re.search(r'name="JWT" value="([^"]+)"', answer.text)
    assert action is not None
    assert token is not None
    return html.unescape(action[1]), token[1]


def _claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return claims
