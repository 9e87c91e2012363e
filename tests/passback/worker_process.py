"""A real worker process for the tests that kill one: `python worker_process.py DATABASE_URL KEY_FILE`."""

import json
import signal
import sys
from pathlib import Path

from joserfc.jwk import RSAKey

from lti_tool import clock, logs
from lti_tool.background.embedded import EmbeddedEngine
from lti_tool.background.on_procrastinate import ProcrastinateEngine
from lti_tool.lti.transport.http import Http
from lti_tool.models.database import open_database
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.gradebooks import ClockedServiceClient, PlatformGradebooks
from lti_tool.platforms.registration_directory import RegistrationDirectory
from lti_tool.platforms.token_store import DatabaseTokenStore


def main(database_url: str, key_file: str) -> None:
    """Deliver until killed, or asked to stop."""
    logs.configure()
    database = open_database(database_url)
    key = RSAKey.import_key(json.loads(Path(key_file).read_text(encoding="utf-8")))
    client = ClockedServiceClient(Http(), DatabaseTokenStore(database), lambda: key, clock=clock.now)
    worker = Worker(
        database, PlatformGradebooks(RegistrationDirectory(database).registration, client), label_for=str.title, poll_s=0.1
    )
    engine = ProcrastinateEngine(worker, database) if database.is_postgresql else EmbeddedEngine(worker, database)
    signal.signal(signal.SIGTERM, lambda *_: engine.ask_to_stop())
    engine.run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
