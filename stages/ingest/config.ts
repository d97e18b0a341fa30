import { type Static, Type } from '../../util/schema-type.ts'

const MIB = 1024 * 1024
const closed = { additionalProperties: false }

const roleType = Type.Union([
  Type.Literal('system'),
  Type.Literal('user'),
  Type.Literal('assistant'),
  Type.Literal('tool'),
])

const fields = Type.Object(
  {
    id: Type.String({
      description: "Path of the row's own id, to find duplicate ids. Empty: the rows have none.",
      default: 'id',
    }),
    text: Type.String({
      description:
        'Path of the text. Neither `text`, `messages` nor `turns`: a row with `prompt` and `completion` is a question and its answer (`meta.form` says so, and training puts loss on the last answer only); else `messages` where it has them, else `text`.',
      default: '',
    }),
    messages: Type.String({ description: 'Path of an array of messages.', default: '' }),
    turns: Type.Array(
      Type.Object(
        {
          role: roleType,
          path: Type.String({ description: 'Path of the text of the turn. A turn without text is left out.' }),
        },
        closed,
      ),
      {
        description: 'Messages made from single fields, in this order, after those of `messages`.',
        default: [],
      },
    ),
    role: Type.String({
      description: 'Path of the role inside a message (or inside a row, with `group_by`).',
      default: 'role',
    }),
    role_keys: Type.Record(Type.String(), roleType, {
      description: 'Roles by the member that a message has: `{client: user, agent: assistant}`. Used before `role`.',
      default: {},
    }),
    roles: Type.Record(Type.String(), roleType, {
      description: 'Roles by the value found at `role`, beside the usual ones (user, human, customer, bot, agent …).',
      default: {},
    }),
    content: Type.String({ description: 'Path of the text inside a message.', default: 'content' }),
    name: Type.String({ description: 'Path of the name inside a message.', default: 'name' }),
    tool_calls: Type.String({ description: 'Path of the tool calls inside a message.', default: 'tool_calls' }),
    tool_call_id: Type.String({
      description: 'Path of the id of the answered call inside a message.',
      default: 'tool_call_id',
    }),
  },
  {
    ...closed,
    description: 'Where the parts of a record are. Paths have dots: `customer.name`, `parts.0.text`.',
    default: {},
  },
)

/** What a pipeline file writes under `with:` for ingest. */
export const ingestConfig = Type.Object(
  {
    sources: Type.Array(Type.String(), {
      description: 'Ids of declared sources, in the order in which they are read. Empty: all.',
      default: [],
    }),
    format: Type.Union(
      [
        Type.Literal('auto'),
        Type.Literal('jsonl'),
        Type.Literal('json'),
        Type.Literal('csv'),
        Type.Literal('tsv'),
        Type.Literal('parquet'),
        Type.Literal('text'),
      ],
      { description: 'Format of the files; `auto` goes by their names (`.jsonl`, `.csv.gz` …).', default: 'auto' },
    ),
    json_path: Type.String({
      description: 'Path of the array of rows in a JSON file. Empty: the file is the array.',
      default: '',
    }),
    delimiter: Type.String({
      description: 'What separates the columns of a CSV file: one ASCII character. Empty: comma, or tab for TSV.',
      default: '',
    }),
    text_record: Type.Union([Type.Literal('file'), Type.Literal('line'), Type.Literal('paragraph')], {
      description: 'What one record of a plain text file is. Paragraphs are separated by empty lines.',
      default: 'file',
    }),
    fields,
    meta: Type.Array(Type.String(), {
      description: 'Paths of values to keep in `meta`, under the path as name. Everything else is left behind.',
      default: [],
    }),
    group_by: Type.String({
      description: 'Path of the key that makes rows one conversation: each row is a message. Empty: a row is a record.',
      default: '',
    }),
    order_by: Type.String({
      description: 'Path of the value that orders the rows of a conversation. Empty: as in the files.',
      default: '',
    }),
    encoding: Type.Union([Type.Literal('utf-8'), Type.Literal('latin1'), Type.Literal('utf-16le')], {
      description: 'Encoding of text formats. UTF-8 is checked strictly, row by row.',
      default: 'utf-8',
    }),
    max_row_bytes: Type.Integer({
      description: 'A longer row (or conversation) is quarantined; it is never held in memory whole.',
      default: 16 * MIB,
      minimum: 64,
      maximum: 256 * MIB,
    }),
    shard: Type.Object(
      {
        rows: Type.Integer({ description: 'Most records in one shard.', default: 50_000, minimum: 1 }),
        bytes: Type.Integer({
          description: 'Most bytes in one shard; large JSONL files are read in pieces of half of this.',
          default: 64 * MIB,
          minimum: 1024,
          maximum: 512 * MIB,
        }),
      },
      { ...closed, description: 'Size of the output shards.', default: {} },
    ),
    on_duplicate_id: Type.Union([Type.Literal('ignore'), Type.Literal('keep'), Type.Literal('quarantine')], {
      description:
        'Rows whose own id was seen before: `keep` counts them, `quarantine` sets all but the first aside, `ignore` does not look (saves one pass over the files).',
      default: 'keep',
    }),
  },
  closed,
)

export type IngestConfig = Static<typeof ingestConfig>
