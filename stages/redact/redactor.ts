import { Transform } from 'node:stream'
import type { TextRecord } from '../../artifacts/record.ts'
import { SluiceError } from '../../util/errors.ts'
import { Utf8Decoder, Utf8Error } from '../../util/utf8-decoder.ts'
import { resolveSecret } from '../secrets.ts'
import type { SecretRef } from '../stage.ts'
import { type BlockSizes, createBlockRedactor, DEFAULT_BLOCKS } from './blocks.ts'
import { checkConfig } from './check.ts'
import type { RedactConfig } from './config.ts'
import { openDetector, redactConfig } from './configured.ts'
import type { Decision } from './decision.ts'
import type { Detector, Span, TextInput } from './detector.ts'
import { type FieldPolicies, type FieldPolicy, fieldPolicies } from './field-policy.ts'
import type { Finding } from './finding.ts'
import { rewriteJson } from './json-text.ts'
import { configuredOperators } from './operators/configured.ts'
import type { Operators } from './operators/operator.ts'
import { withPack } from './packs/with-pack.ts'
import type { Field } from './record-fields.ts'
import { fieldsOf, findInFields, findInRecords, inOrder, redactFields, redactRecords } from './record-redactor.ts'

/** As the `with` of a pipeline's redact stage, every field optional; see docs/reference.md. */
export type RedactorConfig = Partial<Omit<RedactConfig, 'seeding'>>

export interface RedactorOptions extends RedactorConfig {
  /** Where relative paths of models and key files start. Default: the current folder. */
  readonly baseDir?: string
  /** Gives the bytes of a key. Default: from the environment or a file, as the config says. */
  readonly secret?: (ref: SecretRef) => Uint8Array
  /** The day that decides what has expired. Default: today. */
  readonly now?: Date
  /** For `redact` and `stream`: how a long text is cut. Smaller blocks hold back less and see less. */
  readonly blocks?: Partial<BlockSizes>
}

export interface Redactor {
  /** What is found: sorted, disjoint, offsets in UTF-16 code units. `field` names the field or column that holds the text. */
  find(text: string, field?: string): Promise<readonly Span[]>
  /** The same for many texts at once, which is faster where models look. */
  findAll(inputs: readonly TextInput[]): Promise<readonly (readonly Span[])[]>
  /** Every candidate and what became of it. */
  explain(text: string, field?: string): Promise<readonly Decision[]>
  /** The text without what is found in it. */
  redact(text: string): Promise<string>
  /**
   * The JSON text with its strings and telling numbers redacted; everything else keeps its bytes.
   *
   * @returns undefined where the text is no JSON object or list
   */
  redactJson(json: string): Promise<string | undefined>
  /** Records of Sluice: text or messages, tool calls, meta. */
  redactRecords(records: readonly TextRecord[]): Promise<readonly TextRecord[]>
  /** What stands in documents given as fields (the cells of a row). Names are known across a document. */
  findFields(
    documents: readonly (readonly Field[])[],
    policies?: FieldPolicies,
  ): Promise<readonly (readonly Finding[])[]>
  /** The new text of every field of such documents. */
  redactFields(documents: readonly (readonly Field[])[], policies?: FieldPolicies): Promise<RedactedFields>
  /** As `redact` for a text that comes in parts: what is settled, with the spans behind it (offsets in the whole text). */
  redactParts(parts: AsyncIterable<string>): AsyncGenerator<RedactedPart>
  /**
   * UTF-8 bytes or strings in, UTF-8 bytes out; what comes out is what `redact` gives for the whole, wherever the input is
   * cut. Holds back at most one block and its margin.
   */
  stream(): Transform
  readonly config: RedactConfig
  close(): Promise<void>
}

export interface RedactedFields {
  readonly texts: readonly (readonly string[])[]
  readonly spans: readonly (readonly (readonly Span[])[])[]
  /**
   * What was found and replaced only once its neighbours were: count it with `spans`. Offsets are those of the text as it
   * was by then.
   */
  readonly later: readonly (readonly (readonly Span[])[])[]
}

export interface RedactedPart {
  readonly text: string
  readonly spans: readonly Span[]
  /** As in `RedactedFields`. */
  readonly later: readonly Span[]
}

/**
 * Opens a redactor: recognizers, the trained tagger and models of the config. Close it when it is no longer needed.
 *
 * @example
 * const redactor = await createRedactor()
 * await redactor.redact('write to ada@example.org') // 'write to <EMAIL>'
 * await redactor.close()
 *
 * @throws SluiceError for a wrong config (`REDACT_CONFIG`, `REDACT_UNKNOWN_TYPE`, `REDACT_LIST_EXPIRED`), a missing key or model
 */
export async function createRedactor(options: RedactorOptions = {}): Promise<Redactor> {
  const { baseDir = process.cwd(), secret, now = new Date(), blocks, ...fields } = options
  const given = redactConfig(fields)
  const keyOf = secret ?? ((ref: SecretRef) => resolveSecret(ref, undefined, baseDir))
  const [problem] = checkConfig(given, { baseDir, sources: [], purpose: '', now, secretId: () => '' })
  if (problem !== undefined) {
    const place = (problem.path ?? []).join('.')
    throw new SluiceError({
      code: problem.code,
      message: `${place === '' ? '' : `${place}: `}${problem.message}`,
      ...(problem.next === undefined ? {} : { next: problem.next }),
    })
  }
  const config = withPack(given)
  const operators = configuredOperators(config, keyOf)
  const detector = await openDetector(config, baseDir)
  return build(config, detector, operators, { ...DEFAULT_BLOCKS, ...blocks })
}

function build(config: RedactConfig, detector: Detector, operators: Operators, sizes: BlockSizes): Redactor {
  const own = fieldPolicies(config.fields as Readonly<Record<string, FieldPolicy>>)
  const optionsOf = (policies: FieldPolicies | undefined) => ({
    propagate: config.same_record_names,
    ...(policies === undefined ? {} : { policies }),
  })
  const redactAll = async (
    documents: readonly (readonly Field[])[],
    policies: FieldPolicies | undefined,
  ): Promise<RedactedFields> => {
    const found = await findInFields(documents, detector, optionsOf(policies))
    const redacted = await redactFields(
      found.map((findings) => ({ findings, replace: operators.forRecord(undefined, findings) })),
      operators,
      detector,
    )
    return {
      texts: redacted.map((fields) => fields.map(({ text }) => text)),
      spans: found.map((findings) => findings.map(({ spans }) => spans)),
      later: redacted.map((fields) => fields.map(({ later }) => later)),
    }
  }
  return {
    config,
    async find(text, field) {
      return (await detector.findAll([{ text, field }]))[0] ?? []
    },
    findAll: (inputs) => detector.findAll(inputs),
    explain: (text, field) => detector.explain({ text, field }),
    async redact(text) {
      const redactor = createBlockRedactor(detector, operators, sizes)
      return (await redactor.push(text)) + (await redactor.end())
    },
    async redactJson(json) {
      const rewrite = (visit: (field: Field) => string): string | undefined => rewriteJson(json, jsonField(visit))
      if (rewrite(({ text }) => text) === undefined) return undefined
      const fields = fieldsOf(rewrite)
      const { texts } = await redactAll([fields], own)
      return rewrite(inOrder(fields, texts[0]!))
    },
    async redactRecords(records) {
      const found = await findInRecords(records, detector, optionsOf(own))
      return (await redactRecords(records, found, operators, detector)).map(({ record }) => record)
    },
    findFields: (documents, policies = own) => findInFields(documents, detector, optionsOf(policies)),
    redactFields: (documents, policies = own) => redactAll(documents, policies),
    async *redactParts(parts) {
      let spans: Span[] = []
      let later: Span[] = []
      const redactor = createBlockRedactor(detector, operators, sizes, (first, rest) => {
        spans.push(...first)
        later.push(...rest)
      })
      for await (const part of parts) {
        const text = await redactor.push(part)
        if (text === '') continue
        yield { text, spans, later }
        spans = []
        later = []
      }
      yield { text: await redactor.end(), spans, later }
    },
    stream: () => redactStream(detector, operators, sizes),
    close: () => detector.close(),
  }
}

/** Visits the values of a JSON text as fields. */
export function jsonField(visit: (field: Field) => string): Parameters<typeof rewriteJson>[1] {
  return (text, field, what, path) =>
    visit({ text, field, kind: 'meta', path: what === 'key' ? 'meta key' : path, number: what === 'number' })
}

function redactStream(detector: Detector, operators: Operators, sizes: BlockSizes): Transform {
  const redactor = createBlockRedactor(detector, operators, sizes)
  const decoder = new Utf8Decoder()
  const decode = (chunk: Buffer | undefined): string => {
    try {
      if (chunk !== undefined) return decoder.decode(chunk)
      decoder.end()
      return ''
    } catch (cause) {
      if (!(cause instanceof Utf8Error)) throw cause
      throw new SluiceError({
        code: 'REDACT_ENCODING',
        message: `the text is not UTF-8 at byte ${cause.at}`,
        next: 'convert it to UTF-8 first, with iconv for instance',
        cause,
      })
    }
  }
  return new Transform({
    decodeStrings: false,
    transform(chunk: Buffer | string, _encoding, done) {
      Promise.resolve()
        .then(() => redactor.push(typeof chunk === 'string' ? chunk : decode(chunk)))
        .then((text) => done(null, text === '' ? undefined : Buffer.from(text, 'utf8')), done)
    },
    flush(done) {
      Promise.resolve()
        .then(async () => {
          const tail = decode(undefined)
          return (await redactor.push(tail)) + (await redactor.end())
        })
        .then((text) => done(null, text === '' ? undefined : Buffer.from(text, 'utf8')), done)
    },
  })
}
