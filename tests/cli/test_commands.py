import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lti_tool.cli import main
from tests.shipped import SHIPPED_FOLDER

ADD = [
    "registrations",
    "add",
    "--issuer",
    "https://moodle.example",
    "--client-id",
    "abc",
    "--auth-login-url",
    "https://moodle.example/mod/lti/auth.php",
    "--token-url",
    "https://moodle.example/mod/lti/token.php",
    "--jwks-url",
    "https://moodle.example/mod/lti/certs.php",
    "--deployment",
    "2",
    "--name",
    "Testmoodle",
]


class Cli:
    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=self._environment)


@pytest.fixture
def cli(sqlite_url: str, keys_folder: Path, tmp_path: Path) -> Cli:
    return Cli(
        {
            "LTI_TOOL_DATABASE_URL": sqlite_url,
            "LTI_TOOL_KEYS_DIR": str(keys_folder),
            "LTI_TOOL_DATA_DIR": str(tmp_path),
        }
    )


def test_the_kept_versions_are_listed_with_how_the_files_in_use_compare(cli: Cli) -> None:
    assert "not kept yet" in cli("programme", "versions").output
    assert cli("db", "upgrade").exit_code == 0
    lines = cli("programme", "versions").output.splitlines()
    assert lines[1].split()[:2] == ["smart-city-manager", "2026.2"]
    assert lines[-1].startswith("Files in use: smart-city-manager version 2026.2, as kept")


def test_changed_files_under_the_same_version_stop_the_start_in_production(cli: Cli, tmp_path: Path) -> None:
    cli("db", "upgrade")
    folder = tmp_path / "programme"
    shutil.copytree(SHIPPED_FOLDER, folder)
    with (folder / "programme.toml").open("a") as file:
        file.write("# ein Wort mehr\n")
    production = Cli(
        {
            **cli._environment,
            "LTI_TOOL_PROGRAMME_DIR": str(folder),
            "LTI_TOOL_ENVIRONMENT": "production",
            "LTI_TOOL_SECRET_KEY": "s" * 40,
        }
    )
    assert "DIFFERENT" in production("programme", "versions").output
    for command in (["db", "upgrade"], ["worker"]):
        refused = production(*command)
        assert refused.exit_code == 1
        assert "Give the changed files a new `version`" in refused.output


COMMANDS = [
    (),
    ("serve",),
    ("worker",),
    ("playground",),
    ("db",),
    ("db", "upgrade"),
    ("db", "current"),
    ("keys",),
    ("keys", "new"),
    ("keys", "list"),
    ("keys", "retire"),
    ("registrations",),
    ("registrations", "add"),
    ("registrations", "list"),
    ("registrations", "show"),
    ("registrations", "disable"),
    ("registrations", "invite"),
    ("registrations", "waiting"),
    ("registrations", "approve"),
    ("registrations", "reject"),
    ("registrations", "refresh-keys"),
    ("registrations", "institutions"),
    ("registrations", "hosts"),
    ("registrations", "enable"),
    ("registrations", "remove"),
    ("deployments",),
    ("deployments", "list"),
    ("deployments", "approve"),
    ("deployments", "block"),
    ("programme", "check"),
    ("programme", "items"),
    ("doctor",),
    ("db", "restored"),
    ("outbox", "list"),
    ("outbox", "retry"),
    ("outbox", "reconcile"),
    ("certificates", "list"),
    ("certificates", "show"),
    ("people", "find"),
    ("people", "away"),
    ("people", "show"),
    ("people", "export"),
    ("people", "erase"),
    ("certificates", "revoke"),
    ("certificates", "reissue"),
    ("certificates", "export"),
    ("certificates", "make"),
    ("certificates", "elm"),
    ("surveys",),
    ("surveys", "invite"),
    ("surveys", "list"),
    ("surveys", "readers"),
    ("surveys", "revoke"),
    ("surveys", "open"),
    ("surveys", "publish"),
    ("surveys", "release"),
    ("surveys", "texts"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(cli: Cli, command: tuple[str, ...]) -> None:
    result = cli(*command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_a_registration_is_added_listed_shown_and_disabled(cli: Cli) -> None:
    added = cli(*ADD)
    assert (added.exit_code, added.output) == (0, "1\n")
    (listed,) = json.loads(cli("registrations", "list", "--json").output)
    assert (listed["issuer"], listed["client_id"], listed["is_enabled"]) == ("https://moodle.example", "abc", True)
    assert "https://moodle.example/mod/lti/token.php" in cli("registrations", "show", "1").output
    assert cli("registrations", "disable", "1").exit_code == 0
    assert "disabled" in cli("registrations", "list").output
    assert cli("registrations", "enable", "1").exit_code == 0


def test_a_platform_is_called_as_the_operator_calls_it(cli: Cli) -> None:
    cli("db", "upgrade")
    cli(*ADD)
    assert "name             Testmoodle\n" in cli("registrations", "show", "1").output


def test_the_same_issuer_and_client_again_is_refused_with_a_reason(cli: Cli) -> None:
    cli(*ADD)
    again = cli(*ADD)
    assert again.exit_code == 1
    assert again.stdout == ""
    assert again.stderr.strip()


def test_wrong_usage_ends_with_2(cli: Cli) -> None:
    assert cli("registrations", "add").exit_code == 2
    assert cli("no-such-command").exit_code == 2


def test_deployments_are_approved_and_blocked(cli: Cli) -> None:
    cli(*ADD)
    assert "approved" in cli("deployments", "list").output
    assert cli("deployments", "block", "1", "2").exit_code == 0
    assert "blocked" in cli("deployments", "list").output
    for command in ("approve", "block"):
        for wrong in (("1", "99"), ("99", "2"), ("1", ""), ("1", "2 "), ("0", "2")):
            assert cli("deployments", command, *wrong).exit_code in (1, 2), wrong
    assert "99" not in cli("deployments", "list").output
    assert cli("deployments", "approve", "1", "99", "--in-advance").exit_code == 0
    assert "1  99  approved" in cli("deployments", "list").output


@pytest.mark.parametrize(
    "bind", ["foo", "", ":8000", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:x", "::1:8000", "unix:"]
)
def test_serve_refuses_an_address_that_is_none_before_it_starts(cli: Cli, bind: str) -> None:
    refused = cli("serve", "--bind", bind)
    assert refused.exit_code == 2
    assert "is no address to listen at" in refused.output


def test_registrations_that_do_not_exist_are_refused(cli: Cli) -> None:
    for command in (("show",), ("disable",), ("enable",), ("remove", "--yes"), ("refresh-keys",), ("hosts",)):
        for number in ("99", "0", "99999999999999999999", "x"):
            refused = cli("registrations", command[0], number, *command[1:])
            assert refused.exit_code in (1, 2), (command, number)
    assert cli("registrations", "institutions", "99", "by-guid").exit_code == 1
    assert cli("registrations", "institutions", "1", "whatever").exit_code == 2


def test_a_removed_registration_is_gone(cli: Cli) -> None:
    cli(*ADD)
    assert cli("registrations", "remove", "1", "--yes").exit_code == 0
    assert cli("registrations", "show", "1").exit_code == 1


def test_the_database_is_at_this_release(cli: Cli) -> None:
    assert cli("db", "upgrade").output.startswith("Already at revision")
    database, release = cli("db", "current").output.removeprefix("database ").split(", release ")
    assert database == release.strip()


def test_a_restored_database_is_said_to_be_one(cli: Cli) -> None:
    assert cli("db", "restored").output.startswith("Noted. 0 scores wait")


def test_keys_are_made_and_listed(cli: Cli, tmp_path: Path) -> None:
    environment = {"LTI_TOOL_KEYS_DIR": str(tmp_path / "own-keys")}
    assert "No key yet" in CliRunner().invoke(main, ["keys", "list"], env=environment).output
    assert "signs now" in CliRunner().invoke(main, ["keys", "new"], env=environment).output
    assert CliRunner().invoke(main, ["keys", "list"], env=environment).output.endswith("signs\n")


def test_the_only_key_cannot_be_retired(cli: Cli, keys_folder: Path) -> None:
    kid = next(keys_folder.glob("*.pem")).stem
    refused = cli("keys", "retire", kid)
    assert refused.exit_code == 1
    assert "is still needed" in refused.stderr


def test_empty_lists_are_no_failure(cli: Cli) -> None:
    assert cli("outbox", "list").output == "0 deliveries\n"
    assert json.loads(cli("outbox", "list", "--failed", "--json").output) == []
    assert cli("certificates", "list").output == "0 certificates\n"


def test_an_unknown_delivery_or_certificate_is_refused(cli: Cli) -> None:
    assert cli("outbox", "retry", "77").exit_code == 1
    assert cli("certificates", "show", "0000").exit_code == 1


def test_a_bad_setting_is_named(sqlite_url: str) -> None:
    result = CliRunner().invoke(
        main, ["db", "current"], env={"LTI_TOOL_PUBLIC_URL": "ftp://x", "LTI_TOOL_DATABASE_URL": sqlite_url}
    )
    assert result.exit_code == 1
    assert "LTI_TOOL_PUBLIC_URL must be a web address" in result.stderr


def test_the_shipped_programme_has_no_errors(cli: Cli) -> None:
    result = cli("programme", "check")
    assert result.exit_code == 0
    assert result.output.strip().splitlines()[-1].startswith("0 errors")


def test_a_programme_with_an_error_is_refused_with_file_and_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "programme.toml").write_text('title = "x"\nslug = \n')
    result = cli("programme", "check", str(tmp_path / "broken"))
    assert result.exit_code == 1
    assert "programme.toml:2" in result.output


@pytest.mark.parametrize(
    ("address", "reason"),
    [("sqlite:///{folder}/empty.sqlite3", "no such table"), ("postgresql://tool:geheim@127.0.0.1:9/lti", "127.0.0.1")],
)
def test_a_database_that_is_not_ready_is_told_in_a_sentence(tmp_path: Path, keys_folder: Path, address: str, reason: str) -> None:
    environment = {"LTI_TOOL_DATABASE_URL": address.format(folder=tmp_path), "LTI_TOOL_DATA_DIR": str(tmp_path)}
    result = Cli({**environment, "LTI_TOOL_KEYS_DIR": str(keys_folder)})("registrations", "list")
    assert result.exit_code == 1
    assert reason in result.output
    assert "lti-tool db upgrade" in result.output
    assert "geheim" not in result.output
    assert "Traceback" not in result.output
