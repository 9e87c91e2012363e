"""What `make test` runs: style, types, all tests in parallel, with one PostgreSQL for all and a Chromium for each process."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MOST_ASKED_AGAIN = 5
LEAST_MEMORY_BYTES = 6 * 2**30
BIN = Path(sys.executable).parent
# Debian's Chromium; without the flags from `--disable-quic` to `--disable-sync` it tries to reach its maker's servers.
CHROMIUM_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    # A frame of another site in the page's own process: while it changes processes during a launch, DevTools sometimes lose it
    # for good. Cookies, policies and origins keep their borders.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process",
]


def find_chromium(*, must_be_whole: bool = False) -> str | None:
    """Find a Chromium: its headless shell where there is one, which needs a fifth less CPU but heeds no preferences."""
    whole = ("chromium", "chromium-browser", "google-chrome")
    names = whole if must_be_whole else ("chromium-headless-shell", *whole)
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def chromium(preferences: dict[str, object] | None = None) -> Iterator[str | None]:
    """Start a Chromium and give its DevTools address; None where there is none.

    Args:
        preferences: those of its first profile, for a test that needs a browser set differently.
    """
    program = find_chromium(must_be_whole=preferences is not None)
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="lti-tool-chromium-", ignore_cleanup_errors=True) as profile:
        if preferences is not None:
            folder = Path(profile) / "Default"
            folder.mkdir()
            (folder / "Preferences").write_text(json.dumps(preferences))
        process = subprocess.Popen(
            [program, *CHROMIUM_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield _devtools_address(Path(profile) / "DevToolsActivePort", process)
        finally:
            # Debian starts it by a shell script, which would end alone.
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _devtools_address(port_file: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(f"Chromium ended at once with status {process.returncode}.")
        if port_file.exists() and (lines := port_file.read_text().split()):
            address = f"http://127.0.0.1:{lines[0]}"
            urllib.request.urlopen(f"{address}/json/version", timeout=10).close()
            return address
        time.sleep(0.1)
    sys.exit("Chromium did not start within 30 seconds.")


def run(title: str, *command: str) -> None:
    print(f"\n== {title}", flush=True)
    begun = time.monotonic()
    status = subprocess.run(command, cwd=ROOT).returncode
    print(f"== {title}: {time.monotonic() - begun:.0f} s", flush=True)
    if status:
        sys.exit(status)


def main() -> None:
    run("style", str(BIN / "ruff"), "check", ".")
    run("format", str(BIN / "ruff"), "format", "--check", ".")
    run("dependencies", str(BIN / "deptry"), ".")
    run("types", str(BIN / "mypy"))
    if find_chromium() is None:
        if os.environ.get("CI") == "true":
            sys.exit("Chromium is missing. Install it with: apt-get install -y chromium")
        print("\nNo Chromium found: browser tests are skipped. Install it with: apt-get install -y chromium")
    print("\n== tests", flush=True)
    workers = os.environ.get("TEST_WORKERS", str(max(2, os.cpu_count() or 2)))
    # In the order of the folders: else files with few tests come last, and those are the browser's, a minute each.
    spread = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    with scratch_folder() as folder:
        if folder is not None:
            os.environ["TMPDIR"] = str(folder)
        status = pytest_status(*spread, "--durations=8", *sys.argv[1:])
        if status == pytest.ExitCode.TESTS_FAILED:
            status = ask_again()
    sys.exit(status)


@contextmanager
def scratch_folder() -> Iterator[Path | None]:
    """Give a folder in memory for all that tests write; None where there is none that is large enough and runs programs.

    Each commit on SQLite waits for the disk: 4.5 ms where it was measured, and nearly every test commits.
    """
    memory = Path("/dev/shm")
    if os.environ.get("TMPDIR") or not memory.is_dir() or not _is_roomy(memory):
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="lti-tests-", dir=memory))
    # PostgreSQL runs as a user of its own.
    folder.chmod(0o1777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_roomy(memory: Path) -> bool:
    disk = os.statvfs(memory)
    available = re.search(r"^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text(), re.M)
    free = min(disk.f_bavail * disk.f_frsize, int(available[1]) * 1024 if available else 0)
    return free > LEAST_MEMORY_BYTES and not disk.f_flag & os.ST_NOEXEC


def pytest_status(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT).returncode


def ask_again() -> int:
    """Run the few tests that failed once more, one after the other, and give the status of that.

    A test that fails beside others and passes alone shows no fault of the product but one of its own: it hoped for time on a
    crowded machine. It is named loudly, so that its cause is mended, but stops nobody. More than a few are no accident.
    """
    failed = sorted(json.loads((ROOT / ".pytest_cache/v/cache/lastfailed").read_text()))
    if len(failed) > MOST_ASKED_AGAIN:
        return pytest.ExitCode.TESTS_FAILED
    print(f"\n== once more, alone: {len(failed)} that failed", flush=True)
    status = pytest_status("--last-failed", "--last-failed-no-failures=none")
    if status == pytest.ExitCode.OK:
        print("\n== FLAKY: failed beside others, passed alone. Mend the cause (CONTRIBUTING.md):\n  " + "\n  ".join(failed))
    return status


if __name__ == "__main__":
    main()
