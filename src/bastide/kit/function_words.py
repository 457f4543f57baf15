"""What tells languages apart: the words that every text of a language has, and how its words end."""

# Frequent words by language; an elision keeps its apostrophe.
FUNCTION_WORDS = {
    "fr": (
        "le la les un une des du de d l et est ou où qui que qu quoi dont quel quelle quels quelles "
        "lequel au aux en dans sur sous par pour avec sans entre vers chez ce cet cette ces c' ça ceci "
        "cela son sa ses leur leurs mon ma mes ton ta tes notre nos votre vos je j' tu il elle on nous "
        "vous ils elles me te se s' y ne n' pas plus moins très aussi comme mais donc or ni car si "
        "lorsque quand comment pourquoi combien sont être été était étaient sera seront fut furent soit "
        "ai as a ont avait avaient avoir aura fait faire peut peuvent doit doivent faut tout tous toute "
        "toutes même autre autres après avant depuis pendant alors ainsi selon lors afin chaque quelque "
        "plusieurs certains deux trois premier première eu m' t' jusqu' lorsqu' puisqu' puis peu non oui "
        "suis sommes"
    ),
    "en": (
        "the a an and or of to in on at by for from with without into over under between about as is are "
        "was were be been being am do does did has have had having can could will would shall should may "
        "might must not no nor it its this that these those he she we they you i him her his their our "
        "your my them us me who whom whose which what when where why how if then than so but because "
        "while during after before until each any some all both more most other such only own same very "
        "there here out up down off again further once also through against many much between within "
        "using used based per via two three first it' there' what' don' doesn' isn'"
    ),
    "de": (
        "der die das und ist nicht ein eine einen einem einer eines den dem des im in zu zum zur mit auf "
        "für von vom bei nach aus an am als auch es er sie wir ihr ich wie was wer wo wenn oder aber dass "
        "daß sind war wird werden wurde wurden haben hat hatte kann können sich nur noch über unter durch "
        "so sein seine ihre mehr"
    ),
    "es": (
        "el la los las un una unos unas de del y e o que es en con por para no se su sus al lo como más "
        "pero este esta estos estas son fue ser ha han había está están muy también sin sobre entre "
        "cuando donde quien qué cómo porque hasta desde todo todos toda todas nos yo él ella ellos si ya "
        "o u"
    ),
    "it": (
        "il lo la i gli le un uno una di del della dei delle dello da dal in nel nella con su per tra fra "
        "e è che non si come più ma sono era stato ha hanno questo questa questi al alla ai alle anche se "
        "quando dove chi cosa perché ogni tutti essere suo sua loro ed dalla sul sulla"
    ),
    "pt": (
        "o a os as um uma uns umas de do da dos das e é em no na nos nas por para com não se que como "
        "mais mas ou são foi ser tem há seu sua seus suas ao aos à pelo pela este esta isso isto também "
        "muito já quando onde quem porque até entre sobre todos todas ele ela eles"
    ),
    "nl": (
        "de het een en van in is op te dat die niet zijn was met voor aan er om ook als bij door maar "
        "naar uit wordt worden hij ze wij je ik dit deze nog wel kan heeft hebben had geen meer over tot "
        "dan wat waar wie hoe"
    ),
}

# For words that are in no list: French and English only, the languages of short questions.
ENDINGS = {
    "fr": (
        "ment ité ités eaux eau eux euse euses aux eur eurs aire aires ique iques isme elle elles ette "
        "ettes ois oire oires ère ères ée ées ier iers ière ières ille illes ance ances ence ences age "
        "ages oir oirs ant ante ants antes tion tions ont ez ais ait aient"
    ),
    "en": (
        "ing ings ness ly ght th ck ty ies ed ful less ship tion tions ous ism ist ists ic ical al als ow "
        "ew ay ey sh ss ch ives ive able ers er y k w"
    ),
}
