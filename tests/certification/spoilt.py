"""Claims spoilt in ways nobody thinks of, for Hypothesis."""

import math
from datetime import UTC, datetime

from hypothesis import strategies as st

from lti_tool.lti.claims import claim_names as names
from tests.certification.platform import launch_claims

_NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
# Anything that JSON can say, half surrogate pairs and zeros included.
_any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.sampled_from(["", "\x00", "\ud800", "a" * 300, "https://moodle.test/x", "http://[", "2", math.inf, 10**400]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_claim_keys = [*sorted(launch_claims("n", now=_NOW)), names.DEEP_LINKING_SETTINGS, "azp", "nbf", "locale"]
_inner_keys = ["id", "title", "label", "type", "scope", "lineitem", "lineitems", "locale", "return_url", "module", "guid"]
_spoilt = _any_json | st.dictionaries(st.sampled_from(_inner_keys), _any_json, max_size=4)

spoilt_claims = st.dictionaries(st.sampled_from(_claim_keys), _spoilt, min_size=1, max_size=4)
"""Some claims of a launch and what shall stand in their place."""
