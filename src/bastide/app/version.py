"""The version, from the installed package's metadata."""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("bastide")
