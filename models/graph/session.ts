import { InferenceSession, Tensor } from 'onnxruntime-node'

/** Anything a graph takes: data and its shape. int32 ids, never BigInt (slow to make in JavaScript). */
export interface Feed {
  readonly type: 'float32' | 'float64' | 'int32' | 'int64'
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array
  readonly shape: readonly number[]
}

export interface Session {
  run(feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, Feed>>>
  close(): Promise<void>
}

export interface SessionOptions {
  /** Keep freed memory for the next run (default). Without it a process stays smaller and runs some 15 % longer. */
  readonly arena?: boolean
  /** Where the constants of `Graph.stored` lie. */
  readonly stored?: StoredConstants
}

export interface StoredConstants {
  /** The folder of their file. It must stay until the session is closed. */
  readonly folder: string
  /**
   * Copy each that is multiplied into the order in which products read it, once per product: 5 to 18 % faster products.
   * What is only used packed is then no longer in memory as it was. Otherwise constants are read from the mapped file.
   */
  readonly pack: boolean
}

/**
 * Opens a model in the CPU build of ONNX Runtime. Threads do not spin: another process may need the core. Products of few
 * rows and columns may round differently with another number of them; training sees to it that they do not.
 */
export async function openSession(
  model: Uint8Array,
  threads: number,
  { arena = true, stored }: SessionOptions = {},
): Promise<Session> {
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: Math.max(1, threads),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: arena,
    // A plan of memory for each set of shapes lies beside what the arena holds: half as much again, and no faster.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' }, ...(stored === undefined ? {} : storedSettings(stored)) } },
  })
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, { type, data, shape }]) => [name, toTensor(type, data, shape)])
      const results = await session.run(Object.fromEntries(tensors))
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [
          name,
          { type: tensor.type, data: tensor.data, shape: tensor.dims } as Feed,
        ]),
      )
    },
    close: () => session.release(),
  }
}

function storedSettings({ folder, pack }: StoredConstants): Readonly<Record<string, string>> {
  return { model_external_initializers_file_folder_path: folder, disable_prepacking: pack ? '0' : '1' }
}

function toTensor(type: Feed['type'], data: Feed['data'], shape: readonly number[]): Tensor {
  return new Tensor(type as 'float32', data as Float32Array, shape)
}

/** Numbers to feed, without a copy. One axis where no shape is given. */
export function float32(data: Float32Array, shape: readonly number[] = [data.length]): Feed {
  return { type: 'float32', data, shape }
}

/** Whole numbers to feed, without a copy. One axis where no shape is given. */
export function int32(data: Int32Array, shape: readonly number[] = [data.length]): Feed {
  return { type: 'int32', data, shape }
}

/** A single number, shape []. */
export function number32(x: number): Feed {
  return { type: 'float32', data: Float32Array.of(x), shape: [] }
}
