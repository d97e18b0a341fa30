import { SluiceError } from '../../util/errors.ts'
import { type Cosignature, type CosignatureProblem, checkCosignatures } from '../cosignature.ts'
import { parseVerifierKey, type VerifierKey } from '../verifier-key.ts'

/**
 * Which logs and witnesses count, and how many of the witnesses must have cosigned: the file format of C2SP
 * tlog-policy (`log VKEY [URL]`, `witness NAME VKEY [URL]`, `group NAME all|any|K NAME…`, `quorum NAME|none`).
 */
export interface WitnessPolicy {
  readonly logs: readonly VerifierKey[]
  /** By the name that the file gives them. */
  readonly witnesses: ReadonlyMap<string, VerifierKey>
  readonly groups: ReadonlyMap<string, { readonly threshold: number; readonly members: readonly string[] }>
  /** Name of a witness or a group; `none` asks for no cosignature. */
  readonly quorum: string
}

const MAX_LINES = 1000

/**
 * Reads a policy file. Throws `WITNESS_POLICY` with the line for anything that the format does not allow: a name used
 * twice or before it is defined, a key twice, a member in two groups, a threshold that cannot be met, no quorum.
 */
export function parseWitnessPolicy(text: string, file: string): WitnessPolicy {
  const logs: VerifierKey[] = []
  const witnesses = new Map<string, VerifierKey>()
  const groups = new Map<string, { threshold: number; members: readonly string[] }>()
  const members = new Set<string>()
  let quorum: string | undefined
  const lines = text.split('\n')
  if (lines.length > MAX_LINES) throw wrong(file, MAX_LINES, 'the file has too many lines')
  lines.forEach((line, index) => {
    const fail = (message: string): SluiceError => wrong(file, index + 1, message)
    if (/[^\t -~\u0080-\u{10ffff}]|\ufffd/u.test(line)) throw fail('a control character or broken UTF-8')
    const [word, ...rest] = line.split(/[ \t]+/).filter((part) => part !== '')
    if (word === undefined || word.startsWith('#')) return
    const define = (name: string | undefined): string => {
      if (name === undefined || name === 'none') throw fail('a name is missing, or it is `none`')
      if (witnesses.has(name) || groups.has(name)) throw fail('this name is used already')
      return name
    }
    const readKey = (key: string | undefined, kind: 'log' | 'witness', others: Iterable<VerifierKey>): VerifierKey => {
      let read: VerifierKey
      try {
        read = parseVerifierKey(key ?? '', kind)
      } catch (cause) {
        throw cause instanceof SluiceError ? fail(cause.message) : cause
      }
      if ([...others].some(({ keyId }) => keyId === read.keyId)) throw fail('this key is listed already')
      return read
    }
    switch (word) {
      case 'log': {
        if (rest.length > 2) throw fail('`log` takes a key and a URL')
        logs.push(readKey(rest[0], 'log', logs))
        return
      }
      case 'witness': {
        if (rest.length > 3) throw fail('`witness` takes a name, a key and a URL')
        witnesses.set(define(rest[0]), readKey(rest[1], 'witness', witnesses.values()))
        return
      }
      case 'group': {
        const [name, threshold, ...listed] = rest
        const group = define(name)
        if (listed.length === 0) throw fail('a group has no members')
        for (const member of listed) {
          if (!witnesses.has(member) && !groups.has(member)) throw fail('a member is not defined above')
          if (members.has(member)) throw fail('a member is listed already')
          members.add(member)
        }
        groups.set(group, { threshold: thresholdOf(threshold, listed.length, fail), members: listed })
        return
      }
      case 'quorum': {
        const [name, ...more] = rest
        if (quorum !== undefined) throw fail('there is a quorum already')
        if (name === undefined || more.length > 0) throw fail('`quorum` takes one name')
        if (name !== 'none' && !witnesses.has(name) && !groups.has(name)) throw fail('the quorum is not defined above')
        quorum = name
        return
      }
      default:
        throw fail('a line begins with log, witness, group or quorum')
    }
  })
  if (quorum === undefined) throw wrong(file, lines.length, 'there is no quorum line')
  return { logs, witnesses, groups, quorum }
}

/**
 * Whether the witnesses who cosigned a note are as many as the policy asks for. A cosignature that does not hold counts
 * for nothing and is reported.
 *
 * @param now refuses cosignatures from the future.
 */
export function checkQuorum(
  policy: WitnessPolicy,
  note: string,
  now?: Date,
): {
  readonly ok: boolean
  readonly cosignatures: readonly Cosignature[]
  readonly problems: readonly CosignatureProblem[]
} {
  const { cosignatures, problems } = checkCosignatures(note, [...policy.witnesses.values()], now)
  const cosigned = new Set(cosignatures.map(({ verifier }) => verifier))
  const witnessed = (name: string): boolean => {
    const witness = policy.witnesses.get(name)
    if (witness !== undefined) return cosigned.has(witness.noteVerifier)
    const group = policy.groups.get(name)
    return group !== undefined && group.members.filter(witnessed).length >= group.threshold
  }
  return { ok: policy.quorum === 'none' || witnessed(policy.quorum), cosignatures, problems }
}

function thresholdOf(text: string | undefined, count: number, fail: (message: string) => SluiceError): number {
  if (text === 'all') return count
  if (text === 'any') return 1
  const threshold = /^[1-9][0-9]{0,3}$/.test(text ?? '') ? Number(text) : 0
  if (threshold < 1 || threshold > count) throw fail('the threshold is not `all`, `any` or a number up to the members')
  return threshold
}

function wrong(file: string, line: number, message: string): SluiceError {
  return new SluiceError({
    code: 'WITNESS_POLICY',
    message: `a witness policy is wrong: ${message}`,
    next: 'see docs/threat-model.md for an example',
    at: { file, line },
  })
}
