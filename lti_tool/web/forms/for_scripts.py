"""What the scripts of our own pages get instead of a page: JSON with a code to act on and words to show."""

from flask import Response, jsonify, request


def wants_json() -> bool:
    """Whether a script asks, which wants JSON whatever becomes of its request."""
    return request.accept_mimetypes.best == "application/json"


def refusal_as_json(code: str, message: str, next_step: str, reference: str) -> Response:
    """Return a refusal as a script can tell it apart: `code` says what happened, the rest is for the person."""
    return jsonify(code=code, message=message, next_step=next_step, reference=reference)
