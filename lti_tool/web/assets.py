"""Serves the tool's own CSS, scripts and fonts: compressed once at start, cacheable for ever under a name with their hash.

Thirty lines instead of a library: the files are few, known at start and never change while the process runs. No page requests
anything from anywhere else.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request

from lti_tool.web.addresses import address_of

_FOLDER = Path(__file__).parent / "static"
_COMPRESSIBLE = (".css", ".js", ".svg", ".txt", ".md")
_URL = re.compile(rb'url\("([^":?]+\.woff2)"\)')
_TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".md": "text/plain"}

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True)
class _Asset:
    body: bytes
    compressed: bytes | None
    content_type: str
    fingerprint: str


def _with_hash(folder: Path, found: re.Match[bytes]) -> bytes:
    """Name a font in a stylesheet by its hash, as pages name their files: it is kept for ever as well."""
    name = found[1].decode()
    return b'url("%s?h=%s")' % (found[1], _fingerprint((folder / name).read_bytes()).encode())


def _fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


def _read(path: Path) -> _Asset:
    body = path.read_bytes()
    if path.suffix == ".css":
        body = _URL.sub(lambda found: _with_hash(path.parent, found), body)
    compressed = gzip.compress(body, 9, mtime=0) if path.suffix in _COMPRESSIBLE else None
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith("svg+xml"):
        kind += "; charset=utf-8"
    return _Asset(body, compressed, kind, _fingerprint(body))


_assets = {path.relative_to(_FOLDER).as_posix(): _read(path) for path in sorted(_FOLDER.rglob("*")) if path.is_file()}


@blueprint.get("/static/<path:name>")
def asset(name: str) -> Response:
    """Send one file."""
    found = _assets.get(name)
    if found is None:
        abort(404)
    response = Response(found.body, content_type=found.content_type)
    if found.compressed is not None:
        response.headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.set_data(found.compressed)
            response.headers["Content-Encoding"] = "gzip"
    is_named_by_hash = request.args.get("h") == found.fingerprint
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_named_by_hash else "public, max-age=300"
    return response


def asset_url(name: str) -> str:
    """Give a file's address with its hash; a name that does not exist is an error of ours."""
    return address_of("assets.asset", name=name, h=_assets[name].fingerprint)


def set_up(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset_url
