"""How far a version is, and how long the rest takes: an estimate from one stage's pace."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bastide.knowledge.domain.document import Stage

# Where a stage begins and ends, of 100. Embedding takes longest, unless pages are read from pixels.
_SHARE: Mapping[Stage, tuple[float, float]] = MappingProxyType(
    {
        Stage.QUEUED: (0, 0),
        Stage.PARSING: (0, 40),
        Stage.CHUNKING: (40, 42),
        Stage.EMBEDDING: (42, 95),
        Stage.INDEXING: (95, 99),
    }
)
_TOO_EARLY_S = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent` 0..100 over all stages; `eta_s`: seconds until indexed, None while nobody can tell;
    `waits_for`: the code of what it cannot go on without, "" while it goes on.
    """

    stage: Stage
    percent: int
    eta_s: int | None = None
    waits_for: str = ""


def progress(stage: Stage, done: int, total: int, elapsed_s: float, waits_for: str = "") -> Progress:
    """`done` of `total` units of the stage, after `elapsed_s` seconds in it."""
    begin, end = _SHARE[stage]
    share = min(done / total, 1.0) if total > 0 else 0.0
    percent = begin + (end - begin) * share
    eta_s = None
    if percent > begin and elapsed_s >= _TOO_EARLY_S:
        eta_s = round(elapsed_s * (100 - percent) / (percent - begin))
    return Progress(stage, int(percent), eta_s, waits_for)


def resting(stage: Stage) -> Progress:
    """Between two reports: the beginning of the stage."""
    return Progress(stage, int(_SHARE[stage][0]))
