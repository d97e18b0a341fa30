import { createRequire } from 'node:module'
import nlp from 'compromise/two'

/** What two dictionaries say of a word, read at run time from the packages that hold them. */

type Tags = Readonly<Record<string, string | readonly string[]>>

let topics: Tags | undefined
let english: Readonly<Record<string, readonly string[]>> | undefined

/** Lower-cased words and phrases with `compromise`'s tags for them: FemaleName, City, Organization, PastTense … */
export function topicTags(): Tags {
  topics ??= (nlp.model() as unknown as { one: { lexicon: Tags } }).one.lexicon
  return topics
}

/** Words as written (`Bush` and `bush` apart) with their Penn Treebank tags: the lexicon of `natural`'s Brill tagger. */
export function englishTags(): Readonly<Record<string, readonly string[]>> {
  english ??= createRequire(import.meta.url)(
    'natural/lib/natural/brill_pos_tagger/data/English/lexicon_from_posjs.json',
  ) as Readonly<Record<string, readonly string[]>>
  return english
}
