import { existsSync } from 'node:fs'
import type { TrainerProblem } from '../trainer.ts'
import type { KeySource } from './client.ts'

export interface RemoteConfig {
  /** Up to and without `/files`, e.g. `https://api.example/v1`. */
  readonly baseUrl: string
  readonly key: KeySource
  /** The provider's name of the base model. */
  readonly model: string
  /** Send data that was not redacted. Off: such data is refused. */
  readonly allowRaw: boolean
  /** What an interruption does to the job at the provider: it goes on, and the next run finds it; or it ends. */
  readonly onStop: 'leave' | 'cancel'
  readonly epochs?: number
  readonly batchSize?: number
  readonly learningRateMultiplier?: number
  /** At most 40 characters of the name of the model. */
  readonly suffix?: string
  readonly pollSeconds: number
  /** Longest silence of a connection. */
  readonly timeoutSeconds: number
  /** Longest time in which the provider may be unreachable. */
  readonly outageSeconds: number
  /** Longest time that the job may take. */
  readonly deadlineSeconds: number
}

export const REMOTE_DEFAULTS = {
  allowRaw: false,
  onStop: 'leave',
  pollSeconds: 15,
  timeoutSeconds: 120,
  outageSeconds: 1800,
  deadlineSeconds: 7 * 86_400,
} as const satisfies Partial<RemoteConfig>

/** What can be said without a request. */
export function checkRemote(config: RemoteConfig): readonly TrainerProblem[] {
  const problems: TrainerProblem[] = []
  const url = parseUrl(config.baseUrl)
  if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '') {
    problems.push({
      code: 'REMOTE_URL',
      message: 'base_url is no plain http or https address',
      next: 'write it like https://api.example/v1, without user, query or fragment',
      path: ['base_url'],
    })
  } else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    problems.push({
      code: 'REMOTE_INSECURE',
      message: `${url.host} would get the data and the key unencrypted`,
      next: 'use https; http is for this machine only',
      path: ['base_url'],
    })
  }
  const { key } = config
  if ('env' in key ? (process.env[key.env] ?? '').trim() === '' : !existsSync(key.file)) {
    problems.push({
      code: 'REMOTE_KEY_MISSING',
      message: 'env' in key ? `the variable ${key.env} is not set` : `the file ${key.file} is not there`,
      next: 'put the key of the provider there',
      path: ['key'],
    })
  }
  if (config.suffix !== undefined && !/^[A-Za-z0-9-]{1,40}$/.test(config.suffix)) {
    problems.push({
      code: 'REMOTE_SUFFIX',
      message: 'suffix is not 1 to 40 letters, digits and hyphens',
      next: 'shorten it',
      path: ['suffix'],
    })
  }
  return problems
}

function parseUrl(text: string): URL | undefined {
  try {
    const url = new URL(text)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
  } catch {
    return undefined
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
