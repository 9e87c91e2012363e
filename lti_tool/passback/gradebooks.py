"""The platforms' gradebooks over HTTP: `ports.Gradebooks` by way of the protocol room's service client."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from lti_tool import tracing
from lti_tool.lti import line_items, scores
from lti_tool.lti.claim_names import RESULTS_TYPE, SCOPE_RESULT_READ
from lti_tool.lti.errors import ServiceRefused
from lti_tool.lti.http import Http, HttpAnswer
from lti_tool.lti.line_items import LineItem, NewLineItem, results_url
from lti_tool.lti.paging import read_pages
from lti_tool.lti.peer_numbers import number_of
from lti_tool.lti.ports import Registration, SigningKey, TokenStore
from lti_tool.lti.scores import Delivered, Refused, Score, Unavailable
from lti_tool.lti.service_client import ServiceClient, ServiceRequest
from lti_tool.passback.ports import LineItemList
from lti_tool.passback.standing import ToldResult

# Returns a registration by its id; None where it was removed.
FindById: TypeAlias = Callable[[int], Registration | None]


class ClockedServiceClient(ServiceClient):
    """A service client that notes by each answer's Date header how a platform's clock differs from ours."""

    def __init__(self, http: Http, tokens: TokenStore, signing_key: SigningKey, *, clock: Callable[[], datetime]) -> None:
        super().__init__(http, tokens, signing_key)
        self._clock = clock
        self._leads: dict[int, timedelta] = {}

    def call(self, registration: Registration, request: ServiceRequest, *, now: datetime) -> HttpAnswer:
        address = urlsplit(request.url)
        with tracing.span(
            f"platform {request.method}",
            kind="client",
            http_request_method=request.method,
            server_address=address.hostname or "",
            url_path=address.path,
            lti__tool_registration=registration.id,
        ) as span:
            answer = super().call(registration, request, now=now)
            span.tell(http_response_status__code=answer.status)
        told = _moment_of(answer.headers.get("Date", ""))
        if told is not None:
            self._leads[registration.id] = told - self._clock()
        return answer

    def clock_lead(self, registration_id: int) -> timedelta:
        """Tell how far a platform's clock is ahead of ours; zero where nothing is known."""
        return self._leads.get(registration_id, timedelta(0))

    def forget_clocks(self) -> None:
        """Know nothing any more, as a process does that has just begun."""
        self._leads.clear()


class PlatformGradebooks:
    """Implements `ports.Gradebooks`; one per process, safe to use from its threads."""

    def __init__(self, find_registration: FindById, client: ClockedServiceClient) -> None:
        self._find = find_registration
        self._client = client

    def post_score(
        self, registration_id: int, line_item_url: str, score: Score, *, now: datetime
    ) -> Delivered | Refused | Unavailable:
        return scores.post_score(self._client, self._registration(registration_id), line_item_url, score, now=now)

    def result_of(self, registration_id: int, line_item_url: str, user_sub: str, *, now: datetime) -> ToldResult | None:
        # Chosen here as well: Open edX gives everybody's results, whoever was asked for.
        return self._results(registration_id, results_url(line_item_url, user_id=user_sub), now).get(user_sub)

    def results(self, registration_id: int, line_item_url: str, *, now: datetime) -> dict[str, ToldResult]:
        return self._results(registration_id, results_url(line_item_url), now)

    def line_items(
        self,
        place: LineItemList,
        *,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
        now: datetime,
    ) -> list[LineItem]:
        return list(
            line_items.list_line_items(
                self._client,
                self._registration(place.registration_id),
                place.url,
                now=now,
                offered_scopes=place.scopes,
                resource_link_id=resource_link_id,
                resource_id=resource_id,
                tag=tag,
            )
        )

    def line_item(self, registration_id: int, url: str, scopes: frozenset[str], *, now: datetime) -> LineItem:
        registration = self._registration(registration_id)
        return line_items.read_line_item(self._client, registration, url, offered_scopes=scopes, now=now)

    def create_line_item(self, place: LineItemList, new: NewLineItem, *, now: datetime) -> LineItem:
        return line_items.create_line_item(self._client, self._registration(place.registration_id), place.url, new, now=now)

    def clock_lead(self, registration_id: int) -> timedelta:
        return self._client.clock_lead(registration_id)

    def _results(self, registration_id: int, url: str, now: datetime) -> dict[str, ToldResult]:
        # Without `limit`: Moodle 4.2 fails with it (404, "Call to a member function out() on null").
        request = ServiceRequest("GET", url, (SCOPE_RESULT_READ,), accept=RESULTS_TYPE)
        found: dict[str, ToldResult] = {}
        for page in read_pages(self._client, self._registration(registration_id), request, now=now):
            for entry in page if isinstance(page, list) else ():
                standing = _standing(entry)
                if standing is not None:
                    found[str(entry["userId"])] = standing
        return found

    def _registration(self, registration_id: int) -> Registration:
        found = self._find(registration_id)
        if found is None:
            raise ServiceRefused("registration_gone", "The registration was removed.")
        return found


def _standing(entry: Any) -> ToldResult | None:
    """Read one result (AGS 2.0, section 3.3.4); None where there is no score in it."""
    if not isinstance(entry, dict) or "userId" not in entry:
        return None
    given, maximum = number_of(entry.get("resultScore")), number_of(entry.get("resultMaximum"))
    if given is None:
        return None
    # AGS 2.0: without resultMaximum it is 1. A maximum of 0 or less would be a column that counts for nothing.
    return ToldResult(given, maximum if maximum is not None and maximum > 0 else 1.0, _iso_moment(entry.get("timestamp")))


def _iso_moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None


def _moment_of(http_date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, TypeError):
        return None
    # "-0000" says that the zone is not known (RFC 5322); HTTP dates are always GMT.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
