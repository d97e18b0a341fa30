import { basename, dirname } from 'node:path'
import type { Files } from '../../audit/files.ts'
import type { Random } from '../../util/random.ts'

interface Inode {
  data: Buffer
  /** What is surely on the platter. */
  synced: Buffer
}

type Node = Inode | 'folder'
type Names = Map<string, Node>

/**
 * A disk in memory that forgets on a power loss, as POSIX lets it: the content of a file that was not synced, and every
 * name that was made, replaced or removed since its folder was synced, each by itself.
 */
export interface LosingDisk extends Files {
  /** Lets the process stop in the middle of the n-th operation from here on; every later one fails. */
  stopAfter(n: number): void
  /** A new process on the same machine: all that was done is there. */
  restart(): void
  /** A new boot: of what was not synced, chance decides what is there. */
  losePower(random: Random): void
  /** Operations since the last start. */
  readonly operations: number
}

export function losingDisk(): LosingDisk {
  /** Names in each folder, as processes see them and as they were last synced. */
  let seen = new Map<string, Names>([['/', new Map()]])
  let synced = new Map<string, Names>([['/', new Map()]])
  const open = new Map<number, Inode | string>()
  let lastFd = 10
  let left = Number.POSITIVE_INFINITY
  let operations = 0

  const fail = (code: string, syscall: string): never => {
    throw Object.assign(new Error(`${code} ${syscall}`), { code, syscall })
  }
  const count = (): void => {
    operations += 1
    left -= 1
    if (left < 0) fail('EIO', 'stopped')
  }
  const folder = (path: string): Names => seen.get(path) ?? fail('ENOENT', 'folder')
  const nodeAt = (path: string): Node => folder(dirname(path)).get(basename(path)) ?? fail('ENOENT', 'open')
  const fileAt = (path: string): Inode => {
    const node = nodeAt(path)
    return node === 'folder' ? fail('EISDIR', 'read') : node
  }
  const setNew = (path: string, node: Node): void => {
    const names = folder(dirname(path))
    if (names.has(basename(path))) fail('EEXIST', 'create')
    names.set(basename(path), node)
  }
  const opened = (what: Inode | string): number => {
    lastFd += 1
    open.set(lastFd, what)
    return lastFd
  }
  const counted = <A extends unknown[], R>(work: (...args: A) => R) => {
    return (...args: A): R => {
      count()
      return work(...args)
    }
  }
  return {
    read: counted((path) => Buffer.from(fileAt(path).data)),
    list: counted((path) => [...folder(path)].map(([name, node]) => ({ name, isFolder: node === 'folder' }))),
    modified: counted(() => 0),
    create: counted((path) => {
      const inode = { data: Buffer.alloc(0), synced: Buffer.alloc(0) }
      setNew(path, inode)
      return opened(inode)
    }),
    write: counted((fd, bytes, offset, length) => {
      const inode = open.get(fd) as Inode
      inode.data = Buffer.concat([inode.data, bytes.subarray(offset, offset + length)])
      return length
    }),
    openFolder: counted((path) => {
      folder(path)
      return opened(path)
    }),
    sync: counted((fd) => {
      const what = open.get(fd)!
      if (typeof what === 'string') synced.set(what, new Map(folder(what)))
      else what.synced = what.data
    }),
    close: counted((fd) => void open.delete(fd)),
    rename: counted((from, to) => {
      const node = fileAt(from)
      folder(dirname(to)).set(basename(to), node)
      folder(dirname(from)).delete(basename(from))
    }),
    link: counted((from, to) => setNew(to, fileAt(from))),
    makeFolder: counted((path) => {
      setNew(path, 'folder')
      seen.set(path, new Map())
      synced.set(path, new Map())
    }),
    remove: counted((path) => {
      fileAt(path)
      folder(dirname(path)).delete(basename(path))
    }),
    removeFolder: counted((path) => {
      if (folder(path).size > 0) fail('ENOTEMPTY', 'rmdir')
      seen.delete(path)
      folder(dirname(path)).delete(basename(path))
    }),
    stopAfter(n) {
      left = n
      operations = 0
    },
    restart() {
      left = Number.POSITIVE_INFINITY
      operations = 0
      open.clear()
    },
    losePower(random) {
      const kept = new Map<string, Names>([['/', new Map()]])
      const walk = (path: string): void => {
        const [before, now] = [synced.get(path) ?? new Map<string, Node>(), seen.get(path) ?? new Map<string, Node>()]
        for (const name of new Set([...before.keys(), ...now.keys()])) {
          const node = before.get(name) === now.get(name) || random.next() < 0.5 ? now.get(name) : before.get(name)
          if (node === undefined) continue
          kept.get(path)!.set(name, node)
          const child = path === '/' ? `/${name}` : `${path}/${name}`
          if (node === 'folder') {
            kept.set(child, new Map())
            walk(child)
          } else if (node.data !== node.synced) {
            // Some of what was written, or the length of it with nothing in it.
            const chance = random.next()
            const part = node.data.subarray(0, random.integer(node.data.length + 1))
            node.data = chance < 0.3 ? node.synced : chance < 0.6 ? part : Buffer.alloc(node.data.length)
          }
        }
      }
      walk('/')
      for (const names of kept.values())
        for (const node of names.values()) if (node !== 'folder') node.synced = node.data
      seen = kept
      synced = new Map([...kept].map(([path, names]) => [path, new Map(names)]))
      this.restart()
    },
    get operations() {
      return operations
    },
  }
}
