"""TLS: guarded requests are connected by address but checked against the name that was asked for; the others likewise."""

import datetime as dt
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lti_tool.lti.errors import ServiceUnavailable
from lti_tool.lti.transport.guarded_fetch import GuardedHttp
from lti_tool.lti.transport.http import Http

NAME = "moodle.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `moodle.example` with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "moodle.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture(scope="module")
def server(certificate: Path) -> Iterator[tuple[int, list[str]]]:
    """Its port, and the names that clients asked it for."""
    names: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names.append(self.headers["Host"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield listening.server_port, names
    listening.shutdown()
    listening.server_close()


def guarded() -> GuardedHttp:
    return GuardedHttp(allow_private=True, resolve=lambda host, port: ["127.0.0.1"])


def test_a_platform_with_a_good_certificate_is_asked_by_its_name(
    server: tuple[int, list[str]], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    port, names = server
    answer = guarded().send("GET", f"https://{NAME}:{port}/openid-configuration")
    assert (answer.status, answer.body, names[-1]) == (200, b"{}", f"{NAME}:{port}")


def test_a_certificate_for_another_name_is_refused(
    server: tuple[int, list[str]], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with pytest.raises(ServiceUnavailable) as caught:
        guarded().send("GET", f"https://other.example:{server[0]}/")
    assert caught.value.code == "tls"


def test_a_certificate_that_nobody_vouches_for_is_refused(server: tuple[int, list[str]]) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        guarded().send("GET", f"https://{NAME}:{server[0]}/")
    assert caught.value.code == "tls"


def test_the_operators_own_authority_is_believed_for_scores_too(
    server: tuple[int, list[str]], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    _lead_to_this_machine(monkeypatch)
    http = Http()
    assert http.send("GET", f"https://{NAME}:{server[0]}/").body == b"{}"
    with pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", f"https://other.example:{server[0]}/")
    assert caught.value.code == "tls"
    http.close()


def test_a_score_goes_to_nobody_for_whom_nobody_vouches(server: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    _lead_to_this_machine(monkeypatch)
    http = Http()
    with pytest.raises(ServiceUnavailable) as caught:
        http.send("GET", f"https://{NAME}:{server[0]}/")
    assert caught.value.code == "tls"
    http.close()


def _lead_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    found = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: found("127.0.0.1", *rest, **more))
