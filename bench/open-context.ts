import type { Store } from '../artifacts/store.ts'
import type { Tally } from '../artifacts/tally.ts'
import type { OpenContext } from '../stages/stage.ts'
import { sha256 } from '../util/digest.ts'

/** A context for a stage that touches neither store nor secrets: using one of those throws. */
export function openContext(tally: Tally, sensitivity: OpenContext['sensitivity'] = 'redacted'): OpenContext {
  const refuse = (): never => {
    throw new Error('this stage was opened without a store')
  }
  return {
    seed: 7,
    baseDir: '.',
    sources: [],
    get store(): Store {
      return refuse()
    },
    tally,
    sensitivity,
    params: null,
    shard: sha256('none'),
    secret: refuse,
    blob: refuse,
    scratch: refuse,
  }
}
