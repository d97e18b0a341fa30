import { foldName } from '../name-parts.ts'

/** Names of the twelve months in one language and one length, as a date has them (genitive where a language takes it). */
type Twelve = readonly string[]

const twelve = (names: string): Twelve => names.split(' ')

/** The order decides where several languages share a word (`mars`, `august`). */
const LISTS: readonly Twelve[] = [
  twelve('January February March April May June July August September October November December'),
  twelve('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'),
  twelve('Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'),
  twelve('Januar Februar März April Mai Juni Juli August September Oktober November Dezember'),
  twelve('Jänner Feber März April Mai Juni Juli August September Oktober November Dezember'),
  twelve('Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez'),
  twelve('janvier février mars avril mai juin juillet août septembre octobre novembre décembre'),
  twelve('janv févr mars avr mai juin juil août sept oct nov déc'),
  twelve('jan fév mar avr mai jun jul août sep oct nov déc'),
  twelve('enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'),
  twelve('enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre'),
  twelve('ene feb mar abr may jun jul ago sep oct nov dic'),
  twelve('gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre'),
  twelve('gen feb mar apr mag giu lug ago set ott nov dic'),
  twelve('gen feb mar apr mag giu lug ago sett ott nov dic'),
  twelve('janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro'),
  twelve('jan fev mar abr mai jun jul ago set out nov dez'),
  twelve('januari februari maart april mei juni juli augustus september oktober november december'),
  twelve('jan feb mrt apr mei jun jul aug sep okt nov dec'),
  twelve('januari februari mars april maj juni juli augusti september oktober november december'),
  twelve('jan feb mar apr maj jun jul aug sep okt nov dec'),
  twelve('januar februar marts april maj juni juli august september oktober november december'),
  twelve('januar februar mars april mai juni juli august september oktober november desember'),
  twelve('stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia'),
  twelve('sty lut mar kwi maj cze lip sie wrz paź lis gru'),
  twelve(
    'tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta',
  ),
  twelve('ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık'),
  twelve('января февраля марта апреля мая июня июля августа сентября октября ноября декабря'),
  twelve('ledna února března dubna května června července srpna září října listopadu prosince'),
  twelve('ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie'),
]

/** Days of the week from Sunday on. */
const WEEKDAYS: readonly (readonly string[])[] = [
  twelve('Sunday Monday Tuesday Wednesday Thursday Friday Saturday'),
  twelve('Sun Mon Tue Wed Thu Fri Sat'),
  twelve('Sun Mon Tues Wed Thurs Fri Sat'),
  twelve('Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag'),
  twelve('So Mo Di Mi Do Fr Sa'),
  twelve('dimanche lundi mardi mercredi jeudi vendredi samedi'),
  twelve('domingo lunes martes miércoles jueves viernes sábado'),
  twelve('domenica lunedì martedì mercoledì giovedì venerdì sabato'),
  twelve('domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado'),
  twelve('domingo segunda terça quarta quinta sexta sábado'),
  twelve('zondag maandag dinsdag woensdag donderdag vrijdag zaterdag'),
  twelve('söndag måndag tisdag onsdag torsdag fredag lördag'),
  twelve('søndag mandag tirsdag onsdag torsdag fredag lørdag'),
  twelve('niedziela poniedziałek wtorek środa czwartek piątek sobota'),
  twelve('воскресенье понедельник вторник среда четверг пятница суббота'),
]

export interface NameOfSeries {
  /** 0-based: January or Sunday is 0. */
  readonly index: number
  /** All names of its series, in its language and length. */
  readonly series: readonly string[]
}

function table(lists: readonly (readonly string[])[]): ReadonlyMap<string, NameOfSeries> {
  const found = new Map<string, NameOfSeries>()
  for (const series of lists)
    for (const [index, name] of series.entries())
      if (!found.has(foldName(name))) found.set(foldName(name), { index, series })
  return found
}

const MONTHS = table(LISTS)
const DAYS = table(WEEKDAYS)

/** Every month name of every language, the longest first, for an expression with the flags `iu`. */
export const MONTH_PATTERN: string = [
  ...new Set([...LISTS.flat(), ...LISTS.flat().map(foldName)].map((name) => name.toLowerCase())),
]
  .sort((a, b) => b.length - a.length)
  .join('|')

export function monthNamed(word: string): NameOfSeries | undefined {
  return MONTHS.get(foldName(word))
}

export function weekdayNamed(word: string): NameOfSeries | undefined {
  return DAYS.get(foldName(word))
}
