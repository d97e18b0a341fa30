import { hmac256 } from '../../../util/digest.ts'
import type { Span } from '../detector.ts'
import type { PiiType } from '../pii-type.ts'
import { placeholder } from './apply.ts'
import { bucket } from './bucket.ts'
import { canonicalValue } from './canonical.ts'
import { type Sealer, sealer } from './encrypt.ts'
import { type Entities, findEntities, type Mention } from './entities.ts'
import { type Fpe, fpe } from './fpe.ts'
import { keyedHash } from './hash.ts'
import { type KeyUse, keyId, subKey } from './keys.ts'
import { type FpeAlphabet, keyOfOperator, OPERATOR_DEFAULTS, type Operator, type OperatorKeys } from './kinds.ts'
import { mask } from './mask.ts'
import { titleBefore } from './name-parts.ts'
import type { Operators } from './operator.ts'
import { daysOfSubject, shiftDate, subjectOf } from './shift-date.ts'
import type { SurrogateContext } from './surrogate/context.ts'
import { surrogateOf } from './surrogate/surrogate.ts'

export type { Operator } from './kinds.ts'

export interface OperatorOptions {
  readonly operatorOf: (type: PiiType) => Operator
  /** A key is required where an operator needs it. */
  readonly keys: OperatorKeys
  /** Regions in which a phone number is read. */
  readonly regions: readonly string[]
  /** Told of each value that its operator could not write, so that `<TYPE>` stands instead: too short for fpe, no date. */
  readonly onFallback?: (operator: Operator['operator'], type: PiiType) => void
}

/**
 * Builds the operators once for a shard. They hold no state of records: the same value gives the same text in any order, on any
 * worker.
 *
 * @throws TypeError when a value comes whose operator lacks its key
 */
export function createOperators(options: OperatorOptions): Operators {
  const { operatorOf, regions } = options
  const keys = lazyKeys(options.keys)
  const { pseudonym, reversible } = options.keys
  return {
    keyIds: {
      ...(pseudonym === undefined ? {} : { pseudonym_key: keyId(pseudonym) }),
      ...(reversible === undefined ? {} : { reversible_key: keyId(reversible) }),
    },
    keeps: (type) => operatorOf(type).operator === 'keep',
    forRecord(record, findings) {
      // Most records need neither.
      let found: People | undefined
      const people = () => {
        found ??= readPeople(findings)
        return found
      }
      const subjects = new Map<string | undefined, string>()
      const subject = (path: string | undefined): string => {
        const known = subjects.get(path) ?? subjectOf(record, path)
        subjects.set(path, known)
        return known
      }
      return (value, span) => {
        const operator = operatorOf(span.type)
        const written = write(operator, span, value, people, subject)
        if (written !== undefined) return written
        options.onFallback?.(operator.operator, span.type)
        return placeholder(span.type)
      }
    },
  }

  /** `undefined` where the operator has no way to write this value. */
  function write(
    operator: Operator,
    span: Span,
    value: string,
    people: () => People,
    subject: (path: string | undefined) => string,
  ): string | undefined {
    const { type } = span
    switch (operator.operator) {
      case 'replace':
        return placeholder(type)
      case 'redact':
        return ''
      case 'keep':
        return value
      case 'mask':
        return mask(value, operator.keep_last ?? OPERATOR_DEFAULTS.keep_last)
      case 'hash': {
        const form = { bits: operator.bits ?? OPERATOR_DEFAULTS.bits, encoding: operator.encoding ?? 'hex' }
        return `<${type}_H_${keyedHash(keys.of('hash'), `${type}:${canonicalValue(type, value, regions)}`, form)}>`
      }
      case 'pseudonym': {
        const { entities, titles } = people()
        const entity = entities.of(type, withTitle(value, titles.get(span)))
        const who = entity === undefined ? `${type}:${canonicalValue(type, value, regions)}` : `PERSON:${entity.id}`
        // 32 bits: below 10,000 different values of a type, two share a pseudonym with a chance of about 1 %.
        return `<${type}_${hmac256(keys.of('pseudonym'), who).slice(0, 8)}>`
      }
      case 'surrogate': {
        const { entities, titles } = people()
        const title = titles.get(span)
        const context: SurrogateContext = {
          key: keys.of('surrogate'),
          regions,
          entities,
          dayFirst: operator.day_first ?? false,
        }
        // "Ms Chen" is a family name, "Chen" alone may be anything.
        const made = surrogateOf(type, withTitle(value, title), context)
        return title === undefined ? made : made?.slice(title.length + 1)
      }
      case 'fpe':
        return keys.fpe(operator.alphabet ?? 'digits').encrypt(value, type)
      case 'encrypt':
        return keys.sealer().seal(type, value)
      case 'shift_date': {
        const max = operator.max_days ?? OPERATOR_DEFAULTS.max_days
        const days = daysOfSubject(keys.of('shift_date'), subject(operator.subject), max)
        return shiftDate(value, days, { dayFirst: operator.day_first ?? false })
      }
      case 'bucket':
        return bucket(type, value, {
          years: operator.years ?? OPERATOR_DEFAULTS.years,
          dayFirst: operator.day_first ?? false,
          ...(operator.edges === undefined ? {} : { edges: operator.edges }),
          ...(operator.reference_date === undefined ? {} : { reference_date: operator.reference_date }),
        })
    }
  }
}

interface People {
  readonly entities: Entities
  /** The form of address before a name, by its span. */
  readonly titles: ReadonlyMap<object, string>
}

function readPeople(findings: Parameters<Operators['forRecord']>[1]): People {
  const titles = new Map<object, string>()
  const mentions = findings.flatMap(({ text, spans }) =>
    spans.map((span): Mention => {
      const title = span.type === 'PERSON' ? titleBefore(text, span.start) : undefined
      if (title !== undefined) titles.set(span, title)
      return { type: span.type, value: withTitle(text.slice(span.start, span.end), title) }
    }),
  )
  return { entities: findEntities(mentions), titles }
}

function withTitle(value: string, title: string | undefined): string {
  return title === undefined ? value : `${title} ${value}`
}

interface LazyKeys {
  of(use: KeyUse): Buffer
  fpe(alphabet: FpeAlphabet): Fpe
  sealer(): Sealer
}

/** Sub-keys and ciphers, made when they are first needed. */
function lazyKeys(keys: OperatorKeys): LazyKeys {
  const derived = new Map<KeyUse, Buffer>()
  const ciphers = new Map<FpeAlphabet, Fpe>()
  let seal: Sealer | undefined
  const main = (use: KeyUse): Uint8Array => {
    const key = keys[keyOfOperator(use)!]
    if (key === undefined) throw new TypeError(`the ${use} operator needs a key`)
    return key
  }
  const of = (use: KeyUse): Buffer => {
    const known = derived.get(use) ?? subKey(main(use), use)
    derived.set(use, known)
    return known
  }
  return {
    of,
    fpe(alphabet) {
      const known = ciphers.get(alphabet) ?? fpe(of('fpe'), alphabet)
      ciphers.set(alphabet, known)
      return known
    },
    sealer() {
      seal ??= sealer(main('encrypt'))
      return seal
    },
  }
}
