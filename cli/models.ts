import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { type HubReference, parseHubReference, pullLocked, pullModel } from '../models/checkpoints/hub.ts'
import {
  addModel,
  LOCK_FILE,
  type LockedModel,
  type ModelPlace,
  readModelLock,
  verifyModels,
} from '../models/checkpoints/registry.ts'
import { SluiceError } from '../util/errors.ts'
import { addModelsExport } from './models-export.ts'
import { addModelsSign } from './models-sign.ts'
import { storeOption } from './options.ts'

interface PlaceFlags {
  readonly store: string
  readonly lock: string
}

interface PullFlags extends PlaceFlags {
  readonly name?: string
  readonly file?: string
  readonly endpoint?: string
  readonly tokenEnv?: string
  readonly replace?: boolean
}

export function modelsCommand(program: Command): void {
  const models = program
    .command('models')
    .description('the models that pipelines start from, pinned by digest in sluice.models.lock')

  withPlace(models.command('add'))
    .description('copy a model into the store and pin it: a Hugging Face folder, a GGUF file, a llama2.c file')
    .argument('<path>', 'folder or file')
    .option('--name <name>', 'its name in pipelines; the name of the folder or file where left out')
    .option('--replace', 'pin these files even where the name is taken by others')
    .action(async (path: string, flags: PlaceFlags & { readonly name?: string; readonly replace?: boolean }) => {
      const name = flags.name ?? defaultName(path)
      const model = await addModel(placeOf(flags), name, path, { replace: flags.replace === true })
      print(`${name}: ${describe(model)}\nUse it: finetune with base: ${name}\n`)
    })

  withPlace(models.command('pull'))
    .description('fetch a model from the hub and pin it; without a name, all pinned models that are not here')
    .argument('[model]', 'ORG/NAME@REV; REV is a branch, a tag or a commit, and its commit is pinned')
    .option('--name <name>', 'its name in pipelines; NAME where left out')
    .option('--file <file>', 'only this file of the repository, where it has several GGUF files')
    .option('--endpoint <url>', "address of the hub, where it is not the client's own")
    .option('--token-env <variable>', 'environment variable with a token for models that are not public')
    .option('--replace', 'pin these files even where the name is taken by others')
    .action(async (reference: string | undefined, flags: PullFlags) => {
      if (reference === undefined) await pullMissing(flags)
      else await pull(parseHubReference(reference), flags)
    })

  withPlace(models.command('list'))
    .description('the pinned models, and whether their files are here')
    .option('--json', 'print them as JSON')
    .action((flags: PlaceFlags & { readonly json?: boolean }) => {
      const place = placeOf(flags)
      const rows = Object.entries(readModelLock(place.lock).models).map(([name, model]) => ({
        name,
        here: isHere(place, name),
        ...model,
      }))
      if (flags.json === true) print(`${JSON.stringify(rows, null, 2)}\n`)
      else if (rows.length === 0) print('No models yet. Add one: sluice models add PATH\n')
      else for (const row of rows) print(`${row.name.padEnd(24)}${describe(row)}${row.here ? '' : ', not here'}\n`)
    })

  withPlace(models.command('verify'))
    .description('recompute the digests of the files of pinned models; exit code 4 where one differs')
    .argument('[names...]', 'models; all where left out')
    .option('--json', 'print the findings as JSON')
    .action(async (names: readonly string[], flags: PlaceFlags & { readonly json?: boolean }) => {
      const checks = await verifyModels(placeOf(flags), names)
      const broken = checks.filter(({ problems }) => problems.length > 0)
      if (flags.json === true) print(`${JSON.stringify(checks, null, 2)}\n`)
      else {
        for (const { name, problems } of checks) {
          print(`${name.padEnd(24)}${problems.length === 0 ? 'ok' : ''}`)
          print(`${problems.map(({ file, problem }) => `${file} ${problem}`).join(', ')}\n`)
        }
        const next =
          broken.length === 0 ? 'All files are as pinned.' : 'Fetch or add the model again before you use it.'
        print(checks.length === 0 ? 'No models are pinned.\n' : `${next}\n`)
      }
      if (broken.length > 0) process.exitCode = 4
    })

  addModelsExport(withPlace(models.command('export')), placeOf)
  addModelsSign(models)
}

async function pull(reference: HubReference, flags: PullFlags): Promise<void> {
  const name = flags.name ?? reference.repository.split('/')[1]!
  const model = await pullModel(placeOf(flags), name, reference, {
    endpoint: flags.endpoint,
    token: token(flags.tokenEnv),
    file: flags.file,
    replace: flags.replace === true,
    onFile: announce,
  })
  print(`${name}: ${describe(model)}\nUse it: finetune with base: ${name}. Commit ${LOCK_FILE}.\n`)
}

async function pullMissing(flags: PullFlags): Promise<void> {
  const place = placeOf(flags)
  const lock = readModelLock(place.lock)
  const missing = Object.keys(lock.models).filter((name) => !isHere(place, name))
  await pullLocked(place, missing, { token: token(flags.tokenEnv), onFile: announce })
  const local = missing.filter((name) => lock.models[name]!.origin.kind === 'path')
  print(
    `${missing.length - local.length} models fetched, ${Object.keys(lock.models).length - missing.length} were here\n`,
  )
  if (local.length === 0) return
  throw new SluiceError({
    code: 'MODEL_NOT_HERE',
    message: `not from a hub, and not here: ${local.join(', ')}`,
    next: 'copy their files to this machine and run `sluice models add`',
  })
}

function withPlace(command: Command): Command {
  return command.addOption(storeOption()).addOption(new Option('--lock <file>', 'the lock file').default(LOCK_FILE))
}

function placeOf(flags: PlaceFlags): ModelPlace {
  return { lock: flags.lock, folder: join(flags.store, 'models') }
}

function isHere(place: ModelPlace, name: string): boolean {
  return existsSync(join(place.folder, name))
}

function defaultName(path: string): string {
  return basename(resolve(path)).replace(/\.(gguf|bin|safetensors)$/, '')
}

function describe({ format, files, origin, digest }: LockedModel): string {
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
  const from = origin.kind === 'hub' ? `, ${origin.repository}@${origin.revision.slice(0, 12)}` : ''
  return `${format}, ${files.length} files, ${megabytes.toFixed(1)} MB${from}, sha256 ${digest.slice(0, 12)}`
}

function token(variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined
  const value = process.env[variable]
  if (value !== undefined && value !== '') return value
  throw new SluiceError({
    code: 'TOKEN_MISSING',
    message: `the environment variable ${variable} is not set`,
    next: 'set it to a token of the hub',
  })
}

function announce(name: string, bytes: number): void {
  process.stderr.write(`fetching ${name} (${(bytes / 1e6).toFixed(1)} MB)\n`)
}

function print(text: string): void {
  process.stdout.write(text)
}
