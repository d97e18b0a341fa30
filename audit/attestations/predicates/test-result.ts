import { Type } from '../../../util/schema-type.ts'
import { claimOf, type Digested, Resource, resource } from '../schema.ts'
import type { Claim } from '../statement.ts'

export interface TestRun {
  /** What was tested against: policies, evidence, the configuration of an evaluation. At least one. */
  readonly configuration: readonly Digested[]
  /** Names of the tests by how they went. One that gave no evidence, or an error, is a failed one. */
  readonly passed: readonly string[]
  readonly warned: readonly string[]
  readonly failed: readonly string[]
}

const Names = Type.Optional(Type.Array(Type.String({ minLength: 1 })))

/** in-toto test-result v0.1. */
export const TEST_RESULT = {
  type: 'https://in-toto.io/attestation/test-result/v0.1',
  schema: Type.Object({
    result: Type.Union([Type.Literal('PASSED'), Type.Literal('WARNED'), Type.Literal('FAILED')]),
    configuration: Type.Array(Resource),
    url: Type.Optional(Type.String()),
    passedTests: Names,
    warnedTests: Names,
    failedTests: Names,
  }),
}

/** The result of a gate or an evaluation. A run of no tests has failed: nothing was shown. */
export function testResult({ configuration, passed, warned, failed }: TestRun): Claim {
  const none = passed.length + warned.length + failed.length === 0
  return claimOf(TEST_RESULT, {
    result: failed.length > 0 || none ? 'FAILED' : warned.length > 0 ? 'WARNED' : 'PASSED',
    configuration: configuration.map(resource),
    passedTests: [...passed],
    warnedTests: [...warned],
    failedTests: [...failed],
  })
}
