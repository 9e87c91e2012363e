"""Compresses pages for browsers that take it, where no proxy does."""

import gzip
import secrets

from flask import Flask, request
from werkzeug.wrappers import Response

from lti_tool.web.parts import parts

# Below this a page is hardly smaller compressed.
_LEAST_BYTES = 1024
# The level above needs twice the time for three hundredths of the size.
_LEVEL = 4
# A stranger who can watch lengths and put words into a page's address could guess the page's secrets letter by letter (BREACH).
# A comment of random length hides a difference of few bytes.
_MOST_RANDOM_BYTES = 64


def set_up(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype != "text/html" or response.direct_passthrough or not parts().settings.compress_pages:
        return response
    body = response.get_data()
    if len(body) < _LEAST_BYTES:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    padding = secrets.token_hex(secrets.randbelow(_MOST_RANDOM_BYTES))
    response.set_data(gzip.compress(body + f"<!-- {padding} -->".encode(), _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
