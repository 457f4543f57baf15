"""What a question asks for, told by its words."""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bastide.models.domain.reader.words import fold, function_words, guess_language, word_set, words_of


class Kind(StrEnum):
    """The kind of answer that a question expects."""

    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    NUMBER = "number"
    MONEY = "money"
    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    CAUSE = "cause"
    MANNER = "manner"
    DEFINITION = "definition"
    YES_NO = "yes_no"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart.

    Attributes:
        text: as it was asked.
        content: the words that a sentence with the answer may share, folded, each once, in order.
        asking: those of `content` that only name the kind of answer ("which *year*").
        before: those of `content` that come from what was asked before.
        subject: those of `content` that say what this question itself is about.
        names: those of `content` that are written as proper names.
    """

    text: str
    language: str
    kind: Kind
    content: tuple[str, ...]
    asking: frozenset[str]
    before: frozenset[str]
    subject: frozenset[str]
    names: frozenset[str]


# What stands behind "quel" or "which" and tells the kind.
_NOUNS = {
    Kind.MONEY: word_set(
        """
        montant montants prix cout couts tarif tarifs salaire salaires budget budgets indemnite
        indemnites prime primes cotisation cotisations frais amount amounts price prices cost costs fee
        fees salary salaries budget budgets allowance allowances fare fares revenue revenues
        """
    ),
    Kind.DURATION: word_set("delai delais duree durees deadline deadlines duration period delay"),
    Kind.DATE: word_set(
        """
        date dates annee annees an ans jour jours mois siecle siecles decennie periode epoque moment
        saison saisons year years day days month months century centuries decade decades era season
        """
    ),
    Kind.TIME: word_set("heure heures horaire horaires time times hour hours"),
    Kind.NUMBER: word_set(
        """
        nombre nombres chiffre chiffres numero numeros pourcentage pourcentages proportion part taux age
        ages taille superficie surface population distance hauteur longueur largeur altitude profondeur
        poids masse vitesse temperature quantite effectif effectifs score scores rang poste debit
        frequence number numbers figure figures percentage percentages rate rates size area height
        length width depth weight mass speed limit limits rank extension ratio share
        """
    ),
    Kind.CAUSE: word_set(
        """
        raison raisons cause causes motif motifs but buts objectif objectifs origine reason reasons
        purpose purposes goal goals
        """
    ),
    Kind.PLACE: word_set(
        """
        ville villes pays region regions lieu lieux endroit endroits continent ile iles etat etats
        province provinces departement commune quartier rue village villages capitale territoire
        territoires fleuve riviere city cities country countries place places town towns state states
        island islands street river
        """
    ),
    Kind.PERSON: word_set(
        """
        personne personnes personnage personnages auteur auteurs president roi rois reine ministre
        general acteur actrice chanteur peintre ecrivain philosophe joueur joueurs homme femme service
        person people author authors king queen actor actress player players writer scientist team
        office
        """
    ),
    Kind.NAME: word_set("nom noms surnom titre titres name names nickname title titles"),
}
_KIND_OF_NOUN = MappingProxyType({noun: kind for kind, nouns in _NOUNS.items() for noun in nouns})
_NOUN_WITHIN = 4
_WHICH = word_set("quel quelle quels quelles what which")

# Tried in this order on the folded question; the first that is found decides.
_OPENERS = tuple(
    (kind, re.compile(pattern, re.VERBOSE))
    for kind, pattern in (
        (
            Kind.YES_NO,
            r"""^(?: est[- ]ce[ ]qu
            | (?:is|are|was|were|do|does|did|can|could|may|must|should|has|have|had|will|would)\b
            | (?:puis|peut|dois|doit|faut|a|ont|est|sont|sera|y[ ]a)-?
              (?:t-)?(?:je|on|il|elle|ils|elles|nous)\b )""",
        ),
        (
            Kind.MONEY,
            r"""\bcombien[ ](?:coute|vaut|gagne|paye|paie|touche)
            | \bhow[ ]much\b.*\b(?:cost|pay|paid|worth|earn|charge|refund|spend|spent|money) """,
        ),
        (
            Kind.DURATION,
            r"""\bcombien[ ]de[ ](?:temps|jours|mois|semaines|annees|ans|heures|minutes)\b
            | \b(?:pendant|sous|depuis)[ ]combien\b | \bhow[ ](?:long|soon|quickly|fast)\b
            | \bhow[ ]many[ ](?:days|months|weeks|years|hours|minutes)\b """,
        ),
        (
            Kind.NUMBER,
            r"\bcombien\b | \bhow[ ](?:many|much|old|far|tall|big|large|high|deep|wide|heavy|often)\b",
        ),
        (Kind.DATE, r"\bquand\b | \bwhen\b"),
        (
            Kind.CAUSE,
            r"\bpourquoi\b | \bwhy\b | \bwhat[ ]caused\b | \ba[ ]cause[ ]de[ ]quoi\b | \bhow[ ]come\b",
        ),
        (
            Kind.NAME,
            r"\bcomment[ ](?:s'appel|se[ ]nomm|est[- ]il[ ]appel|appel|nomm) | \bcalled\b",
        ),
        (
            Kind.DEFINITION,
            r"""\bqu'?[ ]?appelle | \bque[ ](?:signifie|designe|veut[ ]dire|veulent[ ]dire) | \bc'est[ ]quoi\b
            | \bqu'est[- ]ce[ ]qu(?:'une?\b|e[ ](?:l'|l[ae][ ]|les[ ])?\w+[ ]?\??$) | \ben[ ]quoi[ ]consiste
            | ^what[ ](?:is|are)[ ](?:an?[ ])?(?:\w+[ ]?){1,2}\??$ | \bwhat[ ]does\b.*\bmean\b | \bdefine\b
            | \bdefinition\b """,
        ),
    )
)
_LATE_OPENERS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.PLACE, r"(?:^|[ ,])ou\b(?! (?:bien|non)\b)|\bwhere\b"),
        (Kind.PERSON, r"(?<!qu'est[- ]ce )(?<!que )\b(?:qui|who|whom|whose)\b"),
        (Kind.MANNER, r"\bcomment\b|\bhow\b|\bmaniere\b|\bfacon\b|\bquel moyen\b|\bwhat way\b"),
        (Kind.NAME, r"\bnoms?\b|\bnames?\b"),
    )
)
_ASKING = word_set(
    """
    annee annees date dates jour jours mois siecle periode epoque nom noms nombre chiffre personne
    personnes pays ville lieu endroit raison raisons cause causes but montant prix type types sorte
    genre maniere facon appelle appel nomme trouve situe exemple quantite heure temps taille moment year
    years day month century period name names number figure person people country city place reason
    reasons amount price kind kinds sort way ways called located example many much long often soon old
    time size run runs happen happens happened take takes took place occur occurs get gets passe passer
    deroule lieux
    """
)
_QUESTION_WORDS = word_set(
    """
    quel quelle quels quelles quand combien comment pourquoi qui quoi lequel laquelle est what which
    when where who whom whose why how
    """
)
_CAPITALISED = re.compile(r"(?<!^)(?<![.?!:]\s)\b[^\W\d_]\w+")


def analyse(text: str, fallback_language: str = "en", context: str = "") -> Question:
    """Take a question apart. Any text will do, also an empty one. `context`: what was asked before."""
    text = text.strip()
    words = words_of(text)
    language = guess_language(words, fallback_language)
    empty = function_words(language) | _QUESTION_WORDS
    own = [word for word in words if word not in empty] or words
    before = [word for word in words_of(context) if word not in empty and word not in own]
    content = tuple(dict.fromkeys(own + before))
    capitalised = [found for found in _CAPITALISED.findall(text) if found[0].isupper()]
    return Question(
        text=text,
        language=language,
        kind=_kind(words, fold(text)),
        content=content,
        asking=_ASKING.intersection(own),
        before=frozenset(before),
        subject=frozenset(own) - empty - _ASKING,
        names=frozenset(words_of(" ".join(capitalised)))
        .union(word for word in words if word[0].isdigit())
        .intersection(content),
    )


def _kind(words: list[str], folded: str) -> Kind:
    for kind, pattern in _OPENERS:
        if pattern.search(folded):
            return kind
    for place, word in enumerate(words):
        if word in _WHICH:
            for noun in words[place + 1 : place + 1 + _NOUN_WITHIN]:
                if noun in _KIND_OF_NOUN:
                    return _KIND_OF_NOUN[noun]
    return next((kind for kind, pattern in _LATE_OPENERS if pattern.search(folded)), Kind.THING)
