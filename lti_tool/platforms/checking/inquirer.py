"""Asks platforms what people wished to know: the worker's job behind `inquiries`.

At most two inquiries at once go to one registration, so a platform that hangs holds two threads, and each of them for as long as
its inquiry may take.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from lti_tool.errors import ToolError
from lti_tool.jobs.stop import Stop
from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.transport.http import Http
from lti_tool.platforms.checking.checked_place import load_place
from lti_tool.platforms.checking.connection_check import check_connection
from lti_tool.platforms.checking.findings import to_json
from lti_tool.platforms.checking.inquiries import (
    ClaimedInquiry,
    InquiredPlace,
    InquiryKind,
    claim_inquiries,
    end_inquiry,
    is_any_inquiry_free,
)
from lti_tool.platforms.registration_directory import RegistrationDirectory
from lti_tool.platforms.roster.refresh_roster import refresh_roster

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

AT_ONCE: Final = 16
AT_ONCE_TO_ONE: Final = 2
# New wishes are looked for this often while others are being asked.
_LOOK_EVERY_S: Final = 0.25
# Takes a place and returns the answer as JSON; bounds its time by itself.
Ask: TypeAlias = Callable[[InquiredPlace], Any]


class Inquirer:
    """One per process; `run` is the job."""

    def __init__(
        self, database: "Database", ask: Mapping[InquiryKind, Ask], *, clock: Callable[[], datetime], stop: Stop | None = None
    ) -> None:
        self._database = database
        self._ask = ask
        self._clock = clock
        self._stop = stop or Stop()

    def run(self) -> int:
        """Ask all that is open, and return how many answers that brought."""
        count = 0
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="inquiry") as pool:
            flying: dict[Future[None], int] = {}
            while True:
                for claimed in self._claim(Counter(flying.values())):
                    flying[pool.submit(self._answer, claimed)] = claimed.place.registration_id
                if not flying:
                    return count
                ended, _ = wait(flying, timeout=_LOOK_EVERY_S, return_when=FIRST_COMPLETED)
                for future in ended:
                    del flying[future]
                    if failure := future.exception():
                        # The answer could not be written down; when the claim has run out the platform is asked again.
                        log.error("inquiry_not_recorded", exc_info=failure)
                count += len(ended)

    def _claim(self, flying: Counter[int]) -> list[ClaimedInquiry]:
        free = AT_ONCE - flying.total()
        if free <= 0 or self._stop.is_asked:
            return []
        busy = [registration_id for registration_id, count in flying.items() if count >= AT_ONCE_TO_ONE]
        now = self._clock()
        with self._database.read() as session:
            if not is_any_inquiry_free(session, busy=busy, now=now):
                return []
        with self._database.write.begin() as session:
            return claim_inquiries(session, busy=busy, limit=free, now=now)

    def _answer(self, claimed: ClaimedInquiry) -> None:
        """Ask one, whatever comes of it: a fault is an answer, too, else its page would wait for ever."""
        try:
            answer = self._ask[claimed.kind](claimed.place)
        except Exception:
            log.exception("inquiry_failed", extra={"kind": claimed.kind, "registration": claimed.place.registration_id})
            answer = None
        with self._database.write.begin() as session:
            end_inquiry(session, claimed, answer, now=self._clock())
        log.info("inquiry_answered", extra={"kind": claimed.kind, "registration": claimed.place.registration_id})


def questions(
    database: "Database", http: Http, client: ServiceClient, *, clock: Callable[[], datetime]
) -> dict[InquiryKind, Ask]:
    """Return how each kind of inquiry is asked."""
    directory = RegistrationDirectory(database)

    def connection(place: InquiredPlace) -> Any:
        entry = directory.by_id(place.registration_id)
        if entry is None:
            return None
        with database.read() as session:
            checked = load_place(session, place.course_id, place.resource_link_id)
        return to_json(check_connection(http, client, entry.registration, checked, clock=clock))

    def roster(place: InquiredPlace) -> None:
        assert place.course_id is not None
        try:
            refresh_roster(database, client, place.course_id, now=clock())
        except ToolError as err:
            # Kept with the reading, where the page finds it.
            log.warning("roster_not_read", extra={"course": place.course_id, "code": err.code})

    return {InquiryKind.CONNECTION: connection, InquiryKind.ROSTER: roster}
