"""Registration by invitation: in the frame that a platform opens, or by hand. No cookie is needed, the invitation suffices."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.words.typed_text import clean_line
from lti_tool.errors import ToolError
from lti_tool.lti.addresses import OwnAddresses
from lti_tool.lti.claims.course_variables import CUSTOM_PARAMETERS
from lti_tool.lti.json_shapes import host_of, origin_of
from lti_tool.lti.registering.dynamic_registration import PlatformConfiguration, ToolDescription, registration_request
from lti_tool.lti.registering.registration_failed import RegistrationFailed
from lti_tool.lti.service_hosts import frameable_origin
from lti_tool.lti.transport.guarded_fetch import GuardedHttp
from lti_tool.messages import N_
from lti_tool.platforms.registering.admit_registration import Admitted, is_known_platform
from lti_tool.platforms.registering.connect_platform import Connector, connect_by_hand, connect_platform, meet_platform
from lti_tool.platforms.registering.invite_platform import InviteUnusable, OpenInvite, open_invite
from lti_tool.platforms.registering.lms_families import FAMILIES, find_family
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registration_offers import Offer, Offers
from lti_tool.traffic.take_turn import Limit
from lti_tool.web.assets import asset_url
from lti_tool.web.failures.refusal_texts import text_of
from lti_tool.web.headers import allow_framing_by
from lti_tool.web.language import message_of, translate
from lti_tool.web.pages.connecting.next_clicks import after_update, next_clicks
from lti_tool.web.parts import parts
from lti_tool.web.programme import tool_name
from lti_tool.web.rate_limit import check_rate
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import without_csrf

log = logging.getLogger(__name__)
blueprint = Blueprint("register", __name__)
# Looks secrets up: nobody has so many wrong ones. Only those are counted, so that junk from a school's address does not keep the
# school's administrator out; with a right one addresses of others are fetched, and so each invitation has turns of its own.
_WRONG = Limit("register", burst=60, interval_s=5)
_RIGHT = Limit("register.invite", burst=60, interval_s=5)
P = ParamSpec("P")

_FIELDS = (
    "issuer",
    "client_id",
    "deployment_id",
    "auth_login_url",
    "token_url",
    "jwks_url",
    "token_audience",
    "service_host",
)
_TOO_OLD = N_("Zwischen Anzeige und Bestätigung ist zu viel Zeit vergangen, oder die Seite wurde verändert.")
_BEGIN_AGAIN = N_("Beginnen Sie die Registrierung in der Lernplattform noch einmal.")


def _kept_by_nobody(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let no cache keep what belongs to one invitation."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        response = make_response(view(*args, **kwargs))
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


@blueprint.get("/lti/register/<invite>")
@_kept_by_nobody
def begin(invite: str) -> ResponseReturnValue:
    """Show which platform asks and what it will be asked for; without a platform explain what to do with this address."""
    opened = _opened(invite)
    address = request.args.get("openid_configuration", "")
    if not address:
        return render_template("register/explain.html", invite=invite, expires_at=opened.expires_at, address=request.base_url)
    token = request.args.get("registration_token", "")
    _frame_for(address)
    try:
        platform = meet_platform(_connector(), opened, address, token)
    except RegistrationFailed as failure:
        return _failed(failure, host_of(address))
    offer = Offers(_secret()).sign(opened, Offer(platform, token), now=parts().now())
    return render_template(
        "register/confirm.html",
        invite=invite,
        offer=offer,
        platform=platform,
        clicks=next_clicks(platform.product_family),
        after_update=after_update(platform.product_family) if opened.renews_id is not None else (),
        waits=_would_wait(opened, platform.issuer),
    )


@blueprint.post("/lti/register/<invite>")
@without_csrf
@_kept_by_nobody
def confirm(invite: str) -> ResponseReturnValue:
    """Register at the platform that was shown."""
    opened = _opened(invite)
    now = parts().now()
    offer = Offers(_secret()).read(opened, request.form.get("offer", ""), now=now)
    if offer is None:
        raise ToolError(_TOO_OLD, next_step=_BEGIN_AGAIN, code="offer_unusable")
    platform = offer.platform
    _frame_for(platform.issuer)
    try:
        connected = connect_platform(_connector(), opened, offer, _request(platform), now=now)
    except RegistrationFailed as failure:
        return _failed(failure, host_of(platform.issuer))
    saved = connected.admitted.saved
    if saved is None:
        return _waiting_page(connected.admitted)
    return render_template(
        "register/done.html",
        saved=saved,
        platform=platform,
        registered=connected.registered,
        clicks=(() if saved.is_new else after_update(platform.product_family)) or next_clicks(platform.product_family),
        is_in_frame=True,
    )


@blueprint.get("/lti/register/<invite>/by-hand")
@_kept_by_nobody
def by_hand(invite: str) -> ResponseReturnValue:
    """Show our addresses, and a form for the platform's, filled as far as its family is known."""
    _opened(invite)
    family = find_family(request.args.get("family", ""))
    site = request.args.get("site", "").strip()
    has_site = origin_of(site) is not None
    values = family.filled(site) if family and has_site else {}
    return _by_hand_page(
        invite, values, site=site, family=family.key if family else "", site_is_wrong=bool(site) and not has_site
    )


@blueprint.post("/lti/register/<invite>/by-hand")
@without_csrf
@_kept_by_nobody
def register_typed(invite: str) -> ResponseReturnValue:
    """Register what was typed, once the platform's keys have been seen."""
    opened = _opened(invite)
    values = {name: clean_line(request.form.get(name, "")) for name in _FIELDS}
    new = NewRegistration(
        issuer=values["issuer"],
        client_id=values["client_id"],
        auth_login_url=values["auth_login_url"],
        token_url=values["token_url"],
        jwks_url=values["jwks_url"],
        token_audience=values["token_audience"] or None,
        name=host_of(values["issuer"]),
        deployment_ids=(values["deployment_id"],) if values["deployment_id"] else (),
        service_hosts=_service_hosts(values),
    )
    try:
        admitted = connect_by_hand(_connector(), opened, new, now=parts().now())
    except RegistrationFailed as failure:
        return _by_hand_page(invite, values, failure=failure), failure.status
    except ToolError as failure:
        if failure.code != "registration_invalid":
            raise
        return _by_hand_page(invite, values, failure=failure), 422
    if admitted.saved is None:
        return _waiting_page(admitted)
    clicks = next_clicks(request.form.get("family", ""), is_by_hand=True)
    return render_template("register/done.html", saved=admitted.saved, clicks=clicks, is_in_frame=False)


def _service_hosts(values: dict[str, str]) -> tuple[str, ...]:
    """Give the host that was typed, if it is another one; a slash at its end is nobody's fault."""
    host = values["service_host"].rstrip("/")
    own = {origin_of(values[name]) for name in ("issuer", "auth_login_url", "token_url", "jwks_url")}
    return (host,) if host and host not in own else ()


def _by_hand_page(
    invite: str,
    values: dict[str, str],
    *,
    site: str = "",
    family: str = "",
    site_is_wrong: bool = False,
    failure: ToolError | None = None,
) -> str:
    addresses = OwnAddresses(parts().settings.public_url)
    return render_template(
        "register/by_hand.html",
        invite=invite,
        values=values,
        site=site,
        site_is_wrong=site_is_wrong,
        failure=None if failure is None else message_of(failure),
        families=FAMILIES,
        family=find_family(family or request.form.get("family", "")),
        own=addresses,
        logo_url=_absolute(asset_url("icon.svg")),
        variables="\n".join(f"{name}={variable}" for name, variable in CUSTOM_PARAMETERS.items()),
        example_module=parts().catalogue.served[0].head.modules[0].slug,
    )


def _opened(invite: str) -> OpenInvite:
    try:
        with reading() as session:
            opened = open_invite(session, invite, now=parts().now())
    except InviteUnusable:
        check_rate(_WRONG)
        raise
    check_rate(_RIGHT, source=f"invite {opened.id}")
    return opened


def _would_wait(opened: OpenInvite, issuer: str) -> bool:
    """Whether the operator will have to approve what comes of this; a renewal that is none comes out only when it is there."""
    if opened.renews_id is not None:
        return False
    with reading() as session:
        return is_known_platform(session, issuer)


def _waiting_page(admitted: Admitted) -> str:
    # Without the script that closes the platform's frame: this has to be read.
    return render_template("register/waiting.html", proposal=admitted.proposal)


def _failed(failure: RegistrationFailed, host: str) -> ResponseReturnValue:
    log.warning("registration_failed", extra={"code": failure.code, "host": host[:100]})
    return render_template("register/failed.html", failure=failure, text=text_of(failure), host=host), failure.status


def _frame_for(address: str) -> None:
    """Let the page be shown where the administrator is, also one that says why it does not work.

    That may be a school's own host, of which the configuration says nothing; who may frame it has the invitation, the one
    secret there is.
    """
    own = frameable_origin(address)
    allow_framing_by(*([own] if own else []), "https:")


def _request(platform: PlatformConfiguration) -> dict[str, object]:
    tool = ToolDescription(
        name=tool_name(),
        description=translate(N_("Lernmodule mit Lernerfolgskontrollen, Praxisaufgaben und Zertifikat.")),
        logo_url=_absolute(asset_url("icon.svg")),
        policy_url=f"{parts().settings.public_url}/privacy",
    )
    return registration_request(platform, OwnAddresses(parts().settings.public_url), tool)


def _absolute(path: str) -> str:
    # Without the hash: a platform keeps the address for years.
    return parts().settings.public_url + path.partition("?")[0]


def _connector() -> Connector:
    settings = parts().settings
    return Connector(
        begin=step,
        http=GuardedHttp(allow_private=settings.private_platforms_allowed, user_agent=f"lti-tool (+{settings.public_url})"),
        is_production=settings.is_production,
        further_hosts=frozenset(host.strip().lower() for host in settings.platform_hosts.split(",") if host.strip()),
    )


def _secret() -> str:
    return parts().settings.secret_key.get_secret_value()
