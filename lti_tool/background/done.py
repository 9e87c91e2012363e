"""Does one piece of work for an engine: whatever happens in it is logged and stops nothing else."""

import logging

from lti_tool.jobs.chores import Chore
from lti_tool.jobs.job import Job

log = logging.getLogger(__name__)


def do_chore(chore: Chore) -> None:
    """Do one chore; one that fails is logged and does not stand in the way of the others."""
    try:
        chore.run()
    except Exception:
        log.exception("chore_failed", extra={"chore": chore.name})
    else:
        log.info("chore_done", extra={"chore": chore.name})


def do_job(job: Job) -> None:
    """Do a job; should it fail, it is done again with the next call."""
    try:
        job.run()
    except Exception:
        log.exception("job_failed", extra={"job": job.name})
