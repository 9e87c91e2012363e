"""What users of other certificate plugins ask for (mod_customcert unless noted): each issue, and the test that answers it here.

The tests stand where their subject is; this one keeps the list honest.
"""

import re
from pathlib import Path

import pytest

ANSWERS = {
    "#302 PDF not accessible": "test_typeset.py::test_it_claims_to_be_archive_and_accessible_file_at_once",
    "#38 #141 #650 store the PDF at issue time": "test_published.py::test_bytes_hash_and_credential_are_stored_once",
    "#670 keep certificates after course deletion": "test_life.py::test_issue_670_certificates_stay_when_the_course_is_deleted",
    "#765 keep certificates when the activity goes": (
        "test_life.py::test_issue_765_certificates_stay_when_the_registration_is_removed"
    ),
    "#255 #763 issue again": "test_certificate_register.py::test_a_reissued_certificate_replaces_the_old_one",
    "#195 #633 expiry": "test_verify.py::test_an_expired_certificate_says_until_when_it_was_valid",
    "#424 #430 a forged grade passes": "test_verify.py::test_a_forged_line_is_seen_because_every_printed_line_is_shown",
    "#566 issue date on the verification page": (
        "test_verify.py::test_a_forged_line_is_seen_because_every_printed_line_is_shown"
    ),
    "#138 #643 verify API": "test_verify.py::test_software_gets_the_same_facts_as_json",
    "#545 QR redirects to login": "test_verify.py::test_anyone_sees_that_a_certificate_is_valid",
    "#159 verify deleted users": "test_life.py::test_issue_159_certificates_of_a_deleted_user_still_verify",
    "#205 #542 bulk ZIP": "test_export_documents.py::test_an_instructor_takes_all_documents_of_the_course_home",
    "#532 #717 language": "test_issue_certificate.py::test_what_an_administrator_entered_is_printed_from_then_on",
    "#725 #314 sign without image": "test_seal.py::test_the_signature_field_stands_in_the_structure_tree",
    "#745 signature broken": "test_seal.py::test_the_sealed_file_begins_with_the_unsealed_one_and_validates",
    "#672 only when completion is really met": (
        "test_life.py::test_issue_672_nothing_is_issued_before_the_conditions_are_really_met"
    ),
    "#119 revoke instead of delete": "test_verify.py::test_a_revoked_certificate_is_shown_as_revoked",
    "tool_certificate 4.0.2 issued twice in a race": "test_issue_certificate.py::test_a_hundred_simultaneous_calls_issue_one",
    "simplecertificate #121 name typed wrong, marriage": (
        "test_life.py::test_a_name_typed_wrong_is_asked_for_approved_and_issued_anew"
    ),
    "simplecertificate #302 looking issues nothing": (
        "test_life.py::test_an_administrator_dresses_the_documents_and_sees_how_they_look"
    ),
    "CVE-2026-30884 templates of other contexts": (
        "test_life.py::test_cve_2026_30884_the_letterhead_of_one_registration_dresses_no_other"
    ),
}


@pytest.mark.parametrize("issue", ANSWERS)
def test_each_issue_has_a_test_that_answers_it(issue: str) -> None:
    file, _, name = ANSWERS[issue].partition("::")
    source = (Path(__file__).parent / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", source, re.MULTILINE), ANSWERS[issue]
