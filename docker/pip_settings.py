"""Hand this machine's pip settings on to an image build: `python pip_settings.py FOLDER` writes what buildah mounts.

FOLDER gets `pip.conf` and `ca.pem` (both always, empty where there is nothing to say); the folders with packages that the
settings name go to standard output, one per line. Nothing of it may enter a layer: the build mounts it as secrets.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

# Where the build mounts the CA bundle (docker/Dockerfile).
CA_IN_BUILD = "/run/secrets/ca.pem"
# Of pip's settings, those that say where packages come from and how to get there.
WANTED = ("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "proxy", "timeout", "retries")
CA_VARIABLES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


def pip_settings() -> dict[str, str]:
    """Read pip's settings as pip itself merges them: the environment wins over the user's file, that over the machine's."""
    command = [sys.executable, "-m", "pip", "config", "list", "--disable-pip-version-check"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - fixed words
    found: dict[str, tuple[int, str]] = {}
    for line in listed.splitlines():
        name, _, quoted = line.partition("=")
        section, _, key = name.rpartition(".")
        # A command's own section wins over [global] in pip, the environment over both.
        rank = {"global": 0, "install": 1, ":env:": 2}.get(section)
        if rank is not None and rank >= found.get(key, (-1, ""))[0]:
            found[key] = (rank, str(ast.literal_eval(quoted)))
    return {key: value for key, (_, value) in found.items()}


def ca_bundle(settings: dict[str, str]) -> Path | None:
    candidates = [settings.get("cert"), *(os.environ.get(name) for name in CA_VARIABLES)]
    return next((Path(path) for path in candidates if path and Path(path).is_file()), None)


def local_folders(settings: dict[str, str]) -> list[str]:
    """Give the folders that hold packages on this very machine."""
    found = set()
    for key in ("index-url", "extra-index-url", "find-links"):
        for place in settings.get(key, "").split():
            path = Path(place.removeprefix("file://"))
            # A static index is a folder `simple` whose pages link to files beside it.
            found.add(path.parent if path.name == "simple" else path)
    return sorted(str(path) for path in found if path.is_absolute() and path.is_dir() and path != Path("/"))


def main() -> None:
    target = Path(sys.argv[1])
    settings = pip_settings()
    lines = ["[global]"]
    lines += [f"{key} = " + "\n    ".join(settings[key].split()) for key in WANTED if settings.get(key)]
    bundle = ca_bundle(settings)
    if bundle:
        lines.append(f"cert = {CA_IN_BUILD}")
    (target / "pip.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (target / "ca.pem").write_bytes(bundle.read_bytes() if bundle else b"")
    sys.stdout.writelines(f"{folder}\n" for folder in local_folders(settings))


if __name__ == "__main__":
    main()
