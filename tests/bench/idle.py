"""`python -m tests.bench.idle`: what an installation costs while nobody is there.

Two web processes, and on PostgreSQL a worker, are left alone for a minute; CPU from the scheduler (proc(5), schedstat).
"""

import argparse
import time

from tests.bench import table
from tests.bench.processes import end_in_order
from tests.bench.servers import stand
from tests.bench.visit import tree_ns

SETTLES_S = 30
"""What follows a start (first chores, first calls) is over by then."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.idle", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    seconds = parser.parse_args().seconds
    end_in_order()
    table.say(table.machine())
    with stand() as place:
        on_sqlite, on_postgresql = place.start_tool("sqlite"), place.start_tool("postgresql")
        pids = {
            "SQLite, web with worker": on_sqlite.pid,
            "PostgreSQL, web": on_postgresql.pid,
            "PostgreSQL, worker": place.start_worker(on_postgresql),
            "PostgreSQL, server": on_postgresql.database_pid,
        }
        time.sleep(SETTLES_S)
        before = {name: tree_ns(pid) for name, pid in pids.items()}
        time.sleep(seconds)
        for name, pid in pids.items():
            table.say(f"{name}: {(tree_ns(pid) - before[name]) / 1e9 * 60 / seconds:.3f} s CPU a minute")


if __name__ == "__main__":
    main()
