"""The application on a database, with a door of the tests' own: `/enter/<name>` opens a visit without a platform."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flask import Flask, redirect, request
from pydantic import SecretStr
from werkzeug.wrappers import Response

from lti_tool import bootstrap
from lti_tool.app import create_app
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.settings import Settings
from lti_tool.web.visits.browser_session import open_visit
from tests.workbook.cast import MONDAY


def a_site(
    database_url: str,
    folder: Path,
    people: Mapping[str, Visitor],
    *,
    programme: Programme,
    address: str = "http://localhost",
    now: Callable[[], datetime] = lambda: MONDAY,
) -> Flask:
    """Make the application; its clock stands still on the tests' Monday, or goes as the test says."""
    settings = Settings(
        public_url=address,
        database_url=database_url,
        data_dir=folder,
        keys_dir=folder / "keys",
        secret_key=SecretStr("s" * 40),
        environment="development",
    )
    parts = replace(bootstrap.build(settings), catalogue=Catalogue.of(programme), now=now)
    app = create_app(settings, parts=parts)

    @app.get("/enter/<name>")
    def enter(name: str) -> Response:
        answer = redirect("/", 303)
        key = open_visit(answer, people[name], now=MONDAY)
        answer.headers["Location"] = f"{request.args['to']}?v={key}"
        return answer

    return app
