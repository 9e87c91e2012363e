"""`registrations invite` and `add --family`, and what `doctor` says of a platform."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.cli import main
from lti_tool.keyring import Keyring
from lti_tool.models import Invite
from lti_tool.models.database import open_database
from lti_tool.platforms.registering.invite_platform import invite_platform
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.proposals import ProposalReason, propose
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.playground import Playground
from lti_tool.playground.server import serve_in_thread

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


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
    made = run(environment, "registrations", "invite", "--platform-url", "https://lms.example", "--days", "3")
    assert made.exit_code == 0
    assert re.fullmatch(r"http://localhost:1/lti/register/[A-Za-z0-9_-]{32}\n", made.stdout)
    assert "Works once, until" in made.stderr


def test_two_invites_are_different(environment: dict[str, str]) -> None:
    first, second = (run(environment, "registrations", "invite", "--any-platform").stdout for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    "arguments",
    [
        ("--platform-url", "moodle"),
        ("--platform-url", ""),
        ("--platform-url", "https://user@lms.example"),
        ("--platform-url", "https://lms.example/a/../b"),
        ("--any-platform", "--days", "0"),
        ("--any-platform", "--days", "91"),
        ("--renew", "7"),
    ],
)
def test_an_invite_that_makes_no_sense_is_refused(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    refused = run(environment, "registrations", "invite", *arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.strip()


@pytest.mark.parametrize(
    "arguments",
    [(), ("--days", "3"), ("--any-platform", "--platform-url", "https://lms.example"), ("--renew", "1", "--any-platform")],
)
def test_an_invite_says_for_whom_it_is(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    refused = run(environment, "registrations", "invite", *arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--platform-url" in refused.stderr


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


def test_an_operator_sees_what_waits_and_decides(environment: dict[str, str]) -> None:
    database = open_database(environment["LTI_TOOL_DATABASE_URL"])
    known = NewRegistration(
        "https://lms.example", "abc", "https://lms.example/a", "https://lms.example/t", "https://lms.example/k"
    )
    with database.write.begin() as session:
        registration = add_registration(session, known, is_production=True, now=NOW)
        propose(
            session,
            _invited(session),
            replace(known, jwks_url="https://lms.example/new"),
            ProposalReason.KNOWN_CLIENT,
            changes=1,
            now=NOW,
        )
        propose(
            session, _invited(session), replace(known, client_id="second"), ProposalReason.KNOWN_ISSUER, changes=None, now=NOW
        )
    database.close()
    listed = run(environment, "registrations", "waiting")
    assert "2 registrations wait." in listed.stderr
    assert "https://lms.example/new   (now https://lms.example/k)" in listed.stdout
    asked = CliRunner().invoke(main, ["registrations", "approve", "1"], env=environment, input="n\n")
    assert asked.exit_code == 1
    assert "https://lms.example/k" in run(environment, "registrations", "show", str(registration.id)).stdout
    assert run(environment, "registrations", "approve", "1", "--yes").stdout == "Registration 1 is up to date.\n"
    assert "https://lms.example/new" in run(environment, "registrations", "show", "1").stdout
    assert run(environment, "registrations", "reject", "2").exit_code == 0
    assert "0 registrations wait." in run(environment, "registrations", "waiting").stderr
    for command in ("approve", "reject"):
        refused = run(environment, "registrations", command, "2")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "Nothing waits" in refused.stderr


def _invited(session: Session) -> int:
    invite_platform(session, now=NOW)
    return session.scalars(select(Invite.id).order_by(Invite.id.desc())).first() or 0
