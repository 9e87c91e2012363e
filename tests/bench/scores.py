"""`python -m tests.bench.scores`: scores per second and CPU per score of one and of two workers, on both engines.

The workers are `lti-tool worker` with its log on. Platform (the playground behind gunicorn, one process) and PostgreSQL share
the machine's cores with them: the table says what they cost and how many cores others took meanwhile. Best round, in brackets
the median.
"""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench.delivery_stand import DeliveryStand, PostgreSQL, Round, best_and_median
from tests.bench.processes import end_in_order

HEAD = (
    "| engine | workers | scores/s | worker CPU ms per score | platform CPU ms | database CPU ms | others, cores |\n"
    "|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Measure and print one line for each engine and number of workers."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scores", description=__doc__)
    parser.add_argument("--scores", type=int, default=3000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine", choices=("postgresql", "sqlite"), help="this one alone")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="on PostgreSQL")
    options = parser.parse_args()
    end_in_order()
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="lti-tool-scores-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if options.engine != "sqlite":
            with PostgreSQL(folder) as server:
                for workers in options.workers:
                    _measure("PostgreSQL", server.url, folder, options.scores, options.rounds, workers, server.pid)
        if options.engine != "postgresql":
            _measure("SQLite", f"sqlite:///{folder / 'scores.sqlite3'}", folder, options.scores, options.rounds, 1, None)


def _measure(engine: str, url: str, folder: Path, scores: int, rounds: int, workers: int, database_pid: int | None) -> None:
    with ExitStack() as stack:
        stand = DeliveryStand(folder, stack, url, scores, database_pid=database_pid)
        for _ in range(workers):
            stand.start_worker()
        stand.warm_up()
        seen = [stand.measure() for _ in range(rounds)]
        stand.check_grades()
    print(f"| {engine} | {workers} | {_cells(seen)} |", flush=True)


def _cells(seen: list[Round]) -> str:
    rates = [each.per_s for each in seen]
    cells = [best_and_median(rates, best=max(rates))]
    for cpu in ("worker_cpu_s", "platform_cpu_s", "database_cpu_s"):
        each = [one.ms_each(getattr(one, cpu)) for one in seen]
        cells.append(best_and_median(each, best=min(each)))
    cells.append(best_and_median([one.others for one in seen], best=min(one.others for one in seen)))
    return " | ".join(cells)


if __name__ == "__main__":
    main()
