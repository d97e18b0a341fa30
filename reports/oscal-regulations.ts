import type { RunRecord } from '../pipelines/engine/run-record.ts'
import type { ClauseResult, RegulationResult } from '../policies/engine/regulation.ts'
import type { Json } from '../util/json.ts'
import { derivedUuid } from './derived-id.ts'
import { line, prop, token } from './oscal-words.ts'
import { countText, factsText, namedRegulations, REGULATION_NOTE } from './regulations.ts'

/**
 * A result for each pack that the pipeline names: a clause is an observation with its status and the digests behind it.
 * No clause is a finding: OSCAL would have it satisfied or not, and that is for people to say.
 */
export function regulationResults(record: RunRecord): readonly Json[] {
  return namedRegulations(record).map((result) => ({
    uuid: derivedUuid(record.run, 'oscal-regulation', result.pack),
    title: line(`Evidence for ${result.instrument}`),
    description: line([countText(result), factsText(result), REGULATION_NOTE].join('. ')),
    start: record.started,
    end: record.finished,
    props: [
      prop('regulation', result.pack),
      prop('regulation-version', String(result.version)),
      prop('regulation-as-of', result.as_of),
    ],
    remarks: result.caveats.join(' '),
    'reviewed-controls': {
      'control-selections': [
        { 'include-controls': result.clauses.map((clause) => ({ 'control-id': controlId(result, clause) })) },
      ],
    },
    observations: result.clauses.map((clause) => observation(record, result, clause)),
  }))
}

function observation(record: RunRecord, result: RegulationResult, clause: ClauseResult): Json {
  return {
    uuid: derivedUuid(record.run, 'oscal-clause', result.pack, clause.id),
    title: line(clause.id),
    description: line(clause.text),
    props: [prop('clause', clause.id), prop('clause-status', clause.status), prop('binds', clause.binds)],
    methods: ['TEST'],
    types: ['control-objective'],
    ...(clause.evidence.length === 0
      ? {}
      : {
          'relevant-evidence': clause.evidence.map(({ wanted, status, note, digests = [] }) => ({
            description: line(`${wanted}: ${status === 'met' ? digests.join(', ') : note}`),
          })),
        }),
    collected: record.finished,
    remarks: `${clause.because} Not shown: ${clause.not_covered}`,
  }
}

function controlId({ pack }: RegulationResult, { id }: ClauseResult): string {
  return token(`${pack}.${id}`)
}
