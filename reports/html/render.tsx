import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { humanise, moment } from '../format.ts'
import { describeVerdict, type VerdictWords } from '../verdict.ts'
import { Accounts, Files, Glossary, Limits, Reproduce, Sources } from './closing.tsx'
import { keyFigures } from './figures.ts'
import { Gates } from './gates.tsx'
import { Icon, type Shape } from './icons.tsx'
import { slug, Words } from './parts.tsx'
import { PipelinePicture } from './pipeline-picture.tsx'
import { Regulations } from './regulations.tsx'
import { StageSection } from './stage-section.tsx'
import { STYLE } from './style.ts'
import { Training } from './training-section.tsx'

/**
 * The report of a run as one HTML page that needs nothing else: styles and drawings are inside, there is no script,
 * and the content security policy forbids every request. A pure function of the record.
 */
export function renderHtml(record: RunRecord): string {
  const page = <Page record={record} />
  return `<!doctype html>\n${page.toString()}\n`
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

function Page({ record }: { record: RunRecord }) {
  const words = describeVerdict(record)
  const ran = record.stages.filter((stage) => stage.state !== 'skipped' && stage.state !== 'pending')
  const skipped = record.stages.filter((stage) => !ran.includes(stage))
  const sections: readonly (readonly [string, string, string, Child])[] = [
    [
      'pipeline',
      'Pipeline',
      'Every stage with what it let through, and the gates between them.',
      <div class="card">
        <PipelinePicture record={record} />
        <Accounts record={record} />
      </div>,
    ],
    [
      'gates',
      'Gates',
      'What the policies required and what was there. What needs attention comes first and is open.',
      record.decisions.length === 0 ? <p>No gate was judged in this run.</p> : <Gates record={record} />,
    ],
    [
      'evidence',
      'Evidence, stage by stage',
      'What each stage did and measured. Rates carry the number of observations and an interval; dashed lines are limits that a policy or a setting draws. Texts are redacted, as far as redaction finds (see its seeded recall).',
      <>
        {ran.map((stage) => (
          <StageSection record={record} stage={stage} />
        ))}
        {skipped.length === 0 ? null : (
          <article class="card">
            <h3>
              <Icon shape="skip" tone="quiet" size={20} />
              Did not run
            </h3>
            <ul class="limits">
              {skipped.map((stage) => (
                <li>
                  <b>{stage.id}</b>
                  {`: ${stage.reason ?? 'no reason recorded'}.`}
                </li>
              ))}
            </ul>
          </article>
        )}
      </>,
    ],
    [
      'training',
      'Training',
      'How the model was made: what was tuned and how, what it saw, what it cost, and what it promises.',
      <Training record={record} />,
    ],
    ...(record.regulations === undefined
      ? []
      : [
          [
            'regulations',
            'Laws and standards',
            'Evidence for single clauses, and what is left to people. Nothing here says that a law is kept.',
            <Regulations record={record} />,
          ] as const,
        ]),
    [
      'limits',
      'Limits, in plain words',
      'What the measurements do not cover and what the model cannot do.',
      <Limits record={record} />,
    ],
    [
      'sources',
      'Data sources',
      'Where the text came from and why it may be used, as the pipeline file declares it.',
      <Sources record={record} />,
    ],
    [
      'reproduce',
      'Reproducibility',
      'Everything needed to check this report against the bytes, and to run it again.',
      <Reproduce record={record} />,
    ],
    [
      'files',
      'Files for programs',
      'The same run in standard formats, beside this page. Each is made from the run record alone.',
      <div class="card">
        <Files record={record} />
      </div>,
    ],
    ['glossary', 'Glossary', 'Words used in this report.', <Glossary />],
  ]
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content={`Sluice ${record.environment.sluice}`} />
        <title>{`${words.title}: ${record.pipeline.name}`}</title>
        <link rel="icon" href="data:," />
        <style>{raw(STYLE)}</style>
      </head>
      <body>
        <a class="skip" href="#verdict">
          Skip to the verdict
        </a>
        <div class="frame">
          <nav class="contents" aria-label="Contents">
            <div class="brand">
              <Mark />
              Sluice
            </div>
            <ol>
              <li>
                <a href="#verdict">Verdict</a>
              </li>
              {sections.map(([id, title]) => (
                <li>
                  <a href={`#${id}`}>{title.split(',')[0]}</a>
                </li>
              ))}
            </ol>
          </nav>
          <main>
            <Top record={record} words={words} />
            {sections.map(([id, title, intro, content]) => (
              <section id={id} aria-labelledby={`${slug(id)}-title`}>
                <h2 id={`${slug(id)}-title`}>{title}</h2>
                <p class="intro">{intro}</p>
                {content}
              </section>
            ))}
            <footer>{`Made by Sluice ${record.environment.sluice} from the record of run ${record.run}. This page makes no request and runs no script.`}</footer>
          </main>
        </div>
      </body>
    </html>
  )
}

const VERDICT_SHAPES: Readonly<Record<VerdictWords['tone'], Shape>> = {
  good: 'check',
  wait: 'wait',
  bad: 'cross',
  broken: 'bang',
}

function Top({ record, words }: { record: RunRecord; words: VerdictWords }) {
  return (
    <header class="top" id="verdict">
      <p class="eyebrow">
        <b>{humanise(record.pipeline.name)}</b>
        <span>{record.pipeline.purpose}</span>
        <span>{moment(record.finished)}</span>
        <span>{`owner ${record.pipeline.owner}`}</span>
      </p>
      <div class={`verdict tone-${words.tone}`}>
        <div class="head">
          <Icon shape={VERDICT_SHAPES[words.tone]} tone={words.tone} size={44} />
          <h1>{words.title}</h1>
        </div>
        <p class="lead">{words.lead}</p>
        <div class={words.reasons.length === 0 ? 'cols' : 'cols two'}>
          {words.reasons.length === 0 ? null : (
            <div>
              <h2 class="label">
                {words.tone === 'bad' || words.tone === 'broken'
                  ? 'Why'
                  : 'Worth knowing: rules that did not pass but do not block'}
              </h2>
              <ul>
                {words.reasons.map((reason) => (
                  <li class="break">{reason}</li>
                ))}
              </ul>
            </div>
          )}
          <div>
            <h2 class="label">What to do next</h2>
            <ol>
              {words.next.map((step) => (
                <li>
                  <Words text={step.text} />
                  {step.command === undefined ? null : <code class="command">{step.command}</code>}
                </li>
              ))}
            </ol>
          </div>
        </div>
      </div>
      <dl class="figures" aria-label="Key figures">
        {keyFigures(record).map((figure) => (
          <div>
            <dt>{figure.label}</dt>
            <dd class="value">{figure.value}</dd>
            {figure.note === undefined ? null : <dd class="note">{figure.note}</dd>}
          </div>
        ))}
      </dl>
    </header>
  )
}

/** A gate over water: the mark of the project. */
function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M3 2v16M17 2v16M3 4.5h14" stroke="currentColor" stroke-width="1.8" fill="none" stroke-linecap="round" />
      <path d="M6.6 7.2h6.8v5H6.6z" fill="var(--accent)" />
      <path d="M3 15.6c2.3-1.6 4.7 1.6 7 0s4.7 1.6 7 0" stroke="var(--accent)" stroke-width="1.8" fill="none" />
    </svg>
  )
}
