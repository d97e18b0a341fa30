/** The heads of the model, in the order of its outputs. */
export const TOXICITY_HEADS = ['toxicity', 'severe_toxicity', 'obscene', 'threat', 'insult', 'identity_attack'] as const

export type ToxicityHead = (typeof TOXICITY_HEADS)[number]
