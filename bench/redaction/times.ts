import type { Random } from '../../util/random.ts'
import { two } from './check-digits.ts'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const MONTHS_BY_LANGUAGE: Readonly<Record<string, readonly string[]>> = {
  de: 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' '),
  fr: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
  es: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' '),
  it: 'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre'.split(' '),
  nl: 'januari februari maart april mei juni juli augustus september oktober november december'.split(' '),
  pt: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro'.split(' '),
}

/** A date between the years, as people of the language write it. */
export function date(rng: Random, language: string, from: number, to: number): string {
  const [year, month, day] = [from + rng.integer(to - from + 1), 1 + rng.integer(12), 1 + rng.integer(28)]
  const name = (MONTHS_BY_LANGUAGE[language] ?? MONTHS)[month - 1]!
  switch (language) {
    case 'de':
      return rng.pick([`${two(day)}.${two(month)}.${year}`, `${day}.${month}.${year}`, `${day}. ${name} ${year}`])
    case 'es':
    case 'pt':
      return rng.pick([`${two(day)}/${two(month)}/${year}`, `${day} de ${name} de ${year}`])
    case 'fr':
    case 'it':
      return rng.pick([`${two(day)}/${two(month)}/${year}`, `${day} ${name} ${year}`])
    case 'nl':
      return rng.pick([`${two(day)}-${two(month)}-${year}`, `${day} ${name} ${year}`])
    default:
      return rng.pick([
        `${year}-${two(month)}-${two(day)}`,
        `${two(month)}/${two(day)}/${year}`,
        `${month}/${day}/${two(year % 100)}`,
        `${day} ${name} ${year}`,
        `${name} ${day}, ${year}`,
        `${name.slice(0, 3)} ${day}, ${year}`,
        `${day}${day % 10 === 1 && day !== 11 ? 'st' : day % 10 === 2 && day !== 12 ? 'nd' : day % 10 === 3 && day !== 13 ? 'rd' : 'th'} of ${name} ${year}`,
        `${two(day)}.${two(month)}.${year}`,
        `${two(day)}-${name.slice(0, 3)}-${year}`,
      ])
  }
}

export function time(rng: Random): string {
  const [hour, minute] = [rng.integer(24), rng.pick([0, 5, 10, 15, 20, 30, 40, 45, 50])]
  return rng.pick([`${two(hour)}:${two(minute)}`, `${1 + (hour % 12)}:${two(minute)} ${rng.pick(['am', 'pm', 'PM'])}`])
}

export function timestamp(rng: Random): string {
  const [month, day, hour] = [two(1 + rng.integer(12)), two(1 + rng.integer(28)), two(rng.integer(24))]
  return `202${rng.integer(6)}-${month}-${day}${rng.pick(['T', ' '])}${hour}:${two(rng.integer(60))}:${two(rng.integer(60))}${rng.pick(['Z', '', `.${100 + rng.integer(900)}Z`])}`
}
