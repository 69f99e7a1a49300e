#!/bin/sh
# Finds Python and lets install.py do the rest: sh install.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
wanted=$(sed -n 's/.*"python": "\([0-9.]*\)".*/\1/p' "$here/bundle.json")
for python in "python$wanted" python3; do
  if command -v "$python" >/dev/null 2>&1; then
    exec "$python" "$here/install.py" "$@"
  fi
done
echo "Python $wanted is not installed. / Python $wanted がインストールされていません。" >&2
exit 2
