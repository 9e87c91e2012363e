"""Make sample documents, sealed and unsealed, and check them with veraPDF (PDF/A-3a and PDF/UA-1) where it is installed.

.venv/bin/python -m tools.check_documents [FOLDER]
"""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from lti_tool.certificates.seal import open_seal
from lti_tool.certificates.typeset import typeset
from lti_tool.domain.certificate import Kind
from tests.bench.documents import AT, FACTS
from tests.certificates.authority import Identity


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/documents")
    folder.mkdir(parents=True, exist_ok=True)
    academy = Identity("Siegel der Musterakademie")
    seal = open_seal(level="B-B", key_pem=academy.key_pem + academy.certificate_pem)
    samples = {
        "certificate": FACTS,
        "certificate-en": replace(FACTS, language="en"),
        "participation": replace(FACTS, kind=Kind.PARTICIPATION, modules=FACTS.modules[:1], topics=("Ein Thema", "Noch eines")),
    }
    files = []
    for name, facts in samples.items():
        pdf = typeset(facts, issued_at=AT, credential='{"type": "sample"}')
        for path, content in (
            (folder / f"{name}.pdf", pdf),
            (folder / f"{name}-sealed.pdf", seal.apply(pdf, issuer=facts.issuer_name, language=facts.language)),
        ):
            path.write_bytes(content)
            files.append(str(path))
    print(f"{len(files)} documents in {folder}")
    checker = shutil.which("verapdf")
    if checker is None:
        sys.exit("veraPDF is not installed here, so nothing was checked. https://verapdf.org/software/")
    results = [
        subprocess.run([checker, "--flavour", flavour, "--format", "text", *files], check=False).returncode
        for flavour in ("3a", "ua1")
    ]
    sys.exit(max(results))


if __name__ == "__main__":
    main()
