// Installs the peer of `npm run bench -- training-peers` into bench/.peers (git-ignored): PyTorch, Transformers and PEFT
// in a Python environment of their own. They are no dependencies of Sluice.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGES = ['torch==2.13.0', 'transformers==5.24.0', 'peft==0.21.0', 'accelerate']

const folder = join(dirname(fileURLToPath(import.meta.url)), '../.peers')
const environment = join(folder, 'training-python')
mkdirSync(folder, { recursive: true })
run('python3', ['-m', 'venv', environment])
run(join(environment, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', ...PACKAGES])
process.stdout.write(`peer installed in ${environment}\n`)

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  process.stderr.write(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}\n`)
  process.exit(1)
}
