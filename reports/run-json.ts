import type { RunRecord } from '../pipelines/engine/run-record.ts'
import { canonicalJson } from '../util/json.ts'

/** The run record itself, indented for reading. Members are sorted, so equal records give equal bytes. */
export function renderRunJson(record: RunRecord): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(record)), null, 2)}\n`
}
