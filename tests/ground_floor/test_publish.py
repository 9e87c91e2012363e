"""tools/publish.sh, with stand-ins for docker, cosign and zstd that write down how they were called."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DIGEST = f"sha256:{'ab' * 32}"
DOCKER = f"""#!/bin/sh
echo "docker $*" >> "$CALLS"
case "$1" in
  buildx) printf '{{"containerimage.digest": "%s"}}' "${{DIGEST-{DIGEST}}}" > image.json ;;
  run) exit "${{STARTS-0}}" ;;
  save) echo layers ;;
esac
"""
COSIGN = """#!/bin/sh
echo "cosign $*" >> "$CALLS"
if [ "$1" = sign-blob ]; then echo signed > SHA256SUMS.sigstore.json; fi
"""
ZSTD = """#!/bin/sh
echo "zstd $*" >> "$CALLS"
while [ "$1" != -o ]; do shift; done
cat > "$2"
"""
Publish = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout after the build."""
    for name, text in {
        "bin/docker": DOCKER,
        "bin/cosign": COSIGN,
        "bin/zstd": ZSTD,
        "dist/sbom.cdx.json": "{}",
        "dist/lti_tool-1.2.3-py3-none-any.whl": "wheel",
        "notes.md": "News.\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools/publish.sh", tmp_path / "tools/publish.sh")
    return tmp_path


@pytest.fixture
def publish(checkout: Path) -> Publish:
    def run(**values: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(checkout / "calls"),
            "IMAGE": "registry.test/lti-tool",
            "COSIGN_PRIVATE_KEY": "key",
            "COSIGN_PASSWORD": "secret words",
            **values,
        }
        command = ["bash", str(checkout / "tools/publish.sh"), "v1.2.3", "c0ffee"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


def calls(checkout: Path) -> list[str]:
    path = checkout / "calls"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_what_is_signed_is_the_digest_that_was_pushed_and_started(checkout: Path, publish: Publish) -> None:
    done = publish()
    assert done.returncode == 0, done.stderr
    pushed = f"registry.test/lti-tool@{DIGEST}"
    made = calls(checkout)
    assert "--build-arg VERSION=1.2.3 --build-arg REVISION=c0ffee" in made[0]
    assert made[1] == f"docker run --rm --read-only {pushed} --version"
    assert made[2] == f"cosign sign --yes --key env://COSIGN_PRIVATE_KEY {pushed}"
    assert made[3].endswith(f"--predicate dist/sbom.cdx.json {pushed}")
    assert made[-1].startswith("cosign sign-blob")
    assert f"Image: `{pushed}`" in (checkout / "notes.md").read_text(encoding="utf-8")


def test_the_sums_name_every_file_and_fit(checkout: Path, publish: Publish) -> None:
    publish()
    named = {line.split()[1] for line in (checkout / "dist/SHA256SUMS").read_text(encoding="utf-8").splitlines()}
    assert named == {"sbom.cdx.json", "lti_tool-1.2.3-py3-none-any.whl", "lti-tool-1.2.3-image.tar.zst"}
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=checkout / "dist", check=False).returncode == 0


def test_an_image_that_does_not_start_is_not_signed(checkout: Path, publish: Publish) -> None:
    assert publish(STARTS="1").returncode != 0
    assert not [call for call in calls(checkout) if call.startswith("cosign")]


def test_without_a_digest_nothing_is_signed(checkout: Path, publish: Publish) -> None:
    assert publish(DIGEST="").returncode != 0
    assert not [call for call in calls(checkout) if call.startswith("cosign")]


@pytest.mark.parametrize("name", ["IMAGE", "COSIGN_PRIVATE_KEY", "COSIGN_PASSWORD"])
def test_without_what_it_needs_nothing_is_built(checkout: Path, publish: Publish, name: str) -> None:
    assert publish(**{name: ""}).returncode != 0
    assert calls(checkout) == []


def test_no_secret_is_an_argument_of_a_command(checkout: Path, publish: Publish) -> None:
    done = publish()
    assert not [line for line in [*calls(checkout), done.stdout, done.stderr] if "secret words" in line]


def test_publishing_again_gives_the_same_sums(checkout: Path, publish: Publish) -> None:
    publish()
    first = (checkout / "dist/SHA256SUMS").read_text(encoding="utf-8")
    publish()
    assert (checkout / "dist/SHA256SUMS").read_text(encoding="utf-8") == first
