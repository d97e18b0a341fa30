import { wilson } from '../../util/statistics.ts'
import type { ManifestScores, TaggerCardManifest } from './manifest.ts'
import type { Agreement } from './metrics.ts'

/** The card that ships beside the weights, in Markdown, from the manifest. */
export function modelCard(manifest: TaggerCardManifest): string {
  const { bytes, sha256, fit, shape, thresholds, folds } = manifest
  return `# Tagger: persons, places, organisations

For each word of a text the probability that it belongs to a person's name, a place or an organisation. Words are looked up in
one hashed table (the word, its beginning and end, its letters, its case, what the lexicons of \`compromise\` and \`natural\` say of
it); convolutions read ${shape.reach + shape.dilations.reduce((a, b) => a + b, 0)} words to each side. 8-bit table, ONNX opset 21, ${(bytes / 2 ** 20).toFixed(1)} MiB, sha256
\`${sha256}\`.

Written by \`npm run build && node dist/models/tagger/train.js --folds\` (seed ${fit.seed}, ${fit.epochs} epochs, one thread); the figures below by
the same command. Texts: \`SLUICE_DATA\`, default \`../shared/data\`.

## Intended use

To find names in English text (support chats, mails, forms, reviews, records) that is to be redacted, beside rules that know
how a name is introduced. Names of many countries; text in other languages only by chance.

## Data and licences

| source | licence | used for |
|---|---|---|
| Universal NER, English-EWT, development part | CC BY-SA 4.0 | e-mails, reviews, answers, news groups |
| WNUT-17, training part | CC BY 4.0 | tweets, forums |
| Broad Twitter Corpus, training part | CC BY 4.0 | tweets |
| WikiGold | CC BY 4.0 | Wikipedia |
| CrossNER, five fields | MIT | Wikipedia; the types that are a person, a place or an organisation |
| Banking77, Taskmaster-4 | CC BY 4.0 | requests without names |
| sentences from our own templates (models/tagger/templates.ts) | Apache-2.0 | chats, mails, forms, signatures; logs, products, headings without names |
| names of the locales of \`@faker-js/faker\` | MIT | in the templates, and in the place of names in the corpora |

The weights are shared under CC BY-SA 4.0. No other model was used. The shipped weights were trained on all of the above,
UNER's development part among them; the figures are of models that were not.

## Thresholds

A score of 0.5 stands for a probability of ${thresholds.begin.join(' / ')} (person, place, organisation); a name that has begun goes on over words
from half of that. Chosen on the unseen folds of UNER: the best F2 where at most 2 % of the sentences without a person are
flagged, for places and organisations at most 6 %.

## Scores

Character level, at these thresholds; "clean flagged" is the share of the texts without such a name in which one is marked,
with its 95 % interval (Wilson). Hyperparameters and templates were changed while looking at UNER and WNUT: an independent
test will be a little lower.

| texts | type | P | R | F2 | names | clean flagged | clean texts |
|---|---|---|---|---|---|---|---|
${rows('UNER-EWT dev, five folds by document', folds.uner_folds)}
${rows('UNER-EWT dev, no sentence of it in training', folds.uner_without)}
${rows('WNUT-17 dev', folds.wnut_dev)}
${rows('Broad Twitter dev', folds.broad_dev)}
${rows('our templates, the half not trained on, other names', folds.templates)}
${rows('Banking77 test', folds.banking)}

## Limits

- Names that are plain words ("Will said", "Visit") and first names of few letters are often missed where little stands around them.
- Lower case: found after an introduction or where the lexicon knows the name; otherwise often missed.
- Shops, pets, hurricanes and fictional people that bear a person's name are often marked as persons.
- Scripts without capitals are not read. Each letter of Chinese or Japanese is no word of its own.
- Which of person, place and organisation a bare name is, is often a guess: "Miramar said".
- The corpora are of 2004 to 2017 and speak of public people of that time more than of others.
`
}

function rows(name: string, { person, location, organization }: ManifestScores): string {
  return [
    row(name, 'person', person),
    ...(location.entities === 0 ? [] : [row('', 'place', location)]),
    ...(organization.entities === 0 ? [] : [row('', 'organisation', organization)]),
  ].join('\n')
}

function row(name: string, type: string, { precision, recall, f2, entities, clean, cleanFlagged }: Agreement): string {
  const { lower, upper } = wilson(cleanFlagged, clean)
  const share = (x: number): string => (entities === 0 ? '–' : x.toFixed(3))
  const percent = (x: number): string => `${(100 * x).toFixed(1)} %`
  return `| ${name} | ${type} | ${share(precision)} | ${share(recall)} | ${share(f2)} | ${entities} | ${percent(cleanFlagged / clean)} (${percent(lower)} – ${percent(upper)}) | ${clean} |`
}
