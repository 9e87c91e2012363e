"""A worker process under the storm's clocks: `python -m tests.chaos.worker_process DATABASE_URL KEY_FILE CLOCK_FILE OWN_FILE`."""

import json
import signal
import sys
import threading
import time
from pathlib import Path

from joserfc.jwk import RSAKey

from lti_tool import logs
from lti_tool.background import Engine
from lti_tool.background.embedded import EmbeddedEngine
from lti_tool.background.on_procrastinate import ProcrastinateEngine
from lti_tool.jobs.job import Job
from lti_tool.lti.transport.http import Http
from lti_tool.models.database import open_database
from lti_tool.passback.columns.reconcile import look_at_wanted
from lti_tool.passback.columns.wanted_looks import JOB as LOOK
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.gradebooks import ClockedServiceClient, PlatformGradebooks
from lti_tool.platforms.registration_directory import RegistrationDirectory
from lti_tool.platforms.token_store import DatabaseTokenStore
from tests.chaos.weather import OurClock

FASTER = 10


def main(database_url: str, key_file: str, clock_file: str, own_file: str) -> None:
    """Deliver until killed, or asked to stop."""
    logs.configure("ERROR")
    clock = OurClock(Path(clock_file), Path(own_file))
    database = open_database(database_url)
    key = RSAKey.import_key(json.loads(Path(key_file).read_text(encoding="utf-8")))
    client = ClockedServiceClient(Http(read_timeout_s=0.8), DatabaseTokenStore(database), lambda: key, clock=clock)
    # Platforms rest by the seconds that pass here; in a storm of a minute they pass faster.
    worker = Worker(
        database,
        PlatformGradebooks(RegistrationDirectory(database).registration, client),
        label_for=str.title,
        clock=clock,
        poll_s=0.2,
        seconds=lambda: time.monotonic() * FASTER,
    )
    gradebooks = PlatformGradebooks(RegistrationDirectory(database).registration, client)
    # Nobody calls here on SQLite, and half a minute is long in a storm.
    look = Job(LOOK, lambda: look_at_wanted(database, gradebooks, clock=clock))
    engine: Engine
    if database.is_postgresql:
        engine = ProcrastinateEngine(worker, database, (), (look,), clock=clock)
    else:
        engine = EmbeddedEngine(worker, database, (), (look,))
    threading.Thread(target=_call_often, args=(look,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: engine.ask_to_stop(timeout_s=5))
    engine.run()


def _call_often(look: Job) -> None:
    while True:
        time.sleep(2.0)
        look.call()


if __name__ == "__main__":
    main(*sys.argv[1:])
