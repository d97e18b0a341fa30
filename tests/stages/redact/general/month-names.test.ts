import { expect, test } from 'vitest'
import { forEachDate } from '../../../../stages/redact/recognizers/date-forms.ts'
import { Subject } from '../../../../stages/redact/subject.ts'

// Many begin as another one does: the longest is meant.
const NAMES =
  'january jan januar januari janvier janv janeiro february feb feber februar februari février fevrier févr febrero febbraio fevereiro march mar mars marzo março marco maart marca marts martie mart april avril abril aprile aprilie avr abr apr may mai maj maja maggio mayo maio mag mei june juni juin junio jun july juli juillet juil julio luglio lug august augusti augustus août aout agosto aug ago ağustos september septembre septiembre setiembre settembre setembro septembrie sept sep set sett october oktober octobre octubre ottobre outubro octombrie okt oct ott out november novembre noviembre novembro nov december dezember décembre decembre diciembre dicembre dezembro desember dec dez déc dic gru stycznia września października tammikuuta haziran января мая ledna června'.split(
    ' ',
  )

function dates(text: string): string[] {
  const found: string[] = []
  forEachDate(new Subject(text), (kind, start, end) => found.push(`${kind}: ${text.slice(start, end)}`))
  return found
}

test.each(NAMES)('%s', (name) => {
  for (const word of [name, name.toUpperCase(), name[0]!.toUpperCase() + name.slice(1)]) {
    expect(dates(`on 12 ${word} 1985.`)).toContain(`full: 12 ${word} 1985`)
    expect(dates(`on ${word} 12, 1985.`)).toContain(`full: ${word} 12, 1985`)
    expect(dates(`on ${word} 12 at`)).toContain(`yearless: ${word} 12`)
    expect(dates(`in ${word} 1985.`)).toContain(`month: ${word} 1985`)
    // A longer word that begins with it is none, for no name goes on like this.
    expect(dates(`on 12 ${word}xq 1985 and ${word}xq 12`)).toEqual([])
  }
})
