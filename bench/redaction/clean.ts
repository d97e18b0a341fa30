import { random } from '../../util/random.ts'
import { CLEAN_TEMPLATES } from './clean-templates.ts'
import type { LabelledText } from './labelled-text.ts'
import { SLOTS, slotContext } from './slots.ts'
import { parseTemplate } from './template.ts'

/**
 * Texts of our own in which there is nothing to find: what people wrote of products, logs, code, news-like sentences. Only
 * filler slots are used, so there are no values of persons in them. Nothing here is tuned on: when errors have been read,
 * write new ones.
 */
export function cleanTexts(count: number, seed = 1): readonly LabelledText[] {
  return Array.from({ length: count }, (_, i) => {
    const template = CLEAN_TEMPLATES[i % CLEAN_TEMPLATES.length]!
    const context = slotContext(random(seed, 'clean', i), 'en')
    const text = parseTemplate(template)
      .map((part) => {
        if (typeof part === 'string') return part
        const filled = SLOTS[part.name]?.(context, part.n)
        if (filled === undefined || filled.type !== undefined) throw new TypeError(`no filler slot {${part.name}}`)
        return filled.text
      })
      .join('')
    return { id: `clean/${i % CLEAN_TEMPLATES.length}`, text, spans: [] }
  })
}
