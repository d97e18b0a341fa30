import { expect, test } from 'vitest'
import { wantsColor } from '../../../cli/terminal/colour.ts'
import { cells, truncate, wrap } from '../../../cli/terminal/width.ts'

test('NO_COLOR, FORCE_COLOR and dumb terminals are respected', () => {
  expect(wantsColor({}, true)).toBe(true)
  expect(wantsColor({}, false)).toBe(false)
  expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false)
  expect(wantsColor({ NO_COLOR: '' }, true)).toBe(true)
  expect(wantsColor({ FORCE_COLOR: '1' }, false)).toBe(true)
  expect(wantsColor({ FORCE_COLOR: '0' }, true)).toBe(false)
  expect(wantsColor({ TERM: 'dumb' }, true)).toBe(false)
})

test('text is measured and cut by the cells it takes', () => {
  expect(['abc', '日本', 'é', '👩‍👩‍👧', ''].map(cells)).toEqual([3, 4, 1, 2, 0])
  expect([truncate('abcdef', 4), truncate('日本語', 4), truncate('abc', 3), truncate('abc', 0)]).toEqual([
    'abc…',
    '日…',
    'abc',
    '',
  ])
  expect(wrap('one two three four', 9, '  ')).toEqual(['one two', '  three', '  four'])
})
