"""What is said of a fault that nobody foresaw with one line of a file."""

from kit.errors import Problem
from kit.importing.jobs import Job
from kit.jobs import faults
from kit.telemetry import metrics


def problem_of(fault: Exception, job: Job) -> Problem:
    """A problem as it is; of a bug, a reference under which the log has it in full."""
    return faults.problem_of(fault, job, "import", metrics.IMPORT_FAULTS)
