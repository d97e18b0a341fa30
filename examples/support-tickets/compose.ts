import { type Random, random } from '../../util/random.ts'
import { CATALOGUE } from './catalogue.ts'
import { type Customer, makeCustomer } from './customers.ts'
import { type Channel, decorate, type Feature, retell } from './decorate.ts'
import { type DraftMessage, draftTemplate, draftTurns } from './draft.ts'
import { CLOSINGS, FOLLOW_UPS } from './followups.ts'
import { makeScope } from './scope.ts'

/** One conversation with everything that is known about it. */
export interface Composed {
  readonly id: string
  readonly channel: Channel
  /** ISO time. */
  readonly opened: string
  readonly customer: Customer
  readonly messages: readonly DraftMessage[]
  readonly template: string
  readonly theme: string
  readonly features: readonly Feature[]
  readonly labels: readonly string[]
  readonly duplicateOf?: string
  readonly nearDuplicateOf?: string
}

const AGENTS = ['Amara', 'Bruno', 'Chloe', 'Daniel', 'Elif', 'Farah', 'Hugo', 'Ines', 'Jonas', 'Mei', 'Priya', 'Tom']
const FIRST_DAY = Date.UTC(2025, 0, 6)
const EXACT_DUPLICATES = 0.015
const NEAR_DUPLICATES = 0.025

/** All conversations of a seed, in order. Each has its own random stream, so a change in one leaves the others. */
export function* compose(seed: number, count: number): Generator<Composed> {
  // Fewer customers than conversations, and some of them write far more often than others.
  const customers = Array.from({ length: Math.max(1, Math.ceil(count * 0.6)) }, (_, i) =>
    makeCustomer(random(seed, 'customer', i), i),
  )
  const recent: Composed[] = []
  for (let i = 0; i < count; i++) {
    const own = random(seed, 'conversation', i)
    const shared = { id: `T-${String(i + 1).padStart(6, '0')}`, opened: openedAt(own, i, count) }
    const kind = own.next()
    const earlier = recent.length === 0 ? undefined : own.pick(recent)
    let composed: Composed
    if (earlier !== undefined && kind < EXACT_DUPLICATES) {
      composed = { ...earlier, ...shared, duplicateOf: earlier.id }
    } else if (earlier !== undefined && kind < EXACT_DUPLICATES + NEAR_DUPLICATES) {
      composed = { ...earlier, ...shared, messages: retell(earlier.messages, own), nearDuplicateOf: earlier.id }
    } else {
      composed = { ...shared, ...composeOne(own, customers[Math.floor(own.next() ** 1.6 * customers.length)]!) }
      recent.push(composed)
      if (recent.length > 200) recent.shift()
    }
    yield composed
  }
}

function composeOne(own: Random, customer: Customer): Omit<Composed, 'id' | 'opened'> {
  const template = own.pick(CATALOGUE)
  const channel = own.pick<Channel>(['chat', 'chat', 'chat', 'email', 'web', 'app'])
  const scope = makeScope({ random: own, customer, agent: own.pick(AGENTS) })
  const clean = draftTemplate(template, scope)
  const followUps = own.shuffle(FOLLOW_UPS).slice(0, own.pick([0, 0, 1, 1, 1, 2]))
  for (const turns of followUps) clean.push(...draftTurns(turns, scope))
  if (own.integer(5) < 2) clean.push(...draftTurns(own.pick(CLOSINGS), scope))
  return {
    channel,
    customer,
    template: template.id,
    theme: template.theme,
    ...decorate(clean, { scope, random: own, customer, channel, template }),
  }
}

function openedAt(own: Random, index: number, count: number): string {
  const day = Math.floor((index / count) * 170)
  const second = 6 * 3600 + own.integer(16 * 3600)
  return new Date(FIRST_DAY + day * 86_400_000 + second * 1000).toISOString()
}
