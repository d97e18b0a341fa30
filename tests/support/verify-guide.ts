import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { PACKAGE_ROOT } from '../../util/package-root.ts'

/** A command block of a `VERIFY.md`. */
export interface GuideBlock {
  readonly title: string
  readonly needs: readonly string[]
  readonly commands: string
}

export function guideBlocks(markdown: string): readonly GuideBlock[] {
  return [...markdown.matchAll(/^## \d+\. (.*)\n[^`]*(?:`[^`\n]+`[^`]*)*?```sh (.*)\n([\s\S]*?)^```$/gm)].map(
    (match) => ({
      title: match[1]!,
      needs: match[2]!.split(' ').filter((word) => word !== ''),
      commands: match[3]!,
    }),
  )
}

/** What this machine lacks for a block. */
export function lacking(block: GuideBlock, env: NodeJS.ProcessEnv): readonly string[] {
  return block.needs.filter((need) => {
    if (/^[A-Z_]+$/.test(need)) return env[need] === undefined
    if (need.startsWith('npm:')) return !existsSync(join(PACKAGE_ROOT, 'node_modules', need.slice(4)))
    if (need.startsWith('go:')) return !existsSync(join('/usr/share/gocode/src', need.slice(3)))
    return spawnSync('sh', ['-c', `command -v ${need}`], { env }).status !== 0
  })
}

/** An environment in which npm's packages are found, and the built `sluice-verify`. */
export function guideEnvironment(): NodeJS.ProcessEnv {
  const bin = mkdtempSync(join(tmpdir(), 'sluice-bin-'))
  const program = join(PACKAGE_ROOT, 'dist/audit/standalone/sluice-verify.js')
  if (existsSync(program)) {
    writeFileSync(join(bin, 'sluice-verify'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
    chmodSync(join(bin, 'sluice-verify'), 0o755)
  }
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    NODE_PATH: join(PACKAGE_ROOT, 'node_modules'),
  }
}

export function runBlock(
  block: GuideBlock,
  dossier: string,
  env: NodeJS.ProcessEnv,
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', block.commands], { cwd: dossier, env, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

export function readGuide(dossier: string): string {
  return readFileSync(join(dossier, 'VERIFY.md'), 'utf8')
}
