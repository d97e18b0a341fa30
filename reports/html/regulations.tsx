import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { CLAUSE_STATUSES, type ClauseResult, type ClauseStatus } from '../../policies/engine/regulation.ts'
import { CLAUSE_WORDS, countText, factsText, namedRegulations, REGULATION_NOTE } from '../regulations.ts'
import { Icon, type Shape, type Tone } from './icons.tsx'
import { ScrollTable, Words } from './parts.tsx'

const SHAPES: Readonly<Record<ClauseStatus, readonly [Shape, Tone]>> = {
  not_met: ['cross', 'bad'],
  no_evidence: ['question', 'wait'],
  partial: ['flag', 'wait'],
  needs_human: ['wait', 'wait'],
  met: ['check', 'good'],
  out_of_scope: ['dash', 'quiet'],
}

/** For each pack of a law or standard that the pipeline names: the clauses, and what the run shows of them. */
export function Regulations({ record }: { record: RunRecord }) {
  return (
    <>
      {namedRegulations(record).map((result) => (
        <article class="card">
          <h3>{result.instrument}</h3>
          <p class="soft">{`${result.jurisdiction}. Pack ${result.pack} version ${result.version}, as of ${result.as_of}. ${factsText(result)}`}</p>
          <p>{`${countText(result, CLAUSE_WORDS)}. ${REGULATION_NOTE}`}</p>
          <ul class="limits">
            {result.caveats.map((caveat) => (
              <li>{caveat}</li>
            ))}
          </ul>
          <ScrollTable label={`Clauses of ${result.instrument}`} look="clauses">
            <caption class="sr">{`Clauses of ${result.instrument}`}</caption>
            <thead>
              <tr>
                <th scope="col">Clause</th>
                <th scope="col">Status</th>
                <th scope="col">Evidence</th>
                <th scope="col">Not shown by it</th>
              </tr>
            </thead>
            <tbody>
              {CLAUSE_STATUSES.flatMap((status) => result.clauses.filter((clause) => clause.status === status)).map(
                (clause) => (
                  <Row clause={clause} />
                ),
              )}
            </tbody>
          </ScrollTable>
        </article>
      ))}
    </>
  )
}

function Row({ clause }: { clause: ClauseResult }) {
  const [shape, tone] = SHAPES[clause.status]
  return (
    <tr>
      <th scope="row">
        {clause.id}
        <div class="soft small">{clause.text}</div>
      </th>
      <td>
        <Icon shape={shape} tone={tone} size={16} />
        {` ${CLAUSE_WORDS[clause.status]}`}
        <div class="soft small">
          <Words text={clause.because} />
        </div>
      </td>
      <td class="small evidence">
        {clause.evidence.map(({ wanted, status, note, digests = [] }) => (
          <div class="break">
            {wanted}
            <span class="soft">
              {status === 'met' ? ` ${digests.map((digest) => digest.slice(0, 12)).join(', ')}` : `: ${note}`}
            </span>
          </div>
        ))}
      </td>
      <td class="small">{clause.not_covered}</td>
    </tr>
  )
}
