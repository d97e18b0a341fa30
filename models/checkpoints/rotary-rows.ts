/**
 * Two orders of the rows of query and key projections. Rotary positions turn pairs of rows of a head: Hugging Face
 * pairs row i with row i + D/2 ("halves"), llama2.c and GGUF's `llama` pair 2i with 2i + 1 ("interleaved"). Turning
 * neighbours is the same as turning halves after the rows are moved.
 *
 * @param rows rows of all heads: heads × headWidth
 */
export function interleavedToHalves(data: Float32Array, rows: number, headWidth: number): Float32Array {
  return moveRows(data, rows, headWidth, 'gather')
}

/**
 * The other way: rows in Hugging Face's order as llama2.c and GGUF's `llama` have them. See `interleavedToHalves`.
 *
 * @param data [rows, columns]
 * @param rows rows of all heads: heads × headWidth
 */
export function halvesToInterleaved(data: Float32Array, rows: number, headWidth: number): Float32Array {
  return moveRows(data, rows, headWidth, 'scatter')
}

function moveRows(data: Float32Array, rows: number, headWidth: number, how: 'gather' | 'scatter'): Float32Array {
  const columns = data.length / rows
  const out = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    const inHead = row % headWidth
    // Row i of half j, of the head that the row belongs to, is neighbour 2i + j.
    const other = row - inHead + 2 * (inHead % (headWidth / 2)) + Math.floor(inHead / (headWidth / 2))
    const [from, to] = how === 'gather' ? [other, row] : [row, other]
    out.set(data.subarray(from * columns, (from + 1) * columns), to * columns)
  }
  return out
}

/** The transpose of a row-major [rows, columns] matrix. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]!
  }
  return out
}
