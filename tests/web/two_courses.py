"""Two courses of one platform and a third of another, for tests from the attacker's side: Anna's things stand in course A."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.certificates.kinds.preview_facts import preview_facts
from lti_tool.certificates.kinds.stored_facts import facts_to_json
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import DocumentKind, Issuer
from lti_tool.domain.documents.letterhead import Letterhead
from lti_tool.domain.people import Role, Visitor
from lti_tool.models import (
    Attempt,
    AttemptItem,
    Attendance,
    Base,
    Certificate,
    Deployment,
    FollowUp,
    LessonHint,
    LineItemRow,
    LiveMeeting,
    MarkedCase,
    Membership,
    NameRequest,
    Platform,
    RegistrationRow,
    ResourceLink,
    ScoreDelivery,
    SurveyRound,
    TransferNote,
    User,
    Workbook,
    WorkbookEdition,
)
from lti_tool.models import (
    Course as CourseRow,
)
from lti_tool.models.database import Database

HOST = "tool.test"
MODULE = "grundlagen-und-strategie"
LESSON = "1.1"
CASE = "parksensoren"
SESSION = "1A"
# Stands in everything that Anna wrote and in her name: no page of anybody else may show it.
MARK = "Annageheim"
# In what nobody but she may read, of her own course neither.
PRIVATE = "Annasnotiz"
# How often strangers came, and what the worker does: no data of people.
_OF_NOBODY = frozenset({"rate_bucket", "chore"})


@dataclass(frozen=True)
class Course:
    """One course with somebody of each role, by name."""

    course_id: int
    people: Mapping[str, Visitor]


@dataclass(frozen=True)
class Ids:
    """What belongs to Anna."""

    user_id: int
    certificate_id: int
    request_id: int
    hint_id: int
    delivery_id: int
    submission_id: int
    release_id: int
    round_id: int


class Builder:
    """Writes the rows into one transaction."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def registration(self, issuer: str) -> tuple[int, int, int]:
        """Give the ids of a platform, its registration and its deployment."""
        platform = self.add(Platform(issuer=issuer, created_at=self.now))
        # Nobody listens there, and nothing leaves the machine.
        urls = {name: f"http://127.0.0.1:9/{name}" for name in ("auth_login_url", "token_url", "jwks_url")}
        registration = self.add(RegistrationRow(platform_id=platform.id, client_id="abc", created_at=self.now, **urls))
        deployment = self.add(
            Deployment(registration_id=registration.id, deployment_id="1", status="approved", first_seen_at=self.now)
        )
        return platform.id, registration.id, deployment.id

    def course(self, name: str, keys: tuple[int, int, int]) -> Course:
        platform_id, registration_id, deployment_id = keys
        course = self.add(
            CourseRow(
                platform_id=platform_id,
                context_id=name,
                title=f"Kurs {name}",
                registration_id=registration_id,
                created_at=self.now,
                last_seen_at=self.now,
            )
        )
        people = {}
        for role in Role:
            is_anna = (name, role) == ("A", Role.PARTICIPANT)
            person = f"Anna {MARK}" if is_anna else f"{role} {name}"
            user = self.add(User(platform_id=platform_id, sub=person, name=person, first_seen_at=self.now, last_seen_at=self.now))
            roles = frozenset({role, Role.PARTICIPANT}) if role is Role.TEST_USER else frozenset({role})
            self.add(
                Membership(
                    user_id=user.id,
                    course_id=course.id,
                    roles=" ".join(sorted(roles)),
                    first_seen_at=self.now,
                    last_seen_at=self.now,
                )
            )
            people[role.value] = Visitor(
                user_id=user.id,
                platform_id=platform_id,
                registration_id=registration_id,
                deployment_id=deployment_id,
                course_id=course.id,
                module_slug=MODULE,
                roles=roles,
                locale="de",
                frame_origin="https://moodle.test",
            )
        return Course(course.id, people)

    def belongings(self, programme: Programme, anna: Visitor) -> Ids:
        """Give Anna one of everything."""
        now, user_id, course_id = self.now, anna.user_id, anna.course_id
        attempt = self.add(
            Attempt(
                user_id=user_id,
                module_slug=MODULE,
                number=1,
                seed=1,
                programme_version="1",
                pass_mark_pct=70,
                course_id=course_id,
                started_at=now - timedelta(days=1),
                submitted_at=now - timedelta(days=1),
                points=5,
                points_possible=10,
                is_passed=False,
            )
        )
        self.add(AttemptItem(attempt_id=attempt.id, position=1, item_id="gone", order=[0], answer={"text": MARK}))
        facts = replace(
            preview_facts(
                programme,
                Issuer("Akademie", "https://akademie.test", "https://tool.test/verify"),
                Letterhead(language="de", certificate_title="Zertifikat"),
                DocumentKind.CERTIFICATE,
                now=now,
            ),
            name=f"Anna {MARK}",
        )
        certificate = self.add(
            Certificate(
                user_id=user_id,
                programme_slug="smart-city-manager",
                subject="programme",
                check_code="ABCDEFGH",
                name=f"Anna {MARK}",
                facts=facts_to_json(facts),
                issued_at=now,
                pdf=MARK.encode(),
                pdf_sha256="0" * 64,
                credential=MARK,
                credential_jwt=MARK,
            )
        )
        request = self.add(NameRequest(certificate_id=certificate.id, name=MARK, reason=MARK, requested_at=now))
        hint = self.add(
            LessonHint(
                form_key="key",
                course_id=course_id,
                module_slug=MODULE,
                lesson_code=LESSON,
                lesson_version="1",
                programme_version="1",
                heading="",
                text=MARK,
                given_at=now,
            )
        )
        self.add(
            LiveMeeting(
                course_id=course_id,
                module_slug=MODULE,
                session_code=SESSION,
                starts_at=now - timedelta(days=2),
                told_starts_at=now - timedelta(days=2),
                link=f"https://meet.test/{MARK}",
                changed_at=now,
            )
        )
        live = {"user_id": user_id, "module_slug": MODULE, "session_code": SESSION}
        self.add(Attendance(**live, course_id=course_id, presence="excused", changed_at=now))
        self.add(FollowUp(**live, course_id=course_id, answers=[MARK], programme_version="1", saved_at=now, finished_at=now))
        link = self.add(
            ResourceLink(
                deployment_id=anna.deployment_id,
                resource_link_id="1",
                course_id=course_id,
                module_slug=MODULE,
                created_at=now,
                last_seen_at=now,
            )
        )
        item = self.add(
            LineItemRow(resource_link_id=link.id, registration_id=anna.registration_id, url="https://m/1", created_at=now)
        )
        delivery = self.add(
            ScoreDelivery(
                user_id=user_id,
                line_item_id=item.id,
                module_slug=MODULE,
                score_given=50,
                state="parked",
                next_try_at=now,
                created_at=now,
                changed_at=now,
            )
        )
        workbook = self.add(Workbook(user_id=user_id, programme_slug="smart-city-manager", created_at=now))
        self.add(TransferNote(user_id=user_id, module_slug=MODULE, lesson_code=LESSON, text=f"{MARK} {PRIVATE}", written_at=now))
        self.add(MarkedCase(user_id=user_id, programme_slug="smart-city-manager", case_id=CASE, marked_at=now))
        editions = [
            self.add(
                WorkbookEdition(
                    workbook_id=workbook.id,
                    chapter_number=1,
                    kind=kind,
                    number=1,
                    course_id=course_id,
                    content={"1.1": {"text": MARK}},
                    programme_version="1",
                    created_at=now,
                )
            )
            for kind in ("submission", "release")
        ]
        asked = self.add(
            SurveyRound(
                programme_slug="smart-city-manager",
                programme_version=programme.version,
                instrument="start",
                revision=1,
                course_id=course_id,
                opens_on=now.date(),
                closes_on=now.date(),
                state="open",
                is_research=False,
                public_key=ECKey.generate_key("P-256").as_pem(private=False).decode(),
                key_name="k",
            )
        )
        return Ids(user_id, certificate.id, request.id, hint.id, delivery.id, editions[0].id, editions[1].id, asked.id)


@dataclass
class TwoCourses:
    """The world, and a browser in it."""

    app: Flask
    database: Database
    now: datetime
    courses: Mapping[str, Course]
    ids: Ids

    @classmethod
    def build(cls, app: Flask, database: Database, *, now: datetime) -> "TwoCourses":
        with database.write.begin() as session:
            builder = Builder(session, now)
            keys, others = builder.registration("https://moodle.test"), builder.registration("https://other.test")
            courses = {"A": builder.course("A", keys), "B": builder.course("B", keys), "C": builder.course("C", others)}
            ids = builder.belongings(
                app.extensions["parts"].catalogue.with_module(MODULE).programme, courses["A"].people["participant"]
            )
        return cls(app, database, now, courses, ids)

    def somebody(self, course: str, role: str) -> "Browser":
        return Browser(self, self.courses[course].people[role])

    def nobody(self) -> "Browser":
        return Browser(self, None)

    def addresses(self, method: str, **changes: object) -> dict[str, str]:
        """Give an address of each endpoint that takes `method`, filled with what is Anna's, or with what is given instead."""
        values = {
            "user_id": self.ids.user_id,
            "certificate_id": self.ids.certificate_id,
            "request_id": self.ids.request_id,
            "hint_id": self.ids.hint_id,
            "delivery_id": self.ids.delivery_id,
            "round_id": self.ids.round_id,
            "instrument_id": "start",
            "address": "address",
            "text_id": "text",
            "module_slug": MODULE,
            "slug": MODULE,
            "lesson_slug": self.app.extensions["parts"].catalogue.with_module(MODULE).programme.modules[0].lessons[0].slug,
            "check_id": "1",
            "case_id": CASE,
            "download_id": "beschlussvorlage",
            "code": SESSION,
            "number": 1,
            "position": 1,
            "moment": "before",
            "kind": "csv",
            "form": "json",
            "field_id": "1.1",
            "invite": "invite",
            "programme_slug": "smart-city-manager",
        }
        found = {}
        adapter = self.app.url_map.bind(HOST, url_scheme="https")
        for rule in self.app.url_map.iter_rules():
            endpoint = rule.endpoint
            if method in (rule.methods or ()):
                edition = self.ids.release_id if "peers" in rule.rule else self.ids.submission_id
                own = {**values, "edition_id": edition, "name": "1" if endpoint.startswith("workbook") else "kern.css", **changes}
                found[endpoint] = adapter.build(endpoint, {name: own[name] for name in rule.arguments}, method=method)
        return found

    def arguments_of(self, endpoint: str) -> set[str]:
        return {name for rule in self.app.url_map.iter_rules(endpoint) for name in rule.arguments}

    def rows(self) -> set[str]:
        """Give every row of every table as text, to see what has changed."""
        with self.database.read() as session:
            return {
                f"{table.name} {dict(row)}"
                for table in Base.metadata.sorted_tables
                if table.name not in _OF_NOBODY
                for row in session.execute(select(table)).mappings()
            }


class Browser:
    """One browser with one visit, or none."""

    KEY = "aaaaaaaa"

    def __init__(self, world: TwoCourses, visitor: Visitor | None) -> None:
        self.world, self.visitor = world, visitor
        self.client: FlaskClient = world.app.test_client()
        self.token = ""
        if visitor is None:
            return
        visits = world.app.extensions["visits"]
        visit = visits.begin(self.KEY, visitor, now=world.now)
        self.client.set_cookie(f"__Host-visit-{self.KEY}", visits.write(visit), domain=HOST, secure=True)
        self.token = visits.csrf_token(visit, now=world.now)

    def get(self, address: str, **query: str) -> TestResponse:
        return self.client.get(address, query_string={"v": self.KEY, **query}, base_url=f"https://{HOST}")

    def post(self, address: str, **form: Any) -> TestResponse:
        return self.client.post(
            address,
            query_string={"v": self.KEY},
            data={"csrf_token": self.token, **form},
            base_url=f"https://{HOST}",
            headers={"Origin": f"https://{HOST}"},
        )

    def ask(self, method: str, address: str, **values: str) -> TestResponse:
        return self.get(address, **values) if method == "GET" else self.post(address, **values)
