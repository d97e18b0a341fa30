import { SluiceError } from '../../util/errors.ts'

/** Kinds of pieces (sentencepiece_model.proto, `SentencePiece.Type`; GGUF uses the same numbers). */
export const PIECE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface Piece {
  /** With U+2581 for the space. */
  readonly text: string
  readonly score: number
  readonly kind: number
}

/** SentencePiece's mark of a space. */
export const SPACE = '\u2581'

/**
 * Content of a `tokenizer.json` that gives the ids of a SentencePiece BPE model with byte fallback. SentencePiece joins
 * the pair whose joined piece has the best score, `tokenizer.json` the pair of lowest rank: so the pairs of all pieces
 * are ranked by the score of the piece they give.
 *
 * @throws SluiceError TOKENIZER_UNSUPPORTED where two joined pieces have one score: the order would not be decided by it
 */
export function sentencePieceJson(
  pieces: readonly Piece[],
  options: { readonly bos?: number | undefined; readonly addBos: boolean; readonly addSpace: boolean },
): string {
  const unknown = pieces.find(({ kind }) => kind === PIECE.unknown)
  const bos = options.bos === undefined ? undefined : pieces[options.bos]
  const strip = options.addSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []
  return `${JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(pieces),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...(options.addSpace ? [{ type: 'Prepend', prepend: SPACE }] : []),
        { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
      ],
    },
    pre_tokenizer: null,
    post_processor: options.addBos && bos !== undefined ? bosTemplate(bos.text, options.bos!) : null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...strip,
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown?.text ?? null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(pieces.flatMap(({ text, kind }, id) => (kind === PIECE.unused ? [] : [[text, id]]))),
      merges: mergesOf(pieces),
    },
  })}\n`
}

/** Puts one token before every text. */
export function bosTemplate(token: string, id: number) {
  return {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [
      { SpecialToken: { id: token, type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: token, type_id: 1 } },
      { Sequence: { id: 'B', type_id: 1 } },
    ],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  }
}

/** The `added_tokens` of pieces that are matched as a whole. */
export function addedTokens(pieces: readonly Pick<Piece, 'text' | 'kind'>[]) {
  return pieces.flatMap(({ text, kind }, id) =>
    kind === PIECE.control || kind === PIECE.unknown || kind === PIECE.userDefined
      ? [
          {
            id,
            content: text,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: kind !== PIECE.userDefined,
          },
        ]
      : [],
  )
}

interface Pair {
  readonly left: string
  readonly right: string
  readonly score: number
}

/** Every way to make a piece of two others, best score first. */
function mergesOf(pieces: readonly Piece[]): readonly string[] {
  const normal = new Map<string, number>()
  for (const [id, { text, kind }] of pieces.entries()) if (kind === PIECE.normal) normal.set(text, id)
  const pairs: Pair[] = []
  const madeBy = new Map<number, string>()
  for (const [id, { text, kind, score }] of pieces.entries()) {
    if (kind !== PIECE.normal || normal.get(text) !== id) continue
    const own = splits(text, normal).map(([left, right]) => ({ left, right, score }))
    if (own.length === 0) continue
    if (madeBy.has(score)) throw unsupported('two of its pieces have the same score')
    madeBy.set(score, text)
    own.sort((a, b) => normal.get(a.left)! - normal.get(b.left)!)
    pairs.push(...own)
  }
  return pairs.sort((a, b) => b.score - a.score).map(({ left, right }) => `${left} ${right}`)
}

/** The pairs of known pieces that make up a text. */
function splits(text: string, known: ReadonlyMap<string, unknown>): readonly (readonly [string, string])[] {
  // A piece of normal length; a broken file must not make this quadratic in megabytes.
  if (text.length > PIECE_LIMIT) throw unsupported(`a piece has more than ${PIECE_LIMIT} characters`)
  const out: [string, string][] = []
  for (let at = 1; at < text.length; at++) {
    const left = text.slice(0, at)
    const right = text.slice(at)
    if (known.has(left) && known.has(right)) out.push([left, right])
  }
  return out
}

const PIECE_LIMIT = 512

/**
 * The score of every joined piece from the merges of a `tokenizer.json`, the reverse of `sentencePieceJson`: minus the
 * rank of its first pair. Undefined where scores would not decide as the ranks do: the pairs of a piece do not follow
 * each other, or not every way to make it is among them.
 */
export function scoresOfMerges(
  merges: readonly (readonly [string, string])[],
  known: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> | undefined {
  const scores = new Map<string, number>()
  const counts = new Map<string, number>()
  let previous: string | undefined
  for (const [rank, [left, right]] of merges.entries()) {
    const joined = left + right
    if (joined !== previous && scores.has(joined)) return undefined
    if (!scores.has(joined)) scores.set(joined, -rank)
    counts.set(joined, (counts.get(joined) ?? 0) + 1)
    previous = joined
  }
  for (const piece of known.keys()) if (splits(piece, known).length !== (counts.get(piece) ?? 0)) return undefined
  return scores
}

function unsupported(why: string): SluiceError {
  return new SluiceError({
    code: 'TOKENIZER_UNSUPPORTED',
    message: `the tokenizer cannot be put as tokenizer.json with the same ids: ${why}`,
    next: "use the Hugging Face folder of the model, which has the tokenizer's own file",
  })
}
