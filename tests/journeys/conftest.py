"""A course in the playground with the tool connected, on both engines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from lti_tool import clock, preflight
from lti_tool.app import create_app
from lti_tool.keyring import Keyring
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.playground import Playground
from lti_tool.playground.server import serve_in_thread
from lti_tool.settings import Settings
from tests.journeys.course import Course
from tests.programmes import a_programme_folder

TOOL = "http://localhost:8000"


@pytest.fixture
def empty_lms(keys_folder: Path) -> Iterator[Playground]:
    """The playground with the tool registered and nothing in its course yet."""
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        lms.register_tool(TOOL, jwks=Keyring(keys_folder).public_jwks(), with_modules=False)
        yield lms


@pytest.fixture
def course(empty_lms: Playground, database_url: str, keys_folder: Path, tmp_path: Path) -> Iterator[Course]:
    """An empty course."""
    yield from _connected(empty_lms, ["1"], database_url, keys_folder, tmp_path)


@pytest.fixture
def open_edx(database_url: str, keys_folder: Path, tmp_path: Path) -> Iterator[Course]:
    """A course in Open edX: a component for each module, each with a client id of its own and nothing chosen yet."""
    lms = Playground("http://127.0.0.1:0", profile="open-edx")
    components = [f"component-{number}" for number in range(1, 6)]
    with serve_in_thread(lms):
        for component in components:
            lms.register_tool(
                TOOL,
                client_id=f"client-{component}",
                deployment_id=component,
                jwks=Keyring(keys_folder).public_jwks(),
                with_modules=False,
            )
            lms.add_activity(component, tool_id=component)
        yield from _connected(lms, components, database_url, keys_folder, tmp_path)


@pytest.fixture
def several(empty_lms: Playground, database_url: str, keys_folder: Path, tmp_path: Path) -> Iterator[Course]:
    """An empty course at an installation that serves a small programme, „Zweites“, beside the shipped ones."""
    own = tmp_path / "programmes"
    a_programme_folder(own, "zweites", module="zweites-modul")
    yield from _connected(empty_lms, ["1"], database_url, keys_folder, tmp_path, programme_dir=None, programmes_dir=own)


def _connected(lms: Playground, tools: list[str], database_url: str, keys: Path, data: Path, **further: Any) -> Iterator[Course]:
    settings = Settings(
        public_url=TOOL,
        database_url=database_url,
        keys_dir=keys,
        data_dir=data,
        secret_key=SecretStr("s" * 40),
        **further,
    )
    preflight.keep_content(settings)
    app = create_app(settings)
    with app.extensions["parts"].database.write.begin() as session:
        for tool in tools:
            offered = lms.registration(tool)
            add_registration(
                session,
                NewRegistration(
                    issuer=offered["issuer"],
                    client_id=offered["client_id"],
                    auth_login_url=offered["auth_login_url"],
                    token_url=offered["token_url"],
                    jwks_url=offered["jwks_url"],
                    deployment_ids=tuple(offered["deployment_ids"]),
                ),
                is_production=False,
                now=clock.now(),
            )
    yield Course(app, lms)
    app.extensions["parts"].database.close()
