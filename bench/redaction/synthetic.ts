import { sha256 } from '../../util/digest.ts'
import { random } from '../../util/random.ts'
import type { LabelledText, TypedSpan } from './labelled-text.ts'
import { SLOTS, slotContext } from './slots.ts'
import { parseTemplate, type TemplateGroup } from './template.ts'
import { BANK } from './templates-bank.ts'
import { CASUAL } from './templates-casual.ts'
import { FORMS } from './templates-forms.ts'
import { HEALTH } from './templates-health.ts'
import { IDS } from './templates-ids.ts'
import { LANGUAGES } from './templates-languages.ts'
import { MACHINES } from './templates-machines.ts'
import { SUPPORT } from './templates-support.ts'
import { TRAVEL } from './templates-travel.ts'
import { VEHICLES } from './templates-vehicles.ts'
import { WORK } from './templates-work.ts'

const GROUPS: readonly TemplateGroup[] = [
  ...SUPPORT,
  ...FORMS,
  ...HEALTH,
  ...BANK,
  ...WORK,
  ...TRAVEL,
  ...MACHINES,
  ...CASUAL,
  ...IDS,
  ...LANGUAGES,
  ...VEHICLES,
]

/** A template with the id that decides its half. */
export interface Template {
  readonly id: string
  readonly text: string
  readonly group: TemplateGroup
}

export const TEMPLATES: readonly Template[] = GROUPS.flatMap((group) =>
  group.templates.map((text) => ({ id: `${group.domain}/${sha256(text).slice(0, 8)}`, text, group })),
)

/**
 * `dev` may be read and tuned on. `held-out` is for figures only: nobody looks at its errors, nothing is tuned on it, and a
 * template is in one half whatever values fill it, so that nothing of the sentences around leaks. When it has been looked at,
 * write new templates.
 */
export type Half = 'dev' | 'held-out'

export function halfOf({ text, group }: { readonly text: string; readonly group?: TemplateGroup }): Half {
  if (group?.devOnly === true) return 'dev'
  return Number.parseInt(sha256(`half of ${text}`).slice(0, 2), 16) % 2 === 0 ? 'dev' : 'held-out'
}

/** `count` texts of one half, each template as often as the others. The same seed gives the same texts on every machine. */
export function syntheticTexts(half: Half, count: number, seed = 1): readonly LabelledText[] {
  const templates = TEMPLATES.filter((template) => halfOf(template) === half)
  return Array.from({ length: count }, (_, i) => {
    const template = templates[i % templates.length]!
    return fillTemplate(template, `${seed}/${half}/${i}`)
  })
}

export function fillTemplate({ id, text: template, group }: Template, seed: string): LabelledText {
  const language = group.language ?? 'en'
  const context = slotContext(random(seed, id), language)
  let text = ''
  const spans: TypedSpan[] = []
  for (const part of parseTemplate(template)) {
    if (typeof part === 'string') {
      text += group.lower === true ? part.toLowerCase() : part
      continue
    }
    const slot = SLOTS[part.name]
    if (slot === undefined) throw new TypeError(`${id}: no slot {${part.name}}`)
    const filled = slot(context, part.n)
    const lower = group.lower === true ? filled.text.toLowerCase() : filled.text
    const written = group.json === true ? JSON.stringify(lower).slice(1, -1) : lower
    if (filled.type !== undefined) {
      spans.push({ start: text.length, end: text.length + written.length, type: filled.type })
    }
    text += written
  }
  return { id, text, spans }
}
