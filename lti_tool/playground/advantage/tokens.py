"""Access tokens: client_credentials with private_key_jwt, answered in Moodle's words but checked as the specification asks.

Moodle 4.2.3 looks neither at aud, iss and jti nor at a missing exp. The playground does (Security Framework 1.0, section 4.1.1):
it is here to find a tool's faults, and other platforms refuse them.
"""

import json
import logging
import secrets
from datetime import datetime

from lti_tool.playground.advantage.answers import Answer
from lti_tool.playground.advantage.tool_keys import BadSignature, decode_segment, verified_claims
from lti_tool.playground.launching.claim_names import CLIENT_ASSERTION_TYPE
from lti_tool.playground.site import LOCAL_ZONE, Site
from lti_tool.playground.state import Json, Token, Tool

log = logging.getLogger(__name__)

_LIFE_S = 3600


class TokenRefused(Exception):
    """The request gets no token; `error` is what the body says, `reason` what the log says."""

    def __init__(self, error: str, reason: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.reason = reason or error


class Tokens:
    """Gives out access tokens and knows which of them hold."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._seen_jtis: dict[tuple[str, str], float] = {}

    def request(self, form: dict[str, str]) -> Answer:
        """Answer a token request.

        Moodle 4.2.3 labels the JSON as text/html, and does not escape the words of an error: an unknown kid gives a body that is
        no JSON at all.
        """
        try:
            body = json.dumps(self._grant(form))
            return Answer(200, "OK", body, "text/html; charset=utf-8")
        except TokenRefused as refusal:
            log.warning("playground_token_refused", extra={"reason": refusal.reason})
            body = f'{{\n  "error" : "{refusal.error}"\n}}'
            return Answer(400, "Bad Request", body, "text/html; charset=utf-8")

    def _grant(self, form: dict[str, str]) -> Json:
        tool = self._client(form)
        scopes = [scope for scope in form["scope"].split() if scope in tool.scopes]
        if not scopes:
            raise TokenRefused("invalid_scope")
        word = secrets.token_hex(16)
        with self._site.lock:
            now = self._site.now().timestamp()
            tokens = self._site.state.tokens
            for old in [key for key, token in tokens.items() if token.expires_at < now]:
                del tokens[old]
            tokens[word] = Token(tool.id, scopes, now + _LIFE_S)
            self._site.save()
        return {
            "access_token": word,
            "token_type": "bearer" if self._site.is_open_edx else "Bearer",
            "expires_in": _LIFE_S,
            "scope": " ".join(scopes),
        }

    def _client(self, form: dict[str, str]) -> Tool:
        names = ("client_assertion", "client_assertion_type", "grant_type", "scope")
        if not all(form.get(name) for name in names):
            raise TokenRefused("invalid_request", "parameter_missing")
        assertion = form["client_assertion"]
        if assertion.count(".") != 2 or form["client_assertion_type"] != CLIENT_ASSERTION_TYPE:
            raise TokenRefused("invalid_request", "assertion_unusable")
        if form["grant_type"] != "client_credentials":
            raise TokenRefused("unsupported_grant_type")
        try:
            client_id = str(decode_segment(assertion.split(".")[1]).get("sub", ""))
        except ValueError as err:
            raise TokenRefused("invalid_request", "assertion_unusable") from err
        tool = self._site.tool_of_client(client_id)
        if tool is None or not tool.is_active:
            raise TokenRefused("invalid_client", "client_unknown")
        try:
            claims = verified_claims(self._site, tool, assertion)
        except BadSignature as err:
            raise TokenRefused(str(err)) from err
        self._check_times(claims)
        self._check_parties(claims, tool)
        self._use_up_jti(claims, tool)
        return tool

    def _check_times(self, claims: Json) -> None:
        now = self._site.now().timestamp()
        issued_at, expires_at = claims.get("iat"), claims.get("exp")
        if not isinstance(issued_at, int | float) or not isinstance(expires_at, int | float):
            raise TokenRefused("invalid_client", "iat_or_exp_missing")
        if issued_at > now:  # Moodle grants no leeway at all; a tool sets iat a little back.
            at = datetime.fromtimestamp(issued_at, LOCAL_ZONE).strftime("%Y-%m-%dT%H:%M:%S%z")
            raise TokenRefused(f"Cannot handle token prior to {at}", "iat_in_the_future")
        if expires_at <= now:
            raise TokenRefused("Expired token")

    def _check_parties(self, claims: Json, tool: Tool) -> None:
        if claims.get("iss") != tool.client_id:
            raise TokenRefused("invalid_client", "iss_is_not_the_client")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if not {self._site.url("/mod/lti/token.php"), self._site.issuer} & {str(each) for each in audiences}:
            raise TokenRefused("invalid_client", "aud_is_not_this_platform")

    def _use_up_jti(self, claims: Json, tool: Tool) -> None:
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise TokenRefused("invalid_client", "jti_missing")
        with self._site.lock:
            now = self._site.now().timestamp()
            self._seen_jtis = {key: until for key, until in self._seen_jtis.items() if until > now}
            if (tool.client_id, jti) in self._seen_jtis:
                raise TokenRefused("invalid_client", "jti_replayed")
            self._seen_jtis[tool.client_id, jti] = float(claims["exp"])

    def holder(self, authorization: str, wanted: frozenset[str], type_id: str | None) -> Tool | None:
        """Give the tool whose valid token this is, if it has one of the wanted scopes and the URL is the tool's own."""
        kind, _, word = authorization.partition(" ")
        with self._site.lock:
            token = self._site.state.tokens.get(word.strip()) if kind.lower() == "bearer" else None
            if token is None or token.expires_at <= self._site.now().timestamp():
                return None
            if not wanted & set(token.scopes) or type_id not in (None, token.tool_id):
                return None
            return self._site.state.tools.get(token.tool_id)

    def revoke_all(self) -> None:
        """Make every access token void at once."""
        with self._site.lock:
            self._site.state.tokens.clear()
            self._site.save()
