import type { security as english } from "./security.en";

export const security: typeof english = {
  second: {
    title: "Second facteur",
    text: "Un code de votre téléphone en plus du mot de passe : un mot de passe volé n’ouvre alors plus rien.",
    on: "Activé",
    off: "Pas encore configuré",
    left_one: "{{count}} code de secours restant",
    left_other: "{{count}} codes de secours restants",
    setUp: "Configurer un second facteur",
    need: "Il faut une application qui affiche des codes, par exemple Aegis, FreeOTP, 1Password ou Google Authenticator.",
    next: "Continuer",
    scan: "Scannez cette image avec l’application, puis saisissez le code qu’elle affiche.",
    picture: "Code QR pour l’application",
    byHand: "Saisir plutôt le secret",
    code: "Code de l’application",
    codeHint: "Six chiffres, renouvelés toutes les 30 secondes",
    switchOn: "Activer",
    codesText:
      "Gardez ces codes de secours là où vous les retrouverez sans votre téléphone. Chacun ouvre la porte une fois ; ils ne s’affichent que maintenant.",
    codesSave: "Enregistrer dans un fichier",
    codesDone: "Je les ai gardés",
    renew: "Nouveaux codes de secours",
    renewText: "Les précédents ne serviront plus.",
    remove: "Désactiver",
    removeText: "Le mot de passe seul ouvrira alors la porte.",
    requiredTitle: "Un second facteur",
    requiredLead: "{{name}} en demande un à tout le monde. Cela prend une minute.",
    policy: "Tout le monde a besoin d’un second facteur",
    policyText: "Qui n’en a pas en configure un à la prochaine étape, avant toute autre chose.",
    policyYou: "Vous n’en avez pas encore : vous le configurerez dès l’enregistrement.",
    reset: "Retirer le second facteur",
    resetTitle: "Retirer le second facteur de {{name}} ?",
    resetText:
      "Pour quelqu’un qui a perdu le téléphone et les codes de secours. Toutes ses sessions se ferment.",
  },
};
