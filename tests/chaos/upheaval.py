"""The second storm: what teachers, operators and machines do to scores that have arrived already.

People pass modules that they have reached inside the tool, so that columns must be found first. While answers fail, workers are
killed and connections to the database are cut: a column goes away and comes back, a teacher empties grades and sets others by
hand, a backup is taken, better scores follow, our clock is a day ahead for a moment, the backup is put back, and people reach
again what the backup has forgotten, but not as well. Nothing may be lost, wrong, lower than it was, or put back against a
teacher's will.
"""

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from subprocess import CalledProcessError
from typing import TypeVar

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from lti_tool.lti.transport.http import Http
from lti_tool.models import LaunchedLink, ScoreDelivery, User
from lti_tool.passback.columns.reconcile import reconcile_all
from lti_tool.passback.delivering.after_restore import note_restored
from lti_tool.passback.gradebooks import ClockedServiceClient, PlatformGradebooks
from lti_tool.platforms.registration_directory import RegistrationDirectory
from lti_tool.platforms.token_store import DatabaseTokenStore
from lti_tool.playground import Playground, serve_in_thread
from lti_tool.playground.launching.signing import new_key, public_half
from lti_tool.playground.state import Grade, grade_key
from tests.chaos import backups
from tests.chaos.storm import MODULES, Storm
from tests.passback.school import MONDAY, PlaygroundSchool

BY_HAND = 33.0
AHEAD = timedelta(days=1)
Pair = tuple[int, str]
Found = TypeVar("Found")


@dataclass
class Aftermath:
    """What happened and how it ended."""

    scores: int = 0
    better: int = 0
    again: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    cuts: int = 0
    """How often all connections to the database were cut."""
    columns_away: int = 0
    emptied: int = 0
    by_hand: int = 0
    waiting_in_backup: int = 0
    forgotten: int = 0
    """Better scores that were written after the backup."""
    took_s: float = 0.0
    lost: int = 0
    """No grade at the platform, or a delivery that has not arrived."""
    wrong: int = 0
    """A grade that nobody ever reached."""
    lower: int = 0
    """A grade below what the platform had taken for that person before, or below what we know."""
    refilled: int = 0
    """A grade that a teacher had emptied and that came back, or one set by hand that was written over."""
    states: dict[str, int] = field(default_factory=dict)


class Upheaval(Storm):
    """One such storm over one database."""

    def upheave(self) -> Aftermath:
        """Let it all happen, wait until it is calm, and reckon up."""
        begun = time.monotonic()
        self.found = Aftermath()
        self._written_of: defaultdict[Pair, list[float]] = defaultdict(list)
        self._emptied: dict[Pair, float] = {}
        self._by_hand: set[Pair] = set()
        self._raging, self._hands = threading.Event(), threading.Lock()
        lms = self._lms = Playground(signing_key=new_key(), now=self._clock)
        lms.faults = self._weather
        lms.scores.received = deque()
        with serve_in_thread(lms):
            lms.register_tool("http://localhost:8000", jwks={"keys": [public_half(self._key)]})
            lms.add_participants(self._people_count)
            school = PlaygroundSchool(self._database, lms, self._key, self._our_clock)  # type: ignore[arg-type]
            people = self._enrol_at_the_first_module(school)
            self._subs = {user_id: sub for sub, user_id in people.items()}
            with self._running_workers():
                self._raging.set()
                rage = threading.Thread(target=self._kill_and_cut, daemon=True)
                rage.start()
                self._happen(school, people)
                self._raging.clear()
                rage.join()
                self._settle_down()
            school.http.close()
        self._reckon()
        self.found.answers = dict(self._weather.answers)
        self.found.took_s = round(time.monotonic() - begun, 1)
        return self.found

    def _happen(self, school: PlaygroundSchool, people: dict[str, int]) -> None:
        pairs = [(user_id, slug) for user_id in people.values() for slug in MODULES][: self._plan.scores]
        self._chance.shuffle(pairs)
        self._write_all(school, {pair: float(self._chance.randint(60, 75)) for pair in pairs})
        self.found.scores = len(pairs)
        self._wait_until_delivered(0.8)
        self._send_column_away()
        self._wait_until_delivered(0.8)
        self._teach()
        self._night()
        some = self._chance.sample(pairs, len(pairs) // 3)
        half = len(some) // 2
        self._write_all(school, {pair: float(self._chance.randint(76, 85)) for pair in some[:half]})
        backup = self._again(lambda: backups.take(self._database, self._folder))
        better = {pair: float(self._chance.randint(90, 100)) for pair in some}
        self._write_all(school, better)
        self.found.better = half + len(better)
        self.found.forgotten = len(better)
        self._jump_ahead()
        self._wait_until_delivered(0.9)
        self._restore(backup, school)
        self._write_all(school, {pair: float(self._chance.randint(86, 89)) for pair in better})
        self.found.again = len(better)

    # --- what happens ----------------------------------------------------------------------------------------------

    def _enrol_at_the_first_module(self, school: PlaygroundSchool) -> dict[str, int]:
        """Let everybody have launched module 1 alone; the other activities nobody has ever opened."""
        link = school.activity(MODULES[0])
        subs = [school.lms.person(f"participant{number:02}").id for number in range(1, self._people_count + 1)]
        with self._database.write.begin() as session:
            rows = [
                {"platform_id": school.platform_id, "sub": sub, "first_seen_at": MONDAY, "last_seen_at": MONDAY} for sub in subs
            ]
            session.execute(insert(User), rows)
            people = dict(session.execute(select(User.sub, User.id).where(User.platform_id == school.platform_id)).all())
            moments = {"first_launched_at": MONDAY, "last_launched_at": MONDAY}
            launched = [{"user_id": user_id, "resource_link_id": link, **moments} for user_id in people.values()]
            session.execute(insert(LaunchedLink), launched)
        return people

    def _write_all(self, school: PlaygroundSchool, scores: dict[Pair, float]) -> None:
        listed = [(user_id, slug, score) for (user_id, slug), score in scores.items()]
        for start in range(0, len(listed), 10):
            self._write(school, listed[start : start + 10])
        for pair, score in scores.items():
            self._written_of[pair].append(score)

    def _kill_and_cut(self) -> None:
        """Kill workers, revoke tokens and cut connections until it is enough."""
        turn = 0
        while self._raging.is_set():
            time.sleep(1.0)
            turn += 1
            self._clock.move(seconds=20)
            if turn % 4 == 0:
                self._lms.revoke_tokens()
            with self._hands, suppress(DBAPIError):
                if turn % 6 == 0:
                    self._kill_one()
                    self.found.kills += 1
                if turn % 5 == 0 and self._database.is_postgresql:
                    self._cut_connections()

    def _cut_connections(self) -> None:
        with self._database.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        self.found.cuts += 1

    def _send_column_away(self) -> None:
        """Let a teacher forbid grades for an activity and allow them again: the grades of before are gone with the column."""
        self._lms.allow_grades(MODULES[4], False)
        time.sleep(2.0)
        self._lms.allow_grades(MODULES[4], True)
        self.found.columns_away += 1
        # The platform goes on sending launches in which nobody tells us; the night finds the new one.
        self._clock.move(hours=2)
        self._night()

    def _teach(self) -> None:
        """Empty a twentieth of the grades that have arrived, and set another one by hand, on a platform that protects neither."""
        with self._lms.site.lock:
            arrived = sorted(self._arrived())
            self._chance.shuffle(arrived)
            few = max(1, len(arrived) // 20)
            grades = self._lms.site.state.grades
            for user_id, slug in arrived[:few]:
                key = self._cell(user_id, slug)
                self._emptied[user_id, slug] = grades[key].value or 0.0
                del grades[key]
            for user_id, slug in arrived[few : 2 * few]:
                grades[self._cell(user_id, slug)] = Grade(BY_HAND, None, 0, 0.0)
                self._by_hand.add((user_id, slug))
        self.found.emptied, self.found.by_hand = len(self._emptied), len(self._by_hand)

    def _arrived(self) -> list[Pair]:
        """List what both we and the platform call arrived."""
        query = select(ScoreDelivery.user_id, ScoreDelivery.module_slug, ScoreDelivery.score_given).where(
            ScoreDelivery.state == "delivered"
        )

        def read() -> list[tuple[int, str, float]]:
            with self._database.read() as session:
                return [(user_id, slug, score) for user_id, slug, score in session.execute(query)]

        grades = self._lms.site.state.grades
        cells = [(user_id, slug, score, grades.get(self._cell(user_id, slug))) for user_id, slug, score in self._again(read)]
        return [(user_id, slug) for user_id, slug, score, cell in cells if cell is not None and cell.value == score]

    def _jump_ahead(self) -> None:
        """Let our own machines' clock be a day ahead for a moment."""
        self._our_clock.put_ahead(AHEAD)
        time.sleep(3.0)
        self._our_clock.put_ahead(timedelta(0))

    def _restore(self, backup: Path, school: PlaygroundSchool) -> None:
        """Put the backup into another database and go on with that one."""
        with self._hands:
            for process in self._workers:
                process.kill()
                process.wait()
            back = backups.put_back(backup, self._database)
            self._database.close()
            self._database = school.database = back
            with back.write.begin() as session:
                self.found.waiting_in_backup = note_restored(session, how="operator", now=self._our_clock())
            self._workers = [self._start_worker() for _ in range(self._plan.workers)]

    def _night(self) -> None:
        """Compare all gradebooks, as often as it takes until each could be read."""
        http = Http(read_timeout_s=0.8)
        client = ClockedServiceClient(http, DatabaseTokenStore(self._database), lambda: self._key, clock=self._our_clock)
        gradebooks = PlatformGradebooks(RegistrationDirectory(self._database).registration, client)
        for _ in range(6):
            self._again(lambda: reconcile_all(self._database, gradebooks, clock=self._our_clock))
        http.close()

    # --- until it is calm ------------------------------------------------------------------------------------------

    def _wait_until_delivered(self, share: float) -> None:
        end = time.monotonic() + self._plan.calm_within_s / 4
        while time.monotonic() < end:
            # Where no column is known yet there is no delivery either.
            if self._states().get("delivered", 0) >= share * len(self._written_of):
                return
            time.sleep(0.5)
            self._clock.move(seconds=30)

    def _settle_down(self) -> None:
        """Go on until nothing is on its way, then let two nights pass."""
        for _ in range(2):
            end = time.monotonic() + self._plan.calm_within_s / 2
            while time.monotonic() < end:
                states = self._states()
                if not states.get("waiting", 0) and not states.get("claimed", 0):
                    break
                time.sleep(1.0)
                self._clock.move(seconds=60)
            self._clock.move(hours=12)
            self._night()
        self._wait_until_delivered(1.0 if not self._emptied else 0.5)
        time.sleep(5.0)

    def _states(self) -> dict[str, int]:
        query = select(ScoreDelivery.state, func.count()).group_by(ScoreDelivery.state)

        def read() -> dict[str, int]:
            with self._database.read() as session:
                return dict(session.execute(query).all())

        return self._again(read)

    def _again(self, do: Callable[[], Found]) -> Found:
        """Do something until the database lets us."""
        for _ in range(50):
            try:
                return do()
            except (DBAPIError, CalledProcessError):
                time.sleep(0.2)
        return do()

    # --- reckoning -------------------------------------------------------------------------------------------------

    def _cell(self, user_id: int, slug: str) -> str:
        column = self._lms.gradebook.own_column(self._lms.site.activity(slug))
        assert column is not None
        return grade_key(column.id, self._subs[user_id])

    def _reckon(self) -> None:
        taken: defaultdict[str, float] = defaultdict(float)
        for score in self._lms.scores.received:
            if score.status == 200:
                cell = grade_key(score.column, score.user)
                taken[cell] = max(taken[cell], float(score.body["scoreGiven"]))
        with self._database.read() as session:
            rows: Sequence[ScoreDelivery] = session.scalars(select(ScoreDelivery)).all()
        ours = {(row.user_id, row.module_slug): row for row in rows}
        for pair, written in self._written_of.items():
            row, key = ours.get(pair), self._cell(*pair)
            grade = self._lms.site.state.grades.get(key)
            value = None if grade is None else grade.value
            state = row.state if row is not None else "none"
            self.found.states[state] = self.found.states.get(state, 0) + 1
            if pair in self._by_hand:
                self.found.refilled += value != BY_HAND
            elif pair in self._emptied and (value is None or value <= self._emptied[pair]):
                self.found.refilled += value is not None
            elif row is None or value is None or row.state != "delivered":
                self.found.lost += 1
            elif value not in written:
                self.found.wrong += 1
            elif value < row.score_given or (pair not in self._emptied and value < taken[key]):
                self.found.lower += 1
        (self._folder / "aftermath.json").write_text(json.dumps(self.found.states), encoding="utf-8")
