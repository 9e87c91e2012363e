"""A platform that signs launches, right ones and wrong ones, and serves its keys on a real port."""

import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps
from typing import Any

from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from lti_tool.lti.claims import claim_names as names

Json = dict[str, Any]

ISSUER = "https://moodle.test"
CLIENT_ID = "2IPN84Z5a6bbk2l"
DEPLOYMENT_ID = "6"
TOOL_URL = "https://tool.test"
ABSENT = object()

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
LEARNER = f"{_MEMBERSHIP}#Learner"
INSTRUCTOR = f"{_MEMBERSHIP}#Instructor"


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": kid})


def public_half(key: RSAKey, **more: Any) -> Json:
    public = key.as_dict(private=False)
    return {"kty": "RSA", "kid": public["kid"], "n": public["n"], "e": public["e"], **more}


def segment(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def sign(header: Json, payload: Json | list[Any] | bytes, key: Any) -> str:
    """Sign whatever is given; a careful library would rightly not make most of these tokens."""
    body = payload if isinstance(payload, bytes) else dumps(payload).encode()
    signing_input = f"{segment(dumps(header).encode())}.{segment(body)}"
    algorithm = JWSRegistry.algorithms[str(header.get("alg", "RS256"))]
    return f"{signing_input}.{segment(algorithm.sign(signing_input.encode('ascii'), key))}"


def launch_claims(login_nonce: str, /, *, now: datetime, **changes: Any) -> Json:
    """Give the claims of a participant's launch as Moodle 4.2 sends them; changed by the names in `claim_names`.

    `ABSENT` takes a claim out.
    """
    issued_at = int(now.timestamp())
    services = f"{ISSUER}/mod/lti/services.php"
    claims: Json = {
        "nonce": login_nonce,
        "iat": issued_at,
        "exp": issued_at + 60,
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": "4",
        "given_name": "Jürgen",
        "family_name": "Müller",
        "name": "Jürgen Müller",
        "email": "student01@stadt.test",
        names.DEPLOYMENT_ID: DEPLOYMENT_ID,
        names.TARGET_LINK_URI: f"{TOOL_URL}/lti/launch",
        names.ROLES: [LEARNER],
        names.CONTEXT: {"id": "2", "label": "SCM-in", "title": "Smart-City-Manager:in", "type": ["CourseSection"]},
        names.MESSAGE_TYPE: "LtiResourceLinkRequest",
        names.RESOURCE_LINK: {"title": "Modul 1", "description": "", "id": "95"},
        names.VERSION: "1.3.0",
        names.CUSTOM: {"module": "grundlagen-und-strategie"},
        names.LAUNCH_PRESENTATION: {
            "locale": "de",
            "document_target": "iframe",
            "return_url": f"{ISSUER}/mod/lti/return.php?course=2&launch_container=2&instanceid=95&sesskey=Dr0rJWPPuM",
        },
        names.TOOL_PLATFORM: {"product_family_code": "moodle", "version": "2023042403", "guid": "f092f062", "name": "m"},
        names.AGS_ENDPOINT: {
            "scope": [names.SCOPE_LINE_ITEM, names.SCOPE_SCORE],
            "lineitems": f"{services}/2/lineitems?type_id=6",
            "lineitem": f"{services}/2/lineitems/87/lineitem?type_id=6",
        },
        names.NAMES_ROLE_SERVICE: {
            "context_memberships_url": f"{services}/CourseSection/2/bindings/6/memberships",
            "service_versions": ["1.0", "2.0"],
        },
    }
    claims.update({_FULL_NAMES.get(name, name): value for name, value in changes.items()})
    return {name: value for name, value in claims.items() if value is not ABSENT}


_FULL_NAMES = {name.lower(): getattr(names, name) for name in dir(names) if name.isupper() and not name.startswith("_")}


@dataclass
class KeyServer:
    """What the platform's key address answers, and how often it was asked."""

    url: str = ""
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0

    def publish(self, *keys: Json) -> None:
        self.status, self.headers = 200, {}
        self.body = dumps({"keys": list(keys)}).encode()


@contextmanager
def serve_keys() -> Iterator[KeyServer]:
    """Serve a key set on a port of this machine."""
    state = KeyServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked += 1
            self.send_response(state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/certs"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
