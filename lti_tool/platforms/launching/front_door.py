"""The front door: login and launch with everything they need, put together from a database and a few settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.people import Visitor
from lti_tool.lti.addresses import OwnAddresses
from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.claims.claims import Launch
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.keys.key_sets import KeySets
from lti_tool.lti.launching.launch import LaunchDesk, receive_launch
from lti_tool.lti.launching.login import LoginAnswer, LoginDesk, begin_login, continue_login
from lti_tool.lti.launching.state import Seals
from lti_tool.lti.transport.http import Http
from lti_tool.platforms.key_set_store import DatabaseKeySetStore
from lti_tool.platforms.launching.module_pages import is_module_page, wished_module
from lti_tool.platforms.launching.record_launch import record_launch
from lti_tool.platforms.launching.visit_standing import VisitStandings
from lti_tool.platforms.registering.deployments import DeploymentDirectory, Policy
from lti_tool.platforms.registering.institutions import Institutions
from lti_tool.platforms.registering.proposals import is_proposed
from lti_tool.platforms.registration_directory import RegistrationDirectory

if TYPE_CHECKING:
    from lti_tool.models.database import Database

_MESSAGE_TYPES = frozenset({names.RESOURCE_LINK_REQUEST, names.DEEP_LINKING_REQUEST, names.SUBMISSION_REVIEW_REQUEST})
# Under names that begin so we keep values at platforms that keep some for tools.
_STORAGE_PREFIX = "lti-tool.login."


@dataclass(frozen=True, slots=True)
class Wish:
    """What a launch is for: the module that it names, and what a course learns with that has no programme yet."""

    module_slug: str | None = None
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A launch that got in, and who came by it."""

    launch: Launch
    visitor: Visitor


@dataclass(frozen=True)
class FrontDoor:
    """One per process."""

    database: "Database"
    registrations: RegistrationDirectory
    deployments: DeploymentDirectory
    key_sets: KeySets
    login_desk: LoginDesk
    launch_desk: LaunchDesk
    standings: VisitStandings
    """Whether visits that launches have opened may go on."""
    institutions: Institutions
    """Whose people and courses launches are about."""

    def begin_login(self, params: Mapping[str, str], *, in_frame: bool | None, now: datetime) -> LoginAnswer:
        """Answer a platform's login request; see `lti.login`."""
        try:
            return begin_login(self.login_desk, params, in_frame=in_frame, now=now)
        except LaunchRejected as refusal:
            if refusal.refusal is LaunchRefusal.REGISTRATION_UNKNOWN and self._is_proposed(params):
                held = LaunchRejected(LaunchRefusal.REGISTRATION_HELD)
                held.received = refusal.received
                raise held from refusal
            raise

    def _is_proposed(self, params: Mapping[str, str]) -> bool:
        with self.database.read() as session:
            return is_proposed(session, params.get("iss", ""), params.get("client_id") or None)

    def continue_login(self, params: Mapping[str, str], cookies: Mapping[str, str], *, now: datetime) -> LoginAnswer:
        """Go on with a login whose cookie has been checked; see `lti.login`."""
        return continue_login(self.login_desk, params, cookies, now=now)

    def wished_module(self, launch: Launch) -> str | None:
        """Return the module that a launch names, whether there is such a module or not."""
        return wished_module(launch, self.launch_desk.addresses)

    def let_in(
        self,
        form: Mapping[str, str],
        cookies: Mapping[str, str],
        wish_of: Callable[[Launch], Wish],
        *,
        kept: str | None = None,
        now: datetime,
    ) -> Arrival:
        """Verify a launch and record it.

        Args:
            wish_of: tells what a launch is for.
            kept: what our own page found in the platform's storage; see `lti.launch`.
        Raises:
            LaunchRejected: it does not get in.
        """
        launch = receive_launch(self.launch_desk, form, cookies, kept=kept, now=now)
        entry = self.registrations.by_id(launch.registration.id)
        if entry is None:
            raise LaunchRejected(LaunchRefusal.REGISTRATION_UNKNOWN, registration_id=launch.registration.id)
        entry = self.institutions.place(entry, launch.platform.guid, launch.deployment_id, now=now)
        deployment = self.deployments.get(launch.registration.id, launch.deployment_id, now=now)
        wish = wish_of(launch)
        visitor = record_launch(self.database, launch, entry, deployment.id, wish.module_slug, pin=wish.pin, now=now)
        self.standings.forget(visitor)
        return Arrival(launch, visitor)


def open_front_door(database: "Database", *, secret: str, public_url: str, deployment_policy: Policy, http: Http) -> FrontDoor:
    """Wire login and launch."""
    registrations = RegistrationDirectory(database)
    deployments = DeploymentDirectory(database, deployment_policy)
    key_sets = KeySets(DatabaseKeySetStore(database), http)
    seals = Seals(secret)
    addresses = OwnAddresses(public_url, is_module_page)
    return FrontDoor(
        database,
        registrations,
        deployments,
        key_sets,
        LoginDesk(registrations.find, seals, addresses, _STORAGE_PREFIX),
        LaunchDesk(registrations.find, deployments.check, key_sets, seals, addresses, _STORAGE_PREFIX, _MESSAGE_TYPES),
        VisitStandings(database),
        Institutions(database),
    )
