"""For holders' and verifiers' software: did:web document, issuer, achievements, status lists, seal certificates. No person."""

import json
from typing import Any

from flask import Blueprint, Response, request

from lti_tool.certificates.badges.badge_maker import BadgeMaker
from lti_tool.certificates.badges.published import describe_achievement, list_seal_certificates, sign_status_list
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.traffic.take_turn import Limit
from lti_tool.web.former_addresses import former_url
from lti_tool.web.parts import parts
from lti_tool.web.rate_limit import limit_rate
from lti_tool.web.step import reading

blueprint = Blueprint("credentials", __name__)

# Signed anew when asked, so that a revocation shows within minutes; shared caches take the load.
_STATUS_CACHE = "public, max-age=300"
_CACHE = "public, max-age=3600"
_LISTS = Limit("credentials.status", burst=60, interval_s=1)


@blueprint.get("/.well-known/did.json")
def did_document() -> Response:
    """Publish the issuer's keys, those of earlier years included (did:web method, section 2.5.2)."""
    return _json(_badges().did_document(), "application/did+ld+json")


@blueprint.get("/credentials/issuer")
def issuer() -> Response:
    """Describe the issuer as an Open Badges profile."""
    return _json(_badges().profile(), "application/ld+json")


@blueprint.get("/credentials/achievements/<programme_slug>/<name>")
def achievement(programme_slug: str, name: str) -> Response:
    """Describe what can be achieved here, also in a programme that is not offered any more."""
    _badges()
    tool = parts()
    address = former_url() or tool.settings.public_url
    programme = tool.latest_programme(programme_slug)
    if programme is None:
        raise NotFound(N_("Diesen Nachweis gibt es nicht."), code="achievement_not_found")
    described = describe_achievement(programme, name, public_url=address, issuer=tool.issuer, now=tool.now())
    return _json(described, "application/ld+json")


@blueprint.get("/credentials/status/<int:number>")
@limit_rate(_LISTS)
def status_list(number: int) -> Response:
    """Give a status list, signed: as VC-JWT, or with a Data Integrity proof for those who want JSON."""
    badges = _badges()
    with reading() as session:
        signed = sign_status_list(session, badges, number, now=parts().now())
    token, document = "application/vc+jwt", "application/vc"
    wish = request.accept_mimetypes.best_match([token, document, "application/ld+json", "application/json"], default=token)
    response = Response(signed.jwt, content_type=token) if wish == token else Response(signed.json, content_type=wish)
    return _for_all(response, _STATUS_CACHE)


@blueprint.get("/credentials/seal-certificates.pem")
def seal_certificates() -> Response:
    """Give the certificates of all seals, then and now, so that files of earlier years can be checked without us."""
    with reading() as session:
        return _for_all(Response(list_seal_certificates(session), content_type="application/x-pem-file"), _CACHE)


def _badges() -> BadgeMaker:
    badges = parts().document_maker.badges
    if badges is None:
        raise NotFound(N_("Digitale Abzeichen (Open Badges) sind hier nicht eingeschaltet."), code="badges_off")
    # What earlier badges name is answered under their own address.
    return badges.at(former_url() or parts().settings.public_url)


def _json(content: dict[str, Any], content_type: str) -> Response:
    return _for_all(Response(json.dumps(content, ensure_ascii=False), content_type=content_type), _CACHE)


def _for_all(response: Response, cache: str) -> Response:
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Accept"
    # Verifiers in browsers come from anywhere, without cookies.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
