import type { CanaryPlan } from '../../artifacts/canary.ts'
import { getEvaluation } from '../../artifacts/evaluation.ts'
import { getModel, readModelFile } from '../../artifacts/model.ts'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import { SluiceError } from '../../util/errors.ts'
import type { PlannedInput, Problem } from '../stage.ts'

/** Refuses, before anything runs, a model that the stage would have to run and that will have no weights here. */
export function checkRunnable(model: PlannedInput | undefined): readonly Problem[] {
  if (model?.lack?.what !== 'weights') return []
  return [
    {
      code: 'MODEL_NOT_RUNNABLE',
      message: `it would have to run the model of \`${model.stage}\`, which ${model.lack.because}`,
      next: `${model.lack.next}; or leave this stage out`,
      input: 'model',
    },
  ]
}

/**
 * The files of a model artifact, for `openLanguageModel`.
 *
 * @throws SluiceError MODEL_NOT_RUNNABLE for an adapter alone, or a model that stayed with a provider
 */
export function modelFiles(store: Store, ref: Pick<ArtifactRef, 'digest'>): ReadonlyMap<string, Uint8Array> {
  const model = getModel(store, ref)
  if (!model.files.some(({ name }) => name === 'config.json')) {
    throw new SluiceError({
      code: 'MODEL_NOT_RUNNABLE',
      message: 'the model has no weights here that could be run: it is an adapter alone, or stayed with a provider',
      next: 'write the whole model (`merged: true` of finetune), or leave out the stages that ask it',
    })
  }
  return new Map(model.files.map((file) => [file.name, readModelFile(store, model, file.name)]))
}

/**
 * The plan that `curate` stored.
 *
 * @throws SluiceError CANARY_PLAN_MISSING where the evaluation holds none
 */
export function readCanaryPlan(store: Store, ref: Pick<ArtifactRef, 'digest'>): CanaryPlan {
  const plan = getEvaluation(store, ref).data as unknown as CanaryPlan | undefined
  if (plan?.kind !== 'canary-plan') {
    throw new SluiceError({
      code: 'CANARY_PLAN_MISSING',
      message: 'the input `canaries` holds no canary plan',
      next: 'connect `canaries` to the port `canaries` of the curate stage',
    })
  }
  return plan
}
