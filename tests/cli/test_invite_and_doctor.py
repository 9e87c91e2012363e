"""`registrations invite` and `add --family`, and what `doctor` says of a platform."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lti_tool.cli import main
from lti_tool.keyring import Keyring
from lti_tool.playground import Playground
from lti_tool.playground.server import serve_in_thread


@pytest.fixture
def environment(sqlite_url: str, keys_folder: Path, tmp_path: Path) -> dict[str, str]:
    return {
        "LTI_TOOL_PUBLIC_URL": "http://localhost:1",
        "LTI_TOOL_DATABASE_URL": sqlite_url,
        "LTI_TOOL_KEYS_DIR": str(keys_folder),
        "LTI_TOOL_DATA_DIR": str(tmp_path),
    }


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


def test_an_invite_is_an_address_on_stdout_and_its_end_on_stderr(environment: dict[str, str]) -> None:
    made = run(environment, "registrations", "invite", "--days", "3")
    assert made.exit_code == 0
    assert re.fullmatch(r"http://localhost:1/lti/register/[A-Za-z0-9_-]{32}\n", made.stdout)
    assert "Works once, until" in made.stderr


def test_two_invites_are_different(environment: dict[str, str]) -> None:
    first, second = (run(environment, "registrations", "invite").stdout for _ in range(2))
    assert first != second


@pytest.mark.parametrize("arguments", [("--platform-url", "moodle"), ("--days", "0"), ("--days", "91")])
def test_an_invite_that_makes_no_sense_is_refused(environment: dict[str, str], arguments: tuple[str, str]) -> None:
    refused = run(environment, "registrations", "invite", *arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.strip()


def test_a_platform_is_added_by_its_family(environment: dict[str, str]) -> None:
    added = run(
        environment, "registrations", "add", "--issuer", "https://lms.example", "--client-id", "abc", "--family", "moodle"
    )
    assert (added.exit_code, added.output) == (0, "1\n")
    shown = run(environment, "registrations", "show", "1").output
    for address in ("auth.php", "token.php", "certs.php"):
        assert f"https://lms.example/mod/lti/{address}" in shown


def test_an_address_that_is_given_wins_over_the_usual_one(environment: dict[str, str]) -> None:
    given = ("--jwks-url", "https://lms.example/keys", "--token-url", "https://lms.example/imsblis/lti13/token/43")
    run(environment, "registrations", "add", "--issuer", "https://lms.example", "--client-id", "abc", "--family", "sakai", *given)
    shown = run(environment, "registrations", "show", "1").output
    assert "https://lms.example/keys" in shown
    assert "https://lms.example/imsoidc/lti13/oidc_auth" in shown


def test_an_address_that_the_family_leaves_open_is_needed(environment: dict[str, str]) -> None:
    refused = run(
        environment, "registrations", "add", "--issuer", "https://lms.example", "--client-id", "abc", "--family", "open-edx"
    )
    assert refused.exit_code == 2
    assert "--token-url" in refused.stderr


def test_without_family_every_address_is_needed(environment: dict[str, str]) -> None:
    refused = run(environment, "registrations", "add", "--issuer", "https://lms.example", "--client-id", "abc")
    assert refused.exit_code == 2
    assert "--auth-login-url" in refused.stderr


def test_doctor_names_each_line_of_a_platform(environment: dict[str, str]) -> None:
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        keys = Keyring(Path(environment["LTI_TOOL_KEYS_DIR"])).public_jwks()
        lms.register_tool("http://localhost:1", jwks=keys)
        offered = lms.registration()
        options = [f"--{name.replace('_', '-')}={value}" for name, value in offered.items() if name != "deployment_ids"]
        added = run(environment, "registrations", "add", *options, "--deployment", "1")
        assert added.exit_code == 0, added.output
        output = run(environment, "doctor").output
        for check in ("keys", "clock", "token", "scopes"):
            assert re.search(rf"^ok   registration 1 \({re.escape(lms.issuer)}\) {check}:", output, re.MULTILINE), output
        lms.answer_next(503, service="token", times=3)
        output = run(environment, "doctor", "1").output
        assert re.search(r"^BAD  registration 1 .* token: .*token_http_503", output, re.MULTILINE), output


def test_an_operator_fetches_a_platforms_keys_and_sees_which_came_and_went(environment: dict[str, str]) -> None:
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        given = ("--issuer", lms.issuer, "--client-id", "abc", "--family", "moodle")
        assert run(environment, "registrations", "add", *given).exit_code == 0
        first = run(environment, "registrations", "refresh-keys", "1")
        assert re.fullmatch(r"\w+  new\n", first.stdout)
        lms.rotate_key(keep_old=False)
        second = run(environment, "registrations", "refresh-keys", "1").stdout
        assert first.stdout.replace("new", "withdrawn") in second
        assert second.count("  new\n") == 1
    refused = run(environment, "registrations", "refresh-keys", "1")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert run(environment, "registrations", "refresh-keys", "7").exit_code == 1
