import { attachment } from './attachments.ts'
import type { Marked } from './marked.ts'
import { PHRASES } from './phrases.ts'
import { expand, type Scope } from './template.ts'
import { makeValue, nameVariant, type ValueContext } from './values.ts'

/** The scope of one conversation: a value, once made, stays the same to the end. */
export function makeScope(context: ValueContext): Scope {
  const values = new Map<string, Marked>()
  const scope: Scope = {
    random: context.random,
    slot(name) {
      const phrase = PHRASES[name]
      if (phrase !== undefined) return expand(phrase, scope)
      if (name === 'me') return nameVariant(context.random, context.customer)
      const known = values.get(name)
      if (known !== undefined) return known
      // `order2` is a second order unless there is a maker of its own (`email2` is somebody else's address).
      const value = attachment(name, scope) ?? makeValue(name, context) ?? makeValue(name.replace(/\d$/, ''), context)
      if (value === undefined) throw new Error(`a template uses the unknown slot {${name}}`)
      values.set(name, value)
      return value
    },
  }
  return scope
}
