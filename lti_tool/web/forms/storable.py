"""Keep from all pages what no person types and no database column holds: U+0000 in texts, numbers beyond 32 bits in addresses."""

from flask import Flask, abort, current_app, request
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

_NUL = "\0"
# PostgreSQL, integer: what all our keys and numbers are.
_LARGEST = 2**31 - 1


class _Number(IntegerConverter):
    def __init__(self, url_map: Map, max: int = _LARGEST) -> None:
        super().__init__(url_map, max=max)


class _Text(UnicodeConverter):
    def to_python(self, value: str) -> str:
        if _NUL in value:
            raise ValidationError
        return value


def set_up(app: Flask) -> None:
    """Let no such address lead anywhere, and refuse such forms; to be called before any address is registered."""
    app.url_map.converters.update(int=_Number, default=_Text, string=_Text)
    app.before_request(_check)


def _check() -> None:
    # Login, launch and the other doors without a visit have checks of their own, and log what they refuse.
    if request.endpoint is None or getattr(current_app.view_functions[request.endpoint], "is_without_csrf", False):
        return
    sources = (request.args, request.form) if request.method == "POST" else (request.args,)
    if any(_NUL in text for source in sources for name, texts in source.lists() for text in (name, *texts)):
        abort(400)
