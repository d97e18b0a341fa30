import { type AllowedSigner, findAllowedSigner } from '../allowed-signers.ts'

/**
 * Names that are one person: those whose lines in `allowed_signers` share a key, directly or by way of a third name. A
 * second name must not give a second vote.
 *
 * @returns for each name the first name (in the order of the alphabet) of the same person.
 */
export function personsOf(names: Iterable<string>, signers: readonly AllowedSigner[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(names)].sort()
  const person = new Map(sorted.map((name) => [name, name]))
  const keys = [...new Map(signers.map((signer) => [signer.publicKey.toString('hex'), signer.publicKey])).values()]
  for (const key of keys) {
    const [first, ...others] = sorted.filter((name) => ownsKey(name, key, signers))
    if (first === undefined) continue
    for (const other of others) {
      const [a, b] = [person.get(first)!, person.get(other)!]
      const [kept, lost] = a < b ? [a, b] : [b, a]
      for (const [name, of] of person) if (of === lost) person.set(name, kept)
    }
  }
  return person
}

/** Whether a key stands beside a name, whatever it may sign and when: a key that has expired is still that person's. */
export function ownsKey(name: string, publicKey: Uint8Array, signers: readonly AllowedSigner[]): boolean {
  const lines = signers.map(({ namespaces: _n, validAfter: _a, validBefore: _b, ...line }) => line)
  return findAllowedSigner(lines, { principal: name, publicKey, namespace: '-', at: new Date(0) }).ok
}

/**
 * Gives each person to at most one role, so that as many places as possible are filled: augmenting paths (Ford and
 * Fulkerson 1956) over persons and the places of the roles. The number filled is the greatest possible whatever the
 * order, so one more person never fills fewer.
 *
 * @param roles - places by role
 * @param persons - the roles that each person may fill
 * @returns person → role; a person that is not needed is left out.
 */
export function assignRoles(
  roles: readonly { readonly role: string; readonly quorum: number }[],
  persons: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, string> {
  const places = new Map(roles.map(({ role, quorum }) => [role, quorum]))
  const taken = new Map<string, string>()
  const inRole = (role: string): readonly string[] => [...taken].flatMap(([who, of]) => (of === role ? [who] : []))
  const place = (who: string, seen: Set<string>): boolean => {
    for (const role of [...(persons.get(who) ?? [])].sort()) {
      if (seen.has(role)) continue
      seen.add(role)
      const there = inRole(role)
      const free = there.length < (places.get(role) ?? 0)
      if (free || there.some((other) => place(other, seen))) {
        taken.set(who, role)
        return true
      }
    }
    return false
  }
  for (const who of [...persons.keys()].sort()) place(who, new Set())
  return taken
}
