"""The shipped programme as version 2026.1, and what its authors publish next: 2026.2 with other questions in module 1."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path

import pytest
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lti_tool import bootstrap, preflight
from lti_tool.app import create_app
from lti_tool.content_versions import shelf
from lti_tool.content_versions.archive import fingerprint, pack
from lti_tool.content_versions.heads import head_of
from lti_tool.content_versions.keep_version import keep_version
from lti_tool.domain.people import Role, Visitor
from lti_tool.models import Course, Membership, ResourceLink
from lti_tool.models.database import Database
from lti_tool.programme.reader import read_programme
from lti_tool.settings import Settings
from lti_tool.web.visits.browser_session import open_visit
from tests.learning.conftest import M1, anna
from tests.shipped import SHIPPED_FOLDER

__all__ = ["anna"]
_read_once = cache(shelf._read)

SLUG = "smart-city-manager"
NOTE = "Neue Fragen zu Modul 1."


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each version; nobody changes them."""
    root = tmp_path_factory.mktemp("programmes")
    for version in ("2026.1", "2026.2"):
        shutil.copytree(SHIPPED_FOLDER, root / version)
    old, new = root / "2026.1", root / "2026.2"
    # Whatever version the shipped programme has come to meanwhile.
    shipped = (SHIPPED_FOLDER / "programme.toml").read_text("utf-8")
    head = re.sub(r"^\[\[change\]\]\n(?:.+\n)+\n", "", shipped, flags=re.M)
    first = '[[change]]\nversion = "2026.1"\ndate = 2026-11-23\nnote = "Erste Fassung."\n\n'
    second = f'[[change]]\nversion = "2026.2"\ndate = 2027-02-01\nnote = "{NOTE}"\n\n'
    for folder, notes in ((old, first), (new, second + first)):
        text = re.sub(r'^version = ".*"', f'version = "{folder.name}"', head, count=1, flags=re.M)
        (folder / "programme.toml").write_text(text.replace("[assessment]", notes + "[assessment]", 1), "utf-8")
    pool = new / "1-grundlagen-und-strategie" / "pool.toml"
    pool.write_text(re.sub(r'^(stem = "(?:""\n?)?)', r"\1NEU: ", pool.read_text("utf-8"), flags=re.M), "utf-8")
    drawing = next((new / "1-grundlagen-und-strategie" / "figures").glob("*.svg"))
    drawing.write_text(drawing.read_text("utf-8").replace("</svg>", "<!-- neu --></svg>"), "utf-8")
    return {"2026.1": old, "2026.2": new}


@pytest.fixture
def keep(folders: dict[str, Path], now: datetime) -> Callable[[Session, str], bool]:
    """Keep a version as a start in production does."""

    def do(session: Session, version: str) -> bool:
        folder = folders[version]
        return keep_version(
            session, head_of(read_programme(folder)), fingerprint(folder), partial(pack, folder), may_replace=False, now=now
        )

    return do


@pytest.fixture
def people(database: Database, anna: Visitor, now: datetime) -> dict[str, Visitor]:
    """Anna and her instructor in a course that was pinned to 2026.1; Ben in a course that nobody has opened since."""
    with database.write.begin() as session:
        course = session.get_one(Course, anna.course_id)
        course.programme_slug, course.programme_version = SLUG, "2026.1"
        other = Course(
            platform_id=anna.platform_id, context_id="3", registration_id=anna.registration_id, created_at=now, last_seen_at=now
        )
        session.add(other)
        session.flush()
        session.add(
            ResourceLink(
                deployment_id=anna.deployment_id,
                resource_link_id="elsewhere",
                course_id=other.id,
                module_slug=M1,
                created_at=now,
                last_seen_at=now,
            )
        )
        for course_id in (course.id, other.id):
            session.add(
                Membership(user_id=anna.user_id, course_id=course_id, roles="participant", first_seen_at=now, last_seen_at=now)
            )
        teacher = replace(anna, roles=frozenset({Role.INSTRUCTOR}))
        return {"anna": anna, "petra": teacher, "elsewhere": replace(anna, course_id=other.id)}


@pytest.fixture
def process(
    database: Database,
    database_url: str,
    tmp_path: Path,
    folders: dict[str, Path],
    people: dict[str, Visitor],
    keys_folder: Path,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[str], Flask]]:
    """Start a process that brings a version, on the database that all share: the content is kept, the application made."""
    # Each process of these tests would read the same archive anew, a quarter of a second each time.
    monkeypatch.setattr(shelf, "_read", _read_once)
    started: list[Flask] = []

    def start(version: str) -> Flask:
        settings = Settings(
            database_url=database_url,
            data_dir=tmp_path,
            keys_dir=keys_folder,
            embedded_worker="off",
            programme_dir=folders[version],
        )
        preflight.check_ready_to_serve(settings)
        preflight.keep_content(settings)
        app = create_app(settings, parts=replace(bootstrap.build(settings), now=lambda: now))

        @app.get("/enter/<name>")
        def enter(name: str) -> ResponseReturnValue:
            response = redirect("", 303)
            key = open_visit(response, people[name], now=now)
            response.headers["Location"] = f"{request.args['to']}?v={key}"
            return response

        started.append(app)
        return app

    yield start
    for app in started:
        app.extensions["parts"].database.close()
