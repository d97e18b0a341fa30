import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { nearest } from '../util/nearest.ts'
import type { Bench } from './bench.ts'

/** Every benchmark by name. Each module loads only when it is run. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ingest: async () => (await import('./ingest.ts')).bench,
  redact: async () => (await import('./redact.ts')).bench,
  redaction: async () => (await import('./redaction.ts')).bench,
  'redaction-memory': async () => (await import('./redaction/memory.ts')).bench,
  'redaction-folds': async () => (await import('./redaction-folds.ts')).bench,
  toxicity: async () => (await import('./toxicity.ts')).bench,
  curate: async () => (await import('./curate.ts')).bench,
  training: async () => (await import('./training.ts')).bench,
  'base-model': async () => (await import('./base-model.ts')).bench,
  'training-peers': async () => (await import('./training-peers.ts')).bench,
  ledger: async () => (await import('./ledger.ts')).bench,
  policies: async () => (await import('./policies.ts')).bench,
  memory: async () => (await import('./memory.ts')).bench,
}

const machine = {
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memory_gib: Math.round(totalmem() / 2 ** 30),
  platform: `${platform()} ${release()} ${process.arch}`,
  node: process.version,
}

const args = process.argv.slice(2)
const json = args.includes('--json')
const names = args.filter((arg) => !arg.startsWith('--'))

if (names.length === 0) {
  process.stdout.write(`usage: npm run bench -- NAME [--json]\nbenchmarks: ${Object.keys(BENCHES).join(', ')}\n`)
  process.exit(2)
}
for (const name of names) await runOne(name)

async function runOne(name: string): Promise<void> {
  const load = BENCHES[name]
  if (load === undefined) {
    const guess = nearest(name, Object.keys(BENCHES))
    process.stderr.write(`there is no benchmark ${name}${guess === undefined ? '' : `; did you mean ${guess}?`}\n`)
    process.exit(2)
  }
  const bench = await load()
  const { figures, floors, ceilings = {}, peers = {}, details } = await bench.run()
  const value = (figure: string): number => figures[figure] ?? Number.NaN
  // NaN, a figure that was not measured, is neither.
  const missed = [
    ...Object.entries(floors).filter(([figure, floor]) => !(value(figure) >= floor)),
    ...Object.entries(ceilings).filter(([figure, ceiling]) => !(value(figure) <= ceiling)),
  ]
  if (json) {
    process.stdout.write(`${JSON.stringify({ name, machine, figures, floors, ceilings, peers, details })}\n`)
  } else {
    process.stdout.write(
      `${name}: ${bench.summary}\n  on ${machine.cores} × ${machine.cpu}, ${machine.memory_gib} GiB, node ${machine.node}\n`,
    )
    for (const [figure, value] of Object.entries(figures)) {
      const [floor, ceiling] = [floors[figure], ceilings[figure]]
      const verdict =
        (floor === undefined ? '' : `   floor ${floor}: ${value >= floor ? 'met' : 'NOT MET'}`) +
        (ceiling === undefined ? '' : `   ceiling ${ceiling}: ${value <= ceiling ? 'met' : 'NOT MET'}`)
      process.stdout.write(`  ${figure.padEnd(34)}${format(value).padStart(14)}${verdict}\n`)
    }
    for (const [peer, value] of Object.entries(peers))
      process.stdout.write(`  peer ${peer.padEnd(29)}${format(value).padStart(14)}\n`)
  }
  if (missed.length > 0) process.exitCode = 1
}

function format(value: number): string {
  return Number.isInteger(value)
    ? value.toLocaleString('en')
    : value.toLocaleString('en', { maximumSignificantDigits: 4 })
}
