"""The one task that the worker knows: run a job by its number."""

from django_tasks import task

from agency.jobs.services import job_run


@task()
def run_job(job_no: str) -> None:
    """Run one job; what it does stands in its row."""
    job_run(job_no)
