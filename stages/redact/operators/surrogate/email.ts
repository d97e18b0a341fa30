import { keyedDraw } from '../draw.ts'
import { localPart } from '../entities.ts'
import { foldName, isKnownGiven } from '../name-parts.ts'
import { inCaseOf } from './case-style.ts'
import { likeCharacter } from './characters.ts'
import type { SurrogateContext, SurrogateMaker } from './context.ts'
import { mapDomain } from './network.ts'
import { mapFamily, mapGiven } from './person.ts'

/** Mailboxes of a job, not of a person: they stay, so that the text keeps its sense. */
const JOBS = new Set(
  'info support sales contact admin help helpdesk service services billing office team noreply no reply hello mail post kontakt press jobs hr accounts orders order shop webmaster postmaster abuse security privacy marketing feedback customer care'.split(
    ' ',
  ),
)

/**
 * An address whose local part is made of the mapped name where the original's is made of a name ("lily.chen@acme.com" beside or
 * without "Lily Chen"), at a domain below example.com; the same domain has the same surrogate.
 */
export const emailSurrogate: SurrogateMaker = (value, context) => {
  const match = /^(.*?)(\s*(?:@|%40|\[at\]|\(at\)| at )\s*)(.+)$/is.exec(value)
  if (match === null) return undefined
  const [, local = '', sign = '@', domain = ''] = match
  const spaced = / (?:dot|punkt) |\[dot\]|\(dot\)/i.exec(domain)
  const host = mapDomain(spaced === null ? domain.trim() : domain.replaceAll(spaced[0], '.').trim(), context)
  return mapLocal(local, value, 'EMAIL', context) + sign + (spaced === null ? host : host.replaceAll('.', spaced[0]))
}

/** "@lilychen" with its at sign, or a user name without. */
export const handleSurrogate: SurrogateMaker = (value, context) => {
  const lead = /^@?/.exec(value)![0]
  const made = lead + mapLocal(value.slice(lead.length), value.startsWith('@') ? value : `@${value}`, 'HANDLE', context)
  return made === value ? undefined : made
}

function mapLocal(local: string, mention: string, type: 'EMAIL' | 'HANDLE', context: SurrogateContext): string {
  const entity = context.entities.of(type, mention)
  const words = localPart(mention)
  const pieces = local.split(/(\d+|[^\p{L}\d]+)/u)
  const names = pieces.filter((piece) => /^\p{L}/u.test(piece))
  const given = entity?.given[0]
  const family = entity?.family.at(-1)
  // The name, where it is written in one word or by initials.
  if (names.length === 1 && given !== undefined && family !== undefined) {
    const piece = foldName(words)
    const g = mapGiven({ text: given, key: given }, context).toLowerCase()
    const f = mapFamily({ text: family, key: family }, context).toLowerCase()
    const forms: readonly (readonly [string, string])[] = [
      [given + family, g + f],
      [family + given, f + g],
      [given[0]! + family, g[0]! + f],
      [family + given[0]!, f + g[0]!],
      [given + family[0]!, g + f[0]!],
      [given, g],
      [family, f],
    ]
    const made = forms.find(([form]) => form === piece)?.[1]
    if (made !== undefined)
      return pieces.map((p) => (p === names[0] ? inCaseOf(p, toAscii(made)) : other(p, local, context))).join('')
  }
  let at = 0
  return pieces
    .map((piece) => {
      if (!/^\p{L}/u.test(piece)) return other(piece, local, context)
      at += 1
      const key = foldName(piece)
      if (JOBS.has(key)) return piece
      const part = { text: piece, key }
      if ([...key].length === 1) {
        const whole = [given, family].find((name) => name?.startsWith(key) === true)
        if (whole === undefined) return likeCharacter(piece, keyedDraw(context.key, 'initial of', local))
        const name =
          whole === given
            ? mapGiven({ text: whole, key: whole }, context)
            : mapFamily({ text: whole, key: whole }, context)
        return toAscii(inCaseOf(piece, name[0]!.toLowerCase()))
      }
      const isGiven =
        entity !== undefined ? entity.given.includes(key) : isKnownGiven(key) && (at === 1 || names.length > 1)
      return toAscii(isGiven ? mapGiven(part, context) : mapFamily(part, context))
    })
    .join('')
}

function other(piece: string, local: string, context: SurrogateContext): string {
  const draw = keyedDraw(context.key, 'digits', local, piece)
  return piece.replace(/\d/g, () => String(draw.integer(10)))
}

function toAscii(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss')
}
