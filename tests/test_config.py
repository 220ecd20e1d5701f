"""What the environment says, and what is private."""

from pathlib import Path

import pytest

import config
from citizenreport.identity.rules import Role

GIVEN = {
    "CITIZENREPORT_SECRET_KEY": "s",
    "CITIZENREPORT_PUBLIC_URL": "https://lapor.example/",
    "CITIZENREPORT_KEYS_DIR": "/keys",
    "CITIZENREPORT_STORAGE_DIR": "/storage",
    "CITIZENREPORT_CHECKPOINT_DIR": "/checkpoints",
}
PRIVATE = GIVEN | {"CITIZENREPORT_PRIVATE_DATABASE_URL": "postgresql+psycopg:///private"}
OWN = {"CITIZENREPORT_DATABASE_URL": "postgresql+psycopg://db/own"}


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(config.SettingMissing, match=name):
        config.from_env({k: v for k, v in (GIVEN | OWN).items() if k != name})


def test_without_any_database_nothing_starts() -> None:
    with pytest.raises(config.SettingMissing, match="CITIZENREPORT_DATABASE_URL"):
        config.from_env(GIVEN)


def test_a_given_database_is_never_private() -> None:
    settings = config.from_env(PRIVATE | OWN)
    assert settings["SQLALCHEMY_DATABASE_URI"] == OWN["CITIZENREPORT_DATABASE_URL"]
    assert settings["IS_PRIVATE"] is False
    assert settings["MAY_USE_DEMO_KEYS"] is False


@pytest.mark.parametrize(
    ("host", "is_private"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("pc", False)],
)
def test_a_private_cluster_counts_on_loopback_only(host: str, *, is_private: bool) -> None:
    settings = config.from_env(PRIVATE | {"CITIZENREPORT_HOST": host})
    assert settings["IS_PRIVATE"] is is_private
    assert settings["MAY_USE_DEMO_KEYS"] is True


def test_addresses_end_without_a_slash() -> None:
    assert config.from_env(PRIVATE)["PUBLIC_URL"] == "https://lapor.example"


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgresql", "postgres"])
def test_a_database_may_be_written_as_libpq_writes_it(scheme: str) -> None:
    settings = config.from_env(GIVEN | {"CITIZENREPORT_DATABASE_URL": f"{scheme}://l@db:5432/own"})
    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://l@db:5432/own"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *(
            ("CITIZENREPORT_DATABASE_URL", address)
            for address in ["db", "mysql://db/own", "postgresql:/db", "postgresql://[::", " "]
        ),
        ("CITIZENREPORT_DATABASE_URL", "postgresql://db:port/own"),
        ("CITIZENREPORT_PASSWORD_MEMORY_KIB", "64 MiB"),
        ("CITIZENREPORT_PASSWORD_MEMORY_KIB", "-1"),
        ("CITIZENREPORT_PASSWORD_TIME_COST", "0"),
        ("CITIZENREPORT_PASSWORD_TIME_COST", ""),
    ],
)
def test_what_cannot_be_used_is_named_with_a_remedy(name: str, given: str) -> None:
    with pytest.raises(config.SettingInvalid, match=f"{name} must .* docs/settings.md"):
        config.from_env(GIVEN | OWN | {name: given})


def test_the_roles_with_a_second_factor_are_the_programs_roles() -> None:
    assert {role.value for role in Role} == config.ROLES


def test_a_second_factor_is_asked_of_those_who_see_most() -> None:
    given = config.from_env(PRIVATE)["SECOND_FACTOR_ROLES"]
    assert given == {"administrator", "city_desk", "confidential_handler"}
    with pytest.raises(config.SettingInvalid, match="SECOND_FACTOR_ROLES"):
        config.from_env(PRIVATE | {"CITIZENREPORT_SECOND_FACTOR_ROLES": "officer,boss"})


def test_a_password_list_is_there_or_the_service_does_not_start() -> None:
    with pytest.raises(config.SettingInvalid, match="PASSWORD_LIST"):
        config.from_env(PRIVATE | {"CITIZENREPORT_PASSWORD_LIST": "/nowhere/at/all"})


SIGN_ON = {
    "CITIZENREPORT_OIDC_ISSUER": "https://masuk.example.go.id",
    "CITIZENREPORT_OIDC_CLIENT_ID": "lapor",
    "CITIZENREPORT_OIDC_CLIENT_SECRET": "s",
    "CITIZENREPORT_OIDC_GROUPS_FILE": __file__,
    "CITIZENREPORT_OIDC_MAIL_DOMAINS": "Example.go.id, kota.example.go.id",
}


def test_single_sign_on_needs_all_of_its_settings_or_none() -> None:
    assert config.from_env(PRIVATE)["OIDC_ISSUER"] == ""
    settings = config.from_env(PRIVATE | SIGN_ON)
    assert settings["OIDC_MAIL_DOMAINS"] == {"example.go.id", "kota.example.go.id"}
    for name in SIGN_ON.keys() - {"CITIZENREPORT_OIDC_ISSUER"}:
        with pytest.raises(config.SettingMissing, match=name):
            config.from_env({k: v for k, v in (PRIVATE | SIGN_ON).items() if k != name})


def test_the_secret_of_single_sign_on_comes_from_its_file_first(open_tmp_path: Path) -> None:
    path = open_tmp_path / "secret"
    path.write_text("dari berkas\n")
    given = PRIVATE | SIGN_ON | {"CITIZENREPORT_OIDC_CLIENT_SECRET_FILE": str(path)}
    assert config.from_env(given)["OIDC_CLIENT_SECRET"] == "dari berkas"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("CITIZENREPORT_OIDC_ISSUER", "http://masuk.example.go.id"),
        ("CITIZENREPORT_OIDC_MAIL_DOMAINS", "sri@example.go.id"),
        ("CITIZENREPORT_OIDC_SECOND_FACTOR", "otp"),
        ("CITIZENREPORT_OIDC_NETWORKS", "kantor"),
        ("CITIZENREPORT_OIDC_JOIN", "maybe"),
        ("CITIZENREPORT_LOCAL_LOGIN", "never"),
    ],
)
def test_a_setting_of_single_sign_on_that_is_wrong_is_named(name: str, given: str) -> None:
    with pytest.raises(config.SettingInvalid, match=name):
        config.from_env(PRIVATE | SIGN_ON | {name: given})
