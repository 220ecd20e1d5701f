"""The demo logins of a private service, with a password of this installation's own."""

import os
import secrets
from pathlib import Path
from typing import Final

from flask import current_app

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.identity.demo import DemoAccounts, make_demo_accounts
from citizenreport.identity.passwords import hash_cost

PASSWORD_FILE: Final = "demo_password"  # noqa: S105  a file's name
WORDS: Final = [
    "awan",
    "bambu",
    "batik",
    "biru",
    "bukit",
    "bulan",
    "burung",
    "cabai",
    "candi",
    "capung",
    "daun",
    "delima",
    "dokar",
    "embun",
    "gamelan",
    "gendang",
    "gula",
    "gunung",
    "halte",
    "hujan",
    "jagung",
    "jambu",
    "jati",
    "jembatan",
    "kelapa",
    "kenari",
    "kereta",
    "ketupat",
    "kopi",
    "kuda",
    "kunci",
    "lampu",
    "langit",
    "layang",
    "lereng",
    "lesung",
    "madu",
    "mangga",
    "manis",
    "melati",
    "merak",
    "mentari",
    "nangka",
    "padi",
    "pagi",
    "pandan",
    "pasar",
    "payung",
    "pelita",
    "perahu",
    "pisang",
    "rambutan",
    "randu",
    "rumput",
    "sawah",
    "sepeda",
    "sungai",
    "taman",
    "tebu",
    "teduh",
    "teh",
    "teluk",
    "tembang",
    "terang",
    "topi",
    "wayang",
]
WORD_COUNT: Final = 5  # about 30 bits, behind the throttle of the login, on loopback only


def open_demo_accounts(city: City, state_dir: Path) -> DemoAccounts:
    """Open one account per role to try the service with, unless they are there.

    Their password is made once and kept in `demo_password` (0600); delete the file for another one.
    """
    password, is_new = _password(state_dir / PASSWORD_FILE)
    with transaction() as session:
        return make_demo_accounts(
            session,
            city,
            password=password,
            is_new_password=is_new,
            cost=hash_cost(current_app.config),
            now=utcnow(),
        )


def _password(path: Path) -> tuple[str, bool]:
    """Return the password in the file, and whether it was made just now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip(), False
    password = "-".join(secrets.choice(WORDS) for _ in range(WORD_COUNT))
    with os.fdopen(handle, "w") as file:
        file.write(password + "\n")
    return password, True
