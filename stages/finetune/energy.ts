import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const POWERCAP = '/sys/class/powercap'

/**
 * Starts to measure what the processors of the whole machine take, by the kernel's RAPL counters. The result counts what
 * else ran meanwhile too.
 *
 * @returns gives joules since the start; undefined where the machine has no counters or does not let them be read
 */
export function measureEnergy(): () => number | undefined {
  const before = readCounters()
  return () => {
    const after = readCounters()
    if (before === undefined || after === undefined) return undefined
    let microjoules = 0
    for (const [name, { energy, range }] of after) {
      const first = before.get(name)?.energy ?? energy
      // A counter that ran over its end began again at 0.
      microjoules += energy >= first ? energy - first : energy + range - first
    }
    return microjoules / 1e6
  }
}

function readCounters(): ReadonlyMap<string, { readonly energy: number; readonly range: number }> | undefined {
  try {
    // `intel-rapl:0` is a package; `intel-rapl:0:1` a part of it, which is counted there already. AMD has the same names.
    const packages = existsSync(POWERCAP) ? readdirSync(POWERCAP).filter((name) => /^intel-rapl:\d+$/.test(name)) : []
    if (packages.length === 0) return undefined
    const read = (name: string, file: string): number => Number(readFileSync(join(POWERCAP, name, file), 'utf8'))
    return new Map(
      packages.map((name) => [name, { energy: read(name, 'energy_uj'), range: read(name, 'max_energy_range_uj') }]),
    )
  } catch {
    // Since 2020 kernels let only root read them (CVE-2020-8694).
    return undefined
  }
}
