"""`python -m tools.sbom FILE`: write what an installation consists of, as CycloneDX JSON: locked packages and licences.

cyclonedx-bom looks at this virtual environment; what belongs to development only is left out, and so is whatever would tell
where a package was downloaded from or where this machine keeps it. The same lock gives the same file.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parent.parent
_PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def locked(requirements: Path) -> dict[str, str]:
    """Give the versions that a lock file pins, by normalised name."""
    return {normalised(name): version for name, version in _PINNED.findall(requirements.read_text(encoding="utf-8"))}


def normalised(name: str) -> str:
    """Write a package's name as PEP 503 does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bill_of_materials(requirements: Path) -> dict[str, Any]:
    """Describe the installed packages that a lock file names."""
    bom = _environment()
    pinned = locked(requirements)
    bom["components"] = [
        _without_origins(component) for component in bom["components"] if normalised(component["name"]) in pinned
    ]
    kept = {component["bom-ref"] for component in bom["components"]} | {bom["metadata"]["component"]["bom-ref"]}
    bom["dependencies"] = [
        {**entry, **({"dependsOn": [ref for ref in entry["dependsOn"] if ref in kept]} if "dependsOn" in entry else {})}
        for entry in bom["dependencies"]
        if entry["ref"] in kept
    ]
    return bom


def _environment() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "environment.json"
        command = [str(Path(sys.executable).with_name("cyclonedx-py")), "environment", "--output-reproducible", "--no-validate"]
        command += ["--pyproject", str(ROOT / "pyproject.toml"), "-o", str(file), sys.executable]
        subprocess.run(command, check=True)
        bom: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return bom


def _without_origins(component: dict[str, Any]) -> dict[str, Any]:
    """Leave out links that are none for the world: files, and the package index."""
    links = [
        link
        for link in component.get("externalReferences", ())
        if link["type"] != "distribution" and urlsplit(link["url"]).scheme in ("http", "https") and "pypi" not in link["url"]
    ]
    rest = {name: value for name, value in component.items() if name != "externalReferences"}
    return {**rest, "externalReferences": links} if links else rest


def main() -> None:
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    bom = bill_of_materials(ROOT / "requirements.txt")
    if (fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom))) is not None:
        sys.exit(f"no valid CycloneDX: {fault}")
    target.write_text(json.dumps(bom, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{target}: {len(bom['components'])} packages")


if __name__ == "__main__":
    main()
