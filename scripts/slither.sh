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

# Slither has the project compiled by Hardhat, which needs the project's Node.
PATH="$PWD/node_modules/.bin:$PWD/$VENV/bin:$PATH" exec slither . --fail-medium "$@"
