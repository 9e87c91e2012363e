"""`python -m tests.growth`: what launches and pages cost in a database of one course and of a million users.

Builds the million in PostgreSQL (a server of its own in a temporary folder, gone at the end), asks the running tool before and
after, and looks whether a large table was read from one end to the other meanwhile.
"""

import argparse
import time
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.engine import Engine

from lti_tool.models.database import open_database
from tests.bench.processes import end_in_order
from tests.bench.servers import stand
from tests.growth.fill import Modules, add_people, add_work
from tests.growth.visits import Cost, Visits
from tests.shipped import SHIPPED_FOLDER, read_programme

_LARGE = 50_000
_HURRY = ("synchronous_commit = off", "fsync = off", "max_wal_size = '8GB'", "checkpoint_timeout = '30min'", "autovacuum = off")


def main() -> None:
    """Build, measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.growth", description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000, help="each has five attempts")
    options = parser.parse_args()
    end_in_order()
    modules = Modules.of(read_programme(SHIPPED_FOLDER))
    with stand() as place:
        server = place.start_tool("postgresql", workers=1)
        engine = open_database(server.database_url).engine
        visits = Visits(server)
        visits.everybody_launches()
        with engine.begin() as connection:
            add_work(connection, modules, "course.context_id NOT LIKE 'filler-%'")
        _settle(engine)
        small = visits.measure()
        begun = time.monotonic()
        _grow(engine, modules, options.users)
        print(f"{options.users:,} users built in {time.monotonic() - begun:.0f} s: {_sizes(engine)}\n", flush=True)
        before = _sequential_scans(engine)
        large = visits.measure()
        read_whole = {table: count - before[table] for table, count in _sequential_scans(engine).items()}
        engine.dispose()
    _print(small, large, options.users)
    print(f"\nLarge tables read from end to end meanwhile: {', '.join(t for t, n in read_whole.items() if n) or 'none'}")


def _grow(engine: Engine, modules: Modules, users: int) -> None:
    """Add the others, without the care for power cuts and foreign keys that only costs time here."""
    _set(engine, *(f"ALTER SYSTEM SET {each}" for each in _HURRY), "SELECT pg_reload_conf()")
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        add_people(connection, users)
        add_work(connection, modules, "course.context_id LIKE 'filler-%'")
    _set(engine, "ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")
    _settle(engine)


def _settle(engine: Engine) -> None:
    """Do what autovacuum does by and by."""
    _set(engine, "VACUUM (ANALYZE)", "CHECKPOINT")


def _set(engine: Engine, *statements: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))


def _sizes(engine: Engine) -> str:
    query = (
        "SELECT relname, n_live_tup FROM pg_stat_user_tables WHERE n_live_tup > 1000 AND schemaname = 'public'"
        " ORDER BY n_live_tup DESC"
    )
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
        size = connection.execute(text("SELECT pg_size_pretty(pg_database_size(current_database()))")).scalar()
    return f"{size}; " + ", ".join(f"{name} {count:,}" for name, count in rows)


def _sequential_scans(engine: Engine) -> dict[str, int]:
    """Count how often each large table was read whole."""
    time.sleep(1.5)  # the statistics of other connections arrive within a second
    query = f"SELECT relname, seq_scan FROM pg_stat_user_tables WHERE n_live_tup > {_LARGE}"
    with engine.connect() as connection:
        return dict(connection.execute(text(query)).all())


def _print(small: Mapping[str, Cost], large: Mapping[str, Cost], users: int) -> None:
    print(f"| request | CPU ms, one course (tool + database) | CPU ms, {users:,} users | ratio | waits ms | waits ms | page KB |")
    print("|---|---|---|---|---|---|---|")
    for name, before in small.items():
        after = large[name]
        cells = [f"{cost.cpu_ms:.2f} ({cost.tool_ms:.2f} + {cost.database_ms:.2f})" for cost in (before, after)]
        cells += [
            f"{after.cpu_ms / before.cpu_ms:.2f}",
            f"{before.median_ms:.1f}",
            f"{after.median_ms:.1f}",
            f"{after.size / 1024:.0f}",
        ]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
