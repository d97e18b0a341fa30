import * as parts from '@huggingface/tokenizers'
import { CHARACTER_TO_BYTE } from './bytes.ts'
import type { TokenizerFile } from './file.ts'

// The package's own declarations do not resolve under Node's module rules (they leave out file endings).
const { SequenceDecoder } = parts as unknown as {
  readonly SequenceDecoder: new (config: {
    type: 'Sequence'
    decoders: readonly unknown[]
  }) => {
    decode_chain(tokens: readonly string[]): readonly string[]
  }
}

/** The text of tokens given by their names. */
export type Decode = (tokens: readonly string[]) => string

/** The decoder of a tokenizer file: bytes by our own code, all else by `@huggingface/tokenizers`. */
export function createDecode(config: TokenizerFile['decoder']): Decode {
  if (config == null) return (tokens) => tokens.join(' ')
  if (config.type === 'ByteLevel') return (tokens) => Buffer.concat(tokens.map(tokenBytes)).toString('utf8')
  const steps = (config.type === 'Sequence' ? (config.decoders ?? []) : [config]).map((step) => {
    if (step.type === 'ByteFallback') return byteFallback
    const decoder = new SequenceDecoder({ type: 'Sequence', decoders: [step] })
    return (tokens: readonly string[]) => decoder.decode_chain([...tokens])
  })
  return (tokens) => steps.reduce<readonly string[]>((parts, step) => step(parts), tokens).join('')
}

/** Runs of byte tokens as text; a run that is no UTF-8 is one U+FFFD a byte, as in the tokenizers crate. */
function byteFallback(tokens: readonly string[]): readonly string[] {
  const out: string[] = []
  let run: number[] = []
  const flush = (): void => {
    if (run.length === 0) return
    const bytes = Buffer.from(run)
    const text = bytes.toString('utf8')
    out.push(Buffer.from(text, 'utf8').equals(bytes) ? text : '\ufffd'.repeat(run.length))
    run = []
  }
  for (const token of tokens) {
    const byte = namedByte(token)
    if (byte !== undefined) run.push(byte)
    else {
      flush()
      out.push(token)
    }
  }
  flush()
  return out
}

/** The byte that SentencePiece names `<0x0A>`. */
function namedByte(token: string): number | undefined {
  const named = /^<0x([0-9A-F]{2})>$/.exec(token)
  return named === null ? undefined : Number.parseInt(named[1]!, 16)
}

/** The bytes that a token of a byte-level vocabulary stands for; one with other characters stands for itself. */
function tokenBytes(token: string): Uint8Array {
  const bytes: number[] = []
  for (const character of token) {
    const byte = CHARACTER_TO_BYTE.get(character)
    if (byte === undefined) return Buffer.from(token, 'utf8')
    bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

/** The first byte of a token where it is known, else undefined. */
export function firstByte(token: string, byteLevel: boolean): number | undefined {
  if (byteLevel) return CHARACTER_TO_BYTE.get(String.fromCodePoint(token.codePointAt(0) ?? 0))
  return namedByte(token)
}

/** Text that comes token by token. */
export interface TextStream {
  /** What can be shown now: never half of a character. */
  push(id: number): string
  /** The rest, with U+FFFD for bytes that are no UTF-8. */
  end(): string
}

/**
 * Decodes token by token. Tokens are decoded together with those just before them, since the first token of a text may
 * look different alone; what ends in the middle of a character waits for the rest of it.
 */
export function createTextStream(decode: (ids: readonly number[]) => string): TextStream {
  let shown: readonly number[] = []
  let waiting: number[] = []
  /** Units of the waiting text that were given already, and tokens since they grew. */
  let given = 0
  let held = 0
  const added = (): string => decode([...shown, ...waiting]).slice(decode(shown).length)
  const settle = (): void => {
    shown = waiting
    waiting = []
    given = 0
    held = 0
  }
  return {
    push(id) {
      waiting.push(id)
      const text = added()
      if (text === '') return ''
      const whole = text.replace(/\ufffd+$/, '')
      held = whole.length > given ? 1 : held + 1
      // A character has at most four bytes: what is no character by then never will be.
      const done = whole.length === text.length || held >= 4
      const part = (done ? text : whole).slice(given)
      if (done) settle()
      else given = whole.length
      return part
    },
    end() {
      const part = added().slice(given)
      settle()
      return part
    },
  }
}
