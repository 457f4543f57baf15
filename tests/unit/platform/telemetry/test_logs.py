import logging

import pytest
import structlog

from bastide.platform.telemetry.logs import LogFormat, configure_logs


@pytest.fixture(autouse=True)
def restored() -> object:
    """Logging is the process's own: put it back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_never_shows_local_variables(
    log_format: LogFormat, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info", log_format)
    secret = "sk-bastide-" + "quartz"
    try:
        int(secret[:2])
    except ValueError:
        structlog.get_logger().exception("broken")
    written = capfd.readouterr().err
    assert "ValueError" in written
    assert secret not in written
