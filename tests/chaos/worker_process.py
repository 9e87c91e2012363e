"""A worker process under the storm's clock: `python -m tests.chaos.worker_process DATABASE_URL KEY_FILE CLOCK_FILE`."""

import json
import signal
import sys
import time
from pathlib import Path

from joserfc.jwk import RSAKey

from lti_tool import logs
from lti_tool.background.embedded import EmbeddedEngine
from lti_tool.background.on_procrastinate import ProcrastinateEngine
from lti_tool.lti.http import Http
from lti_tool.models.database import open_database
from lti_tool.passback.gradebooks import ClockedServiceClient, PlatformGradebooks
from lti_tool.passback.worker import Worker
from lti_tool.platforms.token_store import DatabaseTokenStore
from tests.chaos.weather import FileClock

FASTER = 10


def main(database_url: str, key_file: str, clock_file: str) -> None:
    """Deliver until killed, or asked to stop."""
    logs.configure("ERROR")
    clock = FileClock(Path(clock_file))
    database = open_database(database_url)
    key = RSAKey.import_key(json.loads(Path(key_file).read_text(encoding="utf-8")))
    client = ClockedServiceClient(Http(read_timeout_s=0.8), DatabaseTokenStore(database), lambda: key, clock=clock)
    # Platforms rest by the seconds that pass here; in a storm of a minute they pass faster.
    worker = Worker(
        database,
        PlatformGradebooks(database, client),
        label_for=str.title,
        clock=clock,
        poll_s=0.2,
        seconds=lambda: time.monotonic() * FASTER,
    )
    engine = ProcrastinateEngine(worker, database, clock=clock) if database.is_postgresql else EmbeddedEngine(worker, database)
    signal.signal(signal.SIGTERM, lambda *_: engine.ask_to_stop(timeout_s=5))
    engine.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
