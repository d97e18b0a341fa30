import { nearest } from '../../../util/nearest.ts'
import { isPiiType, PII_TYPES } from '../pii-type.ts'
import type { Item } from './item.ts'
import type { Label, LabelLine, LeftValues, Place } from './label.ts'

/** What the labeller is asked next. `item` is set where it shall be shown (again). */
export interface Question {
  readonly item?: Item
  /** 1-based, of `total`. */
  readonly number: number
  readonly total: number
  readonly text: string
}

export interface Answer {
  /** Lines for the file, at once. */
  readonly write: readonly LabelLine[]
  /** What to tell the labeller: a mistake, the list of types. */
  readonly say?: string
}

const KEYS = 'n nothing left · m something is left · o over-redacted · s skip · u undo · q quit'

type Phase = 'verdict' | 'type' | 'count' | 'where' | 'over' | 'last' | 'done'

/**
 * The conversation of a labeller with a sample, as a machine without input or output: ask `question`, hand the line to
 * `answer`, write what it says. Labels that are already there are not asked for again.
 */
export class LabelSession {
  readonly #items: readonly Item[]
  readonly #said: string[] = []
  readonly #labelled: Set<string>
  #phase: Phase = 'verdict'
  #current: Item | undefined
  #shown = false
  #left: LeftValues[] = []
  #type = ''
  #count = 0
  #over: number | undefined

  constructor(items: readonly Item[], labels: readonly Label[]) {
    this.#items = items
    const ids = new Set(items.map(({ id }) => id))
    this.#said.push(...labels.map(({ id }) => id).filter((id) => ids.has(id)))
    this.#labelled = new Set(this.#said)
    this.#next()
    if (this.#phase === 'last') this.#phase = 'done'
  }

  /** Undefined when there is nothing left to ask or the labeller has quit. */
  question(): Question | undefined {
    if (this.#phase === 'done') return undefined
    const shown = this.#shown
    this.#shown = true
    return {
      ...(shown || this.#current === undefined ? {} : { item: this.#current }),
      number: Math.min(this.#labelled.size + 1, this.#items.length),
      total: this.#items.length,
      text: this.#text(),
    }
  }

  answer(line: string): Answer {
    const word = line.trim()
    if (this.#phase === 'last') return this.#atEnd(word)
    if (this.#phase !== 'verdict' && word === 'u') {
      this.#ask('verdict')
      this.#shown = false
      return { write: [] }
    }
    switch (this.#phase) {
      case 'verdict':
        return this.#verdict(word)
      case 'type':
        return this.#typed(word)
      case 'count':
        return this.#counted(word)
      case 'where':
        return this.#shownWhere(line)
      case 'over':
        return this.#counting(word, this.#left.length > 0 ? 0 : 1, (n) => {
          this.#over = n
          return this.#left.length > 0 ? this.#commit() : this.#ask('type')
        })
      default:
        return { write: [] }
    }
  }

  #text(): string {
    switch (this.#phase) {
      case 'type':
        if (this.#left.length > 0) return 'anything else? type, or Enter for no: '
        return this.#over === undefined
          ? 'what is left? type (? lists them): '
          : 'anything left, too? type, or Enter for no: '
      case 'count':
        return `how many values of ${this.#type}? [1] `
      case 'where':
        return 'paste one to note where it stands (the value is not stored), or Enter: '
      case 'last':
        return 'that was the last one. Enter ends, u takes it back: '
      case 'over':
        return this.#left.length > 0
          ? 'placeholders too many? number, or Enter for none: '
          : 'how many placeholders stand where nothing was? [1] '
      default:
        return `${KEYS}: `
    }
  }

  #verdict(word: string): Answer {
    switch (word.toLowerCase()) {
      case 'n':
        return this.#commit()
      case 's':
        return this.#commit('skipped')
      case 'm':
        return this.#ask('type')
      case 'o':
        return this.#ask('over')
      case 'u':
        return this.#undo()
      case 'q':
        this.#phase = 'done'
        return { write: [] }
      default:
        return { write: [], say: `one of: ${KEYS}` }
    }
  }

  #atEnd(word: string): Answer {
    if (word === 'u') return this.#undo()
    this.#phase = 'done'
    return { write: [] }
  }

  #typed(word: string): Answer {
    if (word === '') {
      if (this.#left.length === 0 && this.#over === undefined) return { write: [], say: 'a type, or u to go back' }
      return this.#over === undefined ? this.#ask('over') : this.#commit()
    }
    if (word === '?') return { write: [], say: `${PII_TYPES.join(' ')} OTHER` }
    const name = word.toUpperCase()
    const starts = PII_TYPES.filter((type) => type.startsWith(name))
    const type = name === 'OTHER' || isPiiType(name) ? name : starts.length === 1 ? starts[0]! : undefined
    if (type === undefined) {
      const guess = nearest(name, PII_TYPES)
      return { write: [], say: `no such type; ${guess === undefined ? '? lists them' : `did you mean ${guess}?`}` }
    }
    this.#type = type
    return this.#ask('count')
  }

  #counted(word: string): Answer {
    return this.#counting(word, 1, (n) => {
      if (n === 0) return this.#ask('type')
      this.#count = n
      return this.#ask('where')
    })
  }

  #counting(word: string, otherwise: number, then: (n: number) => Answer): Answer {
    const n = word === '' ? otherwise : Number(word)
    if (!Number.isInteger(n) || n < 0 || n > 10_000) return { write: [], say: 'a whole number' }
    return then(n)
  }

  #shownWhere(value: string): Answer {
    const places = value.trim() === '' ? [] : placesOf(this.#current!, value.trim()).slice(0, this.#count)
    if (value.trim() !== '' && places.length === 0) return { write: [], say: 'that does not stand in this item' }
    this.#left.push({ type: this.#type, count: this.#count, places })
    return this.#ask('type')
  }

  #ask(phase: Phase): Answer {
    if (phase === 'verdict' || phase === 'last') {
      this.#left = []
      this.#over = undefined
    }
    this.#phase = phase
    return { write: [] }
  }

  #commit(verdict: Label['verdict'] = 'judged'): Answer {
    const { id } = this.#current!
    const label: Label = { kind: 'label', id, verdict, left: this.#left, over: this.#over ?? 0 }
    this.#said.push(id)
    this.#labelled.add(id)
    this.#next()
    return { write: [label] }
  }

  #undo(): Answer {
    const id = this.#said.pop()
    if (id === undefined) return { write: [], say: 'nothing to undo' }
    this.#labelled.delete(id)
    this.#next(id)
    return { write: [{ kind: 'undo', id }] }
  }

  #next(id?: string): void {
    this.#current = this.#items.find((item) => (id === undefined ? !this.#labelled.has(item.id) : item.id === id))
    this.#shown = false
    this.#ask(this.#current === undefined ? 'last' : 'verdict')
  }
}

function placesOf({ parts }: Item, value: string): readonly Place[] {
  return parts.flatMap(({ path, text }) => {
    const out: Place[] = []
    for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) {
      out.push({ path, start: at, end: at + value.length })
    }
    return out
  })
}
