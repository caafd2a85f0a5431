"""What is said of a fault that nobody foresaw: a number to the person, all of it to the log."""

import secrets
from typing import Any

from kit.errors import Problem
from kit.jobs.runner import Job
from kit.telemetry.logs import log


def problem_of(fault: Exception, job: Job, kind: str, counted: Any) -> Problem:
    """A problem as it is; of a bug, which is counted, a reference under which the log has it in full."""
    if isinstance(fault, Problem):
        return fault
    number = secrets.token_hex(6)
    counted.labels(job.entity).inc()
    log.error(f"{kind}.row_failed", reference=number, job=str(job.id), exc_info=fault)
    return Problem(f"Something went wrong on our side. Reference {number}.")
