import { lexicon } from '../../models/lexicon/lexicon.ts'
import type { SpanTagger, TaggedSpan } from './span-tagger.ts'

/** Countries and larger places under names that the lexicon does not have. */
const ALSO: ReadonlySet<string> = new Set(
  'uk,us,usa,u.s,u.s.a,america,britain,great britain,england,scotland,wales,northern ireland,holland,eu,uae,europe,european union,asia,africa,south america,north america,latin america,central america,antarctica,oceania,middle east,eurasia,scandinavia,balkans,czechia,czech republic,united states,united states of america,united kingdom,united arab emirates,south korea,north korea,ivory coast,hong kong,new zealand,south africa,saudi arabia,sri lanka,costa rica,el salvador,puerto rico,dominican republic,papua new guinea,sierra leone,burkina faso,cape verde,deutschland,österreich,schweiz,españa,france,italia,brasil,méxico,nederland,polska,türkiye'.split(
    ',',
  ),
)

/** A country or something larger, which does not say where somebody lives. */
export function isCountry(value: string): boolean {
  const name = value.toLowerCase().replace(/^the /, '').replace(/[.,]$/, '')
  return ALSO.has(name) || lexicon().isCountry(name)
}

/** The same tagger, with countries as a type of their own: they stay unless they are asked for. */
export function countriesApart(tagger: SpanTagger): SpanTagger {
  const apart = (span: TaggedSpan, text: string): TaggedSpan =>
    span.type === 'LOCATION' && isCountry(text.slice(span.start, span.end)) ? { ...span, type: 'COUNTRY' } : span
  return {
    name: tagger.name,
    types: [...tagger.types, 'COUNTRY'],
    async tag(texts) {
      const tagged = await tagger.tag(texts)
      return tagged.map((spans, i) => spans.map((span) => apart(span, texts[i]!)))
    },
    close: () => tagger.close(),
  }
}
