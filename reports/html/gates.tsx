import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import type { Decision, RuleResult } from '../../policies/engine/decision.ts'
import { findingWords, isMinor, waiverWords } from '../findings.ts'
import { count, integer, moment, shortDigest } from '../format.ts'
import { boundWords, requirementWords, VERDICT_LABEL, valueWords, weightWords } from '../rule-words.ts'
import { byUrgency, gateTitle, needsAttention, summaryLine, VERDICT_WORDS } from '../verdict.ts'
import { Icon, type Shape, type Tone, VERDICT_SHAPES, verdictTone } from './icons.tsx'
import { ScrollTable, slug, Words } from './parts.tsx'

/** Every gate with every rule: what was required, what was there, why the rule exists, what to do. */
export function Gates({ record }: { record: RunRecord }) {
  return (
    <>
      {blockingFirst(record.decisions).map(({ gate, digest, decision }) => {
        const [tone, shape, words] = OUTCOMES[decision.outcome]
        return (
          <article class="card" id={`gate-${slug(gate)}`}>
            <h3>
              <Icon shape={shape} tone={tone} size={20} />
              {gateTitle(gate)}
              <span class="where">{words}</span>
            </h3>
            <p class="meta">
              <span>{summaryLine(decision.counts)}</span>
              {decision.policies.map((policy) => (
                <span>
                  {`policy ${policy.name}, version ${policy.version}, `}
                  <code>{shortDigest(policy.digest)}</code>
                </span>
              ))}
              <span>
                {'decision '}
                <code>{shortDigest(digest)}</code>
                {`, ${moment(decision.now)}`}
              </span>
            </p>
            <Findings decision={decision} />
            {byUrgency(decision.rules).map((rule) => (
              <Rule rule={rule} />
            ))}
          </article>
        )
      })}
    </>
  )
}

function blockingFirst(decisions: RunRecord['decisions']): RunRecord['decisions'] {
  const blocks = (one: RunRecord['decisions'][number]): boolean => one.decision.outcome === 'block'
  return [...decisions.filter(blocks), ...decisions.filter((one) => !blocks(one))]
}

const OUTCOMES: Readonly<Record<Decision['outcome'], readonly [Tone, Shape, string]>> = {
  pass: ['good', 'check', 'lets through'],
  warn: ['warn', 'bang', 'lets through with warnings'],
  waived: ['warn', 'bang', 'lets through by waiver'],
  block: ['bad', 'cross', 'blocks'],
}

/** Bypasses and what is to be said about waivers: before the rules, because they are not rules. */
function Findings({ decision }: { decision: Decision }) {
  if (decision.findings === undefined) return null
  return (
    <ul class="findings">
      {decision.findings.map((finding) => (
        <li class={isMinor(finding) ? '' : 'tone-warn'}>{findingWords(finding)}</li>
      ))}
    </ul>
  )
}

function Rule({ rule }: { rule: RuleResult }) {
  const tone = verdictTone(rule.verdict, rule.blocks)
  const open = needsAttention(rule) ? { open: true } : {}
  return (
    <details class={`rule tone-${tone}`} {...open}>
      <summary>
        <Icon shape={VERDICT_SHAPES[rule.verdict]} tone={tone} size={18} />
        <span class="name">
          <span class="sr">{`${VERDICT_LABEL[rule.verdict]}: `}</span>
          {rule.title}
        </span>
        <span class="weight">
          <b>{`${VERDICT_WORDS[rule.verdict]}${rule.blocks ? ', blocks' : ''}`}</b>
          {` (${weightWords(rule)})`}
        </span>
        <span class="says">{rule.explanation}</span>
        <span class="more" aria-hidden="true">
          <span class="closed">Details</span>
          <span class="open">Hide</span>
        </span>
      </summary>
      <div class="body">
        {rule.operands.length === 0 ? null : <Operands rule={rule} />}
        {needsAttention(rule) ? (
          <p class="todo">
            <b>What to do. </b>
            <Words text={rule.remediation} />
          </p>
        ) : null}
        <dl>
          <dt>Rule</dt>
          <dd>
            <code>{rule.id}</code>
          </dd>
          {rule.waiver === undefined ? null : (
            <>
              <dt>Waiver</dt>
              <dd>{waiverWords(rule)}</dd>
            </>
          )}
          {rule.would_block === true ? (
            <>
              <dt>Were it enforced</dt>
              <dd>it would have blocked</dd>
            </>
          ) : null}
          <dt>Why it exists</dt>
          <dd>
            <Words text={rule.because} />
          </dd>
          {needsAttention(rule) ? null : (
            <>
              <dt>If it fails</dt>
              <dd>
                <Words text={rule.remediation} />
              </dd>
            </>
          )}
          {rule.refs.length === 0 ? null : (
            <>
              <dt>See</dt>
              <dd>
                {rule.refs.map((ref, i) => (
                  <>
                    {i === 0 ? '' : '; '}
                    <Reference text={ref} />
                  </>
                ))}
              </dd>
            </>
          )}
        </dl>
      </div>
    </details>
  )
}

/** Only plain web addresses become links: a policy file must not be able to put a script behind one. */
function Reference({ text }: { text: string }) {
  return /^https:\/\/[^\s"'<>]+$/.test(text) ? (
    <a href={text} rel="noreferrer noopener">
      {text}
    </a>
  ) : (
    <span>{text}</span>
  )
}

function Operands({ rule }: { rule: RuleResult }) {
  const noted = rule.operands.some((operand) => operand.note !== undefined)
  const counted = rule.operands.some((operand) => operand.n !== undefined)
  const bounded = rule.operands.some((operand) => operand.bound !== 'point')
  // What does not hold comes first; the order is otherwise the policy's.
  const sorted = rule.operands
    .map((operand, i) => [operand.holds === false ? 0 : 1, i, operand] as const)
    .sort(([a, i], [b, j]) => a - b || i - j)
  const first = sorted.filter(([rank], i) => rank === 0 || i < MOST_ROWS)
  const rest = sorted.length - first.length
  const table = (rows: typeof sorted) => (
    <ScrollTable label={`Comparisons of the rule ${rule.title}`}>
      <caption class="sr">{`Comparisons of the rule ${rule.title}`}</caption>
      <thead>
        <tr>
          <th scope="col">Measured</th>
          <th scope="col" class="num">
            Value
          </th>
          {bounded ? <th scope="col">Figure used</th> : null}
          <th scope="col">Required</th>
          {counted ? (
            <th scope="col" class="num">
              n
            </th>
          ) : null}
          <th scope="col">Holds</th>
          {noted ? <th scope="col">Note</th> : null}
        </tr>
      </thead>
      <tbody>
        {rows.map(([, , operand]) => (
          <tr>
            <th scope="row">
              <code>{operand.metric}</code>
            </th>
            <td class="num">{operand.value === null ? 'none' : valueWords(operand)}</td>
            {bounded ? <td class="soft nowrap">{boundWords(operand)}</td> : null}
            <td>{requirementWords(operand)}</td>
            {counted ? <td class="num">{operand.n === undefined ? '—' : integer(operand.n)}</td> : null}
            <td class="nowrap">
              <Holds holds={operand.holds} shadow={rule.mode !== 'enforce'} />
            </td>
            {noted ? <td class="soft words">{operand.note ?? ''}</td> : null}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  )
  if (rest === 0) return table(sorted)
  return (
    <>
      {table(first)}
      <details class="more-data">
        <summary>{`${count(rest, 'more comparison')} that ${rest === 1 ? 'holds' : 'hold'} or did not apply`}</summary>
        {table(sorted.slice(first.length))}
      </details>
    </>
  )
}

const MOST_ROWS = 10

function Holds({ holds, shadow }: { holds: boolean | null; shadow: boolean }) {
  const tone = holds === true ? 'good' : shadow ? 'warn' : holds === false ? 'bad' : 'broken'
  const [shape, words] =
    holds === true
      ? (['check', 'yes'] as const)
      : holds === false
        ? (['cross', 'no'] as const)
        : (['question', 'not decided'] as const)
  return (
    <>
      <Icon shape={shape} tone={tone} size={14} />
      {` ${words}`}
    </>
  )
}
