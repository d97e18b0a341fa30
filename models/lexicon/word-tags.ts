import { createRequire } from 'node:module'

/** What two dictionaries say of a word, read at run time from the packages that hold them. */

type Tags = Readonly<Record<string, string | readonly string[]>>

const require = createRequire(import.meta.url)

let topics: Tags | undefined
let english: Readonly<Record<string, readonly string[]>> | undefined

/** Lower-cased words and phrases with `compromise`'s tags for them: FemaleName, City, Organization, PastTense … */
export function topicTags(): Tags {
  // Its form for `require` is one file, and loads in half the time of the other.
  topics ??= (require('compromise/two') as { model(): { one: { lexicon: Tags } } }).model().one.lexicon
  return topics
}

/** Words as written (`Bush` and `bush` apart) with their Penn Treebank tags: the lexicon of `natural`'s Brill tagger. */
export function englishTags(): Readonly<Record<string, readonly string[]>> {
  english ??= require('natural/lib/natural/brill_pos_tagger/data/English/lexicon_from_posjs.json') as Readonly<
    Record<string, readonly string[]>
  >
  return english
}
