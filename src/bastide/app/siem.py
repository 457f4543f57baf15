"""The audit log's way to a SIEM, where the settings name one. Loaded by name: few have one."""

from bastide.app.syslog_url import parse_syslog_url
from bastide.app.version import VERSION
from bastide.kit.clock import Clock
from bastide.operations.adapters.syslog_receiver import SyslogReceiver
from bastide.operations.push import AuditPush
from bastide.platform.database.port import Database


def open_push(url: str, database: Database, clock: Clock, host: str) -> AuditPush:
    """`url` has been looked at by the settings; `host`: see `AuditPush`."""
    given = parse_syslog_url(url)
    siem = SyslogReceiver(given.host, given.port, given.tls, given.ca)
    return AuditPush(database, siem, clock, VERSION, host)
