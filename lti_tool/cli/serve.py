"""`lti-tool serve`, `worker` and `playground`: what runs until it is stopped."""

import logging
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

import click

from lti_tool import __version__, bootstrap, logs, preflight, tracing
from lti_tool.settings import load_settings

log = logging.getLogger(__name__)
PACKAGE = Path(__file__).parent.parent


def gunicorn_configuration() -> Path:
    """Find the shipped configuration: inside an installed package, or in docker/ of a checkout."""
    inside = PACKAGE / "gunicorn.conf.py"
    return inside if inside.exists() else PACKAGE.parent / "docker" / "gunicorn.conf.py"


class _Bind(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """Where to listen: HOST:PORT, [IPv6]:PORT or unix:PATH; gunicorn would try five times before it gives up on anything else."""

    name = "bind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        host, _, port = value.rpartition(":")
        is_path = value.startswith("unix:") and len(value) > len("unix:")
        is_address = bool(host) and (":" not in host or host[0] + host[-1] == "[]")
        if not is_path and not (is_address and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            self.fail(f"{value!r} is no address to listen at: HOST:PORT, for example 127.0.0.1:8000", param, ctx)
        return value


@click.command()
@click.option("--bind", type=_Bind(), default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes (default 2).")
@click.option("--threads", type=click.IntRange(1, 64), default=None, help="Threads per process (default 8).")
def serve(bind: str, workers: int | None, threads: int | None) -> None:
    """Serve the tool with gunicorn; on SQLite this also delivers scores."""
    settings = load_settings()
    # Everything that would stop a worker is found here, once, with a sentence, before gunicorn starts to restart it.
    preflight.check_ready_to_serve(settings)
    preflight.keep_content(settings)
    preflight.look_for_restore(settings)
    os.environ["LTI_TOOL_BIND"] = bind
    # What the processes of this server count together; gunicorn removes it at the end.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="lti-tool-metrics-")
    # glibc gives each thread a heap of its own, and each of them keeps what it once needed.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    if workers:
        os.environ["LTI_TOOL_WORKERS"] = str(workers)
    if threads:
        os.environ["LTI_TOOL_THREADS"] = str(threads)
    logs.configure(settings.log_level, style=settings.log_style)
    log.info("serving", extra={"public_url": settings.public_url, "bind": bind, "version": __version__})
    program = [sys.executable, "-m", "gunicorn", "--config", str(gunicorn_configuration()), "lti_tool.wsgi:app"]
    os.execv(sys.executable, program)  # noqa: S606 - our own interpreter and fixed arguments


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 32), default=4, show_default=True, help="Deliveries at the same time.")
def worker(concurrency: int) -> None:
    """Deliver scores and do the hourly and nightly chores until stopped; any number may run on PostgreSQL."""
    settings = load_settings()
    logs.configure(settings.log_level, style=settings.log_style)
    preflight.check_ready_to_serve(settings)
    tracing.start()
    preflight.keep_content(settings)
    preflight.look_for_restore(settings)
    engine = bootstrap.make_engine(settings, concurrency=concurrency)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        engine.ask_to_stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    engine.run()


@click.command()
@click.option("--bind", type=_Bind(), default="127.0.0.1:8001", show_default=True, metavar="HOST:PORT")
@click.option("--tool-url", default=None, help="Where the tool answers (default: LTI_TOOL_PUBLIC_URL).")
def playground(bind: str, tool_url: str | None) -> None:
    """Run a small LMS to try the tool with; refuses to start in production."""
    from lti_tool.playground import server

    settings = load_settings()
    logs.configure(settings.log_level, style=settings.log_style)
    server.main(bind, tool_url or settings.public_url, settings.data_dir / "playground", environment=settings.environment)


def add_to(main: click.Group) -> None:
    for command in (serve, worker, playground):
        main.add_command(command)
