import { serveThread } from '../../util/thread.ts'
import { runMonitor } from './job.ts'

await serveThread(runMonitor)
