"""Every job is told to the city desk in words when it is stuck."""

from citizenreport.console.job_words import JOBS
from citizenreport.jobs.registry import BY_NAME


def test_every_job_has_words_and_no_words_are_left_over() -> None:
    assert set(JOBS) == set(BY_NAME), "tell in console/job_words.py what the job does"
