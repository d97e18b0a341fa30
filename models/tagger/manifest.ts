import type { Fit } from './fit.ts'
import type { Agreement } from './metrics.ts'
import type { TaggerManifest } from './tagger.ts'

/** Agreement by type on one set of texts. */
export interface ManifestScores {
  readonly person: Agreement
  readonly location: Agreement
  readonly organization: Agreement
}

/** What models that have not seen the texts say of them. */
export interface Folds {
  /** UNER-EWT dev, five folds by document. */
  readonly uner_folds: ManifestScores
  /** The rest: a model that has read no sentence of UNER and half of the templates. */
  readonly uner_without: ManifestScores
  readonly wnut_dev: ManifestScores
  readonly broad_dev: ManifestScores
  /** Texts from the other half of the templates, with other names. */
  readonly templates: ManifestScores
  readonly banking: ManifestScores
}

/** `model.json`: what the model is, where its thresholds come from, how it scores. */
export interface TaggerCardManifest extends TaggerManifest {
  readonly name: 'tagger'
  readonly sha256: string
  readonly bytes: number
  readonly fit: Fit
  readonly folds: Folds
}
