"""The register of all certificates, for those who run the tool: find and list."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.verify.verify_certificate import RegisterState, decided_state_of
from lti_tool.domain.documents.certificate import Facts
from lti_tool.domain.documents.check_code import TypingError, group_check_code, read_check_code
from lti_tool.errors import NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import Certificate

# So much of what was typed is repeated in the sentence about it.
_SHOWN_MAX = 60


class MistypedCode(ToolError):
    """A check code that cannot be one of ours."""

    code = "mistyped_code"


@dataclass(frozen=True)
class RegisterEntry:
    """One certificate in the register."""

    id: int
    user_id: int | None
    code: str
    serial: int
    state: RegisterState
    """Never `expired`: the register has no today; `facts.valid_until` tells the last day."""
    facts: Facts
    issued_at: datetime
    pdf_sha256: str | None
    problem: str
    revoked_at: datetime | None
    revocation_reason: str
    replaced_by_id: int | None

    def state_on(self, today: date) -> RegisterState:
        """Return the state on a day, `expired` included."""
        last = self.facts.valid_until
        has_expired = last is not None and today > last and self.state is RegisterState.VALID
        return RegisterState.EXPIRED if has_expired else self.state


def list_certificates(session: Session) -> list[RegisterEntry]:
    """List all certificates, the oldest first; documents are not loaded."""
    return [_entry(row) for row in session.scalars(select(Certificate).order_by(Certificate.issued_at, Certificate.id))]


def get_certificate(session: Session, typed_code: str) -> RegisterEntry:
    """Find a certificate by its check code.

    Raises:
        MistypedCode: the code is not well formed.
        NotFound: no certificate has it.
    """
    return _entry(find_row(session, typed_code))


def find_row(session: Session, typed_code: str) -> Certificate:
    """Find the row of a check code, for the use cases that change it."""
    read = read_check_code(typed_code)
    if read.error is not None:
        is_whole = read.error is TypingError.CHECK
        raise MistypedCode(
            N_("„%(typed)s“ enthält einen Tippfehler: Die Zeichen passen nicht zusammen.")
            if is_whole
            else N_("„%(typed)s“ ist kein vollständiger Prüfcode."),
            next_step=N_("Vergleichen Sie ihn Zeichen für Zeichen mit dem Zertifikat: 27 Zeichen in sieben Gruppen."),
            typed=typed_code[:_SHOWN_MAX],
        )
    row = session.scalars(select(Certificate).where(Certificate.check_code == read.code)).one_or_none()
    if row is None:
        raise NotFound(
            N_("Zum Prüfcode %(check_code)s gibt es kein Zertifikat."),
            next_step=N_("Prüfen Sie, ob das Zertifikat von dieser Installation stammt."),
            code="certificate_not_found",
            check_code=group_check_code(read.code),
        )
    return row


def _entry(row: Certificate) -> RegisterEntry:
    return RegisterEntry(
        id=row.id,
        user_id=row.user_id,
        code=group_check_code(row.check_code),
        serial=row.serial,
        state=decided_state_of(row),
        facts=facts_from_json(row.facts),
        issued_at=row.issued_at,
        pdf_sha256=row.pdf_sha256,
        problem=row.problem,
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        replaced_by_id=row.replaced_by_id,
    )
