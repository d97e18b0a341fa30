import { serveThread } from '../../util/thread.ts'
import { runEvaluation } from './job.ts'

await serveThread(runEvaluation)
