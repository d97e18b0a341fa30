import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { renderHtml } from '../../reports/html/render.tsx'
import { renderJUnit } from '../../reports/junit.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { blockedRecord, erroredRecord, passedRecord } from '../support/run-record.ts'

const CHROMIUM = '/usr/bin/chromium'
const RECORDS: readonly (readonly [string, RunRecord])[] = [
  ['passed', passedRecord()],
  ['blocked', blockedRecord()],
  ['errored', erroredRecord()],
  ...newestRun(),
]

/** The last real run of this checkout's own store, where there is one: reports must hold for what really comes. */
function newestRun(): readonly (readonly [string, RunRecord])[] {
  const runs = join(PACKAGE_ROOT, '.sluice', 'runs')
  if (!existsSync(runs)) return []
  const newest = readdirSync(runs)
    .filter((run) => existsSync(join(runs, run, 'run.json')))
    .sort()
    .at(-1)
  return newest === undefined ? [] : [['real', JSON.parse(readFileSync(join(runs, newest, 'run.json'), 'utf8'))]]
}

// Scripts for the page are text: the project's types know no DOM.
const WIDTH = 'document.documentElement.scrollWidth'
const FAULTS = `(() => {
  const all = (selector) => [...document.querySelectorAll(selector)]
  const ids = all('[id]').map((element) => element.id)
  return {
    tables: all('table').filter((table) => table.caption === null).length,
    drawings: all('svg').filter((svg) => svg.getAttribute('aria-hidden') !== 'true' && !svg.getAttribute('aria-label')).length,
    repeated: ids.filter((id, i) => ids.indexOf(id) !== i),
    dead: all('a[href^="#"]').filter((a) => document.getElementById(a.getAttribute('href').slice(1)) === null).length,
  }
})()`
// WCAG 2.2, 1.4.3: relative luminance and contrast of the text on the nearest opaque ground.
const LOW_CONTRAST = `(() => {
  const rgb = (color) => (color.match(/[0-9.]+/g) ?? []).map(Number)
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] > 0.99) return color
    }
    return [255, 255, 255]
  }
  return [...document.querySelectorAll('p,li,dt,dd,td,th,h1,h2,h3,h4,code,a,summary span,b,small')].flatMap((element) => {
    if (element.textContent === '' || element.closest('.sr') !== null) return []
    const [a, b] = [luminance(rgb(getComputedStyle(element).color)), luminance(ground(element))].sort((x, y) => y - x)
    const contrast = (a + 0.05) / (b + 0.05)
    return contrast < 4.5 ? [element.tagName + '.' + element.className + ' ' + contrast.toFixed(2)] : []
  })
})()`
const PARSE_XML = `(files) => files.map((xml) => {
  const parsed = new DOMParser().parseFromString(xml, 'application/xml')
  return parsed.querySelector('parsererror') === null ? parsed.documentElement.tagName : 'broken'
})`

test('the page asks for nothing and runs nothing', () => {
  for (const [, record] of RECORDS) {
    const html = renderHtml(record)
    expect(html).not.toMatch(/<script|<link(?! rel="icon" href="data:,")|<img|<iframe|\son\w+=|url\((?!#)|@import/i)
    expect(html).toContain('default-src &#39;none&#39;')
  }
})

test('samples are shown as text, never as markup', () => {
  expect(renderHtml(passedRecord())).toContain('&lt;b&gt;after&lt;/b&gt;')
})

describe.skipIf(!existsSync(CHROMIUM))('in a browser (skipped without /usr/bin/chromium)', () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'sluice-report-'))
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(name: string, record: RunRecord, width: number): Promise<{ page: Page; problems: string[] }> {
    const file = join(folder, `${name}.html`)
    writeFileSync(file, renderHtml(record))
    const url = pathToFileURL(file).href
    const page = await browser.newPage({ viewport: { width, height: 900 } })
    const problems: string[] = []
    page.on('console', (message) => problems.push(`console: ${message.text()}`))
    page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) problems.push(`request: ${request.url()}`)
    })
    await page.goto(url)
    return { page, problems }
  }

  test.each(RECORDS)(
    '%s: no error, no request, verdict first, all sections, fits every width',
    async (name, record) => {
      const { page, problems } = await open(name, record, 1280)
      const titles = await page.locator('main h1, main > section > h2').allTextContents()
      expect(titles.slice(1)).toEqual([
        'Pipeline',
        'Gates',
        'Evidence, stage by stage',
        'Training',
        ...(record.regulations === undefined ? [] : ['Laws and standards']),
        'Limits, in plain words',
        'Data sources',
        'Reproducibility',
        'Files for programs',
        'Glossary',
      ])
      for (const width of [1280, 768, 390]) {
        await page.setViewportSize({ width, height: 900 })
        expect(await page.evaluate<number>(WIDTH)).toBeLessThanOrEqual(width)
        expect((await page.locator('h1').boundingBox())!.y).toBeLessThan(400)
        expect(await page.locator('.picture svg:visible').count()).toBe(1)
      }
      expect(problems).toEqual([])
      await page.close()
    },
  )

  test('every table has a caption, every drawing a name or is decoration, every id is unique', async () => {
    const { page } = await open('a11y', passedRecord(), 1280)
    const found = await page.evaluate<object>(FAULTS)
    expect(found).toEqual({ tables: 0, drawings: 0, repeated: [], dead: 0 })
    await page.close()
  })

  test('text keeps a contrast of 4.5 : 1 in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open('contrast', blockedRecord(), 1280)
      await page.emulateMedia({ colorScheme })
      const low = await page.evaluate<string[]>(LOW_CONTRAST)
      expect([...new Set(low)]).toEqual([])
      await page.close()
    }
  })

  test('on paper everything is unfolded and fits the page', async () => {
    const { page } = await open('print', passedRecord(), 690)
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate<number>(WIDTH)).toBeLessThanOrEqual(690)
    expect(await page.locator('.rule .body').first().isVisible()).toBe(true)
    await page.close()
  })

  test('a real XML parser reads the JUnit file', async () => {
    const { page } = await open('xml', passedRecord(), 800)
    const files = RECORDS.map(([, record]) => renderJUnit(record))
    const roots = await page.evaluate<string[]>(`(${PARSE_XML})(${JSON.stringify(files)})`)
    expect(new Set(roots)).toEqual(new Set(['testsuites']))
    await page.close()
  })
})
