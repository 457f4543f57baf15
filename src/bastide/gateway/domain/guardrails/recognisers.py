"""What is recognised without being described: personal data of French and English texts, and secrets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bastide.gateway.domain.guardrails import checks


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Patterns, and what holds for all of their matches. `label` replaces what is masked."""

    name: str
    label: str
    patterns: tuple[str, ...]
    check: Callable[[str], int] = checks.whole


_SPACE = r"[ .\-\x{00a0}\x{202f}]?"
_BLANK = r"[ \x{00a0}\x{202f}]?"
_ALL = (
    Recogniser(
        "email",
        "[EMAIL]",
        (r"[A-Za-z0-9_][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}\b",),
    ),
    Recogniser(
        "phone",
        "[PHONE]",
        (
            rf"(?:\+33|\b0033){_SPACE}(?:\(0\){_SPACE})?[1-9](?:{_SPACE}\d{{2}}){{4}}\b",
            rf"\b0[1-9](?:{_SPACE}\d{{2}}){{4}}\b",
            rf"\+[1-9]\d{{0,2}}{_SPACE}(?:\(\d{{1,4}}\){_SPACE})?\d{{1,5}}(?:{_SPACE}\d{{2,5}}){{1,5}}\b",
            r"(?:\(\d{3}\) ?|\b\d{3}[\-.])\d{3}[\-. ]\d{4}\b",
            r"\b0\d{2,4}[ \-]\d{3,4}[ \-]?\d{3,4}\b",
        ),
        checks.phone,
    ),
    Recogniser("iban", "[IBAN]", (rf"\b[A-Z]{{2}}\d{{2}}(?:{_BLANK}[A-Z0-9]){{11,30}}\b",), checks.iban),
    Recogniser("card", "[CARD]", (rf"\b\d(?:{_SPACE}\d){{12,18}}\b",), checks.card),
    Recogniser(
        "fr_social_security",
        "[SOCIAL_SECURITY]",
        (
            rf"\b[1-478](?:{_SPACE}\d{{2}}){{2}}{_SPACE}(?:\d{{2}}|2[AB])(?:{_SPACE}\d{{3}}){{2}}{_SPACE}\d{{2}}\b",
        ),
        checks.social_security,
    ),
    Recogniser(
        "ip_address",
        "[IP]",
        (
            r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
            r"\b[0-9A-Fa-f]{1,4}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}",
        ),
        checks.ip_address,
    ),
    Recogniser(
        "api_key",
        "[SECRET]",
        (
            r"\bsk-[A-Za-z0-9_\-]{20,250}",  # ours (sk-bastide-…), OpenAI's, Anthropic's
            r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
            r"\bgh[opsru]_[A-Za-z0-9]{36,255}\b",
            r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b",
            r"\bglpat-[A-Za-z0-9_\-]{20,64}",
            r"\bAIza[0-9A-Za-z_\-]{35}",
            r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,250}",
            r"\bhf_[A-Za-z0-9]{30,60}\b",
            r"-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----",
        ),
    ),
)
RECOGNISERS: Mapping[str, Recogniser] = MappingProxyType({each.name: each for each in _ALL})
