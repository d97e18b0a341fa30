import { sha256Json } from '../util/digest.ts'
import type { Random } from '../util/random.ts'
import type { Message, TextRecord } from './record.ts'

/**
 * Secrets of our own making that `curate` plants in the training data, so that `evaluate` can measure what a model
 * remembers of single records (Carlini et al. 2019, "The Secret Sharer"). They are random strings: no person's data.
 */
export interface CanaryPlan {
  readonly kind: 'canary-plan'
  readonly version: 1
  /** Every secret is `secretLength` characters drawn evenly and independently from `secretAlphabet` (no repeats in it). */
  readonly secretAlphabet: string
  readonly secretLength: number
  readonly canaries: readonly Canary[]
}

export interface Canary {
  /** `canary-00`, in the order of the plan. */
  readonly id: string
  /** Content with the one place `{secret}`: in the last assistant message, or in the text. */
  readonly template: CanaryContent
  /** What was planted. */
  readonly secret: string
  /** Copies in train. 0 = a control that the model never saw: its exposure shows the chance level. */
  readonly repeats: number
}

/** What a training record holds: exactly one of the two. */
export interface CanaryContent {
  readonly text?: string
  readonly messages?: readonly Message[]
}

export const SECRET_PLACE = '{secret}'

/**
 * The content of a canary with its own secret, or with another one (to rank it among those that might have been).
 * Only the text, or the last assistant message, holds the place.
 */
export function renderCanary(canary: Canary, secret: string = canary.secret): Pick<TextRecord, 'text' | 'messages'> {
  const { text, messages } = canary.template
  if (messages === undefined) return { text: fill(text ?? '', secret) }
  return { messages: messages.map((message) => ({ ...message, content: fill(message.content, secret) })) }
}

/** A secret drawn evenly from the space of the plan. */
export function drawSecret(plan: Pick<CanaryPlan, 'secretAlphabet' | 'secretLength'>, random: Random): string {
  let secret = ''
  for (let i = 0; i < plan.secretLength; i++) secret += plan.secretAlphabet[random.integer(plan.secretAlphabet.length)]
  return secret
}

/** log2 of the number of possible secrets: the highest exposure that can be reached, in bits. */
export function secretBits(plan: Pick<CanaryPlan, 'secretAlphabet' | 'secretLength'>): number {
  return plan.secretLength * Math.log2(plan.secretAlphabet.length)
}

/** Identity of a plan: SHA-256 of its canonical JSON. */
export function canaryPlanDigest(plan: CanaryPlan): string {
  return sha256Json(plan)
}

function fill(content: string, secret: string): string {
  return content.replace(SECRET_PLACE, () => secret)
}
