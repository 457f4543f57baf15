"""What `audit_syslog_url` says: `syslog+tcp://host:port`, or `syslog+tls://host:port?ca=/path.pem`."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

_SCHEMES = {"syslog+tcp": False, "syslog+tls": True}


@dataclass(frozen=True, slots=True)
class SyslogUrl:
    """`ca`: PEM file of the authorities that vouch for the receiver; None: those of this machine."""

    host: str
    port: int
    tls: bool
    ca: Path | None


def parse_syslog_url(url: str) -> SyslogUrl:
    """Raises ValueError: what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"'{parts.scheme}:' is not supported; one of syslog+tcp:, syslog+tls:")
    if not parts.hostname or parts.port is None or parts.path.strip("/") or "@" in parts.netloc:
        raise ValueError("a host and a port are needed, and nothing after them")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    ca = options.pop("ca", None)
    if options or (ca is not None and not _SCHEMES[parts.scheme]):
        raise ValueError("the only option is `ca`, with syslog+tls:")
    return SyslogUrl(parts.hostname, parts.port, _SCHEMES[parts.scheme], None if ca is None else Path(ca))
