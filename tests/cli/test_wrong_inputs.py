"""What an operator gets wrong on the command line: a sentence in English that says what to do, and nothing is done."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from lti_tool.cli import main
from lti_tool.models import LessonHint, Platform, User
from lti_tool.models.database import open_database
from lti_tool.personal_data.erasure_list import Marker
from lti_tool.personal_data.person_overview import show_person

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
SECRET = "s" * 40
CODE = "3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BG"


@pytest.fixture
def environment(sqlite_url: str, keys_folder: Path, tmp_path: Path) -> dict[str, str]:
    database = open_database(sqlite_url)
    with database.write.begin() as session:
        platform = Platform(issuer="https://moodle.test", created_at=NOW)
        session.add(platform)
        session.flush()
        session.add(User(platform_id=platform.id, sub="anna", name="Anna", first_seen_at=NOW, last_seen_at=NOW))
    database.close()
    return {
        "LTI_TOOL_PUBLIC_URL": "http://localhost:1",
        "LTI_TOOL_DATABASE_URL": sqlite_url,
        "LTI_TOOL_KEYS_DIR": str(keys_folder),
        "LTI_TOOL_DATA_DIR": str(tmp_path),
        "LTI_TOOL_SECRET_KEY": SECRET,
    }


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("people find ''", "Whom to look for is missing."),
        ("people find \u200b", "Whom to look for is missing."),
        ("people find \udcff", "Whom to look for is missing."),
        ("people show 99", "Nobody is stored under this number."),
        ("people show 0", "not in the range"),
        ("people show 99999999999999999999", "not in the range"),
        ("people show anna", "is not a valid integer"),
        ("people erase 99 --yes", "Nobody is stored under this number."),
        ("people export 1 --out /nowhere/person.zip", "/nowhere/person.zip: No such file or directory"),
        ("people away gestern", "does not match the format"),
        ("people erase-again", "There is no list at"),
        ("roster refresh 77", "There is no course 77 here"),
        ("programme hints --done 99", "There is no hint 99"),
        (f"certificates show {CODE}A", "contains a typing mistake"),
        (f"certificates revoke {CODE}A --reason Irrtum", "contains a typing mistake"),
        (f"certificates show {CODE}", "is not a complete check code"),
        ("certificates revoke ABC --reason Irrtum", "is not a complete check code"),
        ("certificates reissue ''", "is not a complete check code"),
        ("certificates elm ABC --out x", "is not a complete check code"),
        ("outbox reconcile 99", "registration"),
        ("outbox retry 99", "Not sent again (unknown"),
        ("keys retire nothing", "There is no active key"),
        ("doctor 99", "registration 99: there is none with this id"),
    ],
)
def test_a_wrong_input_is_refused_in_english_and_nothing_happens(environment: dict[str, str], line: str, says: str) -> None:
    arguments = [part.strip("'") for part in line.split(" ")]
    refused = run(environment, *arguments)
    assert says in refused.output, refused.output
    assert refused.exit_code in (1, 2) or "find" in arguments
    assert refused.exception is None or isinstance(refused.exception, SystemExit)
    assert not set(refused.output) & set("äöüÄÖÜß„")
    assert show_anna(environment) == "Anna"


def show_anna(environment: dict[str, str]) -> str | None:
    database = open_database(environment["LTI_TOOL_DATABASE_URL"])
    with database.read() as session:
        name = show_person(session, 1).person.name
    database.close()
    return name


def test_of_several_hints_none_is_marked_where_one_is_unknown(environment: dict[str, str]) -> None:
    database = open_database(environment["LTI_TOOL_DATABASE_URL"])
    with database.write.begin() as session:
        session.add(
            LessonHint(
                form_key="a",
                module_slug="m",
                lesson_code="1.1",
                lesson_version="1",
                programme_version="1",
                heading="",
                text="Tippfehler",
                given_at=NOW,
            )
        )
    database.close()
    assert run(environment, "programme", "hints", "--done", "1", "--done", "99").exit_code == 1
    assert "open" in run(environment, "programme", "hints").output


def test_the_question_before_an_erasure_shows_who_it_is(environment: dict[str, str]) -> None:
    asked = CliRunner().invoke(main, ["people", "erase", "1"], env=environment, input="n\n")
    assert asked.output.splitlines()[0] == "1  https://moodle.test  anna  Anna  last seen 2026-11-02"
    assert "Is this the person?" in asked.output
    assert asked.exit_code == 1
    assert show_anna(environment) == "Anna"


def test_there_is_one_command_that_erases_a_person() -> None:
    erasing = [
        name for group in main.commands.values() if isinstance(group, click.Group) for name in group.commands if "erase" in name
    ]
    assert erasing == ["erase", "erase-again"]


def test_doctor_finds_who_a_restored_backup_brought_back(environment: dict[str, str], tmp_path: Path) -> None:
    marker = Marker(SECRET)
    list_file = tmp_path / "erased-people.jsonl"
    lines = [{"person": marker.mark("https://moodle.test", sub), "key": marker.key_name} for sub in ("anna", "ben")]
    list_file.write_text(
        "".join(json.dumps(line | {"erased_at": (NOW + timedelta(days=1)).isoformat()}) + "\n" for line in lines)
    )
    report = run(environment, "doctor").output
    assert "BAD  erased people: 1 person who was erased is in the database again" in report
    assert "lti-tool people erase-again" in report
    list_file.write_text(json.dumps(lines[1] | {"erased_at": NOW.isoformat()}) + "\n")
    assert "ok   erased people: none of 1 is in the database again" in run(environment, "doctor").output
    list_file.write_text("nonsense\n")
    assert "Line 1 of the list of erasures cannot be read." in run(environment, "doctor").output


def test_lists_of_commands_cut_no_sentence() -> None:
    for arguments in ([], ["people"], ["registrations"], ["certificates"], ["outbox"]):
        shown = CliRunner().invoke(main, [*arguments, "--help"]).output
        assert "..." not in shown.replace("[ARGS]...", "")
