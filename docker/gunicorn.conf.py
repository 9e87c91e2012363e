"""How gunicorn serves the tool; `lti-tool serve` and the container use this file. Environment variables change the sizes."""

import gc
import os
import shutil

bind = os.environ.get("LTI_TOOL_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("LTI_TOOL_WORKERS", "2"))
threads = int(os.environ.get("LTI_TOOL_THREADS", "8"))
# Threads, because pages wait for the database; keep-alive, because sync workers lose a third of the throughput without it.
worker_class = "gthread"
keepalive = 15
timeout = 60
graceful_timeout = 30
# A worker's heartbeat file on a disk may stall it; shared memory does not. Falls back where there is none.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - gunicorn makes an unlinked file there
accesslog = None
errorlog = "-"
loglevel = "warning"
# The proxy's headers are read by the application, by hop count (LTI_TOOL_TRUSTED_PROXIES), not by gunicorn.
forwarded_allow_ips = ""
# An authentication request carries a platform's login hint and our cookies; 8 KB lines are enough for both.
limit_request_line = 8190
limit_request_field_size = 16380


def on_starting(server):
    """Read the tool's modules before the processes part: they then share the memory that holds them.

    The application itself is made in each process: connections, threads and files are not to be shared. Frozen, what was read is
    left alone by the garbage collector, whose notes would make each page of it a process's own.
    """

    gc.collect()
    gc.freeze()


def post_worker_init(worker):
    """Start the embedded delivery worker where the settings want it (on SQLite by default)."""
    from lti_tool.bootstrap import start_embedded_worker  # noqa: PLC0415 - likewise

    worker.delivery = start_embedded_worker(worker.app.callable)


def worker_exit(server, worker):
    """Let a delivery under way finish before the process ends."""
    delivery = getattr(worker, "delivery", None)
    if delivery is not None:
        delivery.stop()


def child_exit(server, worker):
    """Take an ended process out of the metrics' gauges."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - reads the variable when it is imported

        mark_process_dead(worker.pid)


def on_exit(server):
    """Remove what the processes counted together."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    if os.path.basename(folder).startswith("lti-tool-metrics-"):
        shutil.rmtree(folder, ignore_errors=True)
