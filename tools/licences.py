"""Are all locked packages under a licence that this project may ship with?

The answer comes from the metadata of the installed packages. What is not on the list, or says nothing, fails.
"""

import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

ALLOWED: Final = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC",
    "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
}  # fmt: skip
"""SPDX names. LGPL (psycopg) is imported unchanged, not copied; GPL and AGPL are not here."""

CLASSIFIERS: Final = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
WORDS: Final = {
    "BSD": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "Apache 2.0": "Apache-2.0",
    "MIT License": "MIT",
}
READ_BY_HAND: Final = {
    "qrcode": "BSD-3-Clause",  # its LICENSE is BSD; the classifier "Other" is for a notice of a former author
}


def issues(locks: Iterable[Path]) -> list[str]:
    """One line for each locked package that is not installed or not allowed."""
    found = []
    for lock in locks:
        for name in locked_names(lock.read_text("utf-8")):
            try:
                licence = licence_of(name, metadata.metadata(name))
            except metadata.PackageNotFoundError:
                found.append(
                    f"{lock.name}: {name} is locked but not installed here. Run ./zs lint, which installs the locks."
                )
                continue
            if not is_allowed(licence):
                found.append(f"{lock.name}: {name}: licence {licence!r} is not on the list of tools/licences.py.")
    return found


def locked_names(text: str) -> list[str]:
    """The package names of a lock."""
    return re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)


def licence_of(name: str, fields: metadata.PackageMetadata) -> str:
    """An SPDX expression: as stated, or of the classifiers, or of the old free field; empty where nothing says."""
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    if "License-Expression" in fields:
        return fields["License-Expression"]
    stated = [line for line in fields.get_all("Classifier") or [] if line.startswith("License ::")]
    if stated:
        return " OR ".join(CLASSIFIERS.get(line, line) for line in stated)
    text = fields["License"].strip() if "License" in fields else ""
    return WORDS.get(text, text)


def is_allowed(expression: str) -> bool:
    """Whether every part joined by AND has an allowed choice among its parts joined by OR."""
    parts = re.sub(r"[()]", "", expression).split(" AND ")
    return all(any(choice.strip() in ALLOWED for choice in part.split(" OR ")) for part in parts)
