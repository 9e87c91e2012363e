"""The keys that sign credentials: RSA-3072 for VC-JWT, Ed25519 for Data Integrity; others than the LTI keys.

`<kid>.rsa.pem` and `<kid>.ed25519.pem` in one folder, 0600. The newest of a kind signs. A retired key's file keeps the public
half alone (`<kid>.rsa.retired.pem`): it stays published for ever, so that what it signed stays checkable, and can sign no more.
"""

import os
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from joserfc.jwk import RSAKey

from lti_tool.certificates.badges.linked_data import multibase
from lti_tool.errors import ConfigurationError, NotFound, ToolError
from lti_tool.messages import N_

Kind = Literal["rsa", "ed25519"]
KINDS: tuple[Kind, ...] = ("rsa", "ed25519")
RSA_BITS = 3072
_FILE_NAME = re.compile(r"(?P<kid>\d{8}T\d{6}-[0-9a-f]{8})\.(?P<kind>rsa|ed25519)(?P<retired>\.retired)?\.pem")
# Multicodec `ed25519-pub` (W3C Controlled Identifiers 1.0, Multikey).
_ED25519_PREFIX = b"\xed\x01"


@dataclass(frozen=True)
class CredentialKeyFile:
    kid: str
    kind: Kind
    path: Path
    is_retired: bool


class CredentialKeys:
    """Knows the keys of one folder; parses each once per process."""

    def __init__(self, folder: Path, now: Callable[[], datetime], *, makes_missing: bool = False) -> None:
        """Look into a folder; with `makes_missing` (development) a key is made at its first need."""
        self._folder = folder
        self._now = now
        self._makes_missing = makes_missing
        self._parsed: dict[str, Any] = {}
        self._lock = Lock()

    def list(self) -> Sequence[CredentialKeyFile]:
        """Give all keys, the oldest first."""
        found = []
        for path in sorted(self._folder.glob("*.pem")):
            name = _FILE_NAME.fullmatch(path.name)
            if name is not None:
                kind: Kind = "rsa" if name["kind"] == "rsa" else "ed25519"
                found.append(CredentialKeyFile(name["kid"], kind, path, name["retired"] is not None))
        return found

    def new(self, kind: Kind) -> CredentialKeyFile:
        """Make a key; it signs from now on."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = (
            rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
            if kind == "rsa"
            else ed25519.Ed25519PrivateKey.generate()
        )
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        kid = f"{self._now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        path = self._folder / f"{kid}.{kind}.pem"
        self._write(path, pem)
        return CredentialKeyFile(kid, kind, path, is_retired=False)

    def check(self) -> None:
        """Stop the start where a key is missing.

        Raises:
            ConfigurationError: badges are switched on and a kind has no key that could sign.
        """
        for kind in KINDS:
            if self._newest(kind) is None:
                raise ConfigurationError(
                    f"Badges are on, but {self._folder} has no {kind} key. Make both with `lti-tool certificates keys-new`."
                )

    def retire(self, kid: str) -> None:
        """Throw the private half of a key away; the public half stays published.

        Raises:
            NotFound: no such key.
            ToolError: it is the only one of its kind.
        """
        file = next((file for file in self.list() if file.kid == kid and not file.is_retired), None)
        if file is None:
            raise NotFound(N_("Es gibt keinen aktiven Schlüssel mit der Kennung %(kid)s."), kid=kid)
        others = [each for each in self.list() if each.kind == file.kind and not each.is_retired and each.kid != kid]
        if not others:
            raise ToolError(N_("Der Schlüssel %(kid)s wird noch gebraucht: Es gibt keinen anderen dieser Art."), kid=kid)
        public = self._private(file).public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        self._write(file.path.with_name(f"{kid}.{file.kind}.retired.pem"), pem)
        file.path.unlink()

    def rsa(self) -> tuple[str, RSAKey]:
        """Give the key that signs tokens, with its kid."""
        file = self._current("rsa")
        name = f"jwk:{file.kid}"
        with self._lock:
            if name not in self._parsed:
                self._parsed[name] = RSAKey.import_key(file.path.read_bytes())
            return file.kid, self._parsed[name]

    def ed25519(self) -> tuple[str, ed25519.Ed25519PrivateKey]:
        """Give the key that signs Data Integrity proofs, with its kid."""
        file = self._current("ed25519")
        return file.kid, self._private(file)

    def verification_methods(self, did: str) -> Sequence[dict[str, Any]]:
        """Describe all keys, present and past, as the DID document publishes them; the newest RSA key first."""
        for kind in KINDS:
            self._current(kind)
        methods = []
        for file in sorted(self.list(), key=lambda each: (each.kind == "rsa", each.kid), reverse=True):
            method: dict[str, Any] = {"id": f"{did}#{file.kid}", "controller": did}
            if file.kind == "rsa":
                public = RSAKey.import_key(self._public_pem(file)).as_dict(private=False)
                method |= {"type": "JsonWebKey", "publicKeyJwk": {**public, "kid": file.kid, "alg": "RS256"}}
            else:
                key = serialization.load_pem_public_key(self._public_pem(file))
                raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
                method |= {"type": "Multikey", "publicKeyMultibase": multibase(_ED25519_PREFIX + raw)}
            methods.append(method)
        return methods

    def _public_pem(self, file: CredentialKeyFile) -> bytes:
        if file.is_retired:
            return file.path.read_bytes()
        public = self._private(file).public_key()
        pem: bytes = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return pem

    def _private(self, file: CredentialKeyFile) -> Any:
        with self._lock:
            if file.kid not in self._parsed:
                if file.path.stat().st_mode & 0o077:
                    raise ConfigurationError(f"{file.path} can be read by others. Mend it with: chmod 600 {file.path}")
                self._parsed[file.kid] = serialization.load_pem_private_key(file.path.read_bytes(), None)
            return self._parsed[file.kid]

    def _newest(self, kind: Kind) -> CredentialKeyFile | None:
        return next((file for file in reversed(self.list()) if file.kind == kind and not file.is_retired), None)

    def _current(self, kind: Kind) -> CredentialKeyFile:
        file = self._newest(kind)
        if file is None and self._makes_missing:
            return self.new(kind)
        if file is None:
            raise ConfigurationError(f"{self._folder} has no {kind} key for credentials.")
        return file

    @staticmethod
    def _write(path: Path, pem: bytes) -> None:
        # Whole or not at all, and readable by nobody else from the first byte.
        unfinished = path.with_suffix(".new")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pem)
        unfinished.rename(path)
