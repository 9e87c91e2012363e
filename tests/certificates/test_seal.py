"""The seal: levels, accessibility, what a changed byte does to it, and files sealed in earlier years."""

import io
import os
import resource
import shutil
import subprocess
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pdfua
import pytest
from asn1crypto import pem as pem_format
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from lti_tool.certificates.documents.seal import DocumentSeal, open_seal
from lti_tool.certificates.documents.seal_maker import SealUnavailable
from lti_tool.certificates.documents.typeset import typeset
from lti_tool.certificates.verify import read_seals
from lti_tool.certificates.verify.check_seal import check_seal
from lti_tool.certificates.verify.verify_document import SealVerdict
from lti_tool.domain.documents.certificate import Facts
from lti_tool.errors import ConfigurationError
from tests.certificates.authority import Identity

# As with Chromium: where nobody watches, a reader that is missing is a failure.
needs_poppler = pytest.mark.skipif(
    shutil.which("pdfsig") is None and not os.environ.get("CI"),
    reason="poppler-utils is missing. Install it with: apt-get install -y poppler-utils",
)


@pytest.fixture(scope="session")
def authority() -> Identity:
    return Identity("Prüf-CA")


@pytest.fixture(scope="session")
def academy(authority: Identity) -> Identity:
    return Identity("Siegel der Musterakademie", by=authority)


@pytest.fixture(scope="session")
def seal(authority: Identity, academy: Identity) -> DocumentSeal:
    """Level B-B, from PEM with the chain."""
    return open_seal(level="B-B", key_pem=authority.certificate_pem + academy.key_pem + academy.certificate_pem)


@pytest.fixture
def plain(facts: Facts) -> bytes:
    return typeset(facts, issued_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC))


@pytest.fixture
def sealed(seal: DocumentSeal, plain: bytes) -> bytes:
    return seal.apply(plain, issuer="Musterakademie", language="de")


def status_of(pdf: bytes, root: Identity, field: int = 0) -> Any:
    body = pem_format.unarmor(root.certificate_pem.encode())[2]
    context = ValidationContext(trust_roots=[asn1_x509.Certificate.load(body)], allow_fetching=False)
    return validate_pdf_signature(PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[field], context)


def test_the_sealed_file_begins_with_the_unsealed_one_and_validates(plain: bytes, sealed: bytes, authority: Identity) -> None:
    assert sealed.startswith(plain)
    status = status_of(sealed, authority)
    assert status.bottom_line
    assert status.modification_level is ModificationLevel.NONE
    assert status.docmdp_ok


@needs_poppler
def test_another_reader_finds_the_seal_valid_and_one_changed_byte_anywhere(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "z.pdf"

    def read_again(content: bytes) -> str:
        path.write_bytes(content)
        return subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout

    answer = read_again(sealed)
    assert "Signature Validation: Signature is Valid." in answer
    assert "Signature Type: ETSI.CAdES.detached" in answer
    assert "Total document signed" in answer
    # The signature itself stands between the two ranges; what certificates it brings along is compared by our register alone.
    begin, end = sealed.index(b"/Contents <") + 11, sealed.index(b"/ByteRange")
    positions = [at for at in range(20, len(sealed), len(sealed) // 24) if not begin <= at < end - 4]
    for position in [*positions, begin - 12, end + 2, len(sealed) - 8]:
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        assert "Signature is Valid." not in read_again(changed) or "Total document signed" not in read_again(changed), position


def test_the_signature_field_stands_in_the_structure_tree(sealed: bytes) -> None:
    root: Any = PdfReader(io.BytesIO(sealed)).trailer["/Root"]
    widget = root["/AcroForm"]["/Fields"][-1].get_object()
    assert widget["/TU"] == "Elektronisches Siegel von Musterakademie"
    assert widget["/F"] & 4  # printed: PDF/A forbids what is hidden
    assert not widget["/F"] & 2
    numbers: list[Any] = []

    def collect(node: Any) -> None:
        numbers.extend(node.get("/Nums", []))
        for kid in node.get("/Kids", []):
            collect(kid.get_object())

    collect(root["/StructTreeRoot"]["/ParentTree"])
    entries = {int(numbers[at]): numbers[at + 1].get_object() for at in range(0, len(numbers), 2)}
    element = entries[widget["/StructParent"]]
    assert (element["/S"], element["/Alt"]) == ("/Form", "Elektronisches Siegel von Musterakademie")
    assert element["/K"]["/Type"] == "/OBJR"
    assert element["/K"]["/Obj"].get_object()["/T"] == "Siegel"
    assert element["/P"].get_object()["/K"][-1].get_object() == element
    page: Any = PdfReader(io.BytesIO(sealed)).pages[0]
    assert page["/Tabs"] == "/S"


def findings(content: bytes, path: Path) -> set[str]:
    """Give what an independent checker of PDF/UA-1 finds, by rule."""
    path.write_bytes(content)
    report = pdfua.validate(str(path))
    assert len(report.outcomes) - len(report.skipped) >= 10
    return {finding.rule_id for finding in report.findings}


def test_an_independent_checker_of_tagged_pdf_finds_nothing_sealed_or_not(plain: bytes, sealed: bytes, tmp_path: Path) -> None:
    assert findings(plain, tmp_path / "z.pdf") == set()
    assert findings(sealed, tmp_path / "z.pdf") == set()


def test_the_checker_would_notice_a_file_that_is_not_tagged(plain: bytes, tmp_path: Path) -> None:
    assert findings(plain.replace(b"/StructTreeRoot", b"/StructTreeGone"), tmp_path / "z.pdf") != set()


@needs_poppler
def test_the_reading_order_of_the_sealed_file_is_the_visual_one(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "z.pdf"
    path.write_bytes(sealed)
    tree = subprocess.run(["pdfinfo", "-struct-text", str(path)], capture_output=True, check=True).stdout
    told = ["Musterakademie", "Zertifikat", "Smart-City-Manager:in", "Ayşe Çelik", "hat alle fünf", "Modul", "Gesamtumfang",
            "Ausgestellt am", "Ausstellende Stelle", "Echtheit prüfen", "Prüfcode", "Figure", "Form"]  # fmt: skip
    at = -1
    for words in told:
        at = tree.index(words.encode(), at + 1)


def test_the_key_may_come_as_pkcs12(authority: Identity, academy: Identity, plain: bytes) -> None:
    seal = open_seal(level="B-B", pkcs12_file=academy.as_pkcs12("geheim", [authority]), passphrase="geheim")
    assert status_of(seal.apply(plain, issuer="M", language="de"), authority).bottom_line


def test_level_b_t_carries_a_timestamp(seal: DocumentSeal, authority: Identity, plain: bytes) -> None:
    clock = Identity("Prüf-TSA", by=authority, is_tsa=True).as_time_stamper([authority])
    stamped = replace(seal, level="B-T", time_stamper=clock).apply(plain, issuer="M", language="en")
    status = status_of(stamped, authority)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.valid


def test_level_b_lta_keeps_its_proofs_and_both_fields_are_tagged(seal: DocumentSeal, authority: Identity, plain: bytes) -> None:
    clock = Identity("Prüf-TSA", by=authority, is_tsa=True).as_time_stamper([authority])
    trust = tuple(each for each in seal.signer.cert_registry if each.self_issued)
    lasting = replace(seal, level="B-LTA", time_stamper=clock, trust=trust, may_fetch=False)
    pdf = lasting.apply(plain, issuer="M", language="de")
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert "/DSS" in root
    fields = [field.get_object() for field in root["/AcroForm"]["/Fields"]]
    assert [field["/T"] for field in fields] == ["Archivzeitstempel", "Siegel"]
    assert all("/StructParent" in field and field["/V"] is not None for field in fields)
    status = status_of(pdf, authority)
    assert status.bottom_line
    assert status.modification_level is ModificationLevel.LTA_UPDATES


def test_without_its_timestamp_authority_nothing_is_sealed(academy: Identity, plain: bytes) -> None:
    seal = open_seal(level="B-T", key_pem=academy.key_pem + academy.certificate_pem, tsa_url="http://127.0.0.1:9/tsa")
    with pytest.raises(SealUnavailable):
        seal.apply(plain, issuer="M", language="de")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"level": "B-T", "key_pem": "x"}, "SEAL_TSA_URL"),
        ({"level": "B-B", "key_pem": "no key"}, "cannot be read"),
        ({"level": "B-B", "pkcs12_file": b"x"}, "cannot be read"),
    ],
)
def test_a_seal_that_cannot_work_stops_the_start(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        open_seal(**settings)


def test_a_certificate_of_another_key_stops_the_start(authority: Identity, academy: Identity) -> None:
    with pytest.raises(ConfigurationError, match="does not belong to its key"):
        open_seal(level="B-B", key_pem=academy.key_pem + authority.certificate_pem)


# --- files from outside ------------------------------------------------------------------------------------------------


def test_our_seal_is_recognised_after_the_key_was_changed(seal: DocumentSeal, sealed: bytes) -> None:
    newer = Identity("Siegel der Musterakademie")
    assert check_seal(sealed, [newer.certificate_pem, seal.chain_pem]) is SealVerdict.INTACT


def test_a_changed_line_under_our_seal_is_told(seal: DocumentSeal, sealed: bytes) -> None:
    at = sealed.index(b"/Count 1")  # still a readable file
    assert check_seal(sealed[:at] + b"/Count 2" + sealed[at + 8 :], [seal.chain_pem]) is SealVerdict.BROKEN


def test_a_seal_of_somebody_else_with_our_name_is_none_of_ours(seal: DocumentSeal, plain: bytes) -> None:
    forger = Identity("Siegel der Musterakademie")
    forged = open_seal(level="B-B", key_pem=forger.key_pem + forger.certificate_pem)
    assert check_seal(forged.apply(plain, issuer="M", language="de"), [seal.chain_pem]) is SealVerdict.NONE_OF_OURS


BROKEN = [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\nxref\n0 99999999999\ntrailer<</Root 1 0 R>>"]


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("names_our_certificate", [True, False])
def test_a_broken_file_is_none_of_ours(seal: DocumentSeal, content: bytes, names_our_certificate: bool) -> None:
    content += b"<" + seal.certificate.dump().hex().encode() + b">" if names_our_certificate else b""
    assert check_seal(content, [seal.chain_pem]) is SealVerdict.NONE_OF_OURS


def test_a_file_that_would_take_any_memory_is_none_of_ours(seal: DocumentSeal) -> None:
    # A table of half a gigabyte behind a stream of half a megabyte, and our certificate, which everybody may know.
    table = zlib.compress(bytes(500_000_000), 9)
    content = b"%PDF-1.7\n1 0 obj<</Type/XRef/W[1 2 1]/Size 125000000/Root 2 0 R/Filter/FlateDecode/Length "
    content += str(len(table)).encode() + b">>stream\n" + table + b"\nendstream endobj\n"
    content += b"%<" + seal.certificate.dump().hex().encode() + b">\nstartxref\n9\n%%EOF\n"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert check_seal(content, [seal.chain_pem]) is SealVerdict.NONE_OF_OURS
    assert max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before, 0) * 1024 < read_seals.MEMORY_MAX_BYTES
