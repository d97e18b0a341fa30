/** A turn of a template. Strings are in the language of `template.ts`. */
export type Turn =
  | { readonly kind: 'user'; readonly text: string }
  | { readonly kind: 'assistant'; readonly text: string }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: Fields; readonly result: Fields }

/** A JSON object whose strings are templates. */
export interface Fields {
  readonly [key: string]: string | number | boolean | Fields | readonly string[]
}

export interface Template {
  readonly id: string
  readonly theme: Theme
  readonly turns: readonly Turn[]
}

export type Theme =
  | 'orders'
  | 'shipping'
  | 'billing'
  | 'refunds'
  | 'accounts'
  | 'devices'
  | 'subscriptions'
  | 'travel'
  | 'developers'
  | 'privacy'
  | 'warranty'
  | 'shops'

/** The customer writes. */
export function u(text: string): Turn {
  return { kind: 'user', text }
}

/** The support desk answers. */
export function a(text: string): Turn {
  return { kind: 'assistant', text }
}

/** The assistant calls a function and sees its result. */
export function call(name: string, args: Fields, result: Fields): Turn {
  return { kind: 'call', name, arguments: args, result }
}

/** Templates of one theme from a map of name → turns. */
export function templates(theme: Theme, byName: Readonly<Record<string, readonly Turn[]>>): readonly Template[] {
  return Object.entries(byName).map(([name, turns]) => ({ id: `${theme}/${name}`, theme, turns }))
}
