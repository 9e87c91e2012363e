"""A course for delivery tests: the playground LMS on a port, and its people and links as our tables know them."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from joserfc.jwk import RSAKey
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from lti_tool.background import Engine
from lti_tool.background.embedded import EmbeddedEngine
from lti_tool.background.on_procrastinate import ProcrastinateEngine
from lti_tool.lti.claims.claim_names import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT_READ, SCOPE_SCORE
from lti_tool.lti.transport.http import Http
from lti_tool.models import (
    Course,
    DeliveryEvent,
    Deployment,
    LaunchedLink,
    LineItemRow,
    Platform,
    RegistrationRow,
    ResourceLink,
    ScoreDelivery,
    User,
)
from lti_tool.models.database import Database
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.columns.reconcile import look_at_wanted
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.due import tell_score
from lti_tool.passback.gradebooks import ClockedServiceClient, PlatformGradebooks
from lti_tool.passback.ports import Gradebooks
from lti_tool.platforms.registration_directory import RegistrationDirectory
from lti_tool.platforms.token_store import DatabaseTokenStore
from lti_tool.playground import Playground
from lti_tool.playground.state import Grade, grade_key

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MODULE = "grundlagen-und-strategie"
TITLE = "Grundlagen und Strategie"
ALL_SCOPES = (SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT_READ, SCOPE_SCORE)


def tell_everywhere(session: Session, user_id: int, module_slug: str, score: float, *, now: datetime) -> None:
    """Tell passback of a score in every place that somebody has visited."""
    visited = select(ResourceLink.course_id, ResourceLink.id).join(LaunchedLink, LaunchedLink.resource_link_id == ResourceLink.id)
    places = {GradebookPlace.of(*row) for row in session.execute(visited.where(LaunchedLink.user_id == user_id))}
    tell_score(session, places, user_id=user_id, module_slug=module_slug, score_given=score, now=now)


class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.moment = MONDAY
        self.passed_s = 0.0

    def __call__(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        """Give the seconds of a clock that only goes forward, as machines have one beside the wall clock."""
        return self.passed_s

    def move(self, **units: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**units)
        self.passed_s += timedelta(**units).total_seconds()

    def put_wrong(self, **units: float) -> None:
        """Set the wall clock without any time passing."""
        self.moment += timedelta(**units)


class School:
    """One platform with one course; people are named as in the playground (`participant01`)."""

    def __init__(self, database: Database, *, issuer: str, clock: Callable[[], datetime], host: str = "") -> None:
        self.database = database
        self.clock = clock
        host = host or issuer
        with database.write.begin() as session:
            platform = Platform(issuer=issuer, created_at=MONDAY)
            session.add(platform)
            session.flush()
            registration = RegistrationRow(
                platform_id=platform.id,
                client_id="playground-tool",
                auth_login_url=f"{host}/mod/lti/auth.php",
                token_url=f"{host}/mod/lti/token.php",
                jwks_url=f"{host}/mod/lti/certs.php",
                created_at=MONDAY,
            )
            session.add(registration)
            session.flush()
            deployment = Deployment(registration_id=registration.id, deployment_id="1", status="approved", first_seen_at=MONDAY)
            course = Course(
                platform_id=platform.id,
                context_id="2",
                registration_id=registration.id,
                created_at=MONDAY,
                last_seen_at=MONDAY,
            )
            session.add_all([deployment, course])
            session.flush()
            self.platform_id, self.registration_id = platform.id, registration.id
            self.deployment_id, self.course_id = deployment.id, course.id

    def person(self, sub: str) -> int:
        """Give our key of a user."""
        with self.database.write.begin() as session:
            found = session.scalar(select(User.id).where(User.platform_id == self.platform_id, User.sub == sub))
            if found is not None:
                return found
            user = User(platform_id=self.platform_id, sub=sub, first_seen_at=MONDAY, last_seen_at=MONDAY)
            session.add(user)
            session.flush()
            return user.id

    def link(
        self,
        resource_link_id: str,
        *,
        line_item_url: str | None,
        line_items_url: str | None,
        module_slug: str | None = MODULE,
        scopes: Sequence[str] = ALL_SCOPES,
        course_id: int | None = 0,
    ) -> int:
        """Give our key of a new resource link; it lies in the school's one course unless told otherwise."""
        with self.database.write.begin() as session:
            link = ResourceLink(
                deployment_id=self.deployment_id,
                resource_link_id=resource_link_id,
                course_id=self.course_id if course_id == 0 else course_id,
                module_slug=module_slug,
                line_item_url=line_item_url,
                line_items_url=line_items_url,
                ags_scopes=" ".join(scopes),
                created_at=MONDAY,
                last_seen_at=MONDAY,
            )
            session.add(link)
            session.flush()
            return link.id

    def another_course(self, context_id: str) -> int:
        """Give our key of one more course."""
        with self.database.write.begin() as session:
            course = Course(
                platform_id=self.platform_id,
                context_id=context_id,
                registration_id=self.registration_id,
                created_at=MONDAY,
                last_seen_at=MONDAY,
            )
            session.add(course)
            session.flush()
            return course.id

    def launched(self, user_id: int, link_id: int) -> None:
        """Note that a user launched a link."""
        with self.database.write.begin() as session:
            session.add(
                LaunchedLink(user_id=user_id, resource_link_id=link_id, first_launched_at=MONDAY, last_launched_at=MONDAY)
            )

    def enqueue(self, user_id: int, score: float, module_slug: str = MODULE) -> None:
        """Enqueue a score in a transaction of its own."""
        with self.database.write.begin() as session:
            tell_everywhere(session, user_id, module_slug, score, now=self.clock())

    def change_link(self, link_id: int, **values: object) -> None:
        """Change a link as its next launch would."""
        values = {"last_seen_at": self.clock() + timedelta(seconds=1), **values}
        with self.database.write.begin() as session:
            session.execute(update(ResourceLink).where(ResourceLink.id == link_id).values(**values))

    def delivery(self, user_id: int, link_id: int | None = None) -> ScoreDelivery:
        """Give the one delivery of a user (to a link)."""
        query = select(ScoreDelivery).where(ScoreDelivery.user_id == user_id)
        if link_id is not None:
            query = query.join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
            query = query.where(LineItemRow.resource_link_id == link_id)
        with self.database.read() as session:
            return session.scalars(query).one()

    def count(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(ScoreDelivery)) or 0

    def retry_now(self, user_id: int) -> None:
        """Let a delivery that was put off be due now."""
        with self.database.write.begin() as session:
            session.execute(update(ScoreDelivery).where(ScoreDelivery.user_id == user_id).values(next_try_at=self.clock()))

    def states(self) -> dict[str, int]:
        """Count the deliveries by state."""
        query = select(ScoreDelivery.state, func.count()).group_by(ScoreDelivery.state)
        with self.database.read() as session:
            return dict(session.execute(query).all())

    def events(self, user_id: int) -> list[str]:
        """Give a user's ledger as `event version detail`."""
        query = (
            select(DeliveryEvent)
            .join(ScoreDelivery, ScoreDelivery.id == DeliveryEvent.score_delivery_id)
            .where(ScoreDelivery.user_id == user_id)
            .order_by(DeliveryEvent.id)
        )
        with self.database.read() as session:
            return [f"{row.event} {row.version} {row.detail}".rstrip() for row in session.scalars(query)]

    def line_item_url(self, link_id: int) -> str | None:
        """Give the address that we keep for a link's line item."""
        with self.database.read() as session:
            return session.scalars(select(LineItemRow.url).where(LineItemRow.resource_link_id == link_id)).one()


# Scores, urgent work, housekeeping, platforms; each queue's server listens on a connection of its own, and LISTEN comes last.
_QUEUES = 4
_LISTENERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")


class RunningEngine:
    """The engine that an installation on this database would have, in a thread: embedded, or on procrastinate."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self.worker = worker
        self._database = database
        self.engine: Engine = (
            ProcrastinateEngine(worker, database, poll_s=3600.0) if database.is_postgresql else EmbeddedEngine(worker, database)
        )
        self._wakes_by_itself = database.is_postgresql
        self._thread = threading.Thread(target=self.engine.run, daemon=True)

    def start(self) -> None:
        """Start it; on PostgreSQL until it listens: a call before that is found only by looking, which it does not do here."""
        self._thread.start()
        for _ in range(500):
            if not self._wakes_by_itself or self._count_of_listeners() >= _QUEUES:
                return
            time.sleep(0.02)
        raise AssertionError("the engine does not listen")

    def _count_of_listeners(self) -> int:
        with self._database.read() as session:
            return session.scalar(_LISTENERS) or 0

    def wake(self) -> None:
        """Do what a web process does after a commit; on PostgreSQL that is nothing, the job row has called."""
        if not self._wakes_by_itself:
            self.worker.wake()

    def stop(self, *, timeout_s: float = 15.0) -> bool:
        """Ask it to stop and tell whether it did in time."""
        self.engine.ask_to_stop(timeout_s=timeout_s)
        self._thread.join(timeout_s + 1.0)
        return not self._thread.is_alive() and not self.worker.is_anything_on_the_wire


class PlaygroundSchool(School):
    """A school whose platform is the playground, answering on a port."""

    def __init__(self, database: Database, lms: Playground, tool_key: RSAKey, clock: TestClock) -> None:
        super().__init__(database, issuer=lms.issuer, clock=clock)
        self.lms = lms
        self.time = clock
        self._tool_key = tool_key
        self.http = Http(read_timeout_s=0.5)
        self.client = self._new_client()
        self.gradebooks: Gradebooks = PlatformGradebooks(RegistrationDirectory(database).registration, self.client)

    def _new_client(self) -> ClockedServiceClient:
        tokens = DatabaseTokenStore(self.database)
        return ClockedServiceClient(self.http, tokens, lambda: self._tool_key, clock=self.time)

    def second_registration(self) -> School:
        """Give another registration at the same playground."""
        return School(self.database, issuer="https://other.test", clock=self.time, host=self.lms.issuer)

    def be_patient(self) -> None:
        """Wait longer for the platform's answers."""
        self.http.close()
        self.http = Http(read_timeout_s=5.0)
        self.client = self._new_client()
        self.gradebooks = PlatformGradebooks(RegistrationDirectory(self.database).registration, self.client)

    def another_process(self) -> Worker:
        """Give a worker that shares nothing with the others but the database."""
        gradebooks = PlatformGradebooks(RegistrationDirectory(self.database).registration, self._new_client())
        return Worker(self.database, gradebooks, label_for=str.title, clock=self.time, poll_s=0.5, seconds=self.time.seconds)

    def worker(self, **arguments: object) -> Worker:
        settings: dict[str, object] = {
            "label_for": {MODULE: TITLE}.__getitem__,
            "clock": self.clock,
            "seconds": self.time.seconds,
            **arguments,
        }
        return Worker(self.database, self.gradebooks, **settings)  # type: ignore[arg-type]

    def running(self, worker: Worker | None = None, **arguments: object) -> "RunningEngine":
        """Give a started engine of this database's kind around a worker; `stop` it."""
        engine = RunningEngine(self.database, worker or self.worker(**arguments))
        engine.start()
        return engine

    def activity(self, key: str = MODULE, *, module_slug: str | None = None, **changes: str | None) -> int:
        """Give our key of the playground's activity (by its module or id), as a launch of it would have stored it."""
        claims = self.lms.claims("participant01", key, nonce="n")
        endpoint = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
        values: dict[str, str | None] = {
            "line_item_url": endpoint.get("lineitem") or None,
            "line_items_url": endpoint["lineitems"],
            **changes,
        }
        resource_link_id = claims["https://purl.imsglobal.org/spec/lti/claim/resource_link"]["id"]
        return self.link(
            resource_link_id,
            line_item_url=values["line_item_url"],
            line_items_url=values["line_items_url"],
            module_slug=module_slug or key,
        )

    def participant(self, name: str = "participant01") -> int:
        return self.person(self.lms.person(name).id)

    def passed(self, name: str, link_id: int, score: float) -> int:
        """Let somebody launch a link and pass its module; gives our key of them."""
        user_id = self.participant(name)
        self.launched(user_id, link_id)
        self.enqueue(user_id, score)
        return user_id

    def grade(self, name: str = "participant01", column: str | int = MODULE) -> float | None:
        found = self.lms.grade(name, column)
        return found.score if found else None

    def grade_by_hand(self, name: str, value: float | None, *, at: datetime, column: str | int = MODULE) -> None:
        """Let a teacher write into the gradebook, or empty a cell."""
        found = self.lms.column(column)
        with self.lms.site.lock:
            cell = Grade(value, None, int(at.timestamp()), at.timestamp())
            self.lms.site.state.grades[grade_key(found.id, self.lms.person(name).id)] = cell

    def take_out(self, name: str, column: str | int = MODULE) -> None:
        """Let a teacher take somebody's grade out of the gradebook."""
        found = self.lms.column(column)
        with self.lms.site.lock:
            self.lms.site.state.grades.pop(grade_key(found.id, self.lms.person(name).id), None)

    def look(self) -> None:
        """Do what the job does that looks at columns, and what is due then."""
        look_at_wanted(self.database, self.gradebooks, clock=self.clock)
        self.worker().run_once()

    def posted(self) -> list[tuple[float, int]]:
        """Give what arrived at the platform as (score, status), oldest first."""
        return [(score.body["scoreGiven"], score.status) for score in self.lms.scores_received]

    def timestamps(self) -> list[datetime]:
        return [datetime.fromisoformat(score.body["timestamp"]) for score in self.lms.scores_received]
