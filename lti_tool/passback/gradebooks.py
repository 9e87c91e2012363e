"""The platforms' gradebooks over HTTP: `ports.Gradebooks` by way of the protocol room's service client."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import urlsplit

from lti_tool import tracing
from lti_tool.lti.advantage import line_items, scores
from lti_tool.lti.advantage.line_items import LineItem, NewLineItem
from lti_tool.lti.advantage.results import ToldResult, read_results
from lti_tool.lti.advantage.scores import Delivered, Refused, Score, Unavailable
from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest
from lti_tool.lti.errors import ServiceRefused
from lti_tool.lti.ports import Registration, SigningKey, TokenStore
from lti_tool.lti.transport.http import Http, HttpAnswer
from lti_tool.passback.ports import LineItemList

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
        registration = self._registration(registration_id)
        return read_results(self._client, registration, line_item_url, user_id=user_sub, now=now).get(user_sub)

    def results(self, registration_id: int, line_item_url: str, *, now: datetime) -> dict[str, ToldResult]:
        return read_results(self._client, self._registration(registration_id), line_item_url, now=now)

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

    def _registration(self, registration_id: int) -> Registration:
        found = self._find(registration_id)
        if found is None:
            raise ServiceRefused("registration_gone", "The registration was removed.")
        return found


def _moment_of(http_date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, TypeError):
        return None
    # "-0000" says that the zone is not known (RFC 5322); HTTP dates are always GMT.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
