import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openKeys } from '../audit/keys.ts'
import { openLedger } from '../audit/ledger.ts'
import { readLedger } from '../audit/ledger-reader.ts'
import { checkTlogProof } from '../audit/tlog-proof.ts'
import { verifyLedger } from '../audit/verify.ts'
import { random } from '../util/random.ts'
import type { Bench } from './bench.ts'
import { runEntries, treeEntry, writeLog, writeTree } from './ledger-log.ts'

const GROUP = 64
const GROUPS = 200
const SMALL_RUNS = 1_000
const LARGE_RUNS = 8_000
const PROVEN = 10_000_000
const PROOFS = 500

/**
 * Appends in groups of 64 with every file fsynced; verification of a log of half a million entries from its bytes; proofs
 * in a tree of ten million, each from the files. Runs in the current folder: `/tmp` may be memory, where an fsync costs
 * nothing.
 */
export const bench: Bench = {
  name: 'ledger',
  summary: `groups of ${GROUP}, durable before acknowledged; ${LARGE_RUNS * GROUP} entries verified; proofs in a tree of ${PROVEN}`,
  async run() {
    const folder = mkdtempSync(join(process.cwd(), '.bench-ledger-'))
    try {
      const keys = openKeys(join(folder, 'keys'))
      const ledger = openLedger(join(folder, 'ledger'), keys)
      const groups = Array.from({ length: GROUPS }, (_, n) => runEntries(n))
      const append = measure(() => {
        for (const group of groups) ledger.append(group)
      })
      const single = measure(() => {
        for (let i = 0; i < 50; i++) ledger.append([{ type: 'sample.noted', run: 'bench', subject: { n: String(i) } }])
      })

      const small = join(folder, 'small')
      const large = join(folder, 'large')
      writeLog(small, keys, SMALL_RUNS)
      writeLog(large, keys, LARGE_RUNS)
      /** Most resident memory while it is verified, MiB. */
      const verify = (dir: string, size: number): number => {
        let most = 0
        let payloads = 0
        const onPayload = (): void => {
          payloads += 1
          if (payloads % 500 === 0) most = Math.max(most, process.memoryUsage.rss() / 2 ** 20)
        }
        const report = verifyLedger(dir, keys, { onPayload })
        if (!report.ok || report.size !== size) throw new Error('the log that was written does not verify')
        return most
      }
      const before = verify(small, SMALL_RUNS * GROUP)
      let grown = 0
      const verified = measure(() => {
        grown = verify(large, LARGE_RUNS * GROUP) - before
      })

      const tree = join(folder, 'tree')
      writeTree(tree, keys, PROVEN)
      const pick = random(1, 'proofs')
      const places = Array.from({ length: PROOFS }, () => pick.integer(PROVEN))
      const proofs: (readonly string[])[] = []
      const proven = measure(() => {
        for (const seq of places) proofs.push(readLedger(tree, keys).proveInclusion(seq))
      })
      const checkpoint = readLedger(tree, keys).checkpoint()
      places.forEach((index, i) => {
        const hashes = proofs[i]!.map((hash) => Buffer.from(hash, 'hex'))
        const wrong = checkTlogProof({ index, hashes, checkpoint }, treeEntry(index), keys)
        if (wrong !== undefined) throw new Error(wrong.code)
      })
      return {
        figures: {
          append_s: (GROUP * GROUPS) / append.wall,
          append_cpu_s: (GROUP * GROUPS) / append.cpu,
          single_append_ms: (single.wall * 1000) / 50,
          verify_s: (LARGE_RUNS * GROUP) / verified.wall,
          verify_cpu_s: (LARGE_RUNS * GROUP) / verified.cpu,
          verify_memory_growth_mib: grown,
          proof_ms: (proven.wall * 1000) / PROOFS,
        },
        floors: { append_s: 10_000, verify_s: 200_000 },
        ceilings: { proof_ms: 5, verify_memory_growth_mib: 48 },
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Seconds on the clock and of the processor, this process alone. */
function measure(work: () => void): { readonly wall: number; readonly cpu: number } {
  const start = performance.now()
  const used = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(used)
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }
}
