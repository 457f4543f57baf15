import type { prompts as english } from "./prompts.en";

export const prompts: typeof english = {
  off: "Requêtes et réponses ne sont pas gardées",
  offText:
    "Nul ne peut lire ce qui a été demandé. Un administrateur peut l’activer ici ; cela vaut pour les appels qui suivent.",
  on: "Requêtes et réponses sont gardées",
  onText_one:
    "Chiffrées, pendant {{count}} jour. Seuls les administrateurs les lisent, et le journal d’audit note chaque lecture.",
  onText_other:
    "Chiffrées, pendant {{count}} jours. Seuls les administrateurs les lisent, et le journal d’audit note chaque lecture.",
  switchOn: "Activer",
  switchOnTitle: "Garder requêtes et réponses ?",
  switchOnText:
    "Prévenez d’abord les personnes concernées : ce qu’elles demandent aux modèles, et ce que ceux-ci répondent, est alors gardé en entier.",
  days: "Pendant combien de jours",
  change: "Changer la durée",
  switchOff: "Désactiver",
  switchOffTitle: "Ne plus rien garder désormais ?",
  switchOffText: "Ce qui est gardé reste lisible jusqu’au bout de sa durée.",
  none: "Rien n’a encore été gardé.",
  noMatch: "Rien ne correspond.",
  anybody: "N’importe qui",
  anyKey: "Toutes les clés",
  read: "Lire",
  refused: "terminé par {{status}}",
  roles: {
    system: "Consigne",
    developer: "Consigne",
    user: "Demandé",
    assistant: "Répondu avant",
    tool: "D’un outil",
  },
  answer: "Réponse",
  noText: "Pas de texte.",
  truncated: "C’était plus long que ce qui est gardé : la fin manque.",
  rawRequest: "La requête telle que le modèle l’a reçue",
  rawAnswer: "La réponse telle qu’elle a été envoyée",
  noted: "Le journal d’audit note que vous avez lu ceci. Appel {{id}}",
};
