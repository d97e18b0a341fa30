import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import type { Random } from '../../../../util/random.ts'
import { keyedDraw } from '../draw.ts'
import type { SurrogateContext, SurrogateMaker } from './context.ts'

interface Fiction {
  readonly fixed: readonly string[]
  readonly mobile: readonly string[]
}

const NANPA: Fiction = { fixed: ['AAA55501##'], mobile: ['AAA55501##'] }

/**
 * National numbers that regulators keep for film and print; `#` is any digit, `N` one but zero, `AAA` an area code. NANPA
 * (555-0100 to 555-0199 in every area), Ofcom (telephone numbers for drama use), ACMA (numbers for use in fiction), ARCEP
 * (décision 2018-0881, numéros pour œuvres audiovisuelles), BNetzA (Mitteilung 148/2021), PTS (telefonnummer för böcker och filmer).
 */
const FICTION: Readonly<Record<string, Fiction>> = {
  US: NANPA,
  CA: NANPA,
  GB: {
    fixed:
      '2079460### 1134960### 1144960### 1154960### 1164960### 1174960### 1184960### 1214960### 1314960### 1414960### 1514960### 1614960### 1632960### 1914980### 2896496### 2920180###'.split(
        ' ',
      ),
    mobile: ['7700900###'],
  },
  AU: {
    fixed: '25550#### 27010#### 35550#### 37010#### 75550#### 77010#### 85550#### 87010####'.split(' '),
    mobile: '491570006 491570156 491570157 491570158 491570159 491570110 491570313 491570737'.split(' '),
  },
  FR: { fixed: '19900#### 26191#### 35301#### 46571#### 53649####'.split(' '), mobile: ['63998####'] },
  DE: {
    fixed: '3023125### 6990009### 4066969### 2214710### 8999998###'.split(' '),
    mobile: ['17139200##', '176040690##'],
  },
  SE: { fixed: '3139006## 4062804## 8465004## 9803192##'.split(' '), mobile: ['7017406N#'] },
}

const AREA_CODES: Readonly<Record<string, readonly string[]>> = {
  US: '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 256 260 262 267 269 270 272 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 330 334 336 337 339 347 351 352 360 361 385 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 432 434 435 440 443 469 470 478 479 480 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 520 530 540 541 551 559 561 562 563 567 570 571 573 574 580 585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 620 623 626 630 631 636 641 646 650 651 660 661 662 678 682 701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 720 724 727 731 732 734 740 754 757 760 763 765 770 772 773 774 775 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815 816 817 818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 862 863 864 865 870 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 931 936 937 940 941 947 949 951 952 954 956 970 971 972 973 978 979 980 985 989'.split(
    ' ',
  ),
  CA: '204 226 250 289 306 343 403 416 418 438 450 506 514 519 579 581 587 604 613 647 705 709 778 780 807 819 867 902 905'.split(
    ' ',
  ),
}

/** How many numbers are tried where no fictitious one exists. */
const MAX_TRIES = 60

/**
 * A number of the same country, kind and notation: one that is kept for fiction where the country has such ("+1 415 555 0142"),
 * else one that libphonenumber holds for valid, which may be someone's. The US have 28,000 fictitious numbers: among 100 the
 * chance that any two meet is about 16 %. The same number has the same surrogate however it is written.
 */
export const phoneSurrogate: SurrogateMaker = (value, context) => {
  const parsed = parse(value, context)
  const digits = [...value].map(digitOf).filter((digit) => digit !== undefined)
  if (digits.length === 0) return undefined
  const plain = digits.join('')
  const national = parsed?.nationalNumber
  const at = national === undefined ? -1 : plain.lastIndexOf(national)
  if (parsed === undefined || national === undefined || at < 0) return unread(value, plain, context)
  const made = drawNational(parsed, national, context)
  if (made === undefined) return unread(value, plain, context)
  const extension = plain.slice(at + national.length)
  const draw = keyedDraw(context.key, 'extension', national, extension)
  const tail = [...extension].map(() => String(draw.integer(10))).join('')
  return write(value, plain.slice(0, at) + made + tail)
}

/** The first reading that is valid; else that of a number with its country code, though no such number is given out. */
function parse(value: string, context: SurrogateContext): PhoneNumber | undefined {
  for (const region of context.regions) {
    if (!isSupportedCountry(region)) continue
    const parsed = parsePhoneNumberFromString(value, region as CountryCode)
    if (parsed?.isValid() === true) return parsed
  }
  return parsePhoneNumberFromString(value)
}

function drawNational(parsed: PhoneNumber, national: string, context: SurrogateContext): string | undefined {
  const country = parsed.country ?? parsed.getPossibleCountries()[0]
  const type = parsed.getType()
  const fitting = country === undefined ? [] : fictionOf(country, type, national)
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const draw = keyedDraw(context.key, 'phone', parsed.number, attempt)
    if (fitting.length > 0) {
      const made = fill(draw.pick(fitting), country!, draw)
      if (made !== national) return made
      continue
    }
    // The first digits say which kind of number it is; fewer of them are kept at each third of the tries.
    const kept = Math.max(1, Math.min(3 - Math.floor((attempt * 3) / MAX_TRIES), national.length - 4))
    const made = national.slice(0, kept) + [...national.slice(kept)].map(() => draw.integer(10)).join('')
    const check = parsePhoneNumberFromString(`+${parsed.countryCallingCode}${made}`)
    if (made === national) continue
    // What no plan gives out cannot be tried against one; nor is every plan so wide that a draw fits.
    const last = attempt === MAX_TRIES - 1
    if (
      last ||
      !parsed.isValid() ||
      (check?.isValid() === true && check.country === country && check.getType() === type)
    ) {
      return made
    }
  }
  return undefined
}

/** Fictitious numbers of the same kind and length; for British ones with an area code of the same length as well. */
function fictionOf(country: string, type: string | undefined, national: string): readonly string[] {
  const fiction = FICTION[['GG', 'JE', 'IM'].includes(country) ? 'GB' : country]
  if (fiction === undefined) return []
  const mobile = type === 'MOBILE' || (type === undefined && fiction.mobile.some((form) => form[0] === national[0]))
  const fitting = (mobile ? fiction.mobile : fiction.fixed).filter((form) => form.length === national.length)
  const near = country === 'GB' ? fitting.filter((form) => form[0] === national[0]) : []
  return near.length > 0 ? near : fitting
}

function fill(form: string, country: string, draw: Random): string {
  return form
    .replace('AAA', () => draw.pick(AREA_CODES[country]!))
    .replace(/[#N]/g, (sign) => String(sign === 'N' ? 1 + draw.integer(9) : draw.integer(10)))
}

/** Not a number of any plan: digits for digits, zeros in front stay. */
function unread(value: string, plain: string, context: SurrogateContext): string | undefined {
  const zeros = /^0*/.exec(plain)![0].length
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const draw = keyedDraw(context.key, 'phone', plain, attempt)
    const made = plain.slice(0, zeros) + [...plain.slice(zeros)].map(() => String(draw.integer(10))).join('')
    if (made !== plain) return write(value, made)
  }
  return undefined
}

/** The digits one for one; everything else stays. */
function write(value: string, digits: string): string {
  let next = 0
  return [...value]
    .map((character) => {
      const digit = digitOf(character)
      return digit === undefined
        ? character
        : String.fromCharCode(character.charCodeAt(0) - digit + Number(digits[next++]))
    })
    .join('')
}

const ZEROS = [0x30, 0x660, 0x6f0, 0x966, 0xff10]

function digitOf(character: string): number | undefined {
  const code = character.charCodeAt(0)
  const zero = ZEROS.find((first) => code >= first && code <= first + 9)
  return zero === undefined ? undefined : code - zero
}
