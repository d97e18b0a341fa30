/**
 * Templates are text with slots: `{first}`, `{email2}`. They are our own; the idea of filling templates and splitting by
 * template is presidio-research's. What a slot gives is in `slots.ts`.
 */
export interface TemplateGroup {
  /** First part of the template's id. */
  readonly domain: string
  /** ISO 639-1; names and dates follow. */
  readonly language?: string
  /** Typed in lower case, values too. */
  readonly lower?: boolean
  /** Values are written into JSON strings: escaped. */
  readonly json?: boolean
  /** In no held-out half: written beside the recognizers. */
  readonly devOnly?: boolean
  readonly templates: readonly string[]
}

export interface SlotMark {
  readonly name: string
  readonly n: number
}

/** Alternating text and slots: the parts at odd places are slots. */
export function parseTemplate(template: string): readonly (string | SlotMark)[] {
  return template.split(/(\{[a-z_]+\d?\})/).map((part, i) => {
    if (i % 2 === 0) return part
    const [, name, n] = /^\{([a-z_]+?)(\d?)\}$/.exec(part)!
    return { name: name!, n: n === '' ? 1 : Number(n) }
  })
}
