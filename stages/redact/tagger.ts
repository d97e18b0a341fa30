import { openNameTagger } from '../../models/tagger/tagger.ts'
import type { SpanTagger } from './span-tagger.ts'

/**
 * The model that ships: people, places and organisations in running text. Stands in for the rules `names` and
 * `lower-given`; what introduces a name (`introduced-name`, `keyed-value`) is still read by rules.
 *
 * @throws SluiceError TAGGER_UNREADABLE where the model is missing or damaged
 */
export async function openTagger(): Promise<SpanTagger> {
  const tagger = await openNameTagger()
  return {
    name: 'tagger',
    types: ['PERSON', 'LOCATION', 'ORGANIZATION'],
    tag: (texts) => tagger.tag(texts),
    close: () => tagger.close(),
  }
}
