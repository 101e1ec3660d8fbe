"""Browser files that others wrote: vendor.toml says what each is, and its hash must fit.

    python -m tools.vendored --write     hash the listed files again, after a package was updated or an icon added

The files come from npm unchanged; `npm pack NAME@VERSION` gives the archive, `from` the path inside it.
"""

import hashlib
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tools.licences import ALLOWED

ROOT: Final = Path(__file__).resolve().parent.parent
LIST: Final = "vendor.toml"
FOLDERS: Final = (
    "src/zhunsheng/web/static/vendor",
    "src/zhunsheng/web/icons",
    "src/zhunsheng/web/licences",
    "tests/pages/vendor",
)
"""Where such files may lie; every file there is listed."""
KEYS: Final = {"name", "version", "licence", "use", "files"}


def issues(root: Path) -> list[str]:
    """One line for each file that is not what the list says, is listed and missing, or lies there unlisted."""
    listed = tomllib.loads((root / LIST).read_text("utf-8"))["package"]
    found = [issue for package in listed for issue in _package_issues(root, package)]
    known = {name for package in listed for name in package["files"]}
    present = {str(path.relative_to(root)) for folder in FOLDERS for path in (root / folder).glob("*")}
    return found + [f"{name}: not in {LIST}. Say what it is, or delete it." for name in sorted(present - known)]


def _package_issues(root: Path, package: Mapping[str, Any]) -> Iterator[str]:
    name = package.get("name", "?")
    if set(package) != KEYS:
        yield f"{LIST}: {name}: has {sorted(package)}; must have {sorted(KEYS)}."
    if package.get("licence") not in ALLOWED:
        yield f"{LIST}: {name}: licence {package.get('licence')!r} is not on the list of tools/licences.py."
    for file, digest in package.get("files", {}).items():
        path = root / file
        if not path.is_file():
            yield f"{LIST}: {name}: {file} is missing. Take it from npm again."
        elif digest_of(path) != digest:
            yield f"{file}: not the file of {name} {package.get('version')}: the hash differs. Take it from npm again."


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def written(root: Path) -> str:
    """The list with the hashes of the files as they are now; icons found in their folder are taken in."""
    blocks = ["# Browser files that others wrote, unchanged from npm. Checked by tools/vendored.py."]
    for package in tomllib.loads((root / LIST).read_text("utf-8"))["package"]:
        files = set(package["files"])
        if package["name"] == "@tabler/icons":
            files |= {str(path.relative_to(root)) for path in (root / FOLDERS[1]).glob("*.svg")}
        head = [f'{key} = "{package[key]}"' for key in ("name", "version", "licence", "use")]
        hashes = [f'"{file}" = "{digest_of(root / file)}"' for file in sorted(files)]
        blocks.append("\n".join(["[[package]]", *head, "[package.files]", *hashes]))
    return "\n\n".join(blocks) + "\n"


def main(arguments: list[str]) -> int:
    """Check, or write the list again."""
    if arguments == ["--write"]:
        (ROOT / LIST).write_text(written(ROOT), "utf-8")
        return 0
    found = issues(ROOT)
    print("\n".join(found) or "vendored: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
