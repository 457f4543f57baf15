"""Settings: every mistake at once, impossible mixes refused, arguments before environment before file."""

from pathlib import Path

import pytest

from bastide.app.embedder_url import parse_embedder_url
from bastide.app.gateway import gateway_bounds
from bastide.app.roles import ALL_ROLES, Role
from bastide.app.settings import Settings, SettingsError, load_settings, stray_variables
from bastide.app.syslog_url import SyslogUrl, parse_syslog_url


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("BASTIDE_HOME", str(home))
    for name in ("BASTIDE_CONFIG", "BASTIDE_PORT", "BASTIDE_ROLES", "BASTIDE_CACHE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_the_defaults_need_nothing(home: Path) -> None:
    settings = load_settings()
    assert settings.roles == ALL_ROLES
    assert settings.database == f"sqlite:///{home}/bastide.db"
    assert settings.workflows == f"sqlite:///{home}/workflows.db"
    assert settings.objects == f"file://{home}/objects"


def test_arguments_go_before_the_environment_and_that_before_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "bastide.toml").write_text('port = 1111\nhost = "0.0.0.0"\n[gateway]\ndiscover = false\n')
    assert (load_settings().port, load_settings().gateway.discover) == (1111, False)
    monkeypatch.setenv("BASTIDE_PORT", "2222")
    assert load_settings().port == 2222
    assert load_settings(port=3333).port == 3333
    assert load_settings(port=None).port == 2222


@pytest.mark.parametrize("text", ["10.0.0.0/8, 192.0.2.1", '["10.0.0.0/8", "192.0.2.1"]'])
def test_several_values_stand_with_commas_between(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASTIDE_TRUSTED_PROXIES", text)
    monkeypatch.setenv("BASTIDE_ROLES", ",".join(ALL_ROLES))
    settings = load_settings()
    assert [str(one) for one in settings.trusted_proxies] == ["10.0.0.0/8", "192.0.2.1/32"]
    assert settings.roles == ALL_ROLES


@pytest.mark.parametrize("text", ["a proxy", "[10.0.0.0/8"])
def test_values_that_are_none_are_a_mistake_like_others(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASTIDE_TRUSTED_PROXIES", text)
    with pytest.raises(SettingsError, match="trusted_proxies"):
        load_settings()


def test_a_mistyped_setting_is_a_mistake_and_a_stray_variable_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "bastide.toml").write_text("prot = 1\n[gateway]\ndiscovr = false\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    _, *mistakes = caught.value.message.splitlines()
    assert mistakes == ["gateway.discovr: there is no such setting", "prot: there is no such setting"]
    for name in ("BASTIDE_PROT", "BASTIDE_DOCUMENTS__SAMPLES", "BASTIDE_API_SERVICE_HOST", "BASTIDE_CONFIG"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("BASTIDE_API_PORT_4666_TCP_ADDR", "10.0.0.1")
    assert [name for name in stray_variables() if name != "BASTIDE_TEST_MODELS"] == ["BASTIDE_PROT"]


def test_every_mistake_is_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(cache_url="ftp://x", vectors_url="ftp://x", tls_key=Path("key.pem"))
    _, *mistakes = caught.value.message.splitlines()
    assert [one.split()[0].rstrip(":") for one in mistakes] == ["cache_url", "vectors_url", "tls_certificate"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"roles": (Role.WEB,)}, "database_url"),
        ({"roles": (Role.WEB,), "database_url": "postgresql://h/d"}, "cache_url"),
        (
            {
                "roles": (Role.API,),
                "database_url": "postgresql://h/d",
                "cache_url": "redis://h:6379/0",
            },
            "embedded index",
        ),
    ],
)
def test_a_mix_that_cannot_work_is_refused(changes: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(**changes)


def test_a_gateway_alone_needs_no_server() -> None:
    assert not load_settings(roles=(Role.GATEWAY,)).is_split


def test_several_gateways_need_servers() -> None:
    with pytest.raises(SettingsError, match="cache_url"):
        load_settings(roles=(Role.GATEWAY,), database_url="postgresql://h/d")


def test_a_page_alone_may_run_beside_the_rest() -> None:
    settings: Settings = load_settings(
        roles=(Role.WEB,), database_url="postgresql://h/d", cache_url="redis://h:6379/0"
    )
    assert settings.is_split


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("ftp://host", "'ftp:' is not supported"),
        ("openai+http://host/v1", "'model' is missing"),
        ("openai+http:///v1?model=m", "the server is missing"),
        ("openai+http://host/v1?modle=m&model=m", "'modle' is not an option"),
        ("openai+http://host/v1?model=m&dimensions=0", "whole number above 0"),
        ("openai+http://me:secret@host/v1?model=m", "embedder_key"),
        ("onnx:?name=x", "folder is missing"),
        ("onnx:/models/e5?pooling=sum", "'pooling' is one of"),
        ("minilm:?name=x", "'name' is not an option"),
    ],
)
def test_an_embedder_that_cannot_be_is_refused(url: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(embedder_url=url)


def test_the_address_of_an_embedder_says_everything() -> None:
    server = parse_embedder_url("openai+https://host:8080/v1?model=a/b&dimensions=64&query_prefix=q:%20")
    assert (server.kind, server.place) == ("openai", "https://host:8080/v1")
    assert (server.options["model"], server.number("dimensions")) == ("a/b", 64)
    assert (server.text("query_prefix"), server.text("name")) == ("q: ", None)
    folder = parse_embedder_url("onnx:///srv/my%20models/e5?max_tokens=256")
    assert (folder.kind, folder.place, folder.number("max_tokens")) == ("onnx", "/srv/my models/e5", 256)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("udp://siem:514", "one of syslog"),
        ("syslog+tcp://siem", "host and a port"),
        ("syslog+tls://siem:99999", "audit_syslog_url"),
        ("syslog+tcp://siem:514?ca=/a.pem", "only option"),
        ("syslog+tls://siem:6514?insecure=1", "only option"),
    ],
)
def test_a_receiver_of_the_audit_log_that_cannot_be_is_refused(url: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(audit_syslog_url=url)


def test_a_receiver_of_the_audit_log() -> None:
    given = parse_syslog_url("syslog+tls://siem.example:6514?ca=/etc/ca.pem")
    assert given == SyslogUrl("siem.example", 6514, tls=True, ca=Path("/etc/ca.pem"))


def test_sizes_and_times_of_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASTIDE_GATEWAY__MAX_REQUEST_MB", "3")
    monkeypatch.setenv("BASTIDE_GATEWAY__MAX_ANSWER_MB", "5")
    monkeypatch.setenv("BASTIDE_GATEWAY__CONNECT_TIMEOUT_S", "0.5")
    bounds = gateway_bounds(load_settings())
    assert (bounds.sizes.max_request_bytes, bounds.sizes.max_answer_bytes) == (3 << 20, 5 << 20)
    assert bounds.connect_timeout_s == 0.5
