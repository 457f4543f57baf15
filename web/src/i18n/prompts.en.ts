/** What an organisation keeps of its calls to models. */
export const prompts = {
  off: "Requests and answers are not kept",
  offText:
    "Nobody can read what was asked. An administrator can switch it on here; it holds for calls from then on.",
  on: "Requests and answers are kept",
  onText_one:
    "Encrypted, for {{count}} day. Only administrators read them, and the audit log has every look.",
  onText_other:
    "Encrypted, for {{count}} days. Only administrators read them, and the audit log has every look.",
  switchOn: "Switch on",
  switchOnTitle: "Keep requests and answers?",
  switchOnText:
    "Tell the people whom it concerns beforehand: what they ask models, and what these answer, is then kept in full.",
  days: "For how many days",
  change: "Change the time",
  switchOff: "Switch off",
  switchOffTitle: "Keep nothing from now on?",
  switchOffText: "What was kept can still be read until its time has run out.",
  none: "Nothing was kept yet.",
  noMatch: "Nothing matches.",
  anybody: "Anybody",
  anyKey: "Any key",
  read: "Read",
  refused: "ended with {{status}}",
  roles: {
    system: "Instructions",
    developer: "Instructions",
    user: "Asked",
    assistant: "Answered before",
    tool: "From a tool",
  },
  answer: "Answer",
  noText: "No text.",
  truncated: "It was longer than is kept: the end is missing.",
  rawRequest: "The request as the model got it",
  rawAnswer: "The answer as it was sent",
  noted: "The audit log has that you read this. Call {{id}}",
};
