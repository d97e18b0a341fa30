import type { Json } from '../../../util/json.ts'
import { Type } from '../../../util/schema-type.ts'
import { claimOf, type Digested, Resource, resource, Time } from '../schema.ts'
import type { Claim } from '../statement.ts'

/** How one stage of a run made its outputs, which are the subjects of the statement. */
export interface StageBuild {
  readonly run: string
  readonly stage: string
  /** What the pipeline file says it uses: `redact`, `@acme/stage`. */
  readonly uses: string
  readonly version: number
  readonly config: Json
  readonly seed: number
  readonly pipeline: Digested
  /** Outputs of other stages and files that it read. */
  readonly inputs: readonly Digested[]
  /** Models that it used. */
  readonly models: readonly Digested[]
  /** The program: its version, and the digest of its package where that is known. */
  readonly code: { readonly name: string; readonly version: string; readonly digest?: string }
  /** ISO times. */
  readonly started: string
  readonly finished: string
  /** Node, platform, processor: words, no host and no user. */
  readonly environment: Readonly<Record<string, string | number>>
  /** What came out beside the subjects: the stored evidence. */
  readonly byproducts?: readonly Digested[]
}

/** SLSA v1.0 §Schema: the members that it requires, and those that we write. Others are passed over, as it asks. */
export const SLSA_PROVENANCE = {
  type: 'https://slsa.dev/provenance/v1',
  schema: Type.Object({
    buildDefinition: Type.Object({
      buildType: Type.String({ minLength: 1 }),
      externalParameters: Type.Record(Type.String(), Type.Unknown()),
      internalParameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      resolvedDependencies: Type.Optional(Type.Array(Resource)),
    }),
    runDetails: Type.Object({
      builder: Type.Object({
        id: Type.String({ minLength: 1 }),
        version: Type.Optional(Type.Record(Type.String(), Type.String())),
      }),
      metadata: Type.Optional(
        Type.Object({
          invocationId: Type.Optional(Type.String()),
          startedOn: Type.Optional(Time),
          finishedOn: Type.Optional(Time),
        }),
      ),
      byproducts: Type.Optional(Type.Array(Resource)),
    }),
  }),
}

/** SLSA provenance v1 of one stage. `externalParameters` is what its user decides: pipeline, stage and configuration. */
export function slsaProvenance(build: StageBuild): Claim {
  const { code } = build
  const program = {
    name: code.name,
    uri: `pkg:npm/${encodeURIComponent(code.name).replaceAll('%2F', '/')}@${encodeURIComponent(code.version)}`,
    ...(code.digest === undefined ? {} : { digest: { sha256: code.digest } }),
  }
  return claimOf(SLSA_PROVENANCE, {
    buildDefinition: {
      buildType: 'https://sluice.local/build/stage/v1',
      externalParameters: {
        pipeline: build.pipeline.name,
        stage: build.stage,
        uses: build.uses,
        config: build.config,
      },
      internalParameters: { seed: build.seed, stageVersion: build.version, environment: build.environment },
      resolvedDependencies: [
        { ...resource(build.pipeline), annotations: { role: 'pipeline' } },
        ...build.inputs.map((input) => ({ ...resource(input), annotations: { role: 'input' } })),
        ...build.models.map((model) => ({ ...resource(model), annotations: { role: 'model' } })),
        { ...program, annotations: { role: 'program' } },
      ],
    },
    runDetails: {
      builder: { id: 'https://sluice.local/builder/v1', version: { [code.name]: code.version } },
      metadata: {
        invocationId: `${build.run}/${build.stage}`,
        startedOn: build.started,
        finishedOn: build.finished,
      },
      byproducts: (build.byproducts ?? []).map(resource),
    },
  })
}
