#!/usr/bin/env bash
# Static analysis with Slither, from a virtual environment inside the repository. Fails on findings of medium impact or above.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=0.11.6
VENV=.slither-venv

if [[ "$(cat "$VENV/.version" 2>/dev/null)" != "$VERSION" ]]; then
  echo "slither: installing slither-analyzer $VERSION into $VENV"
  rm -rf "$VENV"
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check "slither-analyzer==$VERSION"
  echo "$VERSION" >"$VENV/.version"
fi

# Hardhat compiles, with the project's Node; left to itself Slither would also empty Hardhat's global cache.
export PATH="$PWD/node_modules/.bin:$PWD/$VENV/bin:$PATH"
hardhat build --force --no-tests --quiet
exec slither . --ignore-compile --fail-medium "$@"
