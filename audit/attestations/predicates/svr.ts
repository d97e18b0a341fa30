import { Type } from '../../../util/schema-type.ts'
import { claimOf, type Digested, Resource, resource, Time } from '../schema.ts'
import type { Claim } from '../statement.ts'

export interface Verification {
  /** ISO time of the last decision that it rests on. */
  readonly time: string
  readonly policies: readonly Digested[]
  /** What was checked and how it went; only what passed is written. */
  readonly properties: readonly { readonly name: string; readonly passed: boolean }[]
}

/** in-toto Simple Verification Result v0.2. It can only say what holds: what failed has no place in it. */
export const SVR = {
  type: 'https://in-toto.io/attestation/svr/v0.2',
  schema: Type.Object({
    verifier: Type.Object({ id: Type.String({ minLength: 1 }), policies: Type.Array(Resource) }),
    timeCreated: Time,
    properties: Type.Array(Type.String({ minLength: 1 })),
  }),
}

/**
 * The properties of a release that were verified, as `SLUICE_GATE_PRIVACY`: each once, sorted. A name that both passed
 * and did not pass is left out.
 */
export function svr({ time, policies, properties }: Verification): Claim {
  const failed = new Set(properties.filter(({ passed }) => !passed).map(({ name }) => propertyName(name)))
  const passed = properties.filter((property) => property.passed).map(({ name }) => propertyName(name))
  return claimOf(SVR, {
    verifier: { id: 'https://sluice.local/verifier/v1', policies: policies.map(resource) },
    timeCreated: time,
    properties: [...new Set(passed)].filter((name) => !failed.has(name)).sort(),
  })
}

function propertyName(name: string): string {
  return `SLUICE_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`
}
