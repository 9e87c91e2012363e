"""The storm: thousands of scores are written while answers fail, tokens die, workers are killed and the database restarts."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from lti_tool.models import LaunchedLink, ScoreDelivery, User
from lti_tool.models.database import Database
from lti_tool.playground import Playground, serve_in_thread
from lti_tool.playground.launching.signing import new_key, public_half
from lti_tool.playground.state import grade_key
from tests.chaos.weather import FileClock, OurClock, Weather
from tests.passback.school import MONDAY, PlaygroundSchool, tell_everywhere

MODULES = (
    "grundlagen-und-strategie",
    "technologien-und-daten",
    "sicherheit-und-datenschutz",
    "beteiligung-und-vernetzung",
    "umsetzung-und-kommunikation",
)
WRITERS, AT_ONCE = 4, 10
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Plan:
    """How strong the storm is."""

    scores: int
    share: float = 0.2
    workers: int = 2
    kill_every_s: float = 8.0
    least_kills: int = 4
    revoke_every_s: float = 3.0
    days_away: float = 3.0
    calm_within_s: float = 600.0
    seed: int = 20261123
    restart_database: Callable[[], None] | None = None


@dataclass
class Report:
    """What happened and how it ended."""

    scores: int = 0
    improved: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    restarts: int = 0
    revocations: int = 0
    posts: int = 0
    simulated_days: float = 0.0
    took_s: float = 0.0
    lost: int = 0
    """No grade at the platform, or a delivery that is not delivered."""
    wrong: int = 0
    """Another grade than the best score."""
    fell: int = 0
    """An accepted score that was lower than one accepted before it, or another one with an earlier timestamp."""
    overtaken: int = 0
    """The same score once more, held back by the platform until after its repetition."""
    states: dict[str, int] = field(default_factory=dict)


def _in_batches(scores: list[tuple[int, str, float]]) -> list[list[tuple[int, str, float]]]:
    return [scores[start : start + AT_ONCE] for start in range(0, len(scores), AT_ONCE)]


class Storm:
    """One storm over one database."""

    def __init__(self, database: Database, folder: Path, plan: Plan) -> None:
        self._plan = plan
        self._database = database
        self._folder = folder
        self._chance = random.Random(plan.seed)
        self._clock = FileClock(folder / "clock")
        self._our_clock = OurClock(folder / "clock", folder / "own")
        self._weather = Weather(random.Random(plan.seed + 1), share=plan.share, hang_s=1.2)
        self._key = new_key()
        self._best: dict[tuple[int, str], float] = {}
        self._workers: list[subprocess.Popen[bytes]] = []
        self._written = threading.Event()
        self.report = Report()

    def run(self) -> Report:
        """Let it rage, wait until it is calm, and compare row by row."""
        begun = time.monotonic()
        lms = Playground(signing_key=new_key(), now=self._clock)
        lms.faults = self._weather
        lms.scores.received = deque()
        with serve_in_thread(lms):
            lms.register_tool("http://localhost:8000", jwks={"keys": [public_half(self._key)]})
            lms.add_participants(self._people_count)
            school = PlaygroundSchool(self._database, lms, self._key, self._clock)  # type: ignore[arg-type]
            people = self._enrol(school)
            with self._running_workers():
                writer = threading.Thread(target=self._write_scores, args=(school, people))
                writer.start()
                self._rage(lms)
                writer.join()
                self._calm_down()
            school.http.close()
            self._compare(lms, {user_id: sub for sub, user_id in people.items()})
        self.report.answers = dict(self._weather.answers)
        self.report.simulated_days = round(self._clock.ahead_s / 86400, 2)
        self.report.took_s = round(time.monotonic() - begun, 1)
        return self.report

    @property
    def _people_count(self) -> int:
        return -(-self._plan.scores // len(MODULES))

    def _enrol(self, school: PlaygroundSchool) -> dict[str, int]:
        """Let everybody have launched all modules; gives our keys by the platform's id."""
        links = [school.activity(module_slug) for module_slug in MODULES]
        subs = [school.lms.person(f"participant{number:02}").id for number in range(1, self._people_count + 1)]
        with self._database.write.begin() as session:
            rows = [
                {"platform_id": school.platform_id, "sub": sub, "first_seen_at": MONDAY, "last_seen_at": MONDAY} for sub in subs
            ]
            session.execute(insert(User), rows)
            people = dict(session.execute(select(User.sub, User.id).where(User.platform_id == school.platform_id)).all())
            moments = {"first_launched_at": MONDAY, "last_launched_at": MONDAY}
            launched = [
                {"user_id": user_id, "resource_link_id": link, **moments} for user_id in people.values() for link in links
            ]
            session.execute(insert(LaunchedLink), launched)
        return people

    def _write_scores(self, school: PlaygroundSchool, people: dict[str, int]) -> None:
        """Enqueue everybody's scores in some order, a fifth of them improved later, whatever the database does."""
        wanted = [(user_id, slug) for user_id in people.values() for slug in MODULES][: self._plan.scores]
        self._chance.shuffle(wanted)
        better = self._chance.sample(wanted, len(wanted) // 5)
        first = [(*who, float(self._chance.randint(60, 80))) for who in wanted]
        second = [(*who, float(self._chance.randint(81, 100))) for who in better]
        # A few in each transaction, as when a class hands in; the improved ones only when the first are through.
        for scores in (first, second):
            with ThreadPoolExecutor(WRITERS) as pool:
                list(pool.map(lambda some: self._write(school, some), _in_batches(scores)))
        self.report.scores, self.report.improved = len(wanted), len(better)
        self._written.set()

    def _write(self, school: PlaygroundSchool, scores: Sequence[tuple[int, str, float]]) -> None:
        """Enqueue some scores, again and again until the database has taken them."""
        while True:
            with suppress(DBAPIError), self._database.write.begin() as session:
                for user_id, slug, score in sorted(scores):
                    tell_everywhere(session, user_id, slug, score, now=school.clock())
                break
            time.sleep(0.1)
        for user_id, slug, score in scores:
            self._best[user_id, slug] = score

    @contextmanager
    def _running_workers(self) -> Iterator[None]:
        (self._folder / "key.json").write_text(json.dumps(self._key.as_dict(private=True)), encoding="utf-8")
        self._workers = [self._start_worker() for _ in range(self._plan.workers)]
        try:
            yield
        finally:
            for process in self._workers:
                process.terminate()
            for process in self._workers:
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _start_worker(self) -> subprocess.Popen[bytes]:
        address = self._database.engine.url.render_as_string(hide_password=False)
        files = [str(self._folder / name) for name in ("key.json", "clock", "own")]
        command = [sys.executable, "-m", "tests.chaos.worker_process", address, *files]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)

    def _rage(self, lms: Playground) -> None:
        """Kill, revoke, restart and send the platform away, until all scores are written and each has happened."""
        started = next_kill = next_revocation = time.monotonic()
        away_done = restarted = False
        while not (self._written.is_set() and away_done and self.report.kills >= self._plan.least_kills):
            time.sleep(0.1)
            now = time.monotonic()
            if now >= next_revocation:
                lms.revoke_tokens()
                self.report.revocations += 1
                next_revocation = now + self._plan.revoke_every_s
                # Less than a lease, so that living workers keep theirs; enough for the first second tries.
                self._clock.move(seconds=30)
            if now >= next_kill + self._plan.kill_every_s:
                self._kill_one()
                next_kill = now
            if self._plan.restart_database and not restarted and now - started > 8:
                self._plan.restart_database()
                self.report.restarts += 1
                restarted = True
            if not away_done and now - started > 12 * min(1.0, self._plan.scores / 2000):
                self._send_platform_away()
                away_done = True

    def _kill_one(self) -> None:
        victim = self._workers.pop(0)
        victim.kill()
        victim.wait()
        self.report.kills += 1
        self._workers.append(self._start_worker())

    def _send_platform_away(self) -> None:
        self._weather.is_platform_away = True
        steps = 12
        for _ in range(steps):
            self._clock.move(days=self._plan.days_away / steps)
            time.sleep(0.4)
        self._weather.is_platform_away = False

    def _calm_down(self) -> None:
        """Stop killing; answers go on failing at random until everything has arrived."""
        end = time.monotonic() + self._plan.calm_within_s
        while time.monotonic() < end:
            with self._database.read() as session:
                if (
                    session.scalar(select(ScoreDelivery.id).where(ScoreDelivery.state.in_(("waiting", "claimed"))).limit(1))
                    is None
                ):
                    return
            time.sleep(1.0)
            self._clock.move(seconds=30)

    def _compare(self, lms: Playground, subs: dict[int, str]) -> None:
        """Compare the platform's record with ours, row by row."""
        columns = {slug: lms.column(slug).id for slug in MODULES}
        query = select(ScoreDelivery.user_id, ScoreDelivery.module_slug, ScoreDelivery.score_given, ScoreDelivery.state)
        with self._database.read() as session:
            ours = {(row.user_id, row.module_slug): row for row in session.execute(query)}
        for (user_id, slug), best in self._best.items():
            row = ours.get((user_id, slug))
            cell = lms.site.state.grades.get(grade_key(columns[slug], subs[user_id]))
            state = row.state if row else "missing"
            self.report.states[state] = self.report.states.get(state, 0) + 1
            if row is None or state != "delivered" or cell is None or cell.value is None:
                self.report.lost += 1
            elif not (cell.value == row.score_given == best):
                self.report.wrong += 1
        self._look_for_falls(lms)

    def _look_for_falls(self, lms: Playground) -> None:
        last: dict[tuple[Any, str], tuple[float, datetime]] = {}
        self.report.posts = len(lms.scores.received)
        for score in lms.scores.received:
            if score.status != 200:
                continue
            given, at = score.body["scoreGiven"], datetime.fromisoformat(score.body["timestamp"])
            before = last.get((score.column, score.user))
            if before is not None and given != before[0] and (given < before[0] or at <= before[1]):
                self.report.fell += 1
            elif before is not None and at <= before[1]:
                # A request that the platform held back until after its own repetition; the value is the same.
                self.report.overtaken += 1
            last[score.column, score.user] = (given, at)
