import type { Static, TObject, TSchema, Type as TypeBox } from 'typebox'

export type { Static, TObject, TSchema }

/** The builders that schemas here are made with. */
type Builders = Pick<
  typeof TypeBox,
  | 'Array'
  | 'Boolean'
  | 'Cyclic'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'Ref'
  | 'String'
  | 'Union'
  | 'Unknown'
  | 'Unsafe'
>

type Properties = Readonly<Record<string, unknown>>

/**
 * JSON Schemas with the static types of `typebox`, and the same objects as its builders make (a test compares them), so
 * that its `Value` takes them. The package itself is 373 modules, a third of the time in which `sluice gate` or `verify`
 * starts; these are the sixteen builders that are used. Types as there: `Static<typeof Schema>`.
 */
export const Type = {
  Array: (items: unknown, options?: Properties) => make('Array', { type: 'array', items }, options),
  Boolean: (options?: Properties) => make('Boolean', { type: 'boolean' }, options),
  Cyclic: (definitions: Readonly<Record<string, object>>, reference: string, options?: Properties) => {
    // Ajv resolves a reference within a definition by its id.
    const named = Object.entries(definitions).map(([name, schema]) => [name, copy(schema, { $id: name })] as const)
    return make('Cyclic', { $defs: Object.fromEntries(named), $ref: reference }, options)
  },
  Enum: (values: readonly (string | number)[], options?: Properties) => make('Enum', { enum: values }, options),
  Integer: (options?: Properties) => make('Integer', { type: 'integer' }, options),
  Literal: (value: string | number | boolean, options?: Properties) =>
    make('Literal', { type: typeof value, const: value }, options),
  Null: (options?: Properties) => make('Null', { type: 'null' }, options),
  Number: (options?: Properties) => make('Number', { type: 'number' }, options),
  Object: (properties: Readonly<Record<string, object>>, options?: Properties) => {
    const required = Object.keys(properties).filter((name) => !('~optional' in properties[name]!))
    return make('Object', { type: 'object', ...(required.length > 0 ? { required } : {}), properties }, options)
  },
  Optional: (schema: object) => hidden(copy(schema), '~optional', true),
  Record: (key: { readonly pattern?: string }, value: unknown, options?: Properties) =>
    make('Record', { type: 'object', patternProperties: { [key.pattern ?? '^.*$']: value } }, options),
  Ref: (reference: string, options?: Properties) => make('Ref', { $ref: reference }, options),
  String: (options?: Properties) => make('String', { type: 'string' }, options),
  Union: (members: readonly unknown[], options?: Properties) => make('Union', { anyOf: members }, options),
  Unknown: (options?: Properties) => make('Unknown', {}, options),
  Unsafe: (schema: object) => hidden(copy(schema), '~unsafe', null),
} as unknown as Builders

function make(kind: string, schema: Properties, options: Properties = {}): object {
  return hidden({ ...schema, ...options }, '~kind', kind)
}

/** What typebox knows of a schema is no part of its JSON. */
function hidden(schema: object, name: string, value: unknown): object {
  return Object.defineProperty(schema, name, { configurable: true, writable: true, enumerable: false, value })
}

/** With what is hidden. */
function copy(schema: object, more: Properties = {}): object {
  return Object.assign(Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema)), more)
}
