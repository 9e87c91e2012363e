"""Connect a platform by an invitation: look who asks, claim the invitation, register the tool there, store what came of it.

Unlike other use cases these begin their transactions themselves: between two of them a platform is asked.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from lti_tool.errors import ToolError
from lti_tool.lti.registering.dynamic_registration import (
    PlatformConfiguration,
    Registered,
    check_hosts,
    check_keys,
    check_reachable,
    is_usable_token,
    read_configuration,
    register,
)
from lti_tool.lti.registering.registration_failed import RegistrationFailed, RegistrationProblem
from lti_tool.lti.transport.guarded_fetch import GuardedHttp
from lti_tool.platforms.registering.admit_registration import Admitted, admit_registration
from lti_tool.platforms.registering.invite_platform import (
    OpenInvite,
    check_may_be_asked,
    check_platform,
    claim_invite,
    release_invite,
)
from lti_tool.platforms.registering.new_registration import NewRegistration, check_addresses
from lti_tool.platforms.registering.registration_offers import Offer, registration_from

log = logging.getLogger(__name__)

Begin: TypeAlias = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Connector:
    """What connecting needs, whoever connects."""

    begin: Begin
    """Begins a transaction that ends with the block."""
    http: GuardedHttp
    is_production: bool
    further_hosts: frozenset[str] = frozenset()
    """Where a platform's addresses may lie besides its own site."""


@dataclass(frozen=True, slots=True)
class Connected:
    """What the platform answered, and what became of it here."""

    registered: Registered
    admitted: Admitted


def meet_platform(connector: Connector, invite: OpenInvite, address: str, token: str) -> PlatformConfiguration:
    """Return what the platform at an address says of itself, checked; nothing is stored or sent.

    Args:
        address: the parameter `openid_configuration`; anybody may have written it.
        token: the parameter `registration_token`.
    Raises:
        RegistrationFailed: the platform is not the invitation's, or what it says cannot be used.
    """
    if not is_usable_token(token):
        raise RegistrationFailed(RegistrationProblem.TOKEN_UNUSABLE)
    check_may_be_asked(invite, address)
    platform = read_configuration(connector.http, address, token=token, further_hosts=connector.further_hosts)
    check_platform(invite, platform.issuer, school=platform.registration_url)
    return platform


def connect_platform(
    connector: Connector, invite: OpenInvite, offer: Offer, request: Mapping[str, Any], *, now: datetime
) -> Connected:
    """Register the tool at the platform that was shown; the invitation can be used again where that fails.

    Args:
        request: how the tool introduces itself, see `lti.dynamic_registration`.
    Raises:
        InviteUnusable: somebody else is registering with it, has done so, or its time is over.
        RegistrationFailed: the platform refuses, or an address belongs to another platform.
    """
    with connector.begin() as session:
        claim_invite(session, invite.id, now=now)
    try:
        registered = register(connector.http, offer.platform, request, offer.token)
        admitted = _store(connector, invite, registration_from(offer.platform, registered), now=now)
    except ToolError:
        with connector.begin() as session:
            release_invite(session, invite.id)
        raise
    return Connected(registered, admitted)


def connect_by_hand(connector: Connector, invite: OpenInvite, new: NewRegistration, *, now: datetime) -> Admitted:
    """Store what somebody typed, once the platform's keys have been seen where they were said to be.

    Raises:
        RegistrationFailed: the platform is not the invitation's, or not where it was said to be.
        ToolError: an address is none, or is not https in production (`registration_invalid`).
    """
    check_addresses(new, is_production=connector.is_production)
    check_platform(invite, new.issuer, school=next(iter(new.service_hosts), None))
    check_hosts(new.issuer, (new.auth_login_url, new.token_url, new.jwks_url), further_hosts=connector.further_hosts)
    check_keys(connector.http, new.jwks_url)
    for host in new.service_hosts:
        check_reachable(connector.http, host)
    return _store(connector, invite, new, now=now)


def _store(connector: Connector, invite: OpenInvite, new: NewRegistration, *, now: datetime) -> Admitted:
    with connector.begin() as session:
        admitted = admit_registration(session, invite, new, is_production=connector.is_production, now=now)
    if admitted.saved is not None:
        extra = {"registration": admitted.saved.registration.id, "invite": invite.id, "is_new": admitted.saved.is_new}
        log.info("platform_registered", extra=extra)
    return admitted
