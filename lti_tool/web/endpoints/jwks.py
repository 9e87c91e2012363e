"""The tool's public keys, for platforms."""

from flask import Blueprint, Response, jsonify

from lti_tool.web.parts import parts

# A new key is published a day before it signs, so platforms may keep this for an hour.
_CACHE_CONTROL = "public, max-age=3600"

blueprint = Blueprint("jwks", __name__)


@blueprint.get("/lti/jwks")
def jwks() -> Response:
    """Give all published keys as a JWK Set (RFC 7517)."""
    response = jsonify(parts().keyring.public_jwks())
    response.headers["Cache-Control"] = _CACHE_CONTROL
    return response
