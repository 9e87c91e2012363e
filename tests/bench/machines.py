"""`python -m tests.bench.machines`: two "machines" deliver scores together, and one takes over when the other is killed.

Each machine is a `lti-tool worker` in a network namespace of its own where that is allowed (root, `ip`), else a process of its
own. They share PostgreSQL and the signing keys, as they would; the platform answers at an address that all of them reach.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.delivery_stand import DeliveryStand, PostgreSQL, Round
from tests.bench.processes import end_in_order

# Of the range kept for benchmarks (RFC 2544); nothing leaves this machine.
PLATFORM_HOST = "198.18.0.1"
TAKES_OVER_WITHIN_S = 60


def main() -> None:
    """Measure one machine, two machines and a takeover."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.machines", description=__doc__)
    parser.add_argument("--scores", type=int, default=3000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", action="store_true", help="no network namespaces")
    options = parser.parse_args()
    end_in_order()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lti-tool-machines-", ignore_cleanup_errors=True)))
        use_namespaces = not options.processes and os.geteuid() == 0 and shutil.which("ip") is not None
        prefixes = stack.enter_context(_namespaces()) if use_namespaces else [[], []]
        server = stack.enter_context(PostgreSQL(folder))
        host = PLATFORM_HOST if use_namespaces else "127.0.0.1"
        stand = DeliveryStand(folder, stack, server.url, options.scores, database_pid=server.pid, platform_host=host)
        print(f"Machines: {'network namespaces' if use_namespaces else 'processes'}; {os.cpu_count()} cores\n")
        print("| machines | scores/s, best round | worker CPU ms per score | others, cores |\n|---|---|---|---|")
        stand.start_worker(prefixes[0])
        one = _best(stand, options.rounds)
        _print("1", one)
        stand.start_worker(prefixes[1])
        two = _best(stand, options.rounds)
        _print("2", two)
        print(f"\nTwo machines deliver {two.per_s / one.per_s:.2f} times as much as one.")
        claimed, took_s = _kill_one(stand)
        stand.check_grades()
    print(f"One killed with {claimed} deliveries in its hands: all {options.scores} scores had arrived {took_s:.0f} s later.")
    if took_s >= TAKES_OVER_WITHIN_S:
        raise SystemExit(f"that is not under {TAKES_OVER_WITHIN_S} s")


def _best(stand: DeliveryStand, rounds: int) -> Round:
    stand.warm_up()
    return max((stand.measure() for _ in range(rounds)), key=lambda each: each.per_s)


def _print(machines: str, best: Round) -> None:
    print(f"| {machines} | {best.per_s:.0f} | {best.ms_each(best.worker_cpu_s):.2f} | {best.others:.2f} |", flush=True)


def _kill_one(stand: DeliveryStand) -> tuple[int, float]:
    """Kill a machine in the middle of its work; give how much it held, and how long the other took to finish everything."""
    stand.enqueue(stand.people)
    while stand.claimed_by(stand.workers[0].pid) == 0:
        time.sleep(0.01)
    victim = stand.workers.pop(0)
    victim.kill()
    victim.wait()
    begun = time.monotonic()
    held = stand.claimed_by(victim.pid)
    stand.wait_until_delivered()
    return held, time.monotonic() - begun


@contextmanager
def _namespaces() -> Iterator[list[list[str]]]:
    """Make two network namespaces that reach the platform's address through a pair of interfaces each."""
    names = [f"lti-bench-{os.getpid()}-{number}" for number in (1, 2)]
    with ExitStack() as stack:
        _ip("addr", "add", f"{PLATFORM_HOST}/32", "dev", "lo")
        stack.callback(_ip, "addr", "del", f"{PLATFORM_HOST}/32", "dev", "lo")
        for number, name in enumerate(names, start=1):
            outside, inside = f"ltib{number}o", f"ltib{number}i"
            _ip("netns", "add", name)
            # The pair of interfaces goes with its namespace.
            stack.callback(_ip, "netns", "del", name)
            _ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name)
            _ip("addr", "add", f"198.18.{number}.1/24", "dev", outside)
            _ip("link", "set", outside, "up")
            _ip("-n", name, "addr", "add", f"198.18.{number}.2/24", "dev", inside)
            _ip("-n", name, "link", "set", inside, "up")
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "route", "add", "default", "via", f"198.18.{number}.1")
        yield [["ip", "netns", "exec", name] for name in names]


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


if __name__ == "__main__":
    main()
