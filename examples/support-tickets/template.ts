import type { Random } from '../../util/random.ts'
import { capitalised, concat, type Marked } from './marked.ts'

/**
 * The little language of the templates.
 *
 * - `{order}` is a slot: the scope gives its value, the same one all through a conversation.
 * - `{one|two|three}` picks one of the alternatives; they may nest and hold slots. `{maybe|}` may be nothing.
 * - `{PDF|}` inside text with real braces does not occur: JSON is built by code, not by templates.
 */
export interface Scope {
  readonly random: Random
  /** The value of a slot or the expansion of a phrase. */
  slot(name: string): Marked
}

type Node = string | { readonly slot: string } | { readonly choices: readonly (readonly Node[])[] }

const parsed = new Map<string, readonly Node[]>()

/** Renders a template and tidies spaces and sentence starts that an empty alternative leaves behind. */
export function render(template: string, scope: Scope): Marked {
  return capitalised(tidy(expand(template, scope)))
}

/** Renders a phrase inside a text: spaces and first letter stay as they are. */
export function expand(template: string, scope: Scope): Marked {
  return renderNodes(nodesOf(template), scope)
}

function nodesOf(template: string): readonly Node[] {
  let nodes = parsed.get(template)
  if (nodes === undefined) {
    nodes = parse(template)
    parsed.set(template, nodes)
  }
  return nodes
}

function renderNodes(nodes: readonly Node[], scope: Scope): Marked {
  return concat(
    nodes.map((node) => {
      if (typeof node === 'string') return node
      if ('slot' in node) return scope.slot(node.slot)
      return renderNodes(scope.random.pick(node.choices), scope)
    }),
  )
}

function parse(template: string): readonly Node[] {
  const [nodes, end] = parseUntil(template, 0, false)
  if (end !== template.length) throw new Error(`unbalanced braces in the template: ${template}`)
  return nodes
}

/** Nodes from `at` to the end, or to `|` or `}` where `inside` a pair of braces. */
function parseUntil(template: string, at: number, inside: boolean): readonly [readonly Node[], number] {
  const nodes: Node[] = []
  let literal = ''
  let i = at
  while (i < template.length) {
    const character = template[i]!
    if (inside && (character === '|' || character === '}')) break
    if (character !== '{') {
      literal += character
      i += 1
      continue
    }
    if (literal !== '') nodes.push(literal)
    literal = ''
    const choices: (readonly Node[])[] = []
    do {
      const [choice, end] = parseUntil(template, i + 1, true)
      choices.push(choice)
      i = end
    } while (template[i] === '|')
    if (template[i] !== '}') throw new Error(`unbalanced braces in the template: ${template}`)
    i += 1
    const only = choices[0]!.length === 1 ? choices[0]![0] : undefined
    nodes.push(choices.length === 1 && typeof only === 'string' ? { slot: only } : { choices })
  }
  if (literal !== '') nodes.push(literal)
  return [nodes, i]
}

/** No double spaces, no space before a full stop, none at the ends of lines. Works on the unmarked parts only. */
function tidy(source: Marked): Marked {
  const removed = new Uint8Array(source.text.length)
  for (const mark of source.marks) removed.fill(2, mark.start, mark.end)
  const text = source.text
  let previous = '\n'
  for (let i = 0; i < text.length; i++) {
    if (text[i] === ' ' && removed[i] === 0) {
      const next = text[i + 1] ?? '\n'
      if (previous === ' ' || previous === '\n' || next === '\n' || next === '.' || next === ',') {
        removed[i] = 1
        continue
      }
    }
    previous = text[i]!
  }
  let out = ''
  const moved = new Int32Array(text.length + 1)
  for (let i = 0; i < text.length; i++) {
    moved[i] = out.length
    if (removed[i] !== 1) out += text[i]
  }
  moved[text.length] = out.length
  return {
    text: out,
    marks: source.marks.map((mark) => ({ start: moved[mark.start]!, end: moved[mark.end]!, type: mark.type })),
  }
}
