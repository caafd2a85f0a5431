"""What is said of a fault that nobody foresaw: a number to the person, all of it to the log."""

import secrets

from kit.errors import Problem
from kit.importing.jobs import Job
from kit.telemetry import metrics
from kit.telemetry.logs import log


def problem_of(fault: Exception, job: Job) -> Problem:
    """A problem as it is; of a bug, a reference under which the log has it in full."""
    if isinstance(fault, Problem):
        return fault
    number = secrets.token_hex(6)
    metrics.IMPORT_FAULTS.labels(job.entity).inc()
    log.error("import.line_failed", reference=number, job=str(job.id), exc_info=fault)
    return Problem(f"Something went wrong on our side. Reference {number}.")
