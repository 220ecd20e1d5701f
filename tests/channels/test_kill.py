"""Killed between the commit and the deletion of a mail: one report, and the mail goes next time."""

import json
import signal
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

from citizenreport.cities.rules import City
from tests.channels.mailbox import Mailbox, open_mailbox
from tests.databases import FreshDatabase
from tests.jobs.test_worker import ROOT, reports_in


def fetched(database: FreshDatabase, mailbox: Mailbox, *words: str) -> int:
    """Fetch in a process of its own and return how that ended."""
    settings = {
        **database.settings,
        "SQLALCHEMY_DATABASE_URI": database.url,
        "IMAP_URL": mailbox.url,
    }
    command = [sys.executable, "-m", "tests.channels.fetch_process", *words]
    sent = json.dumps(settings, default=str)
    return subprocess.run(command, cwd=ROOT, input=sent, text=True, check=False).returncode


def counted(database: FreshDatabase, table: str) -> int:
    with database.owner() as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


def test_a_kill_before_the_deletion_gives_no_second_report(
    mailing_database: FreshDatabase, city: City, tmp_path: Path
) -> None:
    with reports_in(mailing_database, city, tmp_path):
        pass  # the city is loaded and the keys are made
    message = EmailMessage()
    message["From"], message["Message-ID"] = "budi@warga.example", "<surat@warga.example>"
    message.set_content("Lampu jalan mati di kelurahan Panjang, dekat pasar.")
    with open_mailbox() as mailbox:
        mailbox.put(message)
        assert fetched(mailing_database, mailbox, "die") == -signal.SIGKILL
        assert (counted(mailing_database, "report"), mailbox.count()) == (1, 1)
        assert fetched(mailing_database, mailbox) == 0
        assert (counted(mailing_database, "report"), mailbox.count()) == (1, 0)
        assert counted(mailing_database, "chat_answer") == 1
