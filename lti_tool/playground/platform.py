"""The playground itself: one object through which tests and pages use all its parts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

from lti_tool import clock
from lti_tool.playground.advantage.gradebook import Gradebook
from lti_tool.playground.advantage.line_items import LineItems, number
from lti_tool.playground.advantage.roster import Roster
from lti_tool.playground.advantage.scores import ReceivedScore, Scores
from lti_tool.playground.advantage.service_calls import Services
from lti_tool.playground.advantage.tokens import Tokens
from lti_tool.playground.course import MODULES, TAG, copy_course, place_modules
from lti_tool.playground.faults import Fault, Faults, Service
from lti_tool.playground.launching import claims as claim_sets
from lti_tool.playground.launching import signing
from lti_tool.playground.launching.deep_linking import DeepLinking, Outcome, Selection, place
from lti_tool.playground.launching.launches import Form, Launches, PendingLaunch, Target
from lti_tool.playground.launching.open_edx import DEPLOYMENT_ID as OPEN_EDX_DEPLOYMENT
from lti_tool.playground.launching.open_edx import Profile
from lti_tool.playground.launching.registrations import Registrations
from lti_tool.playground.people import Person
from lti_tool.playground.site import Site, Unknown
from lti_tool.playground.state import Activity, Column, Json, Tool, grade_key

DEFAULT_CLIENT_ID = "playground-tool"
DEFAULT_DEPLOYMENT_ID = "1"


@dataclass(frozen=True)
class GradeView:
    """A grade as the gradebook shows it."""

    score: int | float | None
    maximum: int | float
    comment: str | None
    stored_at: datetime
    received_at: datetime


class Playground:
    """A small LMS: signs launches, keeps a gradebook, fails on request.

    Args:
        issuer: its address as browsers and tools see it, without a slash at the end.
        folder: where it keeps its data; None keeps them in memory.
        signing_key: an RSA key to begin with, so that a test run makes one only once.
        now: its clock.
        profile: which platform it plays; with Open edX every registered tool stands for one component of the course.
    """

    def __init__(
        self,
        issuer: str = "http://127.0.0.1:8001",
        folder: Path | None = None,
        *,
        signing_key: RSAKey | None = None,
        now: Callable[[], datetime] = clock.now,
        profile: Profile = "moodle",
    ) -> None:
        self.site = Site(issuer, folder, signing_key=signing_key, now=now, profile=profile)
        self.tokens = Tokens(self.site)
        self.line_items = LineItems(self.site)
        self.scores = Scores(self.site, self.line_items)
        self.services = Services(self.site, self.tokens, self.line_items, self.scores, Roster(self.site))
        self.launches = Launches(self.site)
        self.deep_linking = DeepLinking(self.site)
        self.registrations = Registrations(self.site)
        self.faults = Faults()
        self.gradebook = Gradebook(self.site)

    # --- the tool's registration -----------------------------------------------------------------------------------

    @property
    def issuer(self) -> str:
        return self.site.issuer

    def register_tool(
        self,
        tool_url: str,
        *,
        client_id: str = DEFAULT_CLIENT_ID,
        deployment_id: str = DEFAULT_DEPLOYMENT_ID,
        name: str = "Smart-City-Manager:in",
        login_url: str | None = None,
        redirect_uris: list[str] | None = None,
        jwks_url: str | None = None,
        target_link_uri: str | None = None,
        deep_link_url: str | None = None,
        jwks: Json | None = None,
        shares_name: bool = True,
        shares_email: bool = True,
        with_modules: bool = True,
    ) -> Tool:
        """Register a tool, or bring its addresses up to date if the deployment is known; new tools get the five modules.

        Args:
            tool_url: the tool's public address; the others follow from it.
            jwks: the tool's public keys; given, they are never fetched.
        """
        base = tool_url.rstrip("/")
        launch_url = target_link_uri or f"{base}/lti/launch"
        with self.site.lock:
            old = self.site.state.tools.get(deployment_id)
            tool = Tool(
                deployment_id,
                client_id,
                name,
                login_url or f"{base}/lti/login",
                redirect_uris or [f"{base}/lti/launch"],
                jwks_url or f"{base}/lti/jwks",
                launch_url,
                deep_link_url or launch_url,
                shares_name=shares_name,
                shares_email=shares_email,
                jwks=jwks or (old.jwks if old else None),
                has_fixed_jwks=jwks is not None,
            )
            self.site.state.tools[deployment_id] = tool
            if old is None and with_modules:
                place_modules(self.site, tool)
            elif old is not None:
                self._move_activities(tool, old.target_link_uri)
            self.site.save()
        return tool

    def _move_activities(self, tool: Tool, old_url: str) -> None:
        for activity in self.site.state.activities.values():
            if activity.tool_id == tool.id and activity.url == old_url:
                activity.url = tool.target_link_uri

    def registration(self, deployment_id: str = DEFAULT_DEPLOYMENT_ID) -> Json:
        """Give what a tool must know of this platform to accept its launches."""
        tool = self.site.tool(deployment_id)
        return {
            "issuer": self.issuer,
            "client_id": tool.client_id,
            "auth_login_url": self.site.url("/mod/lti/auth.php"),
            "token_url": self.site.url("/mod/lti/token.php"),
            "jwks_url": self.site.url("/mod/lti/certs.php"),
            "deployment_ids": [OPEN_EDX_DEPLOYMENT if self.site.is_open_edx else tool.id],
        }

    def begin_registration(self, register_url: str, *, update: str | None = None) -> str:
        """Begin a dynamic registration and give the address that the LMS opens."""
        return self.registrations.begin(register_url, update=update)

    def activate_tool(self, tool_id: str) -> None:
        """Let a tool that registered itself be used."""
        with self.site.lock:
            self.site.tool(tool_id).is_active = True
            self.site.save()

    # --- launches --------------------------------------------------------------------------------------------------

    def initiate(self, user: str, link: str | int, *, target: Target = "iframe", review: str | None = None) -> Form:
        """Begin a launch and give the parameters of the login initiation.

        Args:
            user: id or user name, like `"participant01"`, `"instructor"`, `"nameless"`.
            link: resource link id or module slug.
            review: whose grade was clicked in the gradebook, if one was (Open edX has no such click).
        """
        reviewed = self.person(review) if review is not None else None
        return self.launches.begin(self.person(user), self.site.activity(link), target=target, reviewed=reviewed)

    def initiate_deep_linking(self, user: str = "instructor", *, tool_id: str = DEFAULT_DEPLOYMENT_ID) -> Form:
        """Begin a deep linking launch and give the parameters of the login initiation."""
        return self.launches.begin_deep_linking(self.person(user), self.site.tool(tool_id))

    def authenticate(self, auth_request: dict[str, str], *, signed_in: str | None = None) -> tuple[str, Form]:
        """Answer an authentication request: the redirect_uri, and the form that the browser posts there.

        Raises:
            InvalidRequest: a browser would see Moodle's error page.
        """
        return self.launches.authenticate(auth_request, signed_in)

    def claims(self, user: str, link: str | int, *, nonce: str, target: Target = "iframe") -> Json:
        """Give the claims of a valid resource link launch, to be changed and signed by a test."""
        activity = self.site.activity(link)
        pending = PendingLaunch(self.person(user), activity.tool_id, activity.id, target, "sesskey")
        return self.launches.claims(pending, self.site.tool(activity.tool_id), nonce)

    def sign(self, claims: Json | bytes, *, key: Any = None, **header: Any) -> str:
        """Sign anything; header members are replaced by keyword, `kid=None` leaves one out."""
        return self.site.sign(claims, key, header)

    def accept_deep_linking_response(self, return_url: str, token: str) -> Selection:
        """Take the tool's deep linking response, as posted to the return URL."""
        return self.deep_linking.receive(return_url, token)

    def save_selection(self, selection: Selection) -> Outcome:
        """Make the chosen activities."""
        return self.deep_linking.save(selection.id)

    # --- course and gradebook --------------------------------------------------------------------------------------

    def person(self, user: str) -> Person:
        """Find somebody by id or user name."""
        found = self.site.find_person(user)
        if found is None:
            raise Unknown("Diese Person gibt es hier nicht.")
        return found

    @property
    def activities(self) -> list[Activity]:
        with self.site.lock:
            return list(self.site.state.activities.values())

    @property
    def columns(self) -> list[Column]:
        with self.site.lock:
            return list(self.site.state.columns.values())

    def column(self, key: str | int) -> Column:
        """Find a column by its id or by its resourceId (a module's slug)."""
        found = next((c for c in self.columns if str(c.id) == str(key)), None)
        found = found or next((c for c in self.columns if c.resource_id == key), None)
        if found is None:
            raise Unknown("Diese Spalte gibt es nicht.")
        return found

    def line_item_url(self, column: str | int) -> str:
        """Give the address of a column's line item."""
        found = self.column(column)
        return claim_sets.line_item_url(self.site, found, found.tool_id)

    def add_activity(
        self,
        title: str,
        *,
        url: str | None = None,
        custom: dict[str, str] | None = None,
        maximum: float | None = 100.0,
        resource_id: str = "",
        tag: str = "",
        tool_id: str = DEFAULT_DEPLOYMENT_ID,
        course: str = "",
    ) -> Activity:
        """Place one more activity (in a further course, by its id); `maximum=None` makes it one without a grade."""
        target = url or self.site.tool(tool_id).target_link_uri
        activity = Activity(self.site.next_id(), tool_id, title, target, custom=custom or {}, course=course)
        place(self.site, activity, maximum=maximum, resource_id=resource_id, tag=tag)
        self.site.save()
        return activity

    def grade(self, user: str, column: str | int) -> GradeView | None:
        """Look a grade up; None where the cell is empty or was emptied."""
        found = self.column(column)
        with self.site.lock:
            cell = self.site.state.grades.get(grade_key(found.id, self.person(user).id))
        if cell is None or (cell.final is None and cell.comment is None):
            return None
        zone = self.site.now().tzinfo
        return GradeView(
            None if cell.final is None else number(cell.final),
            number(found.maximum),
            cell.comment,
            datetime.fromtimestamp(cell.stored_at, zone),
            datetime.fromtimestamp(cell.received_at, zone),
        )

    @property
    def scores_received(self) -> list[ReceivedScore]:
        """Every score that arrived since the start, refused ones included, oldest first."""
        with self.site.lock:
            return list(self.scores.received)

    def add_course(self, title: str, label: str = "SCM-B") -> str:
        """Make one more course with the five modules and the same people in it; give its id."""
        course = self.site.add_course(label, title)
        for slug, name in MODULES:
            self.add_activity(name, custom={"module": slug}, resource_id=slug, tag=TAG, course=course.id)
        return course.id

    def copy_course(self) -> None:
        """Put a copy in the course's place: new ids for course, activities and columns, no grades."""
        copy_course(self.site)

    def add_participants(self, count: int) -> None:
        """Enrol more participants, `"participant21"` and so on, for a large course."""
        self.site.add_participants(count)

    def suspend(self, user: str) -> None:
        """Suspend a member: left out of NRPS, gradable all the same."""
        self._mark("suspended", user)

    def unenrol(self, user: str) -> None:
        """Take a member out of the course: not in NRPS, not gradable."""
        self._mark("unenrolled", user)

    def _mark(self, what: str, user: str) -> None:
        with self.site.lock:
            marked: list[str] = getattr(self.site.state, what)
            marked.append(self.person(user).id)
            self.site.save()

    def enrol(self, user: str) -> None:
        """Undo `suspend` and `unenrol`."""
        person = self.person(user)
        with self.site.lock:
            state = self.site.state
            state.suspended = [each for each in state.suspended if each != person.id]
            state.unenrolled = [each for each in state.unenrolled if each != person.id]
            self.site.save()

    # --- what a teacher does -----------------------------------------------------------------------------------------

    def allow_grades(self, link: str | int, is_allowed: bool) -> None:
        """Tick or untick an activity's "allow … to add grades"."""
        self.gradebook.allow_grades(self.site.activity(link), is_allowed)

    def delete_column(self, column: str | int) -> None:
        """Delete a column with its grades."""
        self.gradebook.delete_column(self.column(column))

    def empty_grades(self, column: str | int | None = None) -> None:
        """Empty a column, or all of them (a course reset)."""
        self.gradebook.empty(None if column is None else self.column(column))

    def override(self, user: str, column: str | int, value: float | None) -> None:
        """Set a grade by hand; None takes the override back."""
        self.gradebook.override(self.column(column), self.person(user).id, value)

    def lock_column(self, column: str | int, is_locked: bool = True) -> None:
        """Lock a column or unlock it."""
        self.gradebook.lock(self.column(column), is_locked)

    def be_odd(self, oddity: str, is_on: bool = True) -> None:
        """Do what other platforms do, see `gradebook.ODDITIES`."""
        self.gradebook.set_oddity(oddity, is_on)

    # --- trouble on request ----------------------------------------------------------------------------------------

    def answer_next(
        self,
        status: int,
        *,
        service: Service | None = None,
        times: int = 1,
        retry_after: int | None = None,
        after_work: bool = False,
    ) -> None:
        """Answer the next requests of a service (or of any) with this status."""
        self.faults.add(Fault("status", service, times, status, retry_after, after_work=after_work))

    def hang_next(self, seconds: float, *, service: Service | None = None, times: int = 1, after_work: bool = False) -> None:
        """Let the next requests wait before they are answered, at most until `faults.let_go()`."""
        self.faults.add(Fault("hang", service, times, seconds=seconds, after_work=after_work))

    def reset_next(self, *, service: Service | None = None, times: int = 1, after_work: bool = False) -> None:
        """Reset the connection of the next requests; `after_work` does what they ask for first."""
        self.faults.add(Fault("reset", service, times, after_work=after_work))

    def offer_storage(self, target: str) -> None:
        """Keep values for tools without cookies: in `_parent`, in a frame called `platform_storage`, or (empty) not at all."""
        with self.site.lock:
            self.site.state.storage_target = target
            self.site.save()

    def sign_out_next(self, *, service: Service | None = None, times: int = 1, after_work: bool = False) -> None:
        """Answer the next requests with a page to sign in, status 200."""
        self.faults.add(Fault("page", service, times, 200, after_work=after_work))

    def revoke_tokens(self) -> None:
        """Make all access tokens void, as if they had expired."""
        self.tokens.revoke_all()

    def rotate_key(self, *, keep_old: bool = True, same_kid: bool = False) -> None:
        """Sign with a new key from now on.

        Args:
            keep_old: go on publishing the old ones.
            same_kid: put it in the place of the old one, under its kid, as some platforms do.
        """
        self.site.add_key(signing.new_key(self.site.keys[-1].kid if same_kid else None), keep_old=keep_old)

    def move_clock(self, seconds: float) -> None:
        """Set the playground's clock ahead (or back, if negative) of the true time; the Date header follows."""
        self.site.clock_offset = timedelta(seconds=seconds)
