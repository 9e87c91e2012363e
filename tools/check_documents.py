"""Make sample documents, sealed and unsealed, and check them with outloud, pdfua and veraPDF, whichever is installed.

.venv/bin/python -m tools.check_documents [FOLDER]
"""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from lti_tool.certificates.documents.seal import open_seal
from lti_tool.certificates.documents.typeset import typeset
from lti_tool.domain.documents.certificate import DocumentKind
from tests.bench.documents import AT, FACTS
from tests.certificates.authority import Identity

CHECKS = (
    ("pdfua", "check"),
    ("outloud", "--fail-on", "warning"),
    ("verapdf", "--flavour", "3a", "--format", "text"),
    ("verapdf", "--flavour", "ua1", "--format", "text"),
)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/documents")
    folder.mkdir(parents=True, exist_ok=True)
    academy = Identity("Siegel der Musterakademie")
    seal = open_seal(level="B-B", key_pem=academy.key_pem + academy.certificate_pem)
    samples = {
        "certificate": FACTS,
        "certificate-en": replace(FACTS, language="en"),
        "participation": replace(
            FACTS, kind=DocumentKind.PARTICIPATION, modules=FACTS.modules[:1], topics=("Ein Thema", "Noch eines")
        ),
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
    results = [check(*command, *files) for command in CHECKS]
    if None in results:
        print(
            "What is not installed has checked nothing: outloud and pdfua are on PyPI, veraPDF on https://verapdf.org/software/"
        )
    sys.exit(max((result for result in results if result is not None), default=1))


def check(program: str, *arguments: str) -> int | None:
    """Run a checker and give its exit status; None: it is not installed."""
    found = shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    print(f"\n--- {program} {' '.join(arguments[:4])} …" if found else f"\n--- {program} is not installed here", flush=True)
    return subprocess.run([found, *arguments], check=False).returncode if found else None


if __name__ == "__main__":
    main()
