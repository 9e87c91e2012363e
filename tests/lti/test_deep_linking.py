"""What the platform does not take is refused before anything is signed (N34)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from lti_tool.lti.claims.claims import DeepLinkingSettings
from lti_tool.lti.launching.deep_linking import ContentItem, DeepLinkingRefused, ItemColumn, Target, respond_to_deep_linking
from lti_tool.lti.ports import Registration

REGISTRATION = Registration(1, "https://moodle.test", "2IPN84Z5a6bbk2l", "https://m/a", "https://m/t", "https://m/j")
SETTINGS = DeepLinkingSettings(
    return_url="https://moodle.test/mod/lti/contentitem_return.php?course=2&id=6&sesskey=lHQvGLX1Lx",
    accept_types=("ltiResourceLink",),
    accept_presentation_document_targets=("frame", "iframe", "window"),
)
ITEM = ContentItem(
    "Modul 1",
    "Beschreibung",
    "https://tool.test/lti/launch",
    {"module": "m1"},
    "https://tool.test/icon.svg",
    ItemColumn("Modul 1", "m1", "lti-tool"),
)


class NeverSigns:
    """Stands where a key should be: whoever touches it has begun to sign."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("something was signed")


@pytest.mark.parametrize(
    ("settings", "items", "target", "code"),
    [
        (replace(SETTINGS, accept_types=("link", "file")), [ITEM], None, "deep_linking_type"),
        (replace(SETTINGS, accept_types=()), [ITEM], None, "deep_linking_type"),
        (replace(SETTINGS, accept_multiple=False), [ITEM, ITEM], None, "deep_linking_several"),
        (replace(SETTINGS, accept_presentation_document_targets=("iframe",)), [ITEM], "window", "deep_linking_target"),
        (SETTINGS, [], None, "deep_linking_empty"),
    ],
)
def test_what_is_not_accepted_is_refused_before_signing(
    settings: DeepLinkingSettings, items: list[ContentItem], target: Target | None, code: str, now: datetime
) -> None:
    key: Any = NeverSigns()
    with pytest.raises(DeepLinkingRefused) as refused:
        respond_to_deep_linking(REGISTRATION, "6", settings, items, target=target, signing_key=key, now=now)
    assert refused.value.code == code


def test_the_message_has_the_shape_that_moodle_was_recorded_to_take(tool_key: RSAKey, now: datetime) -> None:
    form = respond_to_deep_linking(REGISTRATION, "6", SETTINGS, [ITEM], target="iframe", signing_key=tool_key, now=now)
    assert form.action == SETTINGS.return_url
    token = jwt.decode(form.token, tool_key, algorithms=["RS256"])
    assert token.header == {"alg": "RS256", "typ": "JWT", "kid": tool_key.kid}
    claims = dict(token.claims)
    assert claims.pop("nonce").startswith("nonce-")
    assert claims == {
        "iss": "2IPN84Z5a6bbk2l",
        "aud": ["https://moodle.test"],
        "azp": "https://moodle.test",
        "iat": int(now.timestamp()) - 5,
        "exp": int(now.timestamp()) + 300,
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "6",
        "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiDeepLinkingResponse",
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti-dl/claim/content_items": [
            {
                "type": "ltiResourceLink",
                "url": "https://tool.test/lti/launch",
                "title": "Modul 1",
                "text": "Beschreibung",
                "custom": {"module": "m1"},
                "icon": {"url": "https://tool.test/icon.svg", "width": 64, "height": 64},
                "lineItem": {"scoreMaximum": 100, "label": "Modul 1", "resourceId": "m1", "tag": "lti-tool"},
                "iframe": {"width": 1024, "height": 768},
            }
        ],
    }


def test_a_title_is_cut_to_what_moodle_takes(tool_key: RSAKey, now: datetime) -> None:
    long = replace(ITEM, title="M" * 300)
    form = respond_to_deep_linking(REGISTRATION, "6", SETTINGS, [long], target=None, signing_key=tool_key, now=now)
    (item,) = jwt.decode(form.token, tool_key, algorithms=["RS256"]).claims[
        "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"
    ]
    assert item["title"] == "M" * 255
