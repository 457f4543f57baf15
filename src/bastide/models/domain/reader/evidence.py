"""Signs in a sentence that it holds an answer of the expected kind."""

import re
from functools import cache
from typing import NamedTuple

from bastide.models.domain.reader.questions import Kind

_MONTHS = (
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"january|february|march|april|may|june|july|august|september|october|november|december"
)
_NUMBER_WORDS = (
    r"deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|"
    r"cinquante|soixante|cent|cents|mille|millions?|milliards?|dizaines?|douzaines?|centaines?|milliers?|moitié|"
    r"tiers|quart|two|three|four|five|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|"
    r"billions?|dozens?|half|third|quarter|once|twice"
)
_NUMBER = rf"(?:\d+(?:[.,\u00a0\u202f ]\d+)*|\b(?:{_NUMBER_WORDS})\b)"
_UNITS = (
    r"secondes?|minutes?|heures?|jours?|semaines?|mois|années?|ans?|trimestres?|siècles?|seconds?|hours?|days?|"
    r"weeks?|months?|years?|decades?|centuries|h\b|min\b"
)
_UPPER = r"[A-ZÀ-ÖØ-ÞŒ]"
_NAME = rf"{_UPPER}[\w'’-]+(?:\s(?:(?:de|du|des|von|van|of|the|la|le|d['’])\s?)?{_UPPER}[\w'’-]+)*"
_INSIDE_NAME = (
    rf"(?<=[\w,;:)»\"’'] )(?:[dl]['’])?{_NAME}|(?<=[dl]['’]){_NAME}|(?<=[«“\"(]\s){_NAME}|(?<=[«“\"(]){_NAME}"
)


class _Signs(NamedTuple):
    """What answers a kind of question, and what may."""

    strong: str
    weak: str
    flags: int = re.IGNORECASE


_SIGNS = {
    Kind.DATE: _Signs(
        rf"\b1[0-9]{{3}}\b|\b20[0-9]{{2}}\b|\b\d{{1,2}}(?:er)?\s(?:{_MONTHS})\b|\b(?:{_MONTHS})\s\d{{1,2}}\b|"
        rf"\b\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}\b|\b[IVX]+e\b|siècle|century|années\s\d|\b\d0s\b|"
        rf"\b(?:en|in|since|depuis|until|fin|début)\s(?:{_MONTHS})\b|av\. J\.-C\.|\bBC\b|"
        r"\b(?:every|each|chaque|tous les|toutes les)\s(?:\w+\s)?"
        r"(?:night|day|week|month|quarter|year|morning|evening|nuit|jour|soir|matin|semaine|mois|trimestre|an)",
        rf"\b\d|\b(?:{_MONTHS})\b|lorsqu|quand|pendant|durant|depuis|après|avant|dès|when|during|after|before|"
        r"since|until|every|chaque|printemps|été|automne|hiver|spring|summer|autumn|winter|"
        r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday",
    ),
    Kind.TIME: _Signs(
        r"\b\d{1,2}\s?(?:h\b|heures?|:\d\d|am\b|pm\b|a\.m|p\.m|o'clock)|midi|minuit|noon|midnight",
        rf"{_NUMBER}|matin|soir|après-midi|morning|evening|afternoon",
    ),
    Kind.DURATION: _Signs(
        rf"{_NUMBER}\s(?:[\w-]+\s)?(?:{_UNITS})",
        rf"{_NUMBER}|\b(?:{_UNITS})\b|immédiatement|aussitôt|immediately|at once|permanent",
    ),
    Kind.NUMBER: _Signs(_NUMBER, r"\b(?:une?|one|aucune?|none|no|seule?|plusieurs|several|nombreux|many)\b"),
    Kind.MONEY: _Signs(
        rf"(?:{_NUMBER})\s?(?:[\w]+\s(?:d['’]|de\s)?)?(?:€|\$|£|%|euros?|dollars?|francs?|livres?|pounds?|eur\b|usd\b)|"
        r"[€$£]\s?\d",
        rf"{_NUMBER}|gratuit|free\b",
    ),
    Kind.PERSON: _Signs(
        _INSIDE_NAME,
        rf"{_NAME}|\b(?:par|by|un|une|le|la|les|the|an?)\s\w+(?:eur|euse|ien|ienne|iste|er|or|ist|an|rice|ant|eurs|ers)\b|"
        r"président|roi|reine|ministre|père|mère|fils|frère|services?|équipe|team|office|officer|manager",
        0,
    ),
    Kind.PLACE: _Signs(
        rf"\b(?:à|au|aux|en|dans|de|du|près|vers|sur|chez|in|at|near|from|to|on|of)\s(?:(?:la|le|les|l['’]|the)\s?)?"
        rf"(?:{_UPPER}[\w'’-]+)",
        rf"{_NAME}|\b(?:à|au|aux|dans|sur|sous|près|chez|in|at|near|inside|under|behind)\s(?:la|le|les|l['’]|un|une|the|an?)",
        0,
    ),
    Kind.NAME: _Signs(
        rf"[«“\"][^»”\"]+[»”\"]|appel|nomm|surnom|intitul|called|named|known as|{_INSIDE_NAME}", _NAME, 0
    ),
    Kind.CAUSE: _Signs(
        r"parce qu|\bcar\b|puisqu|en raison d|à cause d|grâce à|afin d|afin qu|pour que|du fait|faute d|"
        r"permet|c['’]est pourquoi|dû à|due? à|dues? aux?|étant donné|dans le but|causé|provoqu|entraîn|"
        r"because|due to|since|in order to|so that|owing to|as a result|therefore|caused|thus",
        r"\bpour\b|\bcomme\b|ainsi|donc|suite|conséqu|raison|motif|but\b|objectif|\bto\b|\bfor\b|\bas\b",
    ),
    Kind.MANNER: _Signs(
        r"\ben \w+ant\b|grâce à|au moyen|à l['’]aide|\bvia\b|par le biais|\bby \w+ing\b|"
        r"by means|using|through|il (?:faut|suffit)|you (?:must|can|need)|cliqu|click|\bselon\b",
        r"\bpar\b|\bavec\b|\bby\b|\bwith\b|en \w+|sous|depuis|\w+ment\b|\w+ly\b",
    ),
    Kind.DEFINITION: _Signs(
        r"\b(?:est|sont|était|étaient|fut)\s(?:une?|des|le|la|les|l['’])|désign|signifi|consiste|défini|c['’]est-à-dire|"
        r"\b(?:is|are|was|were)\s(?:an?|the)\b|refers? to|means?\b|defined|stands for|that is",
        r"\b(?:est|sont|is|are|appel|called|nomm)\b|:|\(",
    ),
}


def evidence(kind: Kind, sentence: str) -> float:
    """1 for a clear sign of that kind of answer, ½ for a weak one, 0 for none or a kind without signs."""
    if kind not in _SIGNS:
        return 0.0
    strong, weak = _compiled(kind)
    if strong.search(sentence):
        return 1.0
    return 0.5 if weak.search(sentence) else 0.0


@cache
def _compiled(kind: Kind) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """With the first question of that kind: all of them take longer than most processes have use for."""
    strong, weak, flags = _SIGNS[kind]
    return re.compile(strong, flags), re.compile(weak, flags)
