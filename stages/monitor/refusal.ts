/**
 * Phrases by which an assistant declines. Own rules for English, one pattern a way of saying no; docs/monitoring.md
 * lists them with examples. Every pattern is linear: bounded repeats, no nested ones.
 */
const APOLOGY = "(?:i['’]?m|i am|we['’]?re|we are) (?:very |so |really )?(?:sorry|afraid)"
const CANNOT =
  "(?:i|we) (?:can['’]?t|can ?not|could not|couldn['’]?t|won['’]?t|will not|am not able to|am unable to|are not able to|are unable to|['’]?m not able to|['’]?m unable to)"
const HELP =
  '(?:help|assist|answer|comply|continue|discuss|disclose|do that|engage|fulfil|fulfill|give out|provide|reveal|respond|share|support|tell you)'

export const REFUSAL_RULES: Readonly<Record<string, RegExp>> = {
  /** "I can't help with that", "we are unable to share account data" */
  cannot: new RegExp(`\\b${CANNOT} (?:\\w+ ){0,2}?${HELP}\\b`, 'i'),
  /** "I'm unable to share that", with the verb contracted to the pronoun */
  unable: new RegExp(`\\bi['’]m (?:not able|unable) to (?:\\w+ ){0,2}?${HELP}\\b`, 'i'),
  /** "I'm sorry, but I can't …" */
  apology: new RegExp(`\\b${APOLOGY},? (?:but |that )?${CANNOT}\\b`, 'i'),
  /** "As an AI language model …" */
  as_a_machine: /\bas an? (?:\w+ )?(?:ai|artificial intelligence|language model|virtual assistant|chatbot|bot)\b/i,
  /** "That is against our policy", "would violate our guidelines" */
  policy:
    /\b(?:against|violates?|not (?:allowed|permitted) (?:by|under)) (?:\w+ ){0,2}?(?:polic(?:y|ies)|guidelines|rules|terms)\b/i,
  /** "I must decline", "I have to refuse" */
  decline: /\b(?:must|have to|need to|will|going to) (?:\w+ )?(?:decline|refuse)\b/i,
}

/** True if the text contains one of the ways to decline. */
export function isRefusal(text: string): boolean {
  return Object.values(REFUSAL_RULES).some((rule) => rule.test(text))
}
