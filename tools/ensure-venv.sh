#!/usr/bin/env bash
# Makes a virtual environment with the first Python >= 3.11 found, also where Debian split venv off.
set -euo pipefail
target=$1

suitable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

[ -x "$target/bin/python" ] && suitable "$target/bin/python" && exit 0

for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if suitable "$candidate"; then python=$candidate; break; fi
done
if [ -z "${python:-}" ]; then
    echo "Bastide needs Python 3.11 or newer; set PYTHON=/path/to/python3." >&2
    exit 1
fi

"$python" -m venv "$target" 2>/dev/null && exit 0
rm -rf "$target"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    exec "$python" -m venv "$target"
fi
echo "Python has no venv module here. On Debian: sudo apt-get install python3-venv" >&2
exit 1
