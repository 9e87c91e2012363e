"""An optional claim in an odd shape locks nobody out (fault L1), and no odd value comes out of the tool again.

Each claim, each shape, in a launch and in a request for content. What identifies or protects stays strict: see
`test_negative_tokens.py`.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.lti.claims import claim_names as names
from lti_tool.models import Base, Course, ResourceLink
from lti_tool.models.database import Database, open_database
from tests.certification.odd_shapes import (
    ALL,
    MARK,
    NEVER_USABLE,
    OPTIONAL_CLAIMS,
    OPTIONAL_SETTINGS,
    TooLongANumber,
)
from tests.certification.platform import ABSENT, INSTRUCTOR, ISSUER, TOOL_URL, launch_claims, sign
from tests.certification.tool import Tool

CHOICE = {
    "message_type": names.DEEP_LINKING_REQUEST,
    "resource_link": ABSENT,
    "roles": [INSTRUCTOR],
    "deep_linking_settings": {"deep_link_return_url": f"{ISSUER}/return", "accept_types": ["ltiResourceLink"]},
}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """One engine for the matrix; `TestOnBothEngines` takes all shapes to the other."""
    database = open_database(sqlite_url)
    yield database
    database.close()


def launch_with(tool: Tool, changes: dict[str, Any]) -> str:
    """Launch and give the landing; the token is written by hand, since `json.dumps` spells no number of 5,000 digits."""
    begun = tool.begin()
    claims = launch_claims(begun.nonce, now=tool.clock(), **changes)
    answer = tool.post(sign(tool.header(), spelled(claims).encode(), tool.key), begun.state)
    assert answer.status_code == 303, f"{changes}: {answer.text}"
    return answer.location


def spelled(value: Any) -> str:
    """Write JSON, also what the standard library refuses or would recurse into too deeply."""
    if isinstance(value, TooLongANumber):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{spelled(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        opened = 0
        while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
            value, opened = value[0], opened + 1
        return "[" * (opened + 1) + ",".join(map(spelled, value)) + "]" * (opened + 1)
    return json.dumps(value)


def stored(database: Database) -> str:
    """Give whatever stands in the database."""
    with database.engine.connect() as connection:
        return "\n".join(str(tuple(row)) for table in Base.metadata.sorted_tables for row in connection.execute(select(table)))


def check_nothing_came_out(tool: Tool, database: Database, landing: str) -> None:
    page = tool.browser.get(landing, base_url=TOOL_URL)
    assert page.status_code == 200
    assert MARK not in page.text
    assert MARK not in stored(database)
    assert MARK not in tool.caplog.text
    assert not [record for record in tool.caplog.records if MARK in str(record.__dict__)]


@pytest.mark.parametrize("claim", OPTIONAL_CLAIMS)
def test_a_launch_gets_in_with_this_claim_in_any_shape(tool: Tool, database: Database, claim: str) -> None:
    for value in ALL.values():
        assert launch_with(tool, OPTIONAL_CLAIMS[claim](value)).startswith("/modules")
    for shape in ("an object", "a list of objects", "half a surrogate pair", "a zero"):
        check_nothing_came_out(tool, database, launch_with(tool, OPTIONAL_CLAIMS[claim](NEVER_USABLE[shape])))


@pytest.mark.parametrize("claim", OPTIONAL_CLAIMS | OPTIONAL_SETTINGS)
def test_a_request_for_content_gets_in_with_this_claim_in_any_shape(tool: Tool, database: Database, claim: str) -> None:
    change = (OPTIONAL_CLAIMS | OPTIONAL_SETTINGS)[claim]
    for value in ALL.values():
        landing = launch_with(tool, CHOICE | change(value))
        assert landing.startswith("/lti/deep-linking")
    assert tool.browser.get(landing, base_url=TOOL_URL).status_code == 200
    # What goes back to the platform as it came is kept till then.
    if claim != "data":
        assert MARK not in stored(database)
    assert not [record for record in tool.caplog.records if MARK in str(record.__dict__)]


@pytest.mark.parametrize("types", ["ltiResourceLink", "link,ltiResourceLink", {"0": "ltiResourceLink", "3": "link"}, None, [], 5])
def test_what_a_platform_takes_is_read_in_any_shape_and_else_assumed(tool: Tool, types: Any) -> None:
    settings = {"deep_link_return_url": f"{ISSUER}/return", "accept_types": types}
    assert launch_with(tool, CHOICE | {"deep_linking_settings": settings}).startswith("/lti/deep-linking")


@pytest.mark.parametrize("types", [["link", "file"], "link", ["LtiAssignment"]])
def test_a_platform_that_takes_no_activities_is_told_so(tool: Tool, types: Any) -> None:
    settings = {"deep_link_return_url": f"{ISSUER}/return", "accept_types": types}
    answer = tool.launch(**(CHOICE | {"deep_linking_settings": settings}))
    assert "keine Aktivitäten dieses Angebots" in answer.text
    tool.refused(answer, "content_not_taken")


def test_all_at_once(tool: Tool, database: Database) -> None:
    odd = {
        "name": {"a": MARK},
        "email": [MARK],
        "context": {"id": "2", "title": 2026, "label": {"a": MARK}, "type": "CourseSection,Group"},
        "custom": [],
        "launch_presentation": {"return_url": "about:blank", "locale": False},
        "tool_platform": MARK,
        "ags_endpoint": {"scope": f"{names.SCOPE_SCORE} {names.SCOPE_LINE_ITEM}", "lineitem": False, "lineitems": MARK},
        "role_scope_mentor": "",
    }
    landing = launch_with(tool, odd)
    check_nothing_came_out(tool, database, landing)
    with database.read() as session:
        course = session.scalars(select(Course)).one()
        link = session.scalars(select(ResourceLink)).one()
    assert course.title == "2026"
    assert course.unusable_claims.split() == [
        "context.label",
        "email",
        "endpoint.lineitem",
        "endpoint.lineitems",
        "launch_presentation.locale",
        "launch_presentation.return_url",
        "name",
        "tool_platform",
    ]
    assert not {"name", "email", "endpoint.lineitem"} & set(course.claim_names.split())
    assert (link.line_item_url, link.line_items_url) == (None, None)
    assert link.ags_scopes.split() == sorted([names.SCOPE_SCORE, names.SCOPE_LINE_ITEM])


def test_an_unusable_claim_is_logged_once_per_registration_by_its_name(tool: Tool) -> None:
    for _ in range(3):
        launch_with(tool, {"name": {"a": MARK}, "custom": {"module": [MARK], "x": [MARK]}})
    lines = [record.__dict__ for record in tool.caplog.records if record.getMessage() == "claim_unusable"]
    assert [(line["registration"], line["claim"]) for line in lines] == [
        (tool.registration_id, "custom"),
        (tool.registration_id, "name"),
    ]


def test_empty_claims_are_absent_and_not_worth_a_line(tool: Tool) -> None:
    launch_with(tool, {"custom": [], "name": "", "launch_presentation": {}, "ags_endpoint": {"lineitem": ""}})
    assert "claim_unusable" not in tool.caplog.text


@pytest.mark.parametrize("depth", [40, 900, 8_000])
def test_what_lies_too_deep_for_the_parser_is_absent(tool: Tool, depth: int) -> None:
    begun = tool.begin()
    claims = spelled(launch_claims(begun.nonce, now=tool.clock(), name="@"))
    deep = claims.replace('"@"', '{"a":' * (depth // 2) + "[" * (depth // 2) + "]" * (depth // 2) + "}" * (depth // 2))
    tool.got_in(tool.post(sign(tool.header(), deep.replace("[]", '["]"]').encode(), tool.key), begun.state))


def test_brackets_that_do_not_end_are_no_token(tool: Tool) -> None:
    begun = tool.begin()
    claims = spelled(launch_claims(begun.nonce, now=tool.clock(), name="@"))
    for spoilt in ("[" * 20_000, "[" * 2000 + '"' + "]" * 2000, '[{"\\'):
        token = sign(tool.header(), claims.replace('"@"', spoilt).encode(), tool.key)
        tool.refused(tool.post(token, begun.state), "token_malformed")


def test_a_mentor_whose_people_cannot_be_read_sees_nobody(tool: Tool) -> None:
    mentor = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"
    tool.got_in(tool.launch())
    value: Any
    for value in ("", {"a": "4"}, 5, True, [["4"]]):
        landing = launch_with(tool, {"sub": "9", "name": "Mira Berg", "roles": [mentor], "role_scope_mentor": value})
        assert "Jürgen Müller" not in tool.browser.get(landing, base_url=TOOL_URL).text
    for value in (["4"], "4", [4], {"0": "4"}, "3, 4", None):
        landing = launch_with(tool, {"sub": "9", "name": "Mira Berg", "roles": [mentor], "role_scope_mentor": value})
        assert "Jürgen Müller" in tool.browser.get(landing, base_url=TOOL_URL).text


@pytest.mark.parametrize(
    ("data", "back"),
    [("", ""), (" a\n", " a\n"), ("\x00\ud800", "\x00\ud800"), (5, 5), (True, True), ({"a": [1]}, {"a": [1]}), ([1], [1])],
)
def test_the_data_of_a_request_for_content_is_kept_as_it_came(tool: Tool, data: Any, back: Any) -> None:
    settings = {"deep_link_return_url": f"{ISSUER}/return", "data": data}
    launch_with(tool, CHOICE | {"deep_linking_settings": settings})
    with tool.app.extensions["parts"].database.engine.connect() as connection:
        (kept,) = connection.execute(select(Base.metadata.tables["deep_linking_request"].c.settings)).scalars()
    assert kept["data"] == back


class TestOnBothEngines:
    @pytest.fixture
    def database(self, database_url: str) -> Iterator[Database]:
        database = open_database(database_url)
        yield database
        database.close()

    # Those that are as long as a token may be are cut or absent long before an engine sees them.
    @pytest.mark.parametrize("shape", [shape for shape, value in ALL.items() if len(spelled(value)) < 4000])
    def test_odd_claims_break_no_engine(self, tool: Tool, database: Database, shape: str) -> None:
        for claims in (OPTIONAL_CLAIMS, OPTIONAL_CLAIMS | OPTIONAL_SETTINGS):
            # Members of one claim stand together; a claim that is odd as a whole, alone.
            members: dict[str, Any] = {}
            whole: dict[str, Any] = {}
            for change in claims.values():
                for claim, value in change(ALL[shape]).items():
                    if isinstance(value, dict) and value is not ALL[shape]:
                        members[claim] = members.get(claim, {}) | value
                    else:
                        whole[claim] = value
            beginning = CHOICE if claims is not OPTIONAL_CLAIMS else {}
            launch_with(tool, beginning | members)
            launch_with(tool, beginning | whole)
