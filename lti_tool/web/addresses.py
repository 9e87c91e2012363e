"""Builds the addresses that pages link to, each once: a lesson has fifty, and all people get the same."""

from typing import Any

from flask import current_app, request, url_for

# Far more than an installation has lessons, sessions and files; a code or a person's number in an address must not fill memory.
MOST_KEPT = 4096


def address_of(endpoint: str, **values: Any) -> str:
    """Return what `url_for` returns."""
    # With its kind: 1 and True are equal, and written differently.
    key = (request.script_root, endpoint, *((name, type(value), value) for name, value in values.items()))
    kept: dict[tuple[Any, ...], str] = current_app.extensions.setdefault("addresses", {})
    try:
        found = kept.get(key)
    except TypeError:  # a list, as of several ticked boxes
        return url_for(endpoint, **values)
    if found is None or endpoint.startswith(".") or any(name.startswith("_") for name in values):
        found = url_for(endpoint, **values)
        if len(kept) < MOST_KEPT:
            kept[key] = found
    return found
