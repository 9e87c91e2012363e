"""The certification suite's valid launches: nine as instructor, nine as learner (guide, sections 6.1.2 and 6.1.3)."""

from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.models import Membership, User
from lti_tool.models.database import Database
from tests.certification.platform import ABSENT, INSTRUCTOR, LEARNER
from tests.certification.tool import Tool

NO_NAMES = {"name": ABSENT, "given_name": ABSENT, "family_name": ABSENT}
NO_PII = {**NO_NAMES, "email": ABSENT}
PERSON = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"


def launches(role: str, short: str) -> list[Any]:
    several = [role, f"{PERSON}#Faculty", "http://purl.imsglobal.org/vocab/lis/v2/system/person#User"]
    return [
        pytest.param({"roles": [role]}, id="full"),
        pytest.param({"roles": several}, id="multiple_roles"),
        pytest.param({"roles": [short]}, id="short_role"),
        pytest.param({"roles": ["http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Helper"]}, id="unknown_role"),
        pytest.param({"roles": []}, id="no_role"),
        pytest.param({"roles": [role], **NO_NAMES}, id="email_only"),
        pytest.param({"roles": [role], "email": ABSENT}, id="names_only"),
        pytest.param({"roles": [role], **NO_PII}, id="no_pii"),
        pytest.param({"roles": [role], **NO_NAMES, "context": ABSENT}, id="email_without_context"),
    ]


@pytest.mark.parametrize("changes", launches(INSTRUCTOR, "Instructor"))
def test_a_valid_instructor_launch_gets_in(tool: Tool, changes: dict[str, Any]) -> None:
    landing = tool.got_in(tool.launch(**changes))
    assert landing.startswith("/modules/grundlagen-und-strategie?v=")
    assert tool.browser.get(landing, base_url="https://tool.test").status_code == 200


@pytest.mark.parametrize("changes", launches(LEARNER, "Learner"))
def test_a_valid_learner_launch_gets_in(tool: Tool, changes: dict[str, Any]) -> None:
    landing = tool.got_in(tool.launch(**changes))
    assert tool.browser.get(landing, base_url="https://tool.test").status_code == 200


def test_a_launch_without_any_personal_data_stores_none(tool: Tool, database: Database) -> None:
    tool.got_in(tool.launch(**NO_PII))
    with database.read() as session:
        user = session.scalars(select(User)).one()
    assert (user.sub, user.name) == ("4", None)


def test_a_launch_without_context_has_no_membership(tool: Tool, database: Database) -> None:
    tool.got_in(tool.launch(context=ABSENT))
    with database.read() as session:
        assert session.scalars(select(Membership)).all() == []
