"""The one installation that all parts of the playground share: its address, state, lock, clock and keys."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from joserfc.jwk import RSAKey

from lti_tool import clock
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.playground.launching import open_edx, signing
from lti_tool.playground.people import CAST, Person, further_participants
from lti_tool.playground.state import COURSE_ID, COURSE_LABEL, COURSE_TITLE, Activity, Course, Json, State, StateFile, Tool

try:
    LOCAL_ZONE: ZoneInfo | timezone = ZoneInfo("Europe/Berlin")
except ZoneInfoNotFoundError:  # a machine without time zone data
    LOCAL_ZONE = timezone(timedelta(hours=1))


class Unknown(ToolError):
    """Somebody asked for a person, an activity or a tool that the playground does not have."""

    status = 404
    code = "playground_unknown"


class Site:
    """State and what belongs to it; whoever reads or changes the state holds `lock` meanwhile."""

    def __init__(
        self,
        issuer: str,
        folder: Path | None = None,
        *,
        signing_key: RSAKey | None = None,
        now: Callable[[], datetime] = clock.now,
        profile: open_edx.Profile = "moodle",
    ) -> None:
        self.profile = profile
        self.issuer = issuer.rstrip("/")
        self.lock = threading.RLock()
        self.clock_offset = timedelta(0)
        self.sesskeys: set[str] = set()
        """Session keys of deep linking launches; their return URLs hold until the next start."""
        self.product_family = "playground"
        """What it calls itself to tools; a test that wants another product's menus says so."""
        self.services_at = ""
        """Origin where line items and members are said to lie, where it is not the issuer's (the cloud of Canvas)."""
        self.padding = ""
        """What is added to each launch's hint, as platforms do that keep a whole session in it."""
        self._now = now
        self._file = StateFile(folder)
        self.state: State = self._file.load()
        self._meet()
        self.keys: list[RSAKey] = [signing.key_from_text(text) for text in self.state.signing_keys]
        if not self.keys:
            self.add_key(signing_key or signing.new_key())

    def now(self) -> datetime:
        """Tell the time by the playground's clock, which may be wrong on purpose."""
        return self._now() + self.clock_offset

    def save(self) -> None:
        """Write the state down, where a folder was given."""
        with self.lock:
            self._file.save(self.state)

    def url(self, path: str, **query: str) -> str:
        """Give an address of the playground."""
        return f"{self.issuer}{path}" + (f"?{urlencode(query)}" if query else "")

    def service_url(self, path: str, **query: str) -> str:
        """Give an address of one of the services."""
        return self.url(path, **query).replace(self.issuer, self.services_at or self.issuer, 1)

    def next_id(self) -> int:
        """Give a number that no activity, column or tool has had."""
        with self.lock:
            self.state.last_id += 1
            return self.state.last_id

    def add_key(self, key: RSAKey, *, keep_old: bool = True) -> None:
        """Sign with `key` from now on; the old keys stay published unless told otherwise."""
        with self.lock:
            self.keys = [*(self.keys if keep_old else []), key]
            self.state.signing_keys = [signing.key_to_text(each) for each in self.keys]
            self.save()

    def public_jwks(self) -> Json:
        """Give the key set as `certs.php` publishes it, the signing key first."""
        with self.lock:
            published = [signing.public_half(key) for key in reversed(self.keys)]
        return {"keys": [open_edx.public_key(key) for key in published] if self.is_open_edx else published}

    def sign(self, claims: Json | bytes, key: Any = None, header: Json | None = None) -> str:
        """Sign with the platform's present key, or with `key`; `header` replaces members, None takes them away."""
        with self.lock:
            own = self.keys[-1]
        merged: Json = {"typ": "JWT", "alg": "RS256", "kid": own.kid, **(header or {})}
        return signing.sign(claims, key or own, {name: value for name, value in merged.items() if value is not None})

    def _meet(self) -> None:
        """Get to know everybody who has an account."""
        accounts = tuple(map(self._as_named_now, (*CAST, *further_participants(self.state.further_participants))))
        self.people = tuple(open_edx.with_uuid(person) for person in accounts) if self.is_open_edx else accounts
        # Pages of the playground name people by their numbers, whichever id the platform gives them.
        numbers = [account.id for account in accounts]
        self._by_key = {
            key: person
            for number, person in zip(numbers, self.people, strict=True)
            for key in (number, person.id, person.username)
        }

    def add_participants(self, count: int) -> None:
        """Enrol more participants."""
        with self.lock:
            self.state.further_participants += count
            self._meet()
            self.save()

    def rename(self, number: str, given_name: str, family_name: str) -> None:
        """Change the name in somebody's profile; the next launch and roster tell the new one."""
        with self.lock:
            self.state.renamed[number] = [given_name, family_name]
            self._meet()
            self.save()

    def _as_named_now(self, account: Person) -> Person:
        given_name, family_name = self.state.renamed.get(account.id, (account.given_name, account.family_name))
        return replace(account, given_name=given_name, family_name=family_name)

    def find_person(self, key: str) -> Person | None:
        """Find somebody by id (`"4"`) or user name (`"participant01"`, `"instructor"`, `"nameless"`)."""
        return self._by_key.get(key)

    def has_oddity(self, oddity: str) -> bool:
        """Whether this platform does something otherwise than Moodle."""
        return oddity in self.state.oddities

    @property
    def is_open_edx(self) -> bool:
        return self.profile == "open-edx"

    @property
    def course_id(self) -> str:
        """Give the id of the course that is there now; a copy has a new one."""
        with self.lock:
            return str(int(COURSE_ID) + 3 * len(self.state.course_history))

    @property
    def course_title(self) -> str:
        with self.lock:
            copies = len(self.state.course_history)
        return f"{COURSE_TITLE} copy {copies}" if copies else COURSE_TITLE

    @property
    def course_label(self) -> str:
        with self.lock:
            copies = len(self.state.course_history)
        return f"{COURSE_LABEL}_{copies}" if copies else COURSE_LABEL

    def course(self, key: str = "") -> Course:
        """Find a course by its id; empty: the first one."""
        with self.lock:
            found = self.state.further_courses.get(key)
        return found or Course(self.course_id, self.course_label, self.course_title)

    def has_course(self, course_id: str) -> bool:
        """Whether there is a course of this id."""
        return course_id == self.course_id or course_id in self.state.further_courses

    def add_course(self, label: str, title: str) -> Course:
        """Make one more course room, with the same people in it."""
        with self.lock:
            # Not the next number: copies of the first course count by themselves.
            course = Course(str(1000 + len(self.state.further_courses)), label, title)
            self.state.further_courses[course.id] = course
            self.save()
        return course

    def members(self) -> list[Person]:
        """List who is enrolled in the course: participants and the instructor, never the administrator."""
        with self.lock:
            out = set(self.state.unenrolled)
        return [person for person in self.people if person.part != "administrator" and person.id not in out]

    def activity(self, key: str | int) -> Activity:
        """Find an activity by resource link id, or by the module named in its custom parameters."""
        with self.lock:
            found = self.state.activities.get(str(key))
            if found is None:
                found = next((a for a in self.state.activities.values() if a.custom.get("module") == key), None)
        if found is None:
            raise Unknown(N_("Diese Aktivität gibt es hier nicht (mehr)."), next_step=N_("Zurück zum Kurs gehen."))
        return found

    def tool(self, tool_id: str) -> Tool:
        """Find a registered tool by its id."""
        with self.lock:
            found = self.state.tools.get(tool_id)
        if found is None:
            raise Unknown(N_("Dieses Werkzeug gibt es hier nicht (mehr)."), next_step=N_("Zurück zum Kurs gehen."))
        return found

    def tool_of_client(self, client_id: str) -> Tool | None:
        """Find a registered tool by its client_id."""
        with self.lock:
            return next((tool for tool in self.state.tools.values() if tool.client_id == client_id), None)


def random_word(length: int) -> str:
    """Give random letters and digits, as Moodle's client ids and session keys are."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(secrets.choice(letters) for _ in range(length))
