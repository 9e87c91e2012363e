"""Processes of the benchmark: started on loopback, measured through /proc, ended by their ids."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
STARTS_WITHIN_S = 60
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def end_in_order() -> None:
    """Let SIGTERM end this process like an exception, so that all that it started ends, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


@dataclass(frozen=True)
class Load:
    """What a process tree has used and holds."""

    cpu_s: float
    largest_rss_mb: float
    """Resident memory of the largest process but the first: of gunicorn, the largest worker."""


def process_tree(pid: int) -> list[int]:
    """Give a process and everything below it, parents first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(below for child in children for below in process_tree(int(child)))]


def cpu_seconds(pid: int) -> float:
    """Give user and system time of a process, its ended children included (proc_pid_stat(5), fields 14 to 17)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS_PER_S


def resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def load_of(pid: int) -> Load:
    tree = process_tree(pid)
    return Load(sum(map(cpu_seconds, tree)), max(map(resident_mb, tree[1:]), default=resident_mb(pid)))


def busy_seconds_of_machine() -> float:
    """Give what all cores have worked since the start, for whomever (proc_stat(5): all but idle and iowait)."""
    fields = [int(ticks) for ticks in Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS_PER_S


def busy_seconds_of_ours(pids: Iterable[int]) -> float:
    """Give what this process, its ended children (the load clients) and the servers' trees have worked."""
    own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own + sum(load_of(pid).cpu_s for pid in pids)


@contextmanager
def running(
    name: str, command: Sequence[str], log_folder: Path, environment: Mapping[str, str], *, ready_url: str
) -> Iterator[int]:
    """Run a command until the block ends; gives its pid as soon as the address answers."""
    log = log_folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_ready(process, ready_url, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"{url} does not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
