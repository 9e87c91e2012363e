"""`lti-tool certificates`: what an operator does with the register, from the first document to its revocation."""

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.cli import main
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.models import Certificate
from lti_tool.models.database import Database, open_database
from lti_tool.progress.certificate_due import issue_if_due

Command = Callable[..., Result]


@pytest.fixture
def register(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def codes(
    register: Database,
    programme: Programme,
    issuer: Issuer,
    add_user: Callable[..., int],
    complete: Callable[..., None],
    now: datetime,
) -> list[str]:
    """The codes of Ayşe and Mei, whose documents are not made yet; Mei's name has a sign that cannot be set."""
    with register.write.begin() as session:
        for sub, name in (("ayse", "Ayşe Çelik"), ("mei", "Mei Wang")):
            user_id = add_user(session, name=name, sub=sub)
            complete(session, user_id)
            issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
        row = session.get_one(Certificate, 2)
        row.facts = {**row.facts, "name": "Mei 王"}
        return [entry.code for entry in list_certificates(session)]


@pytest.fixture
def command(sqlite_url: str, tmp_path: Path) -> Command:
    environment = {"LTI_TOOL_DATABASE_URL": sqlite_url, "LTI_TOOL_DATA_DIR": str(tmp_path), "LTI_TOOL_BADGES": "off"}

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["certificates", *arguments], env=environment)

    return run


def test_missing_documents_are_made_and_what_needs_a_person_is_named(command: Command, codes: list[str]) -> None:
    made = command("make").output
    assert made.startswith("1 documents made, 0 tried again later, 1 for a person\n")
    assert (
        f"{codes[1]}  Die Druckschrift hat das Zeichen „王“ nicht.  `lti-tool certificates reissue {codes[1]} --name …`" in made
    )
    assert "PROBLEM: Die Druckschrift" in command("list").output
    new_code = command("reissue", codes[1], "--name", "Mei Wang").output.strip()
    assert command("make").output == "0 documents made, 0 tried again later, 0 for a person\n"
    assert "Mei Wang" in command("show", new_code).output


def test_a_reissue_that_cannot_be_set_says_so(command: Command, codes: list[str], register: Database) -> None:
    with register.write.begin() as session:
        row = session.get_one(Certificate, 1)
        row.facts = {**row.facts, "topics": ["王"]}
    assert "Its document is not made yet: Die Druckschrift hat das Zeichen „王“ nicht." in command("reissue", codes[0]).stderr


def test_the_european_credential_is_written_for_valid_certificates_only(
    command: Command, codes: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "credential.jsonld"
    assert command("elm", codes[0], "--out", str(out)).exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["credentialSubject"]["fullName"] == {"de": "Ayşe Çelik"}
    assert command("revoke", codes[0], "--reason", "Irrtum").output == "Revoked.\n"
    refused = command("elm", codes[0], "--out", str(out))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.strip()


def test_the_export_holds_all_documents_and_leaves_no_half_file(
    command: Command, codes: list[str], tmp_path: Path, register: Database
) -> None:
    command("make")
    out = tmp_path / "all.zip"
    assert command("export", "--out", str(out)).output == f"1 certificates in {out}\n"
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == [f"{codes[0]}.pdf", "manifest.csv", "manifest.json"]
    assert sorted(path.name for path in tmp_path.glob("all.zip*")) == ["all.zip"]
    with register.write.begin() as session:
        session.execute(update(Certificate).values(facts={"format": 99}))
    assert command("export", "--out", str(out)).exit_code != 0
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
