"""A whole installation for journeys: the tool as its own process, the playground LMS in a thread, on two different sites."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lti_tool import clock
from lti_tool.models.database import Database, open_database
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.playground.platform import Playground
from lti_tool.playground.server import serve_in_thread

LTI_TOOL = str(Path(sys.executable).with_name("lti-tool"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Installation:
    """What a journey talks to."""

    tool_url: str
    lms: Playground
    lms_url: str
    environment: dict[str, str]
    folder: Path
    program: str = LTI_TOOL
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return open_database(self.environment["LTI_TOOL_DATABASE_URL"])

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start an `lti-tool` command with this installation's settings; its output goes to log files in the folder."""
        log = (self.folder / f"{arguments[0]}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            [self.program, *arguments],
            env={**os.environ, **self.environment},
            cwd=self.folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self.processes.append(process)
        return process

    def run(self, *arguments: str) -> str:
        """Run an `lti-tool` command to its end and give what it printed."""
        done = subprocess.run(
            [self.program, *arguments], env={**os.environ, **self.environment}, cwd=self.folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait_until_served(self) -> None:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            for process in self.processes:
                assert process.poll() is None, self.logs()
            try:
                urllib.request.urlopen(f"{self.tool_url}/livez", timeout=2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"the tool did not start:\n{self.logs()}")

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def installed(
    folder: Path, database_url: str, keys: Path, *, serve: bool = True, program: str = LTI_TOOL, **settings: str
) -> Iterator[Installation]:
    """Set up and start an installation on an upgraded database; `keys` is a folder with a signing key to copy."""
    shutil.copytree(keys, folder / "keys")
    tool_url = f"http://localhost:{free_port()}"
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms) as served:
        lms.register_tool(tool_url)
        environment = {
            "LTI_TOOL_PUBLIC_URL": tool_url,
            "LTI_TOOL_DATABASE_URL": database_url,
            "LTI_TOOL_DATA_DIR": str(folder),
            "LTI_TOOL_KEYS_DIR": str(folder / "keys"),
            "LTI_TOOL_WORKERS": "1",
            "LTI_TOOL_EMBEDDED_WORKER": "on",
            **{f"LTI_TOOL_{name.upper()}": value for name, value in settings.items()},
        }
        installation = Installation(tool_url, lms, served.base_url, environment, folder, program)
        offered = lms.registration()
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
                    name="Playground",
                ),
                is_production=False,
                now=clock.now(),
            )
        database.close()
        try:
            if serve:
                installation.start("serve", "--bind", tool_url.removeprefix("http://").replace("localhost", "127.0.0.1"))
                installation.wait_until_served()
            yield installation
        finally:
            installation.stop()
