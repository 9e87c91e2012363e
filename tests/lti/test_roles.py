"""Roles in every spelling that platforms use; the same reading for launches and rosters."""

from typing import Any

import pytest

from lti_tool.domain.people import Role
from lti_tool.lti.claims.roles import Roles, role_names_of
from lti_tool.platforms.launching.record_launch import roles_of

LIS = "http://purl.imsglobal.org/vocab/lis/v2"


def meaning(*names: str) -> set[Role]:
    return set(roles_of(Roles.of(names)))


@pytest.mark.parametrize(
    "name",
    [
        f"{LIS}/membership#Instructor",
        "https://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        "HTTP://PURL.IMSGLOBAL.ORG/vocab/lis/v2/membership#INSTRUCTOR",
        f" {LIS}/membership#Instructor\n",
        f"{LIS}/membership/Instructor#TeachingAssistant",
        f"{LIS}/membership#ContentDeveloper",
        "Instructor",
        "INSTRUCTOR",
        " instructor ",
        "Instructor/GuestInstructor",
        "Instructor#TeachingAssistant",
        "CONTENT_DEVELOPER",
        "ContentDeveloper",
        "urn:lti:role:ims/lis/Instructor",
        "URN:LTI:ROLE:ims/lis/instructor",
        "urn:lti:role:ims/lis/Instructor/PrimaryInstructor",
        "urn:lti:role:ims/lis/TeachingAssistant",
    ],
)
def test_who_teaches_in_any_spelling(name: str) -> None:
    assert meaning(name) == {Role.INSTRUCTOR}


@pytest.mark.parametrize(
    "name",
    [
        f"{LIS}/membership#Learner",
        "https://purl.imsglobal.org/vocab/lis/v2/membership#learner",
        "LEARNER",
        "urn:lti:role:ims/lis/Learner/NonCreditLearner",
        f"{LIS}/institution/person#Instructor",
        "urn:lti:instrole:ims/lis/Instructor",
        "https://purl.imsglobal.org/vocab/lis/v2/institution/person#Faculty",
        "Member",
        "Student",
        "",
        # Nobody's vocabulary, however it ends.
        "https://evil.example/vocab/lis/v2/membership#Instructor",
        "http://purl.imsglobal.org.evil.example/vocab/lis/v2/membership#Instructor",
        f"{LIS}/membershipInstructor",
        f"{LIS}/membership#NotInstructor",
        "Not an Instructor",
        "urn:lti:role:ims/lis",
        f"x {LIS}/membership#Instructor",
        "Instructor" * 30,
    ],
)
def test_who_learns(name: str) -> None:
    assert meaning(name) == {Role.PARTICIPANT}


@pytest.mark.parametrize(
    "name",
    [
        f"{LIS}/membership#Administrator",
        "https://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
        "urn:lti:sysrole:ims/lis/SysAdmin",
        "urn:lti:instrole:ims/lis/Administrator",
        "urn:lti:sysrole:ims/lis/SysSupport",
        "administrator",
    ],
)
def test_who_administers_in_any_spelling(name: str) -> None:
    assert meaning(name) == {Role.ADMINISTRATOR}


def test_who_learns_here_administers_the_site_elsewhere() -> None:
    assert meaning("LEARNER", "urn:lti:sysrole:ims/lis/Administrator") == {Role.PARTICIPANT}


@pytest.mark.parametrize("name", ["Mentor", "urn:lti:role:ims/lis/Mentor", f"{LIS}/membership#Mentor"])
def test_who_accompanies(name: str) -> None:
    assert meaning(name) == {Role.MENTOR}


@pytest.mark.parametrize(
    "name", ["http://purl.imsglobal.org/vocab/lti/system/person#TestUser", f"{LIS}/system/person#testuser", f"{LIS}#TestUser"]
)
def test_a_pretended_participant(name: str) -> None:
    assert meaning(name) == {Role.TEST_USER, Role.PARTICIPANT}
    assert Roles.of([name]).unknown == ()


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        (["Instructor", "Learner"], ("Instructor", "Learner")),
        ("Instructor", ("Instructor",)),
        ("Instructor, urn:lti:role:ims/lis/Learner", ("Instructor", "urn:lti:role:ims/lis/Learner")),
        ({"0": "Instructor", "2": "Learner"}, ("Instructor", "Learner")),
        ([" Instructor ", None, "", 5, ["Learner"]], ("Instructor",)),
        ([], ()),
        ({}, ()),
        ([None], ()),
        ([""], ()),
    ],
)
def test_roles_come_in_many_shapes(sent: Any, names: tuple[str, ...]) -> None:
    assert role_names_of(sent) == names


@pytest.mark.parametrize("sent", [None, True, 5, {"a": "Instructor"}, [5], [["Instructor"]], ["\x00"], ["\ud800"]])
def test_what_holds_no_role_is_none(sent: Any) -> None:
    assert role_names_of(sent) is None


def test_unknown_roles_are_named() -> None:
    known = [
        f"{LIS}/membership#Learner",
        f"{LIS}/system/person#None",
        f"{LIS}/institution/person#None",
        f"{LIS}/institution/person#ProspectiveStudent",
        "urn:lti:instrole:ims/lis/Student",
        "Manager",
    ]
    unknown = [f"{LIS}/membership#Teacher", f"{LIS}/uknownrole/unknown#Helper", "Lehrkraft", "x" * 500]
    assert set(Roles.of(known + unknown).unknown) == set(unknown)
