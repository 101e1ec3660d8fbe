#!/bin/sh
# 准绳: one script. Makes .venv from the lock where it is missing or out of date, then runs the verb.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
venv=$root/.venv
# Compiled code is kept beside the packages it was compiled against.
export NUMBA_CACHE_DIR="${NUMBA_CACHE_DIR:-$venv/numba-cache}"

fail() {
    printf 'zs: %s\n' "$1" >&2
    exit 1
}

is_python311() {
    [ -n "$1" ] && "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null
}

make_venv() {
    python=
    for candidate in "${ZS_PYTHON:-}" python3.11 python3; do
        if is_python311 "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || fail 'Python 3.11 is missing: apt-get install -y python3 python3-venv git, or name one in ZS_PYTHON.'
    "$python" -c 'import ensurepip, venv' 2>/dev/null || fail 'python3-venv is missing: apt-get install -y python3-venv'
    printf 'zs: making .venv\n' >&2
    "$python" -m venv "$venv"
}

# Install one lock, if it is not the one installed last. $1: the lock's name.
install_lock() {
    cmp -s "$root/$1" "$venv/$1.installed" && return
    printf 'zs: installing %s\n' "$1" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
        --require-hashes --only-binary :all: -r "$root/$1" ||
        fail "$1 could not be installed. Check the network, or name a package index in PIP_INDEX_URL."
    cp "$root/$1" "$venv/$1.installed"
}

install_ourselves() {
    cmp -s "$root/pyproject.toml" "$venv/pyproject.toml.installed" && return
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
        --no-build-isolation --editable "$root" || fail 'the package itself could not be installed; pip says why above.'
    cp "$root/pyproject.toml" "$venv/pyproject.toml.installed"
}

# Two that start at once install one after the other. The lock is on this very file: nothing else is there yet.
exec 9<"$0"
if command -v flock >/dev/null; then flock 9; fi
"$venv/bin/python" -c '' 2>/dev/null || make_venv
install_lock requirements.lock
install_ourselves

verb=${1:-help}
case $verb in
    test | lint | screenshots | release)
        install_lock requirements-dev.lock
        exec 9<&-
        shift
        cd "$root"
        [ "$verb" = test ] && exec "$venv/bin/python" -m tools.suite "$@"
        [ "$verb" = release ] && exec "$venv/bin/python" -m tools.release "$@"
        [ "$verb" = screenshots ] && exec "$venv/bin/python" -m tools.screenshots "$@"
        exec "$venv/bin/python" -m tools.lint "$@"
        ;;
    help)
        exec 9<&-
        exec "$venv/bin/python" -P -m zhunsheng.cli --help
        ;;
    *)
        exec 9<&-
        exec "$venv/bin/python" -P -m zhunsheng.cli "$@"
        ;;
esac
