"""Negative cases beyond the suite, N01 to N14 and N18 to N27: what is wrong with the id_token."""

import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from lti_tool.models.database import Database, open_database
from lti_tool.platforms.registering.deployments import block_deployment
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from tests.certification.platform import ABSENT, CLIENT_ID, TOOL_URL, launch_claims, public_half, segment, sign
from tests.certification.tool import Tool


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """One engine is enough here: these tokens are refused before anything is recorded."""
    database = open_database(sqlite_url)
    yield database
    database.close()


def test_n01_alg_none(tool: Tool) -> None:
    begun = tool.begin()
    claims = launch_claims(begun.nonce, now=tool.clock())
    unsigned = f"{segment(json.dumps(tool.header(alg='none')).encode())}.{segment(json.dumps(claims).encode())}."
    tool.refused(tool.post(unsigned, begun.state), "algorithm_refused")


def test_n02_hs256_signed_with_the_platforms_public_key(tool: Tool) -> None:
    begun = tool.begin()
    claims = launch_claims(begun.nonce, now=tool.clock())
    signed = f"{segment(json.dumps(tool.header(alg='HS256')).encode())}.{segment(json.dumps(claims).encode())}"
    mac = hmac.digest(tool.key.as_pem(private=False), signed.encode(), "sha256")
    tool.refused(tool.post(f"{signed}.{segment(mac)}", begun.state), "algorithm_refused")


@pytest.mark.parametrize("algorithm", ["RS512", "RS384", "PS256"])
def test_n03_another_rsa_algorithm_with_the_same_kid(tool: Tool, algorithm: str) -> None:
    tool.refused(tool.launch(header=tool.header(alg=algorithm)), "algorithm_refused")


def test_n03_es256_with_the_same_kid(tool: Tool) -> None:
    key = ECKey.generate_key("P-256")
    tool.refused(tool.launch(header=tool.header(alg="ES256"), key=key), "algorithm_refused")


def test_n04_right_kid_but_signed_by_another_key(tool: Tool, foreign_key: RSAKey) -> None:
    tool.refused(tool.launch(key=foreign_key), "signature_wrong")


def test_n04_a_changed_claim_breaks_the_signature(tool: Tool) -> None:
    begun = tool.begin()
    header, _, signature = tool.token(begun).split(".")
    changed = launch_claims(begun.nonce, now=tool.clock(), sub="2")
    tool.refused(tool.post(f"{header}.{segment(json.dumps(changed).encode())}.{signature}", begun.state), "signature_wrong")


@pytest.mark.parametrize("critical", [["example-extension"], ["b64"], [], "exp"])
def test_n05_crit_header(tool: Tool, critical: object) -> None:
    begun = tool.begin()
    header = tool.header(crit=critical, **{"example-extension": True})
    answer = tool.post(tool.token(begun, header=header), begun.state)
    tool.refused(answer, "crit_refused")


def test_n06_key_material_in_the_header_is_never_used(tool: Tool, foreign_key: RSAKey) -> None:
    for header in (
        tool.header(jwk=public_half(foreign_key)),
        tool.header(jku="https://evil.example/jwks.json"),
        tool.header(x5u="https://evil.example/cert.pem"),
        tool.header(x5c=["TUlJQ2VydGlmaWNhdGU="]),
    ):
        tool.refused(tool.launch(header=header, key=foreign_key), "signature_wrong")


def test_n06_key_material_in_the_header_of_a_good_token_is_ignored(tool: Tool, foreign_key: RSAKey) -> None:
    tool.got_in(tool.launch(header=tool.header(jwk=public_half(foreign_key))))


def test_n07_exp_missing(tool: Tool) -> None:
    tool.refused(tool.launch(exp=ABSENT), "claim_missing")


def test_n08_iat_missing(tool: Tool) -> None:
    tool.refused(tool.launch(iat=ABSENT), "claim_missing")


def test_n09_iat_one_year_old_with_exp_ahead(tool: Tool) -> None:
    now = int(tool.clock().timestamp())
    tool.refused(tool.launch(iat=now - 365 * 86400, exp=now + 60), "token_too_old")


def test_n09_iat_eleven_minutes_and_a_bit_old(tool: Tool) -> None:
    now = int(tool.clock().timestamp())
    tool.refused(tool.launch(iat=now - 661, exp=now + 60), "token_too_old")


@pytest.mark.parametrize("life_s", [10 * 365 * 86400, 24 * 3600 + 1])
def test_n10_exp_years_ahead_or_more_than_a_day(tool: Tool, life_s: int) -> None:
    now = int(tool.clock().timestamp())
    tool.refused(tool.launch(exp=now + life_s), "token_lives_too_long")


@pytest.mark.parametrize("life_s", [3601, 24 * 3600])
def test_n10_exp_within_a_day_gets_in(tool: Tool, life_s: int) -> None:
    now = int(tool.clock().timestamp())
    tool.got_in(tool.launch(exp=now + life_s))


def test_n10_a_token_that_lives_long_is_old_all_the_same(tool: Tool) -> None:
    now = int(tool.clock().timestamp())
    tool.refused(tool.launch(iat=now - 700, exp=now + 7200), "token_too_old")


@pytest.mark.parametrize("ahead_s", [2, 59])
def test_n11_iat_ahead_within_the_leeway_gets_in(tool: Tool, ahead_s: int) -> None:
    now = int(tool.clock().timestamp())
    tool.got_in(tool.launch(iat=now + ahead_s, exp=now + ahead_s + 60))


@pytest.mark.parametrize("past_s", [2, 59])
def test_n12_exp_past_within_the_leeway_gets_in(tool: Tool, past_s: int) -> None:
    now = int(tool.clock().timestamp())
    tool.got_in(tool.launch(iat=now - past_s - 60, exp=now - past_s))


def test_n13_iat_ahead_beyond_the_leeway(tool: Tool) -> None:
    now = int(tool.clock().timestamp())
    tool.refused(tool.launch(iat=now + 62, exp=now + 122), "token_not_yet_valid")


def test_n13_exp_past_beyond_the_leeway(tool: Tool) -> None:
    now = int(tool.clock().timestamp())
    tool.refused(tool.launch(iat=now - 130, exp=now - 61), "token_expired")


@pytest.mark.parametrize("value", [ABSENT, "", None])
def test_n14_nonce_missing(tool: Tool, value: object) -> None:
    tool.refused(tool.launch(nonce=value), "claim_missing")


def test_n14_nonce_unknown(tool: Tool) -> None:
    tool.refused(tool.launch(nonce="9f8d7c"), "nonce_wrong")


def test_n14_nonce_of_another_login_of_the_same_browser(tool: Tool) -> None:
    first, second = tool.begin(), tool.begin()
    tool.refused(tool.post(tool.token(first), second.state), "nonce_wrong")


@pytest.mark.parametrize("audience", ["somebody-else", "", ABSENT, 17, {"id": CLIENT_ID}, []])
def test_n18_aud_wrong(tool: Tool, audience: object) -> None:
    tool.refused(tool.launch(aud=audience), "audience_wrong")


def test_n18_aud_as_a_list_of_us_alone_gets_in(tool: Tool) -> None:
    tool.got_in(tool.launch(aud=[CLIENT_ID]))


def test_n19_aud_list_with_an_untrusted_extra(tool: Tool) -> None:
    tool.refused(tool.launch(aud=[CLIENT_ID, "somebody-else"], azp=CLIENT_ID), "audience_wrong")


def test_n20_aud_list_where_we_are_not_the_first(tool: Tool) -> None:
    tool.refused(tool.launch(aud=["somebody-else", CLIENT_ID], azp=CLIENT_ID), "audience_wrong")


@pytest.mark.parametrize("party", ["somebody-else", " ", 17, False, [CLIENT_ID], [], {}])
def test_n21_azp_wrong(tool: Tool, party: object) -> None:
    tool.refused(tool.launch(azp=party), "azp_wrong")


@pytest.mark.parametrize("party", ["", None])
def test_n21_an_empty_azp_is_none(tool: Tool, party: object) -> None:
    tool.got_in(tool.launch(azp=party))


def test_n21_azp_that_names_us_gets_in(tool: Tool) -> None:
    tool.got_in(tool.launch(azp=CLIENT_ID))


@pytest.mark.parametrize("issuer", ["https://unknown.test", "https://moodle.test/", "HTTPS://moodle.test", ABSENT, 5])
def test_n22_iss_unknown_or_spelled_differently(tool: Tool, issuer: object) -> None:
    tool.refused(tool.launch(iss=issuer), "issuer_wrong")


def test_n23_token_of_platform_b_in_a_login_opened_for_platform_a(tool: Tool) -> None:
    other = NewRegistration(
        issuer="https://other.test",
        client_id=CLIENT_ID,
        auth_login_url="https://other.test/auth",
        token_url="https://other.test/token",
        jwks_url=tool.key_server.url,
    )
    with tool.app.extensions["parts"].database.write.begin() as session:
        add_registration(session, other, is_production=False, now=tool.clock())
    tool.refused(tool.launch(iss="https://other.test"), "issuer_wrong")


def test_n24_deployment_unknown_is_held_until_an_operator_approves(tool: Tool) -> None:
    answer = tool.launch(deployment_id="99")
    tool.refused(answer, "deployment_held")
    assert answer.status_code == 403


def test_n24_deployment_blocked(tool: Tool) -> None:
    with tool.app.extensions["parts"].database.write.begin() as session:
        block_deployment(session, tool.registration_id, "6", now=tool.clock())
    answer = tool.launch()
    tool.refused(answer, "deployment_blocked")
    assert answer.status_code == 403


@pytest.mark.parametrize("value", [6, True, ["6"], {}, "", "x" * 256])
def test_n24_deployment_that_is_no_text_or_too_long(tool: Tool, value: object) -> None:
    tool.refused(tool.launch(deployment_id=value), "claim_malformed")


def test_n25_target_link_uri_missing(tool: Tool) -> None:
    tool.refused(tool.launch(target_link_uri=ABSENT), "claim_missing")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/lti/launch",
        "https://tool.test.evil.example/lti/launch",
        "https://tool.test@evil.example/lti/launch",
        "http://tool.test/lti/launch",
        "https://tool.test//",
        "https://tool.test/./",
        "https://tool.test#",
        "https://tool.test/modulesx",
        "https://tool.test/modules/../verify",
        "https://tool.testevil.example/",
        "https://tool.test@evil.example",
        "https://tool.test/verify",
        "https://tool.test/lti/launch/../../verify",
        "https://tool.test/modules/../course",
        "https://tool.test//evil.example/lti/launch",
        "https://tool.test/lti/launch#fragment",
        "https://tool.test/lti/launch?a=\n",
        "javascript:alert(1)",
        "/lti/launch",
    ],
)
def test_n25_target_link_uri_foreign(tool: Tool, target: str) -> None:
    tool.refused(tool.launch(target_link_uri=target), "target_link_foreign")


@pytest.mark.parametrize(
    "target",
    [
        "https://tool.test/lti/launch?item=Einzeln%20mit%20Note",
        "https://tool.test/modules/technologien-und-daten",
        "https://tool.test/modules/technologien-und-daten/lektionen/2-1?x=1",
    ],
)
def test_n25_target_link_uri_of_ours_that_differs_from_the_logins_counts_and_is_logged(tool: Tool, target: str) -> None:
    tool.got_in(tool.launch(target_link_uri=target))
    assert [record.getMessage() for record in tool.caplog.records].count("target_link_uri_differs") == 1


@pytest.mark.parametrize(
    "target", ["https://tool.test", "https://tool.test/", "https://tool.test/?lang=de", "https://tool.test/modules"]
)
def test_n25_our_bare_host_as_target_lands_on_the_modules(tool: Tool, target: str) -> None:
    begun = tool.begin(target_link_uri=target)
    landing = tool.got_in(tool.post(tool.token(begun, target_link_uri=target, custom=ABSENT), begun.state))
    assert landing.startswith("/modules?v=")
    assert tool.browser.get(landing, base_url=TOOL_URL).status_code == 200


def test_n25_what_is_meant_is_said_by_the_custom_parameter_also_at_the_bare_host(tool: Tool) -> None:
    landing = tool.got_in(tool.launch(target_link_uri=TOOL_URL))
    assert landing.startswith("/modules/grundlagen-und-strategie?v=")


def test_n25_a_modules_page_as_target_opens_that_module(tool: Tool) -> None:
    landing = tool.got_in(tool.launch(target_link_uri=f"{TOOL_URL}/modules/technologien-und-daten", custom=ABSENT))
    assert landing.startswith("/modules/technologien-und-daten?v=")


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": {"a": 1}},
        {"roles": [1, 2]},
        {"roles": [["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]]},
        {"roles": [{"name": "Instructor"}]},
        {"roles": ["\x00", "\ud800"]},
        {"roles": True},
        {"roles": 5},
        {"resource_link": ["95"]},
        {"resource_link": "95"},
        {"resource_link": {"id": 95}},
        {"resource_link": {"id": ""}},
        {"resource_link": {"id": ["95"]}},
        {"resource_link": {"id": "9" * 501}},
        {"resource_link": {"id": "a\x00b"}},
        {"resource_link": {"id": "\ud800"}},
        {"sub": 4},
        {"sub": ""},
        {"sub": True},
        {"sub": ["4"]},
        {"sub": "4\x00"},
        {"sub": "\udfff"},
        {"version": 1.3},
        {"version": ["1.3.0"]},
        {"message_type": 1},
        {"message_type": ["LtiResourceLinkRequest"]},
        {"target_link_uri": 5},
        {"target_link_uri": ["https://tool.test/lti/launch"]},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 10**400},
        {"iat": [1]},
        {"nbf": "now"},
        {"message_type": "LtiSubmissionReviewRequest", "for_user": "4"},
        {"message_type": "LtiSubmissionReviewRequest", "for_user": {"user_id": ["4"]}},
        {"message_type": "LtiSubmissionReviewRequest", "for_user": {"user_id": ""}},
    ],
    ids=repr,
)
def test_n26_type_confusion_is_a_400(tool: Tool, changes: dict[str, Any]) -> None:
    answer = tool.launch(**changes)
    tool.refused(answer, "claim_malformed")
    assert answer.status_code == 400


@pytest.mark.parametrize("payload", [b"[]", b"17", b"null", b'"x"', b"", b"{", b"\xff\xfe", b"[" * 20_000])
def test_n26_claims_that_are_no_object(tool: Tool, payload: bytes) -> None:
    begun = tool.begin()
    tool.refused(tool.post(sign(tool.header(), payload, tool.key), begun.state), "token_malformed")


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_n26_times_that_are_no_numbers(tool: Tool, literal: str) -> None:
    begun = tool.begin()
    claims = json.dumps(launch_claims(begun.nonce, now=tool.clock(), exp="@")).replace('"@"', literal)
    tool.refused(tool.post(sign(tool.header(), claims.encode(), tool.key), begun.state), "claim_malformed")


@pytest.mark.parametrize(
    "raw",
    [
        "a.b",
        "a.b.c.d",
        "not a token",
        "ä.ö.ü",
        "..",
        f"{segment(b'[]')}.e30.c2ln",
        f"{segment(b'null')}.e30.c2ln",
        f"{segment(b'[' * 5000)}.e30.c2ln",
        f"{segment(b'{')}.e30.c2ln",
    ],
)
def test_n26_tokens_that_are_none(tool: Tool, raw: str) -> None:
    begun = tool.begin()
    tool.refused(tool.post(raw, begun.state), "token_malformed")


@pytest.mark.parametrize("kid", [5, "", None, ["841a98f4b376ced6e8a8"], {"a": 1}])
def test_n26_a_kid_that_is_no_text(tool: Tool, kid: object) -> None:
    answer = tool.launch(header=tool.header(kid=kid))
    assert answer.status_code == 400
    assert tool.caplog.records[-1].__dict__["code"] in ("kid_missing", "token_malformed")


def test_n27_sub_of_256_characters(tool: Tool) -> None:
    tool.refused(tool.launch(sub="x" * 256), "claim_malformed")


def test_n27_sub_of_255_characters_gets_in(tool: Tool) -> None:
    tool.got_in(tool.launch(sub="x" * 255))


@pytest.mark.parametrize("message_type", ["DataPrivacyLaunchRequest", "LtiSomethingNew", "ltiresourcelinkrequest"])
def test_a_message_that_this_tool_has_no_page_for_is_refused(tool: Tool, message_type: str) -> None:
    tool.refused(tool.launch(message_type=message_type), "message_type_unsupported")


@pytest.mark.parametrize("for_user", [ABSENT, None, {}, {"name": "Jürgen Müller"}])
def test_a_submission_review_of_nobody_is_refused(tool: Tool, for_user: object) -> None:
    tool.refused(tool.launch(message_type="LtiSubmissionReviewRequest", for_user=for_user), "claim_missing")
