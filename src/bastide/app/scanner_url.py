"""What `scanner_url` says: `clamd:///run/clamav/clamd.ctl`, or `clamd://host:3310`."""

from pathlib import Path
from urllib.parse import urlsplit

from bastide.knowledge.adapters.clamd import Clamd

_PORT = 3310


def parse_scanner_url(url: str) -> Clamd | None:
    """None: there is none. Raises ValueError: what is wrong with it."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "clamd":
        raise ValueError(f"'{parts.scheme}:' is not supported; clamd: is")
    if not parts.netloc and parts.path.startswith("/"):
        return Clamd(path=Path(parts.path))
    if not parts.hostname or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise ValueError("the path of a socket, or a host and perhaps a port, are needed")
    return Clamd(host=parts.hostname, port=parts.port or _PORT)
