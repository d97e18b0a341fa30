/** Types of tensors in GGUF files: their number there (ggml.h, `enum ggml_type`) and the size of a block. */
export interface GgufType {
  readonly name: string
  readonly id: number
  /** Numbers in a block; a row is a whole number of blocks. */
  readonly block: number
  /** Bytes of a block. */
  readonly bytes: number
}

export const GGUF_TYPES = {
  F32: type('F32', 0, 1, 4),
  F16: type('F16', 1, 1, 2),
  Q4_0: type('Q4_0', 2, 32, 18),
  Q4_1: type('Q4_1', 3, 32, 20),
  Q5_0: type('Q5_0', 6, 32, 22),
  Q5_1: type('Q5_1', 7, 32, 24),
  Q8_0: type('Q8_0', 8, 32, 34),
  Q4_K: type('Q4_K', 12, 256, 144),
  Q5_K: type('Q5_K', 13, 256, 176),
  Q6_K: type('Q6_K', 14, 256, 210),
  BF16: type('BF16', 30, 1, 2),
} as const satisfies Readonly<Record<string, GgufType>>

export type GgufTypeName = keyof typeof GGUF_TYPES

const BY_ID = new Map<number, GgufType>(Object.values(GGUF_TYPES).map((each) => [each.id, each]))

/** The type of a number, where it is one of those that are read. */
export function ggufType(id: number): GgufType | undefined {
  return BY_ID.get(id)
}

/** Names of the types that are known but not read, for messages (ggml.h). */
export const UNREAD_TYPES: ReadonlyMap<number, string> = new Map([
  [9, 'Q8_1'],
  [10, 'Q2_K'],
  [11, 'Q3_K'],
  [15, 'Q8_K'],
  [16, 'IQ2_XXS'],
  [17, 'IQ2_XS'],
  [18, 'IQ3_XXS'],
  [19, 'IQ1_S'],
  [20, 'IQ4_NL'],
  [21, 'IQ3_S'],
  [22, 'IQ2_S'],
  [23, 'IQ4_XS'],
  [24, 'I8'],
  [25, 'I16'],
  [26, 'I32'],
  [27, 'I64'],
  [28, 'F64'],
  [29, 'IQ1_M'],
  [34, 'TQ1_0'],
  [35, 'TQ2_0'],
  [39, 'MXFP4'],
])

function type<const N extends string>(name: N, id: number, block: number, bytes: number) {
  return { name, id, block, bytes } as const
}
