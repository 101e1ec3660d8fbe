"""./zs release OUT: everything that a machine without a network needs, with hashes and a signature.

    ./zs release OUT --key release.key              make it, from a clean commit without known holes
    ./zs release OUT --key release.key --despite-holes
    ./zs release OUT --check release.pub            hold one against its hashes and signature
    ./zs release NAME --new-key                     NAME.key and NAME.pub, for signing

In OUT: the source of the commit, the wheels of requirements.lock for this machine as they were locked, the bill of
materials (CycloneDX), the licences, what was found of known holes (or why it was not asked), SHA256SUMS and its
Ed25519 signature. To install where there is no network:

    tar xzf zhunsheng-VERSION.tar.gz && cd zhunsheng-VERSION
    PIP_NO_INDEX=1 PIP_FIND_LINKS=../wheels ./zs check examples/…
"""

import argparse
import hashlib
import json
import secrets
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tools import holes, sbom

ROOT: Final = Path(__file__).resolve().parent.parent
SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
HOLES: Final = "holes.txt"
SHIPPED: Final = "requirements.lock"
KEY_BYTES: Final = 32


class ReleaseRefused(SystemExit):
    """It cannot be made, or is not what it says it is."""


def make(out: Path, key: Path, *, despite_holes: bool = False) -> None:
    """Fill a new folder with a release of the present commit.

    Raises  ReleaseRefused, also where a hole is known of something that it ships.
    """
    if subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout:
        raise ReleaseRefused("release: the tree has changes that are not committed. Commit or undo them first.")
    if out.exists() and any(out.iterdir()):
        raise ReleaseRefused(f"release: {out} is not empty. Name a new folder.")
    signing = private_key(key)
    out.mkdir(parents=True, exist_ok=True)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    name = f"zhunsheng-{version}"
    archive = ["git", "archive", f"--prefix={name}/", f"--output={out.absolute() / name}.tar.gz", "HEAD"]
    subprocess.run(archive, cwd=ROOT, check=True)
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    download += ["--only-binary=:all:", "-d", str(out / "wheels"), "-r", str(ROOT / "requirements.lock")]
    subprocess.run(download, check=True)
    bill = sbom.bill(ROOT)
    (out / "sbom.json").write_text(sbom.text(ROOT), "utf-8")
    (out / "licences.txt").write_text(licence_list(bill), "utf-8")
    write_holes(out, holes.ask([SHIPPED]), despite=despite_holes)
    assert_wheels_are_locked(out / "wheels", (ROOT / "requirements.lock").read_text("utf-8"))
    sign(out, signing)


def write_holes(out: Path, answer: holes.Answer, *, despite: bool) -> None:
    """What is known of holes, or why it was not asked, as a file of the release.

    Raises  ReleaseRefused for a known hole, unless it is to be released despite it.
    """
    text = "\n".join(answer.lines())
    (out / HOLES).write_text(f"{text}\n", "utf-8")
    print(text)
    if answer.holes and not despite:
        raise ReleaseRefused("release: known holes, see above. Take newer versions into the lock, or --despite-holes.")


def licence_list(bill: dict[str, object]) -> str:
    """One line a package: its scope, licence, name and version."""
    components = json.loads(json.dumps(bill))["components"]
    lines = [
        f"{one['scope']}\t{one['licenses'][0]['expression']}\t{one['name']}\t{one['version']}\n" for one in components
    ]
    return "".join(sorted(lines))


def assert_wheels_are_locked(wheels: Path, lock: str) -> None:
    """Every wheel is one that the lock names by its hash, and every package of the lock is there.

    Raises  ReleaseRefused.
    """
    known = {digest: name for name, _version, digests in sbom.pins(lock) for digest in digests}
    found = {known.get(digest_of(wheel), wheel.name) for wheel in wheels.iterdir()}
    if found != set(known.values()):
        odd = ", ".join(sorted(found ^ set(known.values())))
        raise ReleaseRefused(f"release: not as locked: {odd}. Download the wheels again.")


def sign(out: Path, key: Ed25519PrivateKey) -> None:
    """Write the hashes of all files, and the signature of that list."""
    text = sums(out)
    (out / SUMS).write_text(text, "utf-8")
    (out / SIGNATURE).write_text(key.sign(text.encode()).hex() + "\n", "ascii")


def check(out: Path, public: Path) -> int:
    """Hold a release against its hashes and signature. Returns how many files were checked.

    Raises  ReleaseRefused, naming what is not as it should be.
    """
    text = (out / SUMS).read_text("utf-8")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public.read_text("ascii").strip()))
        key.verify(bytes.fromhex((out / SIGNATURE).read_text("ascii").strip()), text.encode())
    except (InvalidSignature, ValueError):
        raise ReleaseRefused(f"release: {SUMS} is not signed by {public.name}. Do not install it.") from None
    said, found = set(text.splitlines()), set(sums(out).splitlines())
    if said != found:
        odd = sorted({line.split("  ", 1)[1] for line in said ^ found})
        raise ReleaseRefused(f"release: changed, missing or added: {', '.join(odd)}. Do not install it.")
    return len(said)


def sums(out: Path) -> str:
    """The hash and name of every file but the list and its signature, as sha256sum writes them."""
    paths = [path for path in sorted(out.rglob("*")) if path.is_file() and path.name not in (SUMS, SIGNATURE)]
    return "".join(f"{digest_of(path)}  {path.relative_to(out).as_posix()}\n" for path in paths)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def new_key(name: Path) -> None:
    """Make NAME.key, which leaves this machine, and NAME.pub, which goes where releases are installed."""
    private, public = name.with_name(f"{name.name}.key"), name.with_name(f"{name.name}.pub")
    if private.exists() or public.exists():
        raise ReleaseRefused(f"release: {private} or {public} is there already. Name another.")
    secret = secrets.token_bytes(KEY_BYTES)
    private.touch(mode=0o600)
    private.write_text(secret.hex() + "\n", "ascii")
    shown = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    public.write_text(shown.hex() + "\n", "ascii")


def private_key(path: Path) -> Ed25519PrivateKey:
    """A key that `new_key` made.

    Raises  ReleaseRefused if others may read it, or it is none.
    """
    if path.stat().st_mode & 0o077:
        raise ReleaseRefused(f"release: others may read {path}. chmod 600 it, or make a new one.")
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip()))
    except ValueError:
        raise ReleaseRefused(f"release: {path} holds no key. Make one with --new-key.") from None


def main(words: list[str]) -> int:
    """Make, check, or make a key."""
    parser = argparse.ArgumentParser(prog="zs release", description="A release for machines without a network.")
    parser.add_argument("out", type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--key", type=Path, help="sign with this key")
    what.add_argument("--check", type=Path, metavar="PUB", help="hold a release against this public key")
    what.add_argument("--new-key", action="store_true", help="make OUT.key and OUT.pub")
    parser.add_argument("--despite-holes", action="store_true", help="release although holes are known")
    options = parser.parse_args(words)
    if options.new_key:
        new_key(options.out)
    elif options.check:
        print(f"{check(options.out, options.check)} files are as they were signed")
    else:
        make(options.out, options.key, despite_holes=options.despite_holes)
        print(f"{options.out}: signed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
