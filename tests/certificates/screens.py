"""A participant's browser, and what a page says."""

import re
from datetime import datetime
from html import unescape

from flask import Flask
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from lti_tool.domain.people import Role, Visitor
from lti_tool.web.visits import browser_session


class Person:
    """A participant in their browser."""

    def __init__(self, app: Flask, user_id: int, now: datetime, *, roles: frozenset[Role], course_id: int | None) -> None:
        visitor = Visitor(
            user_id=user_id,
            platform_id=1,
            registration_id=1,
            deployment_id=1,
            course_id=course_id,
            module_slug=None,
            roles=roles,
            locale="de",
            frame_origin="https://lms.example",
        )
        self.client = app.test_client()
        with app.test_request_context():
            response = Response()
            self.visit = browser_session.open_visit(response, visitor, now=now)
        name, _, value = response.headers["Set-Cookie"].partition(";")[0].partition("=")
        self.client.set_cookie(name, value, secure=True, domain="localhost")

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"{path}?v={self.visit}", base_url="https://localhost")

    def post(self, path: str, page: TestResponse, **form: str) -> TestResponse:
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
        return self.client.post(f"{path}?v={self.visit}", data={"csrf_token": token, **form}, base_url="https://localhost")


def words_of(page: TestResponse) -> str:
    """Give the text of a page's main part, without markup."""
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
