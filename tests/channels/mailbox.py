"""A real IMAP server (Dovecot) on the loopback with one mailbox."""

import grp
import imaplib
import os
import pwd
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from citizenreport.commands.granian import free_port

HOST: Final = "127.0.0.1"
USER, PASSWORD = "lapor", "kanari-kata-sandi"
TRIES: Final = 5
WITHIN_S: Final = 30.0
CONFIGURATION: Final = """
base_dir = {root}/base
log_path = {root}/log
ssl = no
listen = 127.0.0.1
protocols = imap
disable_plaintext_auth = no
mail_location = maildir:{root}/mail/box
first_valid_uid = 0
first_valid_gid = 0
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = {root}/users
}}
userdb {{
  driver = passwd-file
  args = {root}/users
}}
"""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    port: int

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@{HOST}:{self.port}/INBOX?tls=none"

    def put(self, mail: EmailMessage | bytes) -> None:
        """Have a mail arrive."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with self._opened() as box:
            status, _ = box.append(
                "INBOX", "", "", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            )
            assert status == "OK"

    def count(self, criteria: str = "ALL") -> int:
        """Return how many mails are there."""
        with self._opened() as box:
            _, found = box.search(None, criteria)
            return len(found[0].split())

    def clear(self) -> None:
        """Have nothing there."""
        if self.count() == 0:
            return
        with self._opened() as box:
            box.store("1:*", "+FLAGS", "\\Deleted")
            box.expunge()

    def _opened(self) -> imaplib.IMAP4:
        box = imaplib.IMAP4(HOST, self.port, timeout=WITHIN_S)
        box.login(USER, PASSWORD)
        box.select("INBOX")
        return box


@contextmanager
def open_mailbox() -> Generator[Mailbox, None, None]:
    # Sockets have short paths: not below pytest's own folders.
    with tempfile.TemporaryDirectory(prefix="cr-imap-") as folder:
        root = Path(folder)
        for _ in range(TRIES):
            port = free_port(HOST)  # somebody else may be quicker
            process = subprocess.Popen(["dovecot", "-F", "-c", str(_configured(root, port))])
            try:
                if _answers(process, port):
                    yield Mailbox(port=port)
                    return
            finally:
                process.terminate()
                process.wait()
        raise AssertionError((root / "log").read_text())


def _configured(root: Path, port: int) -> Path:
    """Write the configuration; as root everything is done by an account without rights."""
    account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    mails = root / "mail"
    mails.mkdir(exist_ok=True)
    root.chmod(0o755)
    os.chown(mails, account.pw_uid, account.pw_gid)
    line = f"{USER}:{{PLAIN}}{PASSWORD}:{account.pw_uid}:{account.pw_gid}::{mails}\n"
    (root / "users").write_text(line)
    path = root / "dovecot.conf"
    group = grp.getgrgid(account.pw_gid).gr_name
    text = CONFIGURATION.format(root=root, port=port, user=account.pw_name, group=group)
    path.write_text(text)
    return path


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server lets our user in; False: it has ended, or another one has the port."""
    end = time.monotonic() + WITHIN_S
    while process.poll() is None and time.monotonic() < end:
        try:
            with imaplib.IMAP4(HOST, port, timeout=WITHIN_S) as box:
                box.login(USER, PASSWORD)
                return True
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.05)
    return False
