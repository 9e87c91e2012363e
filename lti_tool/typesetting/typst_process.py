"""Runs typst in a process of its own, which ends with its document.

A document may have hundreds of pages; typst then takes more than a gigabyte and keeps it for its next run. In a process of its
own that memory is limited and given back, and the web worker stays small. One runs at a time; starting it takes a tenth of a
second.

    python -m lti_tool.typesetting.typst_process < order.json > document
"""

import json
import resource
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.typesetting.letters import FONT_FOLDERS

_HERE = Path(__file__).parent
_TIMEOUT_S = 60
_WAIT_S = 30
_TEMPLATE_WRONG = 3
_turn = threading.Lock()


class DocumentTooLarge(ToolError):
    """The document is too long to be set as PDF."""

    status = 422
    code = "document_too_large"

    def __init__(self) -> None:
        super().__init__(
            N_("Das Dokument ist für ein PDF zu umfangreich."),
            next_step=N_("Benutzen Sie die Druckansicht und speichern Sie dort als PDF."),
        )


class TypesettingBusy(ToolError):
    """Others are before this one."""

    status = 503
    code = "typesetting_busy"

    def __init__(self) -> None:
        super().__init__(
            N_("Gerade werden viele Dokumente heruntergeladen."), next_step=N_("Versuchen Sie es in einer Minute noch einmal.")
        )


@dataclass(frozen=True)
class Limits:
    """What one document may take."""

    memory_bytes: int = 1 << 30
    cpu_s: int = 60
    """Of computing, which a busy machine does not use up faster."""


_FOR_LONG_DOCUMENTS = Limits()


def run_typst(source: Path | str, *, wait_s: float = _WAIT_S, limits: Limits = _FOR_LONG_DOCUMENTS, **options: Any) -> bytes:
    """Set a document.

    Args:
        source: a template's path (it sees only the files of its own folder), or typst source.
        wait_s: how long to wait for others.
        limits: less than a long document may take, for something small from outside.
        options: what `typst.Compiler.compile` takes: format, sys_inputs, pdf_standards, timestamp, ppi.
    Raises:
        DocumentTooLarge: it would take more memory or time than allowed.
        TypesettingBusy: others have been waiting for too long.
    """
    order = {"path": str(source)} if isinstance(source, Path) else {"source": source}
    if not _turn.acquire(timeout=wait_s):
        raise TypesettingBusy
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "lti_tool.typesetting.typst_process"],
            input=json.dumps(order | {"options": options, "limits": asdict(limits)}).encode(),
            capture_output=True,
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as err:
        raise DocumentTooLarge from err
    finally:
        _turn.release()
    if done.returncode == _TEMPLATE_WRONG:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    if done.returncode != 0:
        raise DocumentTooLarge
    return done.stdout


def main() -> None:
    """Read an order, write the document; status 3 means that the template is wrong, any other that memory ran out."""
    import typst  # noqa: PLC0415 - here alone: who asks for a document does without its 7 MB

    order = json.load(sys.stdin.buffer)
    memory_bytes, cpu_s = order["limits"]["memory_bytes"], order["limits"]["cpu_s"]
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FONT_FOLDERS))
    compiler = typst.Compiler(
        root=Path(order["path"]).parent if "path" in order else _HERE,
        font_paths=fonts,
        ignore_system_fonts=True,
        # Packages would be fetched from the network: these folders do not exist, and the templates import none.
        package_path=_HERE / "no-packages",
        package_cache_path=_HERE / "no-packages",
    )
    source = Path(order["path"]) if "path" in order else order["source"].encode()
    try:
        document = compiler.compile(input=source, **order["options"])
    except typst.TypstError as err:
        sys.stderr.write(err.diagnostic or err.message)
        sys.exit(_TEMPLATE_WRONG)
    assert isinstance(document, bytes)
    sys.stdout.buffer.write(document)


if __name__ == "__main__":
    main()
