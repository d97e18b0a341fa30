/**
 * Kleene's three-valued logic with two kinds of "not known" and one "does not apply".
 *
 * `all` is false if any part is false, else not known if any part is; `any` is true if any part is true, else not known
 * if any part is. So finding out less can turn a verdict into "not known" (which blocks), never a failure into a pass.
 * Parts that do not apply are left out; where nothing is left the whole does not apply.
 */
export type Truth = 'true' | 'false' | 'error' | 'no_evidence' | 'not_applicable'

export function allOf(parts: readonly Truth[]): Truth {
  return first(parts, ['false', 'error', 'no_evidence', 'true'])
}

export function anyOf(parts: readonly Truth[]): Truth {
  return first(parts, ['true', 'error', 'no_evidence', 'false'])
}

export function negate(truth: Truth): Truth {
  return truth === 'true' ? 'false' : truth === 'false' ? 'true' : truth
}

function first(parts: readonly Truth[], order: readonly Truth[]): Truth {
  return order.find((truth) => parts.includes(truth)) ?? 'not_applicable'
}
