import type { Area } from './evaluate.ts'
import { TOXICITY_HEADS } from './heads.ts'
import type { ModelManifest } from './measure.ts'

/** The model card, from the figures that were measured. */
export function modelCard(manifest: ModelManifest): string {
  const { dev, thresholds } = manifest
  const { madlibs } = dev
  const bpsn = madlibs.groups.flatMap(({ bpsn_auc }) => (bpsn_auc === null ? [] : [bpsn_auc]))
  return `# Toxicity model

Six probabilities for an English text: ${TOXICITY_HEADS.join(', ')}. Hashed word and character n-grams in two parts that are
averaged: a weighted bag, and convolutions over 2 to 4 tokens with the maximum over the text. 8-bit tables, ONNX opset 21,
${(manifest.bytes / 2 ** 20).toFixed(1)} MiB, sha256 \`${manifest.sha256}\`. How it works: docs/toxicity.md.

Written by \`npm run build && node dist/models/toxicity/train.js\` (seed ${manifest.fit.seed}, ${manifest.fit.epochs} epochs, one thread); the figures below by the
same command.

## Intended use

To find toxic messages in text for fine-tuning and in a model's outputs, for a policy or a person to decide on. Not to judge
people, and not as the only ground to remove anything.

## Data and licences

| source | licence | used for |
|---|---|---|
| Jigsaw 2018 (Wikipedia talk comments, samples) | labels CC0, text CC BY-SA 3.0 | all heads |
| Civil Comments, span annotations | CC0 | obscene, threat, insult, identity_attack as shares of raters; toxicity at a tenth of the weight |
| Davidson et al. 2017 | MIT | hate and neither; "offensive" nearly ignored (over-flags African American English) |
| Stormfront sentences (Vicomtech) | CC BY-SA 3.0 ES | toxicity, identity_attack |
| MLMA, English | MIT | light: noisy labels |
| HatemojiBuild, training part | CC BY 4.0 | toxicity, identity_attack, threat |
| ConvAbuse, training part | CC BY 4.0 | toxicity and severity as shares of annotators, insult, identity_attack |
| Banking77, Taskmaster-4 (samples) | CC BY 4.0 | clean everyday requests |
| sentences from our own templates (models/toxicity/templates.ts) | Apache-2.0 | groups named neutrally, negated and reported hate, harmless uses of strong words, names, and their abusive twins |

The weights are shared under CC BY-SA 4.0. No other model was used. The templates aim at what functional test suites of this field
test, without using their sentences: results on such suites are partly in-domain.

## Thresholds

The lowest that flags at most 2 % of clean held-out texts of the training sources, and never less than 0.2. The share that
each flags in fact:

| head | threshold | flags of clean texts | clean texts |
|---|---|---|---|
${TOXICITY_HEADS.map((head) => `| ${head} | ${thresholds[head].value} | ${percent(thresholds[head].false_positive_rate)} | ${thresholds[head].n} |`).join('\n')}

## Scores

AUC. Development files were never trained on, and their rows that also stand in a training file were left out; intervals are
95 % (Hanley and McNeil). The development files were looked at while the model was built, so they are no independent test.

| file | AUC | interval | positives / negatives |
|---|---|---|---|
${TOXICITY_HEADS.map((head) => row(`Jigsaw, development, ${head}`, dev.jigsaw[head] ?? null)).join('\n')}
| mean of the six | ${dev.jigsaw_mean_auc.toFixed(3)} | | |
${row('Wikipedia comments', dev.wiki)}
${row('the same with group names swapped', dev.wiki_fuzzed)}
${row('ConvAbuse, validation', dev.convabuse)}
${row('HatemojiBuild, validation (adversarial)', dev.hatemoji)}
${row('identity madlibs', madlibs.overall)}

The Jigsaw development file holds few positives. On held-out rows of the training file (${manifest.held_out['jigsaw']?.n ?? 0} texts, also used for calibration and
thresholds, AUC (positives)): ${Object.entries(manifest.held_out['jigsaw']?.auc ?? {})
    .map(([head, { auc, positives }]) => `${head} ${auc.toFixed(3)} (${positives})`)
    .join(', ')}.

## Groups

Identity madlibs (${madlibs.neutral_n} neutral sentences): at the shipped threshold ${percent(madlibs.neutral_fpr)} of the neutral ones are flagged and ${percent(madlibs.toxic_recall)} of the
attacks. Smallest BPSN AUC over the groups: ${Math.min(...bpsn).toFixed(3)}. Names of groups are replaced by one placeholder before the model sees them, which is why
the groups hardly differ; a name that is not in models/toxicity/groups.ts has no such protection. Our own templates hold sentences of
the same build ("You are a … person"), so these figures are in-domain and say little about free text.

| group | sentences | subgroup AUC | BPSN AUC | BNSP AUC | neutral flagged |
|---|---|---|---|---|---|
${madlibs.groups.map((g) => `| ${g.group} | ${g.n} | ${three(g.subgroup_auc)} | ${three(g.bpsn_auc)} | ${three(g.bnsp_auc)} | ${percent(g.neutral_fpr)} |`).join('\n')}

## Limits

- English only. Other languages score as clean, mostly.
- Threat and severe_toxicity have few training examples (99 and 381 Wikipedia comments): wide uncertainty.
- Abuse without abusive words, irony, and hate in emoji are mostly missed.
- Swearing at nobody is often scored as toxic; quoted abuse sometimes.
- The labels are those of crowd workers on the web of 2016 to 2021. Dialect bias was reduced by weights, not measured: no labelled
  dialect set was at hand.
- An attack that lies in which group is named cannot be seen.
`
}

function row(name: string, area: Area | null): string {
  if (area === null) return `| ${name} | too few | | |`
  const [lower, upper] = area.interval
  return `| ${name} | ${area.auc.toFixed(3)} | ${lower.toFixed(3)} – ${upper.toFixed(3)} | ${area.positives} / ${area.negatives} |`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function three(x: number | null): string {
  return x === null ? '–' : x.toFixed(3)
}
