"""Every setting is explained."""

import re
from pathlib import Path

import config

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "settings.md"


ANSWERS = {
    "CITIZENREPORT_DATABASE_URL": "postgresql://db/own",
    "CITIZENREPORT_PRIVATE_DATABASE_URL": "postgresql://db/own",
    "CITIZENREPORT_PUSH": "null",
    "CITIZENREPORT_MESSENGER": "null",
    "CITIZENREPORT_PASSWORD_LIST": __file__,
    "CITIZENREPORT_SECOND_FACTOR_ROLES": "officer",
    "CITIZENREPORT_OIDC_ISSUER": "https://masuk.example.go.id",
    "CITIZENREPORT_OIDC_CLIENT_SECRET_FILE": "",
    "CITIZENREPORT_OIDC_GROUPS_FILE": __file__,
    "CITIZENREPORT_OIDC_MAIL_DOMAINS": "example.go.id",
    "CITIZENREPORT_OIDC_SECOND_FACTOR": "amr:otp",
    "CITIZENREPORT_OIDC_NETWORKS": "10.1.2.0/24",
    "CITIZENREPORT_OIDC_CA_FILE": __file__,
    "CITIZENREPORT_OIDC_JOIN": "no",
    "CITIZENREPORT_LOCAL_LOGIN": "emergency",
    **{
        f"CITIZENREPORT_{name}_FILE": ""
        for name in (
            *("TELEGRAM_TOKEN", "TELEGRAM_SECRET", "WHATSAPP_TOKEN", "WHATSAPP_APP_SECRET"),
            *("WHATSAPP_VERIFY_TOKEN", "SMS_TOKEN", "SMS_SECRET", "IMAP_URL", "IMAP_CA"),
        )
    },
}


class Recorder(dict[str, str]):
    """An environment in which everything is set, and that remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: object = None) -> str:  # type: ignore[override]
        self.asked.add(key)
        return ANSWERS.get(key, "1")

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return ANSWERS.get(key, "1")


def explained() -> set[str]:
    return set(re.findall(r"`([A-Z][A-Z_]+)`", DOCS.read_text()))


def test_every_variable_and_setting_is_in_the_docs() -> None:
    env = Recorder()
    settings = config.from_env(env)
    assert env.asked | set(settings) <= explained()


def test_the_docs_name_no_variable_that_nobody_reads() -> None:
    sources = [ROOT / "config.py", *(ROOT / "citizenreport" / "commands").glob("*.py")]
    read = set(re.findall(r"CITIZENREPORT_[A-Z_]+", "".join(p.read_text() for p in sources)))
    named = {name for name in explained() if name.startswith("CITIZENREPORT_")}
    assert named == read
