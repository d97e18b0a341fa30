import { type Aligned, AlignedBuilder, slice } from './aligned.ts'
import { type Normalizer, ReplaceNormalizer, SequenceNormalizer } from './hugging-face.ts'

export type Normalise = (input: Aligned) => Aligned

interface Config {
  readonly type: string
  readonly normalizers?: readonly Config[]
  readonly strip_left?: boolean
  readonly strip_right?: boolean
  readonly prepend?: string
  readonly content?: string
}

/**
 * The normalizer of a `tokenizer.json`, with offsets. What it does to a text is Hugging Face's own code
 * (`@huggingface/tokenizers`); here it is run piece by piece, so that each piece of the result keeps its source.
 *
 * @throws Error for a normalizer that the package does not know
 */
export function createNormalise(config: unknown): Normalise {
  if (config === null || config === undefined) return (input) => input
  const { type, ...rest } = config as Config
  if (type === 'Sequence') {
    const steps = (rest.normalizers ?? []).map(createNormalise)
    return (input) => steps.reduce((text, step) => step(text), input)
  }
  if (type === 'Strip') return (input) => strip(input, rest.strip_left === true, rest.strip_right === true)
  if (type === 'Prepend') return (input) => prepend(input, rest.prepend ?? '')
  if (type === 'Replace') {
    const { pattern } = new ReplaceNormalizer(config)
    if (pattern === null) throw new Error('a Replace normalizer without a pattern')
    return (input) => replaceAll(input, pattern, rest.content ?? '')
  }
  // One normalizer in a sequence: the package makes the right class of it.
  const normalizer = new SequenceNormalizer({ type: 'Sequence', normalizers: [config] })
  return (input) => local(input, normalizer)
}

function strip(input: Aligned, left: boolean, right: boolean): Aligned {
  const from = left ? input.text.length - input.text.trimStart().length : 0
  const to = right ? input.text.trimEnd().length : input.text.length
  return slice(input, from, Math.max(from, to))
}

function prepend(input: Aligned, text: string): Aligned {
  if (input.text === '') return input
  const out = new AlignedBuilder(input.text.length + 8)
  out.insert(text)
  out.copy(input, 0, input.text.length)
  return out.build()
}

function replaceAll(input: Aligned, pattern: RegExp, content: string): Aligned {
  const out = new AlignedBuilder(input.text.length + 8)
  let last = 0
  for (const match of input.text.matchAll(pattern)) {
    out.copy(input, last, match.index)
    out.replace(input, match.index, match.index + match[0].length, content)
    last = match.index + match[0].length
  }
  if (last === 0) return input
  out.copy(input, last, input.text.length)
  return out.build()
}

/**
 * Pieces that no normalisation form ties to their neighbours: runs of plain ASCII, Hangul and its parts (they compose
 * with each other, UAX #15 §3.12 of Unicode), a character with the marks after it (half-width voicing marks count).
 */
const ATOM =
  /[\x20-\x7e]+(?![\p{M}\uff9e\uff9f])|[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc]+|.[\p{M}\uff9e\uff9f]*/gsu
const WORD = /\s+|\S+/gu

/**
 * A normalizer that looks at no more than an atom. Checked against the whole text; should they differ, words are tried,
 * then the text as one piece: offsets get coarser, never wrong.
 */
function local(input: Aligned, normalizer: Normalizer): Aligned {
  const { text } = input
  const whole = normalizer.normalize(text)
  if (whole === text) return input
  for (const pattern of [ATOM, WORD]) {
    const out = new AlignedBuilder(input.text.length + 8)
    for (const match of text.matchAll(pattern)) atom(input, match.index, match.index + match[0].length, normalizer, out)
    const built = out.build()
    if (built.text === whole) return built
    // Lower case looks around for the final sigma; the tokenizers crate takes characters one by one, and so does this.
    if (built.text.length === whole.length) return built
  }
  const out = new AlignedBuilder(input.text.length + 8)
  out.replace(input, 0, text.length, whole)
  return out.build()
}

function atom(input: Aligned, from: number, to: number, normalizer: Normalizer, out: AlignedBuilder): void {
  const source = input.text.slice(from, to)
  const result = normalizer.normalize(source)
  if (result === source) {
    out.copy(input, from, to)
    return
  }
  if (result.length !== source.length) {
    const characters = Array.from(source)
    const each = characters.map((character) => normalizer.normalize(character))
    if (characters.length > 1 && each.join('') === result) {
      let at = from
      for (const [i, character] of characters.entries()) {
        out.replace(input, at, at + character.length, each[i]!)
        at += character.length
      }
      return
    }
  }
  out.replace(input, from, to, result)
}
