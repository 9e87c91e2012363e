"""A running tool with two platforms, one of which can be told to hang: it accepts connections and never answers."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from lti_tool import clock
from lti_tool.models.database import open_database
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.playground import Playground
from lti_tool.playground.faults import Service
from lti_tool.playground.server import serve_in_thread
from tests.installation import Installation, installed

MODULE = "grundlagen-und-strategie"
SERVICES: tuple[Service, ...] = ("scores", "results", "lineitems", "token", "jwks", "memberships")
TIMEOUT_S = 60


@dataclass
class Person:
    """Somebody with a browser of their own, in the visit that their launch began; `waits` are the seconds for each answer."""

    tool_url: str
    platform: Playground | None
    """None: for somebody whose visit has begun already."""
    name: str
    cookies: dict[str, str] = field(default_factory=dict)
    landing: str = ""
    waits: list[float] = field(default_factory=list)
    _session: requests.Session = field(default_factory=requests.Session)

    def launch(self) -> "Person":
        assert self.platform is not None
        begun = self._ask("POST", "/lti/login", self.platform.initiate(self.name, MODULE))
        assert begun.status_code == 302, begun.text
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["Location"]).query).items()}
        _, form = self.platform.authenticate(query)
        answer = self._ask("POST", "/lti/launch", form)
        assert answer.status_code == 303, answer.text
        self.landing = answer.headers["Location"].removeprefix(self.tool_url)
        return self

    def page(self, path: str = "") -> str:
        """Open a page of the visit; empty: the one that the launch led to."""
        query = self.landing.partition("?")[2]
        answer = self._ask("GET", f"{path}?{query}" if path else self.landing)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.text

    def press(self, path: str, *, on: str) -> None:
        """Send a form of a page that has no fields."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page(on))
        assert token is not None
        answer = self._ask("POST", f"{path}?{self.landing.partition('?')[2]}", {"csrf_token": token[1]})
        assert answer.status_code == 303, answer.text

    def _ask(self, method: str, path: str, form: object = None) -> requests.Response:
        # By hand, because the cookies are for https alone and this is not.
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Accept-Language": "de"}
        began = time.perf_counter()
        answer = self._session.request(
            method,
            f"{self.tool_url}{path}",
            data=form,  # type: ignore[arg-type]
            headers=headers,
            allow_redirects=False,
            timeout=TIMEOUT_S,
        )
        self.waits.append(time.perf_counter() - began)
        self.cookies |= dict(answer.cookies.items())
        self._session.cookies.clear()
        return answer


@dataclass
class TwoPlatforms:
    installation: Installation
    other: Playground
    """The one that can hang."""

    @property
    def good(self) -> Playground:
        return self.installation.lms

    def person(self, platform: Playground, name: str) -> Person:
        return Person(self.installation.tool_url, platform, name)

    def hang(self) -> None:
        """Let the other platform take connections and never answer."""
        self.other.faults.released.clear()
        for service in SERVICES:
            self.other.hang_next(3600, service=service, times=1_000_000)

    def recover(self) -> None:
        self.other.faults.clear()
        self.other.faults.released.set()


@contextmanager
def two_platforms(folder: Path, database_url: str, keys: Path) -> Iterator[TwoPlatforms]:
    """Run the tool with one process, as `serve` does, connected to two playgrounds."""
    with installed(folder, database_url, keys, rate_limits="off") as installation:
        other = Playground("http://127.0.0.1:0")
        with serve_in_thread(other):
            other.register_tool(installation.tool_url)
            offered = other.registration()
            database = open_database(database_url)
            with database.write.begin() as session:
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
            database.close()
            yield TwoPlatforms(installation, other)


@contextmanager
def pressing(people: list[Person], *, pause_s: float) -> Iterator[list[Exception]]:
    """Let people press everything that asks their platform for something, again and again; gives what went wrong."""
    is_over, failures = threading.Event(), list[Exception]()

    def press(person: Person) -> None:
        try:
            while not is_over.is_set():
                person.press("/lti/check", on="/lti/check")
                person.press("/course/roster", on="/course")
                is_over.wait(pause_s)
        except Exception as err:
            failures.append(err)

    threads = [threading.Thread(target=press, args=(person,), daemon=True) for person in people]
    for thread in threads:
        thread.start()
    try:
        yield failures
    finally:
        is_over.set()
        for thread in threads:
            thread.join(TIMEOUT_S)
