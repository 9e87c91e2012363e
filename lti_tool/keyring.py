"""The tool's signing keys: RSA-3072 PEM files in one folder, several at once.

A key's life stands in its file name: `<kid>.pem` signs or waits to sign, `<kid>.retired-<time>.pem` only stays published.
The newest key signs as soon as it has been published for `PUBLISH_BEFORE_SIGNING`; so platforms that cache our JWKS know
it by then. A retired key stays in the JWKS for `PUBLISH_AFTER_RETIRING`, because assertions it signed may still be checked.
"""

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from joserfc.jwk import RSAKey

from lti_tool import clock
from lti_tool.errors import ConfigurationError, NotFound, ToolError
from lti_tool.messages import N_

# BSI TR-02102-1: RSA of at least 3000 bits. LTI's Security Framework 1.0, section 5.4 asks for RS256.
KEY_BITS = 3072
# Moodle fetches our JWKS anew when a verification fails, others cache for a day at most.
PUBLISH_BEFORE_SIGNING = timedelta(hours=24)
PUBLISH_AFTER_RETIRING = timedelta(days=7)
_FILE_NAME = re.compile(r"^(?P<kid>(?P<created>\d{8}T\d{6})-[0-9a-f]{8})(\.retired-(?P<retired>\d{8}T\d{6}))?\.pem$")
_TIME = "%Y%m%dT%H%M%S"


def _moment(text: str) -> datetime:
    return datetime.strptime(f"{text}+0000", f"{_TIME}%z")


@dataclass(frozen=True)
class KeyFile:
    """One key on disk."""

    kid: str
    path: Path
    created_at: datetime
    retired_at: datetime | None

    def signs_at(self, moment: datetime) -> bool:
        return self.retired_at is None and moment >= self.created_at + PUBLISH_BEFORE_SIGNING

    def is_published_at(self, moment: datetime) -> bool:
        return self.retired_at is None or moment < self.retired_at + PUBLISH_AFTER_RETIRING


class Keyring:
    """Knows the keys of one folder; parses each once per process.

    Parsing an RSA-3072 PEM costs about 90 ms (OpenSSL checks the primes), signing 1 ms: so keep the object.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = clock.now) -> None:
        self._folder = folder
        self._now = now
        self._parsed: dict[str, RSAKey] = {}
        self._lock = Lock()

    def list(self) -> list[KeyFile]:
        """Give all keys, oldest first."""
        files = []
        for path in self._folder.glob("*.pem"):
            found = _FILE_NAME.match(path.name)
            if found is None:
                continue
            retired_at = _moment(found["retired"]) if found["retired"] else None
            files.append(KeyFile(found["kid"], path, _moment(found["created"]), retired_at))
        return sorted(files, key=lambda file: file.kid)

    def new(self) -> KeyFile:
        """Make a key and publish it; it signs once platforms had time to fetch it (the very first one signs at once)."""
        self._folder.mkdir(parents=True, exist_ok=True)
        kid = f"{self._now().strftime(_TIME)}-{secrets.token_hex(4)}"
        path = self._folder / f"{kid}.pem"
        pem = RSAKey.generate_key(KEY_BITS).as_pem(private=True)
        # Written under another name first, so that no process ever reads half a key; 0600 from the first byte.
        unfinished = path.with_suffix(".new")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        unfinished.rename(path)
        return next(file for file in self.list() if file.kid == kid)

    def retire(self, kid: str) -> KeyFile:
        """Stop signing with a key; it stays published for a while.

        Raises:
            NotFound: no such key.
            ToolError: it is the one that signs and no other is ready, so nothing could be signed any more.
        """
        file = next((file for file in self.list() if file.kid == kid and file.retired_at is None), None)
        if file is None:
            raise NotFound(N_("Es gibt keinen aktiven Schlüssel mit der Kennung %(kid)s."), kid=kid)
        if not any(other.signs_at(self._now()) for other in self.list() if other.kid != kid):
            raise ToolError(
                N_("Der Schlüssel %(kid)s wird noch gebraucht: Kein anderer ist schon lange genug veröffentlicht."),
                next_step=N_("Erzeugen Sie mit `keys new` einen neuen und warten Sie 24 Stunden."),
                kid=kid,
            )
        retired_at = self._now().replace(microsecond=0)
        retired = file.path.with_name(f"{kid}.retired-{retired_at.strftime(_TIME)}.pem")
        file.path.rename(retired)
        return KeyFile(kid, retired, file.created_at, retired_at)

    def signing_key(self) -> RSAKey:
        """Give the key that signs now: the newest of those published long enough, else the oldest there is.

        Raises:
            ConfigurationError: the folder has no key.
        """
        return self._parse(self._signing_file())

    def signing_kid(self) -> str | None:
        """Tell which key signs now; None where the folder has no active key."""
        try:
            return self._signing_file().kid
        except ConfigurationError:
            return None

    def _signing_file(self) -> KeyFile:
        active = [file for file in self.list() if file.retired_at is None]
        if not active:
            raise ConfigurationError(f"There is no signing key in {self._folder}. Make one with `lti-tool keys new`.")
        ready = [file for file in active if file.signs_at(self._now())]
        return ready[-1] if ready else active[0]

    def public_jwks(self) -> dict[str, Any]:
        """Give the JWKS document: all published keys, public parts only."""
        published = [file for file in self.list() if file.is_published_at(self._now())]
        return {"keys": [self._parse(file).as_dict(private=False) for file in published]}

    def _parse(self, file: KeyFile) -> RSAKey:
        with self._lock:
            key = self._parsed.get(file.kid)
            if key is None:
                if file.path.stat().st_mode & 0o077:
                    raise ConfigurationError(f"{file.path} can be read by others. Mend it with: chmod 600 {file.path}")
                key = RSAKey.import_key(file.path.read_bytes(), {"kid": file.kid, "use": "sig", "alg": "RS256"})
                self._parsed[file.kid] = key
            return key
