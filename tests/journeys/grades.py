"""People who pass modules, and the gradebook that is to hear of it, without a browser."""

from dataclasses import dataclass

from sqlalchemy import select, update

from lti_tool import clock
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.models import Course as CourseRow
from lti_tool.models import DeliveryEvent, LaunchedLink, Membership, ResourceLink, ScoreDelivery, User
from lti_tool.models.database import Database
from lti_tool.parts import Parts
from lti_tool.passback.columns.reconcile import Reconciliation, reconcile
from tests.journeys.course import Course
from tests.learning.conftest import read_all_lessons, take_quiz

MODULES = (
    "grundlagen-und-strategie",
    "technologien-und-daten",
    "sicherheit-und-datenschutz",
    "beteiligung-und-vernetzung",
    "umsetzung-und-kommunikation",
)


def visitor_of(database: Database, sub: str, course: str | None = None) -> Visitor:
    """Make who somebody is at the screen after their latest launch (into a course, by the platform's id)."""
    query = (
        select(ResourceLink, Membership.roles, User.platform_id, User.id)
        .join(LaunchedLink, LaunchedLink.resource_link_id == ResourceLink.id)
        .join(Membership, (Membership.course_id == ResourceLink.course_id) & (Membership.user_id == LaunchedLink.user_id))
        .join(CourseRow, CourseRow.id == ResourceLink.course_id)
        .join(User, User.id == LaunchedLink.user_id)
        .where(User.sub == sub)
        .order_by(LaunchedLink.last_launched_at.desc(), LaunchedLink.id.desc())
    )
    if course is not None:
        query = query.where(CourseRow.context_id == course)
    with database.read() as session:
        link, roles, platform_id, user_id = session.execute(query.limit(1)).one()
    return Visitor(
        user_id=user_id,
        platform_id=platform_id,
        registration_id=1,
        deployment_id=link.deployment_id,
        course_id=link.course_id,
        resource_link_id=link.id,
        module_slug=link.module_slug,
        roles=frozenset(Role(word) for word in roles.split()),
        locale="de",
        frame_origin="",
    )


@dataclass
class Grades:
    """What a course's gradebook is told."""

    course: Course

    @property
    def parts(self) -> Parts:
        found: Parts = self.course.app.extensions["parts"]
        return found

    def key_of(self, person: str) -> int:
        with self.course.database.read() as session:
            return session.scalars(select(User.id).where(User.sub == self.course.lms.person(person).id)).one()

    @property
    def programme(self) -> Programme:
        return self.parts.catalogue.served[0].programme

    def visitor(self, person: str, course: str | None = None) -> Visitor:
        return visitor_of(self.course.database, self.course.lms.person(person).id, course)

    def pass_module(self, person: str, slug: str, *, right: int = 9, course: str | None = None) -> None:
        """Let somebody pass a module where they were last, whichever way they came to it inside the tool."""
        visitor, programme = self.visitor(person, course), self.programme
        with self.course.database.write.begin() as session:
            read_all_lessons(session, programme, visitor, slug, now=clock.now())
            take_quiz(session, programme, visitor, slug, right=right, now=clock.now())

    def deliver(self) -> None:
        """Do what engines do within half a minute: look at columns, send what is due now."""
        (look,) = [job for job in self.parts.jobs if job.name == "look_at_columns"]
        for _ in range(2):
            look.run()
            self.parts.worker.run_once()

    def send_all_now(self) -> None:
        """Deliver after the time has come for whatever was put off."""
        with self.course.database.write.begin() as session:
            session.execute(update(ScoreDelivery).where(ScoreDelivery.state == "waiting").values(next_try_at=clock.now()))
        self.deliver()

    def night(self) -> Reconciliation:
        """Compare the gradebook of the first registration, as every night."""
        gradebooks = self.parts.worker._sending.gradebooks
        found = reconcile(self.course.database, gradebooks, registration_id=1, clock=clock.now)
        self.parts.worker.run_once()
        return found

    def of(self, person: str, *modules: str) -> list[float | None]:
        """Give somebody's grades, for all modules unless told otherwise."""
        found = []
        for slug in modules or MODULES:
            column = next((each for each in self.course.lms.columns if self._is_for(each, slug)), None)
            grade = None if column is None else self.course.lms.grade(person, column.id)
            found.append(None if grade is None else grade.score)
        return found

    def _is_for(self, column: object, slug: str) -> bool:
        link = getattr(column, "link_id", None)
        activity = next((each for each in self.course.lms.activities if each.id == link), None)
        if activity is None or self.course.lms.site.is_open_edx:
            tool = getattr(column, "tool_id", "")
            shown = next((each for each in self.course.lms.activities if each.tool_id == tool), None)
            return shown is not None and self.course.lms.site.is_open_edx and shown.custom.get("module") == slug
        return activity.custom.get("module") == slug

    def states(self, person: str) -> dict[str, tuple[str, str]]:
        query = select(ScoreDelivery).where(ScoreDelivery.user_id == self.key_of(person)).order_by(ScoreDelivery.id)
        with self.course.database.read() as session:
            return {row.module_slug: (row.state, row.last_error) for row in session.scalars(query)}

    def ledger(self, person: str, slug: str) -> list[str]:
        query = (
            select(DeliveryEvent)
            .join(ScoreDelivery, ScoreDelivery.id == DeliveryEvent.score_delivery_id)
            .where(ScoreDelivery.user_id == self.key_of(person), ScoreDelivery.module_slug == slug)
            .order_by(DeliveryEvent.id)
        )
        with self.course.database.read() as session:
            return [f"{row.event} {row.detail}".strip() for row in session.scalars(query)]
