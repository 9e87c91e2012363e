"""`python -m tests.bench`: launches per second and CPU per launch, beside the yardstick, in interleaved rounds.

Everything runs on loopback and ends by itself. What the figures mean and what was measured: docs/benchmark.md.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace

from tests.bench import client, table
from tests.bench.processes import ROOT, busy_seconds_of_machine, busy_seconds_of_ours, load_of
from tests.bench.servers import Server, Stand, stand
from tests.bench.table import Measure

CONCURRENCIES = (1, 16)
WARM_UP_LAUNCHES = 200
# A client that takes longer than this per launch has stopped working.
SLOWEST_LAUNCH_S = 0.5


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    parser.add_argument("--launches", type=int, default=1500, help="launches per round, candidate and concurrency (default 1500)")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 300 launches, memory after 500 and 1000")
    parser.add_argument("--only", choices=("speed", "memory"), help="leave the other part out")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="leave the other database out")
    parser.add_argument("--frame", action="store_true", help="launch in a frame: one more redirect, which checks the cookie")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.launches < 50:
        parser.error("at least 1 round and 50 launches")
    options.memory_steps = (500, 1000) if options.quick else (5000, 10000)
    if options.quick:
        options.rounds, options.launches = 2, 300
    return options


def plan_for(server: Server, launches: int, concurrency: int, *, in_frame: bool = False) -> client.Plan:
    return client.Plan(
        tool_url=server.url,
        platform_port=server.platform_port,
        key_file=str(server.key_file),
        launches=launches,
        concurrency=concurrency,
        expected_status=server.expected_status,
        in_frame=in_frame,
    )


def run_client(place: Stand, server: Server, plan: client.Plan) -> Measure:
    """Let a client run its plan, and look at everybody's CPU time before and after."""
    machine_before, ours_before, began_at = busy_seconds_of_machine(), busy_seconds_of_ours(place.pids), time.monotonic()
    tool_before, database_before = load_of(server.pid), cpu_of_database(server)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.client", json.dumps(asdict(plan))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60 + plan.launches * SLOWEST_LAUNCH_S,
    )
    if done.returncode:
        sys.exit(f"The client failed on {server.name}:\n{done.stderr[-3000:]}")
    tool_after = load_of(server.pid)
    others_s = busy_seconds_of_machine() - machine_before - (busy_seconds_of_ours(place.pids) - ours_before)
    return Measure.of(
        server.name,
        plan.concurrency,
        json.loads(done.stdout),
        cpu_s=tool_after.cpu_s - tool_before.cpu_s,
        database_cpu_s=cpu_of_database(server) - database_before,
        others_cores=max(0.0, others_s / (time.monotonic() - began_at)),
        rss_mb=tool_after.largest_rss_mb,
    )


def cpu_of_database(server: Server) -> float:
    return load_of(server.database_pid).cpu_s if server.database_pid else 0.0


def measure_speed(place: Stand, options: argparse.Namespace, databases: Sequence[str]) -> list[Measure]:
    servers = [place.start_floor(), place.start_yardstick(), *(place.start_tool(database) for database in databases)]
    for server in servers:
        warmed = run_client(place, server, plan_for(server, WARM_UP_LAUNCHES, 8, in_frame=options.frame))
        if warmed.errors:
            table.say(f"{server.name}, warming up: {warmed.errors}")
    measures = []
    for round_number in range(1, options.rounds + 1):
        for concurrency in CONCURRENCIES:
            # Each round begins with another candidate, so that none always profits from what ran before it.
            shift = round_number % len(servers)
            for server in servers[shift:] + servers[:shift]:
                measure = run_client(place, server, plan_for(server, options.launches, concurrency, in_frame=options.frame))
                measures.append(measure)
                table.say(f"round {round_number}  {measure.line()}")
    return measures


def measure_memory(place: Stand, options: argparse.Namespace, databases: Sequence[str]) -> None:
    """Tell what one worker holds after so many launches."""
    table.say(f"\nResident memory of one worker (1 worker, 8 threads), after launches: {options.memory_steps}")
    for database in databases:
        server = replace(place.start_tool(database, workers=1), name=f"lti-tool, {database}, 1 worker")
        sizes = [load_of(server.pid).largest_rss_mb]
        errors: dict[str, int] = {}
        done = 0
        for step in options.memory_steps:
            measure = run_client(place, server, plan_for(server, step - done, 8, in_frame=options.frame))
            sizes.append(measure.rss_mb)
            errors |= measure.errors
            done = step
        steps = ", ".join(f"{count}: {size:.1f} MB" for count, size in zip((0, *options.memory_steps), sizes, strict=True))
        table.say(f"  {server.name}  {steps}  errors: {errors or 'none'}")


def main() -> None:
    options = read_options(sys.argv[1:])
    databases = [options.database] if options.database else ["sqlite", "postgresql"]
    table.say(table.machine())
    with stand() as place:
        if options.only != "memory":
            measures = measure_speed(place, options, databases)
            table.say("\n" + table.summary(measures, where="in a frame" if options.frame else "in a window of its own"))
    with stand() as place:
        if options.only != "speed":
            measure_memory(place, options, databases)


if __name__ == "__main__":
    main()
