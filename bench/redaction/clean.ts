import { random } from '../../util/random.ts'
import { CLEAN_DEV_TEMPLATES } from './clean-dev-templates.ts'
import { CLEAN_TEMPLATES } from './clean-templates.ts'
import type { LabelledText } from './labelled-text.ts'
import { SLOTS, slotContext } from './slots.ts'
import { type Half, halfOf } from './synthetic.ts'
import { parseTemplate } from './template.ts'

/**
 * Texts of our own in which there is nothing to find: what people wrote of products, logs, code, news-like sentences. Only
 * filler slots are used, so there are no values of persons in them. Split by template like the others: errors are read on
 * `dev` alone; when those of `held-out` have been read, write new ones.
 */
export function cleanTexts(half: Half, count: number, seed = 1): readonly LabelledText[] {
  const split = CLEAN_TEMPLATES.filter((text) => halfOf({ text }) === half)
  const templates = half === 'dev' ? [...split, ...CLEAN_DEV_TEMPLATES] : split
  return Array.from({ length: count }, (_, i) => {
    const template = templates[i % templates.length]!
    const context = slotContext(random(seed, 'clean', i), 'en')
    const text = parseTemplate(template)
      .map((part) => {
        if (typeof part === 'string') return part
        const filled = SLOTS[part.name]?.(context, part.n)
        if (filled === undefined || filled.type !== undefined) throw new TypeError(`no filler slot {${part.name}}`)
        return filled.text
      })
      .join('')
    return { id: `clean/${half}/${i % templates.length}`, text, spans: [] }
  })
}
