import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HubServer {
  readonly url: string
  /** Method and path of every request, in order. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export interface HubOptions {
  readonly repository: string
  readonly commit: string
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What is sent instead of a file, under the digest of the true one. */
  readonly forged?: ReadonlyMap<string, Uint8Array>
  readonly token?: string
}

/**
 * A real HTTP server with the parts of the hub's interface that a pull uses: a model's commit, its tree in pages of
 * three files, and files with ranges. Files from a kilobyte on are listed with their SHA-256, as LFS keeps them.
 */
export async function startHub(options: HubOptions): Promise<HubServer> {
  const { repository, commit, files } = options
  const requests: string[] = []
  const entries = [...files].map(([path, data]) => ({
    type: 'file',
    path,
    size: data.length,
    oid: createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex'),
    ...(data.length < 1024
      ? {}
      : { lfs: { oid: createHash('sha256').update(data).digest('hex'), size: data.length, pointerSize: 130 } }),
  }))
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost')
    requests.push(`${request.method} ${url.pathname}`)
    const json = (value: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    }
    const missing = (): void => {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Repository not found"}')
    }
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"Invalid credentials"}')
      return
    }
    const tree = `/api/models/${repository}/tree/${commit}`
    const file = `/${repository}/resolve/${commit}/`
    if ([`main`, 'v1', commit].some((rev) => url.pathname === `/api/models/${repository}/revision/${rev}`)) {
      json({ _id: '1', id: repository, sha: commit, private: false, gated: false, downloads: 0, likes: 0 })
    } else if (url.pathname === tree) {
      const from = Number(url.searchParams.get('cursor') ?? 0)
      const more = from + 3 < entries.length
      const next = `<http://${request.headers.host}${tree}?cursor=${from + 3}>; rel="next"`
      json(entries.slice(from, from + 3), more ? { link: next } : {})
    } else if (url.pathname.startsWith(file)) {
      const name = url.pathname.slice(file.length)
      const data = options.forged?.get(name) ?? files.get(name)
      if (data === undefined) return missing()
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
      const [from, to] =
        range === null ? [0, data.length] : [Number(range[1]), Math.min(Number(range[2]) + 1, data.length)]
      response
        .writeHead(range === null ? 200 : 206, {
          etag: '"1"',
          'content-length': String(to - from),
          ...(range === null ? {} : { 'content-range': `bytes ${from}-${to - 1}/${data.length}` }),
        })
        .end(data.subarray(from, to))
    } else missing()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
