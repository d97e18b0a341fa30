import { describe, expect, it } from 'vitest'
import { type CanaryPlan, renderCanary } from '../../../artifacts/canary.ts'
import { getEvaluation } from '../../../artifacts/evaluation.ts'
import type { TextRecord } from '../../../artifacts/record.ts'
import { contents } from '../../../stages/curate/scan.ts'
import { createShingler, jaccard } from '../../../stages/curate/shingles.ts'
import { random } from '../../../util/random.ts'
import { backwards, chat, digests, metric, run, together, words } from './support.ts'

const NO_CANARIES = { canaries: { count: 0 } }
const QUIET = { preset: 'none', ...NO_CANARIES }

/** 400 conversations: fresh ones, exact copies, and copies with a few words more. */
function made(count = 400, seed = 1): readonly TextRecord[] {
  const generator = random(seed, 'curate-test')
  const fresh: (readonly string[])[] = []
  return Array.from({ length: count }, (_, row) => {
    const luck = generator.next()
    const old = luck < 0.35 && fresh.length > 0 ? generator.pick(fresh) : undefined
    const turns = old ?? [words(generator, 40), words(generator, 40)]
    if (old === undefined) fresh.push(turns)
    return chat(luck < 0.1 || old === undefined ? turns : [turns[0]!, `${turns[1]} ${words(generator, 2)}`], row)
  })
}

describe('curate', () => {
  it('conserves rows, gives every drop its reason and every kept row its split', async () => {
    const records = made()
    const { outputs, train, valid, test, dropped } = await run(records, QUIET)
    const kept = [...train, ...valid, ...test]
    expect(outputs.rows).toEqual({
      in: 400,
      kept: kept.length,
      dropped: dropped.length,
      quarantined: 0,
      joined: 0,
      added: 0,
    })
    expect([...kept, ...dropped.map((drop) => drop.record)].map((record) => record.id).sort()).toEqual(
      records.map((record) => record.id).sort(),
    )
    expect(new Set(dropped.map((drop) => drop.reason))).toEqual(new Set(['exact_duplicate', 'near_duplicate']))
    for (const [split, rows] of Object.entries({ train, valid, test }))
      for (const record of rows)
        expect(record.notes['curate']).toEqual({
          split,
          cluster: expect.stringMatching(/^[0-9a-f]{16}$/),
          language: expect.any(String),
        })
    for (const { record } of dropped) expect(record.notes['curate']).not.toHaveProperty('split')
    expect(metric(outputs, 'exact_duplicates')).toBe(dropped.filter((drop) => drop.reason === 'exact_duplicate').length)
    expect(metric(outputs, 'near_duplicates')).toBe(dropped.filter((drop) => drop.reason === 'near_duplicate').length)
    expect(metric(outputs, 'kept_share')).toBe(kept.length / 400)
  })

  it('names the kept row of the cluster in the note of the dropped one', async () => {
    const { train, valid, test, dropped } = await run(made(), QUIET)
    const kept = new Set([...train, ...valid, ...test].map((record) => record.id.slice(0, 16)))
    for (const { record } of dropped)
      expect(kept.has((record.notes['curate'] as { cluster: string }).cluster)).toBe(true)
  })

  it('gives the same bytes whatever the order of the tasks', async () => {
    const records = made(200)
    const config = { preset: 'chat', canaries: { count: 4 } }
    const first = digests((await run(records, config)).outputs)
    expect(digests((await run(records, config, { runTasks: backwards })).outputs)).toEqual(first)
    expect(digests((await run(records, config, { runTasks: together })).outputs)).toEqual(first)
    expect(digests((await run(records, config, { seed: 8 })).outputs)).not.toEqual(first)
  })

  it('makes the same choice however the rows are cut into shards', async () => {
    const records = made(200)
    const ids = async (rowsPerShard: number): Promise<unknown> => {
      const { train, valid, test } = await run(records, QUIET, { rowsPerShard })
      return [train, valid, test].map((rows) => rows.map((record) => record.id))
    }
    expect(await ids(7)).toEqual(await ids(200))
  })

  it('leaves kept rows on their side when rows are added', async () => {
    const config = { ...QUIET, split: { valid: 0.2, test: 0.3 } }
    const side = async (records: readonly TextRecord[]): Promise<ReadonlyMap<string, string>> => {
      const { train, valid, test } = await run(records, config)
      return new Map(
        Object.entries({ train, valid, test }).flatMap(([split, rows]) =>
          rows.map((record) => [record.id, split] as const),
        ),
      )
    }
    const records = made(300)
    const generator = random(5, 'more')
    const more = Array.from({ length: 100 }, (_, i) => chat([words(generator, 40), words(generator, 40)], 1000 + i))
    const before = await side(records)
    const after = await side([...more.slice(0, 50), ...records, ...more.slice(50)])
    for (const [id, split] of before) expect(after.get(id)).toBe(split)
    expect(after.size).toBe(before.size + 100)
  })

  it('has no near-duplicate across sides by true Jaccard, checked pair by pair, also where duplicates are kept', async () => {
    const shingler = createShingler({ unit: 'word', size: 3, maskNumbers: true })
    const keepAll = { duplicates: { exact: 'keep', near: 'keep' }, split: { valid: 0.25, test: 0.25 } }
    const { train, valid, test, outputs, dropped } = await run(made(240), { ...QUIET, ...keepAll })
    expect(dropped).toEqual([])
    expect(Number(metric(outputs, 'clusters'))).toBeGreaterThan(20)
    const sets = [train, valid, test].map((rows) => rows.map((record) => shingler.shingles(contents(record)).slice()))
    let closest = 0
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      for (const left of sets[a]!) for (const right of sets[b]!) closest = Math.max(closest, jaccard(left, right))
    expect(closest).toBeLessThan(0.6)
    expect(metric(outputs, 'split_leakage')).toBe(0)
  })

  it('keeps the longest, the first or the smallest id of a cluster, as told', async () => {
    const base = words(random(3), 60)
    const records = [
      chat([base, 'yes it is'], 0),
      chat([`${base} with three more`, 'yes it is'], 1),
      chat([`${base} with`, 'yes it is'], 2),
    ]
    const kept = async (keep: string): Promise<readonly string[]> => {
      const { train } = await run(records, { ...QUIET, split: { valid: 0, test: 0 }, duplicates: { keep } })
      return train.map((record) => record.id)
    }
    expect(await kept('longest')).toEqual([records[1]!.id])
    expect(await kept('first')).toEqual([records[0]!.id])
    expect(await kept('smallest_id')).toEqual([records.map((record) => record.id).sort()[0]])
  })

  it('keeps a group on one side and says where the key is missing', async () => {
    const generator = random(9)
    const records = Array.from({ length: 300 }, (_, row) =>
      chat(
        [words(generator, 30), words(generator, 30)],
        row,
        row % 10 === 0 ? {} : { meta: { customer: `c${row % 37}` } },
      ),
    )
    const config = { ...QUIET, split: { valid: 0.2, test: 0.3, group_by: ['customer'] } }
    const { train, valid, test, outputs } = await run(records, config)
    const customers = [train, valid, test].map(
      (rows) => new Set(rows.flatMap((record) => record.meta['customer'] ?? [])),
    )
    expect(customers.map((set) => set.size).reduce((a, b) => a + b)).toBe(37)
    expect(customers.filter((set) => set.size > 0).length).toBe(3)
    expect(outputs.summary.limits?.some((limit) => limit.startsWith('30 rows have no `customer`'))).toBe(true)
    await expect(run(records, { ...QUIET, split: { group_by: ['nobody'] } })).rejects.toMatchObject({
      code: 'CURATE_GROUP_MISSING',
    })
  })

  it('drops by score, counts what reached the threshold, and stops where a score is missing', async () => {
    const scored = made(100).map((record, i) => ({ ...record, notes: { toxicity: { scores: { insult: i / 100 } } } }))
    const config = { ...QUIET, duplicates: { exact: 'keep', near: 'keep' } }
    const rule = { score: 'toxicity.scores.insult', at_least: 0.9 }
    const { dropped, outputs } = await run(scored, { ...config, drop_when: [rule] })
    expect(dropped.map((drop) => drop.reason)).toEqual(new Array(10).fill('toxicity'))
    expect(outputs.summary.tables?.find((table) => table.name === 'score_thresholds')?.rows).toEqual([
      { score: 'toxicity.scores.insult', rule: '≥ 0.9', reason: 'toxicity', reached: 10, missing: 0, rows: 100 },
    ])
    expect(outputs.summary.series?.[0]?.points.reduce((sum, [, n]) => sum + n, 0)).toBe(100)
    const unscored = [...scored.slice(0, 99), { ...scored[99]!, notes: {} }]
    await expect(run(unscored, { ...config, drop_when: [rule] })).rejects.toMatchObject({
      code: 'CURATE_SCORE_MISSING',
    })
    const strict = await run(unscored, { ...config, drop_when: [{ ...rule, missing: 'drop' }] })
    expect(strict.dropped.map((drop) => drop.reason)).toContain('toxicity_missing')
    expect((await run(unscored, { ...config, drop_when: [{ ...rule, missing: 'keep' }] })).dropped.length).toBe(9)
  })

  it('plants the canaries of its plan in train only, and counts them beside the rows', async () => {
    const { store, outputs, train, valid, test } = await run(made(100), {
      preset: 'none',
      canaries: { count: 6, repeats: [0, 1, 5], alphabet: 'bcdfg', length: 10 },
    })
    const plan = getEvaluation(store, outputs.artifacts['canaries']!).data as unknown as CanaryPlan
    expect(plan.canaries.map((canary) => canary.repeats)).toEqual([0, 1, 5, 0, 1, 5])
    for (const { secret } of plan.canaries) expect(secret).toMatch(/^[bcdfg]{10}$/)
    expect(new Set(plan.canaries.map((canary) => canary.secret)).size).toBe(6)
    for (const canary of plan.canaries) {
      const wanted = JSON.stringify(renderCanary(canary).messages)
      const copies = (rows: readonly TextRecord[]): number =>
        rows.filter((r) => JSON.stringify(r.messages) === wanted).length
      expect([copies(train), copies(valid), copies(test)]).toEqual([canary.repeats, 0, 0])
      expect(renderCanary(canary).messages?.at(-1)).toMatchObject({
        role: 'assistant',
        content: expect.stringContaining(canary.secret),
      })
    }
    expect(new Set(train.map((record) => record.id)).size).toBe(train.length)
    expect(outputs.rows?.added).toBe(12)
    expect(metric(outputs, 'canary_rows')).toBe(12)
    expect(train.length).toBe(Number(metric(outputs, 'split_rows', { split: 'train' })) + 12)
  })

  it('takes rows without words, and says that there is nothing to split in no rows', async () => {
    const silent = Array.from({ length: 5 }, (_, row) => chat(['…', '!!!'], row))
    const { outputs, dropped } = await run(silent, QUIET)
    expect(outputs.rows?.kept).toBe(1)
    expect(dropped.map((drop) => drop.reason)).toEqual(new Array(4).fill('exact_duplicate'))
    await expect(run([], QUIET)).rejects.toMatchObject({ code: 'CURATE_NO_ROWS' })
  })

  it('declares every metric that it reports', async () => {
    const { curate } = await import('../../../stages/curate/index.ts')
    const { outputs } = await run(made(60), {})
    const declared = new Map(curate.metrics.map((spec) => [spec.name, spec.labels ?? []]))
    for (const { name, labels } of outputs.summary.metrics)
      expect(declared.get(name)).toEqual(Object.keys(labels ?? {}))
  })
})
