"""A course with two participants and an instructor."""

import pytest
from sqlalchemy.orm import Session

from lti_tool.domain.people import Role, Visitor
from tests.workbook.cast import Course


@pytest.fixture
def course(session: Session) -> Course:
    return Course(session)


@pytest.fixture
def ayse(course: Course) -> Visitor:
    return course.person("Ayşe Öztürk")


@pytest.fixture
def bernd(course: Course) -> Visitor:
    return course.person("Bernd Schulze")


@pytest.fixture
def instructor(course: Course) -> Visitor:
    return course.person("Ines Lehmann", Role.INSTRUCTOR)
