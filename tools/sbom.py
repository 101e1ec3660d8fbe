"""A bill of materials of what is shipped: CycloneDX 1.6 as JSON, from the locks and vendor.toml.

    .venv/bin/python -m tools.sbom > sbom.json

The same tree gives the same bytes: no time and no random number is in it.
"""

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from tools.licences import licence_of

ROOT: Final = Path(__file__).resolve().parent.parent
LOCKS: Final = {"requirements.lock": "required", "requirements-dev.lock": "excluded"}
"""Scope of what a lock holds: `excluded` is needed to test and not to run."""
SPACE: Final = uuid.UUID("9c1f6d1e-3c0b-5d0e-8f5b-7f1a6f7f2b10")
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
SHA256: Final = re.compile(r"sha256:([0-9a-f]{64})")


def bill(root: Path) -> dict[str, Any]:
    """The whole bill of a tree."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    components = [*_locked(root), *_vendored(root)]
    whole = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"pkg:pypi/{project['name']}@{project['version']}",
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": components,
    }
    named = json.dumps(whole, sort_keys=True)
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", **whole} | {
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, named)}"
    }


def pins(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and hashes of each package of a lock."""
    for name, version, hashes in PIN.findall(text):
        yield name, version, SHA256.findall(hashes)


def _locked(root: Path) -> Iterator[dict[str, Any]]:
    for lock, scope in LOCKS.items():
        for name, version, hashes in pins((root / lock).read_text("utf-8")):
            licence = licence_of(name, metadata.metadata(name))
            yield _component(f"pkg:pypi/{name}@{version}", name, version, licence, scope, hashes)


def _vendored(root: Path) -> Iterator[dict[str, Any]]:
    for package in tomllib.loads((root / "vendor.toml").read_text("utf-8"))["package"]:
        reference = f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}"
        scope = "excluded" if all(file.startswith("tests/") for file in package["files"]) else "required"
        hashes = sorted(package["files"].values())
        yield _component(reference, package["name"], package["version"], package["licence"], scope, hashes)


def _component(reference: str, name: str, version: str, licence: str, scope: str, hashes: list[str]) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "scope": scope,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in hashes],
        "licenses": [{"expression": licence}],
        "purl": reference,
    }


def text(root: Path) -> str:
    """The bill as it is written."""
    return json.dumps(bill(root), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text(ROOT))
