"""Visits of people whom a running tool does not know from others: launches, module pages, the course page."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.bench.client import Answer, Browser, Signer, Unexpected
from tests.bench.platform import PARTICIPANTS, make_platform
from tests.bench.processes import load_of
from tests.bench.servers import Server

MEMBERS = 1000
LAUNCHES = 300
COURSE_PAGES = 20
ROUNDS = 3


@dataclass(frozen=True)
class Cost:
    """What one request costs, the best of some rounds."""

    tool_ms: float
    database_ms: float
    median_ms: float
    """As the client waits."""
    size: int

    @property
    def cpu_ms(self) -> float:
        return self.tool_ms + self.database_ms


class Visits:
    """Launches into one course of a thousand participants, and looks at pages."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._platform = make_platform(server.platform_port, server.key_file, server.url)
        self._platform.add_participants(MEMBERS - PARTICIPANTS)
        key = self._platform.site.keys[-1]
        self._signer = Signer(str(key.kid), cast(RSAPrivateKey, key.raw_value))
        self._browser = Browser(server.url)
        self.people = [f"participant{number:02}" for number in range(1, MEMBERS + 1)]
        self.activities = [activity.id for activity in self._platform.activities]

    def launch(self, person: str, activity: int) -> tuple[str, str]:
        """Launch and give the path of the page that it leads to, and the cookies."""
        login = urlencode(self._platform.initiate(person, activity))
        answer = self._browser.request("GET", f"/lti/login?{login}")
        query = parse_qs(urlsplit(answer.location).query)
        now = int(time.time())
        claims = {**self._platform.claims(person, activity, nonce=query["nonce"][0]), "iat": now, "exp": now + 60}
        form = urlencode({"state": query["state"][0], "id_token": self._signer.sign(claims)})
        answer = self._browser.request("POST", "/lti/launch", body=form, cookies=answer.cookies)
        if answer.status != 303:
            raise Unexpected(f"launch {answer.status}")
        return answer.location.removeprefix(self._server.url), answer.cookies

    def everybody_launches(self) -> None:
        for place, person in enumerate(self.people):
            self.launch(person, self.activities[place % len(self.activities)])

    def measure(self) -> dict[str, Cost]:
        """Measure each kind of request."""
        self._browser.close()  # the server has ended what stood idle for long
        entered = [self.launch(person, self.activities[place % 5]) for place, person in enumerate(self.people[:LAUNCHES])]
        path, cookies = self.launch("instructor", self.activities[0])
        visit = parse_qs(urlsplit(path).query).get("v", [""])[0]

        def course(**query: str) -> Callable[[int], Answer]:
            return lambda _: self._page(f"/course?{urlencode({'v': visit, **query})}", cookies)

        return {
            "launch": self._cost(lambda place: self._launch_again(place), LAUNCHES),
            "module page": self._cost(lambda place: self._page(*entered[place]), LAUNCHES),
            "course page, 1,000 members": self._cost(course(), COURSE_PAGES),
            "the same, filtered and sorted": self._cost(course(show="unfinished", sort="fewest", name="1"), COURSE_PAGES),
        }

    def _launch_again(self, place: int) -> Answer:
        self.launch(self.people[-1 - place], self.activities[place % 5])
        return Answer(303, "", "")

    def _page(self, path: str, cookies: str) -> Answer:
        answer = self._browser.request("GET", path, cookies=cookies)
        if answer.status != 200:
            raise Unexpected(f"{path}: {answer.status} {answer.location}")
        return answer

    def _cost(self, request: Callable[[int], Answer], count: int) -> Cost:
        size = request(0).size
        rounds = [self._round(request, count) for _ in range(ROUNDS)]
        tool_ms, database_ms, median_ms = (min(each[place] for each in rounds) for place in range(3))
        return Cost(tool_ms, database_ms, median_ms, size)

    def _round(self, request: Callable[[int], Answer], count: int) -> tuple[float, float, float]:
        before, waits = self._cpu_s(), []
        for place in range(count):
            begun = time.perf_counter()
            request(place)
            waits.append(time.perf_counter() - begun)
        tool_s, database_s = (after - earlier for after, earlier in zip(self._cpu_s(), before, strict=True))
        return tool_s / count * 1000, database_s / count * 1000, statistics.median(waits) * 1000

    def _cpu_s(self) -> tuple[float, float]:
        pid = self._server.database_pid
        return load_of(self._server.pid).cpu_s, load_of(pid).cpu_s if pid else 0.0
