"""Questions, each with the passage that answers it; its neighbours are about the same subject.

Question and answer share few words, so that an embedder has to know what they mean. The questions are ours
and belong to no data set that search is measured on.
"""

from collections.abc import Mapping
from types import MappingProxyType

Examination = tuple[tuple[str, str], ...]

SUBJECT = 4
"""So many questions in a row are about one subject."""

_ENGLISH: Examination = (
    ("How many days off do employees get?", "Annual leave amounts to twenty-five working days per year."),
    ("Can I work from home?", "Teleworking is allowed twice a week with the manager's consent."),
    ("When are wages paid?", "Salaries are transferred on the last Friday of each month."),
    (
        "What happens if I fall ill?",
        "Sickness must be reported by nine o'clock, with a doctor's note after two days.",
    ),
    ("Why is the sky blue?", "Air molecules scatter short wavelengths of sunlight more than long ones."),
    ("What causes the tides?", "The gravity of the Moon pulls the oceans and raises the water twice a day."),
    ("How old is the Earth?", "Rocks and meteorites date our planet's formation to 4.5 billion years ago."),
    (
        "Why do leaves turn red in autumn?",
        "As chlorophyll breaks down, other pigments of the foliage become visible.",
    ),
    ("How do I reset the device?", "Hold the power button for ten seconds to restore the factory settings."),
    (
        "The screen stays black, what should I do?",
        "If the display does not light up, charge the battery for an hour.",
    ),
    ("Is it waterproof?", "The case withstands rain and splashes but must not be immersed."),
    ("How long does the battery last?", "A full charge gives about eighteen hours of use."),
    (
        "Who can cancel the contract?",
        "Either party may terminate this agreement with three months' notice in writing.",
    ),
    ("What if the supplier delivers late?", "A penalty of one percent applies for each week of delay."),
    (
        "Which court is competent?",
        "Disputes are brought before the tribunals of the seller's registered office.",
    ),
    ("How long are the goods guaranteed?", "The warranty covers defects for two years from delivery."),
    ("How can blood pressure be lowered?", "Eating less salt and exercising reduce hypertension."),
    (
        "What are the signs of a heart attack?",
        "Pain in the chest that spreads to the left arm calls for an ambulance.",
    ),
    (
        "Do antibiotics help against a cold?",
        "Viral infections such as rhinitis are not cured by drugs that kill bacteria.",
    ),
    (
        "How much sleep do children need?",
        "Pupils between six and twelve should rest nine to eleven hours a night.",
    ),
    ("When did the town hall burn down?", "A fire destroyed the municipal building in the spring of 1871."),
    ("Who designed the bridge?", "The crossing is the work of the engineer Martha Hale."),
    ("How many people live in the village?", "At the last census the parish counted 1,240 inhabitants."),
    ("What is produced in the region?", "The valley is known for its cheese, its cider and its glassware."),
)
_FRENCH: Examination = (
    (
        "Combien de jours de vacances ont les salariés ?",
        "Les congés annuels sont de vingt-cinq jours ouvrés.",
    ),
    (
        "Puis-je travailler de chez moi ?",
        "Le télétravail est possible deux fois par semaine avec l’accord du responsable.",
    ),
    ("Quand la paie est-elle versée ?", "Les salaires sont virés le dernier vendredi du mois."),
    (
        "Que faire si je suis malade ?",
        "Toute absence pour raison de santé se signale avant neuf heures, avec un certificat médical.",
    ),
    (
        "Pourquoi le ciel est-il bleu ?",
        "Les molécules de l’air diffusent davantage les courtes longueurs d’onde de la lumière solaire.",
    ),
    (
        "Qu’est-ce qui provoque les marées ?",
        "La gravité de la Lune attire les océans et fait monter l’eau deux fois par jour.",
    ),
    (
        "Quel est l’âge de la Terre ?",
        "Roches et météorites datent la formation de notre planète à 4,5 milliards d’années.",
    ),
    (
        "Pourquoi les feuilles rougissent-elles en automne ?",
        "Quand la chlorophylle se dégrade, les autres pigments du feuillage apparaissent.",
    ),
    (
        "Comment réinitialiser l’appareil ?",
        "Maintenez la touche marche dix secondes pour revenir aux réglages d’usine.",
    ),
    (
        "L’écran reste noir, que faire ?",
        "Si l’affichage ne s’allume pas, chargez la batterie pendant une heure.",
    ),
    ("Est-il étanche ?", "Le boîtier supporte la pluie et les éclaboussures mais ne doit pas être immergé."),
    (
        "Quelle est l’autonomie de la batterie ?",
        "Une charge complète permet environ dix-huit heures d’utilisation.",
    ),
    (
        "Qui peut mettre fin au contrat ?",
        "Chaque partie peut résilier la présente convention par écrit avec trois mois de préavis.",
    ),
    (
        "Que se passe-t-il si le fournisseur livre en retard ?",
        "Une pénalité d’un pour cent s’applique par semaine de délai supplémentaire.",
    ),
    ("Quel tribunal est compétent ?", "Les litiges sont portés devant les juridictions du siège du vendeur."),
    (
        "Combien de temps les produits sont-ils garantis ?",
        "Les défauts sont couverts pendant deux ans à compter de la remise.",
    ),
    (
        "Comment faire baisser la tension artérielle ?",
        "Manger moins salé et faire de l’exercice réduisent l’hypertension.",
    ),
    (
        "Quels sont les signes d’un infarctus ?",
        "Une douleur dans la poitrine qui gagne le bras gauche impose d’appeler les secours.",
    ),
    (
        "Les antibiotiques agissent-ils contre le rhume ?",
        "Les infections virales ne sont pas soignées par des médicaments qui tuent les bactéries.",
    ),
    (
        "De combien de sommeil les enfants ont-ils besoin ?",
        "Entre six et douze ans, un écolier doit se reposer neuf à onze heures par nuit.",
    ),
    ("Quand la mairie a-t-elle brûlé ?", "Un incendie détruisit l’hôtel de ville au printemps 1871."),
    ("Qui a conçu le pont ?", "L’ouvrage est l’œuvre de l’ingénieure Marthe Hale."),
    (
        "Combien de personnes vivent dans le village ?",
        "Au dernier recensement, la commune comptait 1 240 habitants.",
    ),
    ("Que produit la région ?", "La vallée est connue pour ses fromages, son cidre et sa verrerie."),
)

EXAMINATIONS: Mapping[str, Examination] = MappingProxyType({"en": _ENGLISH, "fr": _FRENCH})
