"""Dynamic registration as Moodle 4.2.3 does it: discovery, a registration token of one use, error bodies of one word."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from joserfc import jwt
from joserfc.errors import JoseError

from lti_tool.playground.advantage.answers import Answer, json_answer
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.launching.claims import VARIABLES
from lti_tool.playground.site import Site, random_word
from lti_tool.playground.state import Json, Tool

_TOKEN_LIFE_S = 3600
_HTML = "text/html; charset=utf-8"
_REQUIRED = ("response_types", "initiate_login_uri", "redirect_uris", "client_name", "jwks_uri", "token_endpoint_auth_method")
_NAME_CLAIMS = {"name", "given_name", "family_name"}


class RegistrationRefused(Exception):
    """The registration is refused with one word as plain body."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


def discovery(site: Site) -> Json:
    """Give the platform's configuration with the members that Moodle publishes."""
    return {
        "issuer": site.issuer,
        "token_endpoint": site.url("/mod/lti/token.php"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": site.url("/mod/lti/certs.php"),
        "authorization_endpoint": site.url("/mod/lti/auth.php"),
        "registration_endpoint": site.url("/mod/lti/openid-registration.php"),
        "scopes_supported": [*names.ALL_SCOPES, "openid"],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
        names.PLATFORM_CONFIGURATION: {
            "product_family_code": site.product_family,
            "version": "4.2.3 (Playground)",
            "messages_supported": [
                {"type": names.RESOURCE_LINK_REQUEST},
                {"type": names.DEEP_LINKING_REQUEST, "placements": ["ContentArea"]},
            ],
            "variables": [variable.removeprefix("$") for variable in VARIABLES],
        },
    }


class Registrations:
    """Begins registrations and takes the tools' answers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def begin(self, register_url: str, *, update: str | None = None) -> str:
        """Give the address that the LMS opens in a frame: the tool's own query stays, two parameters are added.

        Args:
            register_url: what the tool gave its new administrator.
            update: id of a tool that is registered already and shall be changed.
        """
        now = int(self._site.now().timestamp())
        subject, scope = (update, "reg-update") if update else (random_word(15), "reg")
        token = self._site.sign({"sub": subject, "scope": scope, "iat": now, "exp": now + _TOKEN_LIFE_S})
        added = {
            "openid_configuration": self._site.url("/mod/lti/openid-configuration.php"),
            "registration_token": token,
        }
        parts = urlsplit(register_url)
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *added.items()])
        return urlunsplit(parts._replace(query=query))

    def answer(self, method: str, authorization: str, body: Json | None) -> Answer:
        """Answer a call to the registration endpoint. Success is 200, not 201."""
        try:
            subject, scope = self._token(authorization)
            if method == "GET":
                return json_answer(self._present(subject, scope), "application/json")
            settings = _settings(body or {})
            return json_answer(_described(self._store(subject, scope, settings)), "application/json")
        except RegistrationRefused as refused:
            reason = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}[refused.status]
            return Answer(refused.status, reason, refused.word, _HTML)

    def _token(self, authorization: str) -> tuple[str, str]:
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise RegistrationRefused(401, "missing_registration_token")
        try:
            with self._site.lock:
                claims = jwt.decode(token.strip(), self._site.keys[-1], algorithms=["RS256"]).claims
            subject, scope, expires_at = str(claims["sub"]), str(claims["scope"]), float(claims["exp"])
        except (JoseError, ValueError, KeyError, TypeError) as err:
            raise RegistrationRefused(404, "<html><body>Signature verification failed</body></html>") from err
        if expires_at <= self._site.now().timestamp():
            raise RegistrationRefused(404, "<html><body>Expired token</body></html>")
        with self._site.lock:
            if scope == "reg" and subject in self._site.state.used_registrations:
                raise RegistrationRefused(401, "token_already_used")
        return subject, scope

    def _present(self, subject: str, scope: str) -> Json:
        with self._site.lock:
            tool = self._site.state.tools.get(subject) if scope == "reg-update" else None
        if tool is None:
            raise RegistrationRefused(404, "<html><body>Not found</body></html>")
        return _described(tool)

    def _store(self, subject: str, scope: str, settings: Json) -> Tool:
        with self._site.lock:
            state = self._site.state
            if scope == "reg-update":
                old = state.tools.get(subject)
                if old is None:
                    raise RegistrationRefused(404, "<html><body>Not found</body></html>")
                tool = Tool(old.id, old.client_id, is_active=old.is_active, **settings)
            else:
                # A new tool is pending until the administrator activates it.
                tool = Tool(str(self._site.next_id()), subject, is_active=False, **settings)
                state.used_registrations.append(subject)
            state.tools[tool.id] = tool
            self._site.save()
        return tool


def _settings(body: Json) -> Json:
    """Turn a registration request into a tool's settings, or say with Moodle's word what is wrong."""
    for name in _REQUIRED:
        if not body.get(name):
            raise RegistrationRefused(400, f"missing required attribute {name}")
    configuration = body.get(names.TOOL_CONFIGURATION)
    if not isinstance(configuration, dict):
        raise RegistrationRefused(400, f"missing required attribute {names.TOOL_CONFIGURATION}")
    target = str(configuration.get("target_link_uri") or "")
    if not configuration.get("domain"):
        raise RegistrationRefused(400, "missing_domain")
    if _host(str(configuration["domain"])) != _host(target):
        raise RegistrationRefused(400, "domain_targetlinkuri_mismatch")
    if "id_token" not in body["response_types"]:
        raise RegistrationRefused(400, "invalid_response_types")
    if body["token_endpoint_auth_method"] != "private_key_jwt":  # noqa: S105 - the name of a method
        raise RegistrationRefused(400, "invalid_token_endpoint_auth_method")
    if not isinstance(body["redirect_uris"], list):
        raise RegistrationRefused(400, "invalid_redirect_uris")
    return _tool_values(body, configuration, target)


def _tool_values(body: Json, configuration: Json, target: str) -> Json:
    asked = str(body.get("scope", "")).split()
    claims = set(_list(configuration, "claims"))
    custom = configuration.get("custom_parameters")
    return {
        "name": str(body["client_name"]),
        "login_url": str(body["initiate_login_uri"]),
        "redirect_uris": [str(uri) for uri in body["redirect_uris"]],
        "jwks_url": str(body["jwks_uri"]),
        "target_link_uri": target,
        "deep_link_url": _deep_link_url(configuration, target),
        "description": str(configuration.get("description") or ""),
        "logo_uri": str(body.get("logo_uri") or ""),
        "scopes": _granted(asked),
        "custom": {str(name): str(value) for name, value in custom.items()} if isinstance(custom, dict) else {},
        # claims decide for good whether name and e-mail are shared: always, or never.
        "shares_name": bool(claims & _NAME_CLAIMS),
        "shares_email": "email" in claims,
    }


def _granted(asked: list[str]) -> list[str]:
    """Give the scopes as Moodle's two settings give them: the line item scope opens all of AGS, any other all but that."""
    granted: list[str] = []
    if names.SCOPE_LINE_ITEM in asked:
        granted += names.AGS_SCOPES
    elif set(asked) & set(names.AGS_SCOPES):
        granted += [scope for scope in names.AGS_SCOPES if scope != names.SCOPE_LINE_ITEM]
    return [*granted, names.SCOPE_MEMBERSHIPS] if names.SCOPE_MEMBERSHIPS in asked else granted


def _deep_link_url(configuration: Json, target: str) -> str:
    for message in _list(configuration, "messages"):
        if isinstance(message, dict) and message.get("type") == names.DEEP_LINKING_REQUEST:
            return str(message.get("target_link_uri") or target)
    return target


def _described(tool: Tool) -> Json:
    """Describe a tool as the registration endpoint answers."""
    claims = ["sub", "iss"]
    claims += ["name", "family_name", "given_name"] if tool.shares_name else []
    claims += ["email"] if tool.shares_email else []
    configuration: Json = {
        "version": "1.3.0",
        "deployment_id": tool.id,
        "target_link_uri": tool.target_link_uri,
        "domain": _host(tool.target_link_uri),
        "description": tool.description,
        "messages": [{"type": names.DEEP_LINKING_REQUEST, "target_link_uri": tool.deep_link_url}],
        # Moodle 4.2.3 echoes values only up to their first "=", though it keeps them whole.
        "custom_parameters": {name: value.partition("=")[0] for name, value in tool.custom.items()},
        "claims": claims,
    }
    return {
        "client_id": tool.client_id,
        "response_types": ["id_token"],
        "jwks_uri": tool.jwks_url,
        "initiate_login_uri": tool.login_url,
        "grant_types": ["client_credentials", "implicit"],
        "redirect_uris": tool.redirect_uris,
        "application_type": "web",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": tool.name,
        "logo_uri": tool.logo_uri,
        "scope": " ".join(tool.scopes),
        names.TOOL_CONFIGURATION: configuration,
    }


def _host(address: str) -> str:
    """Give the host of an address or domain as Moodle compares it, without port and `www.`."""
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    return host.removeprefix("www.")


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    value = values.get(name)
    return value if isinstance(value, list) else []
