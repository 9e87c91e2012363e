"""The playground on a port, with the tool's key known to it; and a course in our tables."""

from collections.abc import Iterator

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import text

from lti_tool.models.database import Database
from lti_tool.playground import Playground, serve_in_thread
from lti_tool.playground.launching.signing import new_key, public_half
from tests.passback.school import PlaygroundSchool, School, TestClock


@pytest.fixture(scope="session")
def platform_key() -> RSAKey:
    return new_key()


@pytest.fixture(scope="session")
def tool_key() -> RSAKey:
    return new_key()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def lms(platform_key: RSAKey, tool_key: RSAKey, clock: TestClock) -> Iterator[Playground]:
    """A playground that answers on a port, on the tests' time."""
    lms = Playground(signing_key=platform_key, now=clock)
    with serve_in_thread(lms):
        lms.register_tool("http://localhost:8000", jwks={"keys": [public_half(tool_key)]})
        yield lms


@pytest.fixture
def school(database: Database, lms: Playground, tool_key: RSAKey, clock: TestClock) -> Iterator[PlaygroundSchool]:
    """A course at the playground."""
    if database.is_postgresql:
        with database.write.begin() as session:
            session.execute(text("TRUNCATE procrastinate.procrastinate_jobs, procrastinate.procrastinate_workers CASCADE"))
    school = PlaygroundSchool(database, lms, tool_key, clock)
    yield school
    school.http.close()


@pytest.fixture
def paper_school(database: Database, clock: TestClock) -> School:
    """A course at a platform that nobody talks to."""
    return School(database, issuer="https://moodle.test", clock=clock)
