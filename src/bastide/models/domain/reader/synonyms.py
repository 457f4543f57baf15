"""Words that say nearly the same in questions and in documents, by language. A match of these is partial."""

from collections.abc import Mapping
from types import MappingProxyType

from bastide.models.domain.reader.stems import stem

_GROUPS = {
    "fr": """
        naitre ne nee nes nees naissance natif
        mourir mort morte meurt mourut deces decede decedee
        creer cree creation fonder fonde fondation fondateur etablir etabli instituer
        construire construit construite construction batir bati edifier edifie erige
        ecrire ecrit ecrivain auteur rediger redige publier publie
        gagner gagne victoire vainqueur remporter remporte battre
        commencer commence debut debuter debute demarrer
        finir fini fin terminer termine achever acheve
        situer situe trouver trouve localise emplacement
        habiter habite vivre vit resider reside residence logement
        diriger dirige directeur chef responsable dirigeant president
        prix cout couter coute montant tarif
        payer paie paye paiement verser verse regler
        rembourser remboursement indemnite defraiement indemniser
        salaire remuneration paie traitement
        salarie employe agent collaborateur personnel
        conge conges vacances absence
        delai duree temps
        augmenter augmentation hausse croissance accroissement
        diminuer diminution baisse reduction reduire
        obligatoire obligation obliger exiger exige requis necessaire
        autoriser autorise autorisation permettre permis droit limite limiter maximum
        interdire interdit interdiction defendu
        demander demande requete solliciter
        envoyer envoi transmettre adresser
        garder garde conserver conserve conservation
        supprimer suppression effacer detruire destruction
        signaler signalement declarer declaration
        ordinateur pc poste portable
        courriel mail email mel
        telephone tel appeler appel numero
        enseigner enseignement professeur ecole etudier etudes
        combattre combat bataille guerre conflit
        composer compose composition forme constitue constituer
        habitants population
        surnom surnomme surnommee appeler appele appelee nommer nomme nommee nom
        utiliser utilise utilisation usage employer emploi servir
        raison cause motif
        enfant fils fille
        epouse femme mari epoux marier mariage
        travail travailler emploi metier profession
        acheter achat acquerir acquisition
        vendre vente vendu
        voyage deplacement voyager
        ouvrir ouvre ouvert ouverture
        fermer ferme fermeture
        choisir choix elire elu election designe
        dessiner dessin tracer trace
        remplacer remplace succeder succede successeur
        tuer assassiner meurtre victime
        """,
    "en": """
        born birth
        die died dies death dead
        create created creation found founded founder founding establish established
        build built construct constructed construction erect
        write wrote written writer author publish published
        win won wins winner victory defeat beat
        begin began begun start started beginning
        end ended finish finished
        locate located location situated lies
        live lives lived reside resident inhabit
        lead led leader head director chief manager
        price cost costs amount fee fare
        pay paid payment pays
        refund refunded reimburse reimbursed reimbursement
        salary wage wages pay remuneration
        employee staff worker
        leave holiday holidays vacation absence
        deadline delay period time
        increase increased rise rose growth grow grew
        decrease decreased fall fell decline reduce reduced reduction
        mandatory required requirement require compulsory obligatory must
        allow allowed permit permitted permission may authorised authorized limit limited maximum
        forbid forbidden prohibit prohibited ban banned
        request ask apply application
        send sent submit submitted
        keep kept store stored retain retained retention preserve
        delete deleted erase destroy destroyed
        report reported notify notified declare
        laptop computer pc device
        mail email
        phone telephone call extension
        teach taught teacher school study studied education
        fight fought battle war conflict
        consist consists composed comprise made
        people population inhabitants
        nickname nicknamed name named call called known
        use used usage
        reason cause because
        child children son daughter
        wife husband spouse marry married marriage
        work job profession occupation
        buy bought purchase purchased acquire acquired
        sell sold sale
        trip travel journey
        open opened opens opening
        close closed closes closing
        choose chose chosen elect elected election select selected
        replace replaced succeed succeeded successor
        kill killed murder murdered
        big large size
        movie film
        """,
}


def _indexed(groups: str, language: str) -> Mapping[str, frozenset[str]]:
    """The stems of all groups that a stem is in."""
    found: dict[str, set[str]] = {}
    for line in groups.strip().splitlines():
        stems = {stem(word, language) for word in line.split()}
        for one in stems:
            found.setdefault(one, set()).update(stems)
    return MappingProxyType({one: frozenset(stems - {one}) for one, stems in found.items()})


_RELATED = MappingProxyType({language: _indexed(groups, language) for language, groups in _GROUPS.items()})
_NONE: frozenset[str] = frozenset()


def related_stems(stem_: str, language: str) -> frozenset[str]:
    """Stems of words that say nearly the same."""
    return _RELATED[language].get(stem_, _NONE) if language in _RELATED else _NONE
