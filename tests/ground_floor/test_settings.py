from pathlib import Path

import pytest

from lti_tool.errors import ConfigurationError
from lti_tool.settings import load_settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("LTI_TOOL_")]:
        monkeypatch.delenv(name)


def test_defaults_are_good_for_a_first_try() -> None:
    settings = load_settings()
    assert settings.public_url == "http://localhost:8000"
    assert settings.effective_database_url.endswith("/var/lti-tool.sqlite3")
    assert settings.deployment_policy == "approve"


def test_a_slash_at_the_end_of_the_public_address_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTI_TOOL_PUBLIC_URL", "https://lernen.example/")
    assert load_settings().public_url == "https://lernen.example"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://lernen.example", "must start with https://"),
        ("lernen.example", "must be a web address"),
        ("https://lernen.example/tool", "must name the host only"),
        ("https://lernen.example:https", "must name a port by its number"),
    ],
)
def test_a_bad_public_address_stops_the_start(monkeypatch: pytest.MonkeyPatch, address: str, reason: str) -> None:
    monkeypatch.setenv("LTI_TOOL_PUBLIC_URL", address)
    with pytest.raises(ConfigurationError, match=f"LTI_TOOL_PUBLIC_URL {reason}"):
        load_settings()


@pytest.mark.parametrize("address", ["lti.sqlite3", "mysql://tool:geheim@db/lti", "postgres://tool:geheim@db/lti"])
def test_a_database_of_another_kind_stops_the_start_without_telling_its_password(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("LTI_TOOL_DATABASE_URL", address)
    with pytest.raises(ConfigurationError, match="LTI_TOOL_DATABASE_URL must begin with") as refused:
        load_settings()
    assert "geheim" not in str(refused.value)


def test_production_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTI_TOOL_ENVIRONMENT", "production")
    monkeypatch.setenv("LTI_TOOL_PUBLIC_URL", "https://lernen.example")
    with pytest.raises(ConfigurationError, match="LTI_TOOL_SECRET_KEY"):
        load_settings()


def test_a_secret_may_come_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 40 + "\n")
    monkeypatch.setenv("LTI_TOOL_SECRET_KEY_FILE", str(secret))
    settings = load_settings()
    assert settings.secret_key.get_secret_value() == "s" * 40
    assert "ssss" not in repr(settings)


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTI_TOOL_DATABASE_URL_FILE", "/nowhere/db")
    with pytest.raises(ConfigurationError, match="LTI_TOOL_DATABASE_URL_FILE names a file that cannot be read: /nowhere/db"):
        load_settings()


def test_an_unknown_word_is_refused_with_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTI_TOOL_DEPLOYMENT_POLICY", "sometimes")
    with pytest.raises(ConfigurationError, match="LTI_TOOL_DEPLOYMENT_POLICY"):
        load_settings()
