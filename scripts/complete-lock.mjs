// `npm run lock`: after a change of dependencies. `npm ci` wants every platform's optional package in the lock file, but npm
// leaves out those that the registry in use does not serve. They are added by name and version; other machines resolve them.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

execFileSync('npm', ['install', '--package-lock-only'], { stdio: 'inherit' })
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const packages = lock.packages
for (const [path, info] of Object.entries(packages)) {
  if (path === '') continue
  for (const [name, version] of Object.entries(info.optionalDependencies ?? {})) {
    if (`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages) continue
    packages[`node_modules/${name}`] = {
      version: version.replace(/^[\^~]/, ''),
      ...(info.dev ? { dev: true } : {}),
      optional: true,
      ...platform(name.split('/').at(-1)),
    }
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)

/** `os`, `cpu` and `libc` as the name of a platform package says them. */
function platform(name) {
  const os = ['android', 'darwin', 'linux', 'win32', 'freebsd', 'openharmony'].find((each) => name.includes(each))
  const cpu = ['riscv64', 'ppc64', 's390x', 'arm64', 'ia32', 'x64', 'wasm32', 'arm'].find((each) => name.includes(each))
  const libc = os === 'linux' ? { libc: [name.includes('musl') ? 'musl' : 'glibc'] } : {}
  return { ...(os === undefined ? {} : { os: [os] }), ...(cpu === undefined ? {} : { cpu: [cpu] }), ...libc }
}
