"""`python -m tests.bench.visit`: what a whole visit costs, from the launch to the passed module, by kind of page.

A visit is: login and launch, module page, all lessons of the first module marked as read, quiz, ten right answers, result, module
page; with what the pages' scripts send (where somebody reads, each answer as it is given). Each visit is a new person's, one at
a time. CPU times are the scheduler's (proc(5), schedstat, nanoseconds), read around each click and around the visit; on SQLite
the worker's is in the tool's. What was measured: docs/benchmark.md.
"""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy import select

from lti_tool.domain.content.programme import Module
from lti_tool.models import Attempt, AttemptItem
from lti_tool.models.database import open_database
from tests.bench import table
from tests.bench.client import Answer, Browser, Signer, Unexpected
from tests.bench.platform import PARTICIPANTS, make_platform
from tests.bench.processes import end_in_order, process_tree
from tests.bench.servers import Server, stand
from tests.domain.items.forms import right_fields
from tests.forms import Form, form_on
from tests.shipped import read_programme

WARM_UP_VISITS = 3
# The database and the worker go on after the last answer: that belongs to the visit.
REST_S = 0.2


def cpu_ns(pid: int) -> int:
    """Give what a process, all its threads, has been on a core (proc(5), schedstat)."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def tree_ns(pid: int | None) -> int:
    return sum(map(cpu_ns, process_tree(pid))) if pid else 0


@dataclass
class Seen:
    """What the visits so far have cost: milliseconds of CPU (tool and database), of waiting, and bytes, each by kind of click."""

    tool_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    database_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waits_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sizes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    visits_ms: list[tuple[float, float]] = field(default_factory=list)
    """Tool and database of a whole visit."""
    requests: int = 0


class Page(Browser):
    """A browser that keeps the page's text and its visit's cookie."""

    cookie = ""
    address = ""
    html = ""

    def go(self, method: str, address: str, body: str = "") -> Answer:
        """Ask, and follow where the answer leads."""
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        answer = self.request(method, path, body=body, cookies=self.cookie)
        if answer.cookies:
            self.cookie = answer.cookies
        if answer.status in (302, 303):
            return self.go("GET", urljoin(path, answer.location))
        if answer.status != 200:
            raise Unexpected(f"{method} {parts.path}: {answer.status}")
        self.address, self.html = path, self.body.decode()
        return answer

    def form(self, part: str) -> Form:
        """Find the form whose address holds this."""
        return form_on(self.html, part)


class Visits:
    """Visits of one server's first module, by one person after the other."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.seen = Seen()
        self._platform = make_platform(server.platform_port, server.key_file, server.url)
        key = self._platform.site.keys[-1]
        self._signer = Signer(str(key.kid), cast(RSAPrivateKey, key.raw_value))
        self._people = (f"participant{number:02}" for number in range(1, PARTICIPANTS + 1))
        self._activity = self._platform.activities[0].id
        self._module: Module = read_programme().modules[0]
        self._database = open_database(server.database_url)
        self._page = Page(server.url)

    def visit(self) -> None:
        """Let the next person pass the module."""
        self._page = Page(self.server.url)
        tool, database = tree_ns(self.server.pid), tree_ns(self.server.database_pid)
        person = next(self._people)
        with self._click("login + launch"):
            self._launch(person)
        with self._click("module page"):
            self._get(self._page.address)
        self._read_lessons()
        self._take_quiz()
        with self._click("module page, passed"):
            self._get(f"/modules/{self._module.slug}?v={self._v}")
        time.sleep(REST_S)
        self.seen.visits_ms.append(
            ((tree_ns(self.server.pid) - tool) / 1e6, (tree_ns(self.server.database_pid) - database) / 1e6)
        )

    def _launch(self, person: str) -> None:
        login = urlencode(self._platform.initiate(person, self._activity))
        answer = self._page.request("GET", f"/lti/login?{login}")
        query = parse_qs(urlsplit(answer.location).query)
        now = int(time.time())
        claims: dict[str, Any] = self._platform.claims(person, self._activity, nonce=query["nonce"][0])
        form = urlencode({"state": query["state"][0], "id_token": self._signer.sign({**claims, "iat": now, "exp": now + 60})})
        answer = self._page.request("POST", "/lti/launch", body=form, cookies=answer.cookies)
        if answer.status != 303:
            raise Unexpected(f"launch {answer.status}")
        self._page.cookie, self._page.address = answer.cookies, answer.location.removeprefix(self.server.url)
        self._v = parse_qs(urlsplit(answer.location).query)["v"][0]
        self.seen.requests += 2

    def _read_lessons(self) -> None:
        for lesson in self._module.lessons:
            with self._click("lesson page"):
                self._get(f"/modules/{self._module.slug}/lessons/{lesson.slug}?v={self._v}")
            token = self._page.form("/read").fields["csrf_token"]
            read = self._page.form("/read")
            position = unescape(self._page.html.split('data-position="')[1].split('"')[0])
            anchor = self._page.html.split('<h2 id="')[1].split('"')[0]
            with self._click("where somebody reads (script)"):
                self._post_only(position, {"anchor": anchor, "csrf_token": token})
            with self._click("lesson marked as read, next page"):
                self._post(read, {})

    def _take_quiz(self) -> None:
        quiz = f"/modules/{self._module.slug}/quiz?v={self._v}"
        with self._click("quiz, its first page"):
            self._get(quiz)
        with self._click("quiz begun, first question"):
            self._post(self._page.form("/quiz"), {})
        fields = self._right_fields()
        for place in range(len(fields)):
            form = self._page.form("/questions/")
            with self._click("answer kept at once (script)"):
                self._post_only(form.action, {**form.fields, **fields[place]}, accept="application/json")
            with self._click("answer sent, next question"):
                self._post(form, {**fields[place], "go": "next"})
        with self._click("handed in, result"):
            self._post(self._page.form("/answers"), {})
        if "Bestanden" not in self._page.html:
            raise Unexpected("not passed")

    def _right_fields(self) -> list[dict[str, list[str]]]:
        latest = select(Attempt.id).order_by(Attempt.id.desc()).limit(1).scalar_subquery()
        query = select(AttemptItem).where(AttemptItem.attempt_id == latest).order_by(AttemptItem.position)
        with self._database.read() as session:
            drawn = [(self._module.find_item(row.item_id), row.order) for row in session.scalars(query)]
        return [right_fields(item, order) for item, order in drawn if item is not None]

    def _get(self, address: str) -> None:
        self._note(self._page.go("GET", address))

    def _post(self, form: Form, fields: dict[str, Any]) -> None:
        self.seen.requests += 1
        self._note(self._page.go("POST", form.action, urlencode({**form.fields, **fields}, doseq=True)))

    def _post_only(self, address: str, fields: dict[str, Any], *, accept: str = "text/html") -> None:
        """Send what a script sends: the page stays."""
        body = urlencode(fields, doseq=True)
        answer = self._page.request("POST", address, body=body, cookies=self._page.cookie, accept=accept)
        if answer.status not in (200, 204):
            raise Unexpected(f"{address.partition('?')[0]}: {answer.status}")
        self._note(answer)

    def _note(self, answer: Answer) -> None:
        self.seen.requests += 1
        self._size += answer.size

    @contextmanager
    def _click(self, kind: str) -> Iterator[None]:
        self._size = 0
        tool, database, begun = tree_ns(self.server.pid), tree_ns(self.server.database_pid), time.perf_counter()
        yield
        waited = time.perf_counter() - begun
        self.seen.tool_ms[kind].append((tree_ns(self.server.pid) - tool) / 1e6)
        self.seen.database_ms[kind].append((tree_ns(self.server.database_pid) - database) / 1e6)
        self.seen.waits_ms[kind].append(waited * 1000)
        self.seen.sizes[kind].append(self._size)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.visit", description=__doc__)
    parser.add_argument("--visits", type=int, default=20, help="in each round")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved over the databases")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="leave the other out")
    options = parser.parse_args()
    end_in_order()
    table.say(table.machine())
    with stand() as place:
        databases = [options.database] if options.database else ["sqlite", "postgresql"]
        visits = [Visits(place.start_tool(database)) for database in databases]
        for each in visits:
            for _ in range(WARM_UP_VISITS):
                each.visit()
            each.seen = Seen()
        for _ in range(options.rounds):
            for each in visits:
                for _ in range(options.visits):
                    each.visit()
        for each in visits:
            report(each)


def report(visits: Visits) -> None:
    seen = visits.seen
    count = len(seen.visits_ms)
    tool, database = (statistics.median(each[part] for each in seen.visits_ms) for part in (0, 1))
    table.say(f"\n{visits.server.name}: {count} visits of {seen.requests / count:.0f} requests")
    table.say(f"CPU of one, median: {tool + database:.1f} ms (tool {tool:.1f}, database {database:.1f})\n")
    table.say("| click | each visit | tool ms | database ms | wait p50 ms | p95 ms | kB |\n|---|---|---|---|---|---|---|")
    for kind, tool_ms in seen.tool_ms.items():
        waits = sorted(seen.waits_ms[kind])
        sizes = [size / 1000 for size in seen.sizes[kind]]
        figures = (tool_ms, seen.database_ms[kind], waits, waits[len(waits) * 95 // 100 :][:1], sizes)
        cells = " | ".join(f"{statistics.median(each):.1f}" for each in figures)
        table.say(f"| {kind} | {len(tool_ms) // count} | {cells} |")


if __name__ == "__main__":
    main()
