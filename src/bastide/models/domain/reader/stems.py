"""Light stemming: endings of inflection and the commonest ones of derivation are cut, longest first."""

_MIN_STEM = 4


def _longest_first(endings: str) -> tuple[str, ...]:
    return tuple(sorted(endings.split(), key=len, reverse=True))


_ENDINGS = {
    "fr": _longest_first(
        """
        s x e es ee ees er ers ez ent ant ante ants antes ait aient ais a as ai era erait eront eraient
        erent i ie ies is it ir ira irent irait iront issent issait issaient issant issement u ue us ues
        eur eurs euse euses rice rices ateur ateurs atrice atrices age ages ement ements ment ments
        ation ations ition itions ution utions tion tions sion sions ion ions ite ites if ifs ive ives
        ique iques isme ismes iste istes able ables ible ibles al ale ales aux el elle elles els ien
        ienne iens iennes ais aise aises ois oise oises eux euse ance ances ence ences iere ieres ier
        iers
        """
    ),
    "en": _longest_first(
        """
        s es ed ing ings e er ers or ors ly y ies ied ier iest ment ments ation ations ition itions tion
        tions sion sions ion ions ity ities ive ives able ably ible al ally als ance ances ence ences
        ant ants ent ents ness ful less ism ist ists ize ized izes izing ise ised ises ising ic ics ical
        ically
        """
    ),
}
_NONE: tuple[str, ...] = ()


def stem(word: str, language: str) -> str:
    """The word without its longest known ending; at least four letters stay."""
    if len(word) <= _MIN_STEM or not word.isalpha():
        return word
    for ending in _ENDINGS.get(language, _NONE):
        if len(word) - len(ending) >= _MIN_STEM and word.endswith(ending):
            word = word[: -len(ending)]
            break
    if len(word) > _MIN_STEM and word[-1] == word[-2]:
        return word[:-1]
    return word


def root(stem_: str) -> str:
    """What words of one family most often share: the first five letters."""
    return stem_[:5]
