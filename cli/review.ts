import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { openKeys } from '../audit/keys.ts'
import { parseApproval, type ReviewVerdict } from '../audit/review/documents.ts'
import { APPROVAL_NAMESPACE } from '../audit/sshsig.ts'
import { lastRun, loadRun } from '../pipelines/engine/history.ts'
import { type Desk, openDesk, type ReadDesk, readDesk, stateOf } from '../pipelines/review/desk.ts'
import { openReading, readingLeft } from '../pipelines/review/opened.ts'
import { findReview, type LoggedReview, loggedReviews } from '../pipelines/review/review-log.ts'
import {
  checkVerdict,
  takeComment,
  takeVerdict,
  textDigest,
  type VerdictInput,
  verdictDocument,
} from '../pipelines/review/verdict.ts'
import type { Decision } from '../policies/engine/decision.ts'
import { requestReview } from '../reports/dossier/request-review.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'
import { handOver, readHandedOver } from './review-handover.ts'
import { decisionText, reviewLine, reviewText, signingText } from './review-text.ts'
import { sshSign } from './ssh-sign.ts'

interface Flags {
  readonly store: string
  readonly json?: boolean
}

interface SignFlags extends Flags {
  readonly as: string
  readonly role?: string
  readonly key?: string
  readonly out?: string
  readonly reason?: string
}

const out = (text: string): void => void process.stdout.write(text)

export function reviewCommand(program: Command): void {
  const review = program.command('review').description('ask for the review of a release, read, approve, reject')
  const named = '[review]'
  const which = 'id of the request or of its run (default: the newest)'
  review
    .command('request')
    .description('ask the reviewers whom the pipeline names; nobody can approve before')
    .argument('[run]', 'id of the run (default: the last one)')
    .requiredOption('--by <name>', 'who submits it: may not approve it')
    .addOption(storeOption())
    .action(request)
  review
    .command('list')
    .description('list the requests of a store, and how each stands')
    .addOption(storeOption())
    .option('--json', 'print as JSON')
    .action(list)
  review
    .command('show')
    .description('show what is asked, who has said what, and what is missing')
    .argument(named, which)
    .addOption(storeOption())
    .option('--json', 'print as JSON')
    .action(show)
  review
    .command('open')
    .description('print something that must be read, and note that this reviewer opened it')
    .argument('<name>', 'what: report, decisions … as `review show` lists them')
    .argument(named, which)
    .requiredOption('--as <name>', 'who reads')
    .addOption(storeOption())
    .action(open)
  for (const [verdict, about] of [
    ['approve', 'sign that the model may be released; everything that must be read has to be opened first'],
    ['reject', 'sign that it may not be; that stops it until the same reviewer withdraws it'],
  ] as const) {
    review
      .command(verdict)
      .description(about)
      .argument(named, which)
      .requiredOption('--as <name>', 'who signs: a name of allowed_signers')
      .option('--role <role>', 'for whom has several')
      .option('--reason <text>', 'a comment that goes with it; kept in the store, never in the log')
      .option('--key <file>', 'SSH key to sign with (default: the one in ~/.ssh)')
      .option('--out <file>', 'write it to a file to hand over, and log nothing: `review import` takes it in')
      .addOption(storeOption())
      .action((id: string | undefined, flags: SignFlags) => sign(verdict, id, flags))
  }
  review
    .command('withdraw')
    .description('take back what one signed: an approval or a rejection')
    .argument(named, which)
    .requiredOption('--as <name>', 'who signs')
    .option('--document <digest>', 'which, as `review show` lists it (default: the last one of this reviewer)')
    .option('--role <role>', 'for whom has several')
    .option('--key <file>', 'SSH key to sign with (default: the one in ~/.ssh)')
    .option('--out <file>', 'write it to a file to hand over, and log nothing')
    .addOption(storeOption())
    .action(withdraw)
  review
    .command('comment')
    .description('leave a comment; it is not signed')
    .argument('<text>', 'the text; kept in the store, never in the log')
    .argument(named, which)
    .requiredOption('--as <name>', 'who writes')
    .addOption(storeOption())
    .action((text: string, id: string | undefined, flags: SignFlags) => {
      const desk = openStoreDesk(flags.store)
      const found = find(desk, id)
      takeComment(desk, found, flags.as, text)
      out(`kept with ${found.request.id}\n`)
    })
  review
    .command('import')
    .description('take in what a reviewer signed elsewhere')
    .argument('<files...>', 'files of --out')
    .addOption(storeOption())
    .action(takeFiles)
}

/** The store with its log open for writing. */
function openStoreDesk(root: string): Desk {
  mustBeStore(root)
  return openDesk(root, openKeys(join(root, 'keys')), () => new Date())
}

/** The same for who only reads: a copy of the store without its private key will do. */
function openReadDesk(root: string): ReadDesk {
  mustBeStore(root)
  return readDesk(root, () => new Date())
}

function mustBeStore(root: string): void {
  if (existsSync(join(root, 'ledger', 'checkpoint'))) return
  throw new SluiceError({
    code: 'STORE_MISSING',
    message: 'there is no store here with a log',
    next: 'name the store of the run with --store',
    at: { file: root },
  })
}

function find(desk: ReadDesk, id: string | undefined): LoggedReview {
  return findReview(loggedReviews(desk.ledger, desk.store), id)
}

async function request(run: string | undefined, flags: Flags & { readonly by: string }): Promise<void> {
  const desk = openStoreDesk(flags.store)
  const record = run === undefined ? lastRun(flags.store) : loadRun(flags.store, run)
  if (record === undefined) {
    throw new SluiceError({
      code: 'RUN_UNKNOWN',
      message: 'this store has no run yet',
      next: 'run a pipeline first: sluice run FILE',
    })
  }
  const made = await requestReview(desk, record, flags.by)
  out(reviewText(made, stateOf(desk, made), desk.now()))
  out(`next: each reviewer reads, then signs: sluice review approve ${made.request.id} --as NAME\n`)
}

function list(flags: Flags): void {
  const desk = openReadDesk(flags.store)
  const reviews = loggedReviews(desk.ledger, desk.store).map((review) => ({ review, state: stateOf(desk, review) }))
  if (flags.json === true)
    out(
      `${JSON.stringify(
        reviews.map(({ review, state }) => plain(review, state)),
        null,
        2,
      )}\n`,
    )
  else if (reviews.length === 0) out('no review was requested in this store\n')
  else for (const { review, state } of reviews) out(reviewLine(review, state))
}

function show(id: string | undefined, flags: Flags): void {
  const desk = openReadDesk(flags.store)
  const review = find(desk, id)
  const state = stateOf(desk, review)
  out(
    flags.json === true ? `${JSON.stringify(plain(review, state), null, 2)}\n` : reviewText(review, state, desk.now()),
  )
}

function plain({ request, digest, promoted, comments }: LoggedReview, state: ReturnType<typeof stateOf>) {
  return { digest, ...state, ...(promoted === undefined ? {} : { promoted }), comments, request }
}

function open(name: string, id: string | undefined, flags: SignFlags): void {
  const desk = openReadDesk(flags.store)
  const { request } = find(desk, id)
  for (const { path, file, bytes } of openReading(flags.store, request, name, flags.as)) {
    out(`${path}: ${file}\n`)
    if (path.startsWith('decisions/')) out(decisionText(JSON.parse(bytes.toString('utf8')) as Decision))
    else if (path.endsWith('.md')) out(`${bytes.toString('utf8')}\n`)
  }
  const left = readingLeft(flags.store, request, flags.as)
  out(
    left.length === 0
      ? `next: sluice review approve ${request.id} --as ${flags.as}\n`
      : `still to open: ${left.join(', ')}\n`,
  )
}

function sign(verdict: ReviewVerdict, id: string | undefined, flags: SignFlags, withdraws?: string): void {
  if (flags.out !== undefined && flags.reason !== undefined) {
    throw new SluiceError({
      code: 'REVIEW_REASON_STAYS',
      message: '--reason is kept in the store, so it cannot go with --out',
      next: 'write it where you hand the file over, or leave it with: sluice review comment',
    })
  }
  // Who hands a file over needs no key of the log: only who takes it in writes there.
  const desk = flags.out === undefined ? openStoreDesk(flags.store) : openReadDesk(flags.store)
  const review = find(desk, id)
  const comment = flags.reason === undefined ? undefined : textDigest(flags.reason)
  const input: VerdictInput = {
    verdict,
    reviewer: flags.as,
    ...(flags.role === undefined ? {} : { role: flags.role }),
    ...(withdraws === undefined ? {} : { withdraws }),
    ...(comment === undefined ? {} : { comment }),
  }
  const document = verdictDocument(flags.store, review, input, desk.now())
  process.stderr.write(signingText(parseApproval(document)!))
  const signed = { document, signature: sshSign(document, APPROVAL_NAMESPACE, flags.key) }
  checkVerdict(desk, review, signed)
  if (flags.out !== undefined) {
    handOver(flags.out, signed)
    out(`written to ${flags.out}; nothing was logged\n`)
    out(`next: whoever has the store runs: sluice review import ${flags.out}\n`)
    return
  }
  takeVerdict(desk as Desk, review, signed)
  if (flags.reason !== undefined) takeComment(desk as Desk, review, flags.as, flags.reason)
  show(review.request.id, flags)
}

function withdraw(id: string | undefined, flags: SignFlags & { readonly document?: string }): void {
  const { verdicts, request } = find(openReadDesk(flags.store), id)
  const own = verdicts.filter(({ document, digest }) => {
    const read = parseApproval(document)
    const meant = flags.document === undefined || digest.startsWith(flags.document)
    return read?.reviewer === flags.as && read.verdict !== 'withdraw' && meant
  })
  const [last] = own.slice(-1)
  if (last === undefined) {
    throw new SluiceError({
      code: 'REVIEW_NOTHING_TO_WITHDRAW',
      message: `${flags.as} has signed nothing of that kind in this review`,
      next: 'sluice review show lists what was signed',
    })
  }
  sign('withdraw', request.id, flags, last.digest)
}

function takeFiles(files: readonly string[], flags: Flags): void {
  for (const file of files) {
    const desk = openStoreDesk(flags.store)
    const signed = readHandedOver(file)
    const approval = parseApproval(signed.document)
    const reviews = loggedReviews(desk.ledger, desk.store)
    const review = reviews.find(({ digest }) => digest === approval?.release)
    if (approval === undefined || review === undefined) {
      throw new SluiceError({
        code: approval === undefined ? 'APPROVAL_MALFORMED' : 'APPROVAL_OTHER_REQUEST',
        message:
          approval === undefined
            ? 'this is not a signed verdict'
            : 'this is about a request that this log does not have',
        next:
          approval === undefined
            ? 'ask the reviewer to send the file of --out again'
            : 'take it to the store that asked; if this is that store, its log was rolled back: sluice verify',
        at: { file },
        exit: 4,
      })
    }
    takeVerdict(desk, review, signed)
    show(review.request.id, { store: flags.store })
  }
}
