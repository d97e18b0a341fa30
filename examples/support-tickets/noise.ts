import type { Random } from '../../util/random.ts'
import { type Marked, rewrite } from './marked.ts'

const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/\bthe\b/, 'teh'],
  [/\breceived\b/, 'recieved'],
  [/\byou\b/, 'u'],
  [/\bare\b/, 'r'],
  [/\bplease\b/i, 'pls'],
  [/\bdoes not\b/, 'doesnt'],
  [/\bcannot\b/, 'cant'],
  [/\bI am\b/, 'im'],
  [/\baddress\b/, 'adress'],
  [/\baccount\b/, 'acount'],
  [/\btomorrow\b/, 'tommorow'],
  [/\byour\b/, 'ur'],
  [/\bbecause\b/, 'becuase'],
  [/\bwhere\b/i, 'were'],
]

/** Slips of the fingers, in the unmarked parts only: swapped, doubled and lost letters, phone spelling. */
export function typos(source: Marked, random: Random): Marked {
  return rewrite(source, (text) => {
    let out = text
    for (const [pattern, slip] of SLIPS) if (random.integer(4) === 0) out = out.replace(pattern, slip)
    return out
      .split(' ')
      .map((word) => (random.integer(18) === 0 && /^[a-z]{4,}$/.test(word) ? slip(word, random) : word))
      .join(' ')
  })
}

function slip(word: string, random: Random): string {
  const at = 1 + random.integer(word.length - 2)
  switch (random.integer(3)) {
    case 0:
      return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2)
    case 1:
      return word.slice(0, at) + word.slice(at + 1)
    default:
      return word.slice(0, at) + word.charAt(at) + word.slice(at)
  }
}

/** All small letters, as many people type: names and cities too; keys and numbers keep their form. */
export function lowerCase(source: Marked): Marked {
  return rewrite(
    source,
    (text) => text.toLowerCase(),
    (text, type) => (type === 'PERSON' || type === 'LOCATION' || type === 'EMAIL' ? text.toLowerCase() : text),
  )
}

/** The shouting of an angry customer. */
export function upperCase(source: Marked): Marked {
  return rewrite(
    source,
    (text) => text.toUpperCase(),
    (text, type) => (type === 'PERSON' || type === 'LOCATION' ? text.toUpperCase() : text),
  )
}

export const EMOJI = ['🙂', '😡', '🙏', '😅', '👍', '🎁', '📦', '😢', '🤷', '❤️', '👩🏽‍💻', '🇩🇪']
