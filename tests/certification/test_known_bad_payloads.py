"""The certification suite's twelve known bad payloads (Conformance Certification Guide 1.3, section 6.1.1).

Expected each time: HTTP 4xx, no visit, one log line.
"""

from tests.certification.platform import ABSENT, sign
from tests.certification.tool import Tool


def test_bp01_no_kid_sent_in_jwt_header(tool: Tool) -> None:
    answer = tool.launch(header={"badtestonly": "12345", "alg": "RS256"})
    tool.refused(answer, "kid_missing")


def test_bp02_incorrect_kid_in_jwt_header(tool: Tool) -> None:
    tool.refused(tool.launch(header=tool.header(kid="imstester_66067")), "kid_unknown")


def test_bp03_wrong_lti_version(tool: Tool) -> None:
    tool.refused(tool.launch(version="11.3"), "version_wrong")


def test_bp04_no_lti_version(tool: Tool) -> None:
    tool.refused(tool.launch(version=ABSENT), "claim_missing")


def test_bp05_invalid_lti_message(tool: Tool) -> None:
    begun = tool.begin()
    answer = tool.post(sign(tool.header(), {"name": "badltilaunch"}, tool.key), begun.state)
    tool.refused(answer, "issuer_wrong")


def test_bp06_missing_lti_claims(tool: Tool) -> None:
    answer = tool.launch(message_type=ABSENT, version=ABSENT, roles=ABSENT)
    tool.refused(answer, "claim_missing")


def test_bp07_timestamps_incorrect(tool: Tool) -> None:
    tool.refused(tool.launch(iat=11111, exp=22222), "token_expired")


def test_bp08_message_type_claim_missing(tool: Tool) -> None:
    tool.refused(tool.launch(message_type=ABSENT), "claim_missing")


def test_bp09_role_claim_missing(tool: Tool) -> None:
    tool.refused(tool.launch(roles=ABSENT), "claim_missing")


def test_bp10_deployment_id_claim_missing(tool: Tool) -> None:
    tool.refused(tool.launch(deployment_id=ABSENT), "claim_missing")


def test_bp11_resource_link_id_claim_missing(tool: Tool) -> None:
    tool.refused(tool.launch(resource_link=ABSENT), "claim_missing")
    tool.refused(tool.launch(resource_link={"title": "Modul 1"}), "claim_missing")


def test_bp12_user_claim_missing(tool: Tool) -> None:
    tool.refused(tool.launch(sub=ABSENT), "claim_missing")
