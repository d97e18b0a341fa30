import { privateSteps } from './dp-steps.ts'
import type { TrainingJob } from './job.ts'
import type { StepKind } from './steps.ts'
import { plainSteps } from './steps.ts'

/** The kind of steps that a job asks for: a job with `dp` is never trained without it. */
export function stepsOf(job: TrainingJob): StepKind {
  return job.dp === undefined ? plainSteps(job) : privateSteps(job, job.dp)
}
