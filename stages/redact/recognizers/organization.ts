import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { endOf, forEachWord, isCapital } from './text-runs.ts'

const CAP = "(?:\\p{Lu}[\\p{L}\\p{M}\\d'’.&-]*|\\d{1,3}[A-Z]\\p{L}*)"
const JOIN = '(?:,? (?:& |and |und |et |y |e |of |the |de |der |des |du |della |del |for |für |van )?|, )'
/** Legal forms: what stands before them is a firm. */
const LEGAL =
  'Inc|Incorporated|LLC|L\\.L\\.C|Ltd|Limited|LLP|L\\.L\\.P|LP|PLC|plc|Corp|Corporation|Co(?=\\.)|Company|GmbH(?: & Co\\.? KG)?|gGmbH|AG|KG|KGaA|OHG|UG|e\\.V|eG|mbH|SE|S\\.A|SA|SAS|S\\.A\\.S|SASU|SARL|S\\.A\\.R\\.L|S\\.à r\\.l|EURL|SNC|SpA|S\\.p\\.A|Srl|S\\.r\\.l|SRL|BV|B\\.V|NV|N\\.V|VOF|Pty(?:\\.? Ltd)?|Pvt(?:\\.? Ltd)?|AB|AS|ASA|Oy|Oyj|A/S|ApS|S\\.L|SL|S\\.L\\.U|S\\.A\\. de C\\.V|Ltda|Lda|S/A|Sp\\. z o\\.o|s\\.r\\.o|a\\.s|Kft|Zrt|d\\.o\\.o|Sdn Bhd|Bhd|A\\.Ş|Ltd\\. Şti|K\\.K|PJSC|OOO|ООО|ЗАО|ПАО'
/** Nouns that end the name of an organisation. */
const NOUN =
  'Group|Holdings?|Partners|Associates|Solutions|Technologies|Technology|Industries|Enterprises|Ventures|Consulting|Consultants|Logistics|Systems|Software|Labs|Laboratories|Studios|Foundation|Institute|Trust|Bank|Insurance|Assurance|Airlines|Airways|Motors|Pharmaceuticals|Pharma|Pharmacy|Hospital|Clinic|Medical Center|Medical Centre|Health System|Healthcare|University|College|Polytechnic|School|High School|Primary School|Academy|Kindergarten|Council|City Council|County Council|Church|Cathedral|Association|Society|Federation|Union|Agency|Authority|Commission|Committee|Ministry|Department|Club|Orchestra|Museum|Library|Hotel|Resort|Brewery|Bakery|Dental|Realty|Properties|Universität|Hochschule|Klinik|Klinikum|Krankenhaus|Gymnasium|Grundschule|Sparkasse|Volksbank|Versicherung|Verlag|Stadtwerke|Verein'
const TAIL = new RegExp(`(?:(${LEGAL})(?![\\p{L}\\d])\\.?|(${NOUN})(?![\\p{L}\\d]))`, 'uy')
/** First words of the above. */
const TAIL_STARTS: ReadonlySet<string> = new Set(
  `${LEGAL.replace(/\([^)]*\)\)?|\\/g, ' ')}|${NOUN}`
    .split('|')
    .flatMap((form) => /^[\p{L}]+/u.exec(form.trim())?.[0] ?? []),
)
const HEAD = new RegExp(`(?:^|[^\\p{L}\\d])((?:(?:The )?${CAP})(?:${JOIN}${CAP}){0,4},? )$`, 'u')
const NAME_OF = `${CAP}(?: (?:and |of |de |di |la |le |du |del |& )?${CAP}){0,3}`
/** University of X, Bank of X */
const OF = new RegExp(
  `(?:University|College|Institute|School|Academy|Bank|Church|Ministry|Department|Bureau|Board|Council|Embassy|Museum|Society|Association|City|County) of (?:the )?${NAME_OF}`,
  'uy',
)
/** Universidad de X, Hôpital X */
const NOUN_FIRST = new RegExp(
  `(?:Universit(?:y|é|ät|à|eit) (?:de |degli Studi di |di |van )?|Univers(?:idad|idade) (?:de |do |da )?|H[ôo]pital |Hospital |Klinik |Clinique |Cl[ií]nica |Banco |Banque |Banca |Lyc[ée]e |Coll[èe]ge |[ÉE]cole |Colegio |Liceo |Ospedale |Mairie d[e’'] ?)${NAME_OF}`,
  'uy',
)
const OF_STARTS =
  /^(?:Univers\p{L}+|College|Institute|School|Academy|Ban(?:k|co|que|ca)|Church|Ministry|Department|Bureau|Board|Council|Embassy|Museum|Society|Association|City|County|H[ôo]pital|Hospital|Klinik|Clini\p{L}+|Cl[ií]nica|Lyc[ée]e|Coll[èe]ge|[ÉE]cole|Colegio|Liceo|Ospedale|Mairie)$/u
/** Miller & Sons, Smith and Co, Lee, Park & Kim: what stands before the last word. */
const AND_TAIL = /^(?:Sons?|Daughters?|Söhne|Sohn|Brothers|Bros|Cie|Fils|Figli|Partners?|Associates|Company|Co)$/
const AND_HEAD = new RegExp(`(?:^|[^\\p{L}\\d])(${CAP}(?:,? ${CAP}){0,2} (?:&|and|und|et) )$`, 'u')
const AMPERSAND = new RegExp(`(?:^|[^\\p{L}\\d])(${CAP}) & (${CAP}(?: & ${CAP})?)(?![\\p{L}\\d])`, 'dgu')
/** What the text says is one: works at X, employer: X. */
const TOLD =
  /(?:work(?:s|ed|ing)? (?:at|for)|employed (?:at|by)|employer(?: is|:)|company(?: name)?(?: is|:)|organi[sz]ation(?: is|:)|(?:ceo|cto|cfo|founder|president|director|manager|employee|head|partner) (?:of|at)|join(?:ed|ing)|firma:|arbeite bei(?: der)?|arbeitgeber(?: ist|:)|travaille (?:chez|pour)|trabajo (?:en|para)|lavoro (?:per|presso)) /iuy
const TOLD_STARTS =
  /^(?:work(?:s|ed|ing)?|employe[dre]{1,2}|company|organi[sz]ation|ceo|cto|cfo|founder|president|director|manager|head|partner|join(?:ed|ing)|firma|arbeite|arbeitgeber|travaille|trabajo|lavoro)$/
const TOLD_NAME = new RegExp(`(?:[Tt]he )?${CAP}(?: (?:& |and |of )?${CAP}){0,4}`, 'uy')
/** Capitalised words that begin a sentence rather than a name. */
const OPENERS =
  /^(?:(?:The|A|An|Our|My|Your|His|Her|Their|This|That|These|Dear|Hi|Hello|From|At|In|On|For|To|By|With|And|But|So|If|When|While|As|Is|Are|Was|Please|Contact|Call|Visit|Ask|Tell|I|We|You|He|She|They|It|Thanks|Yes|No|Not|Also|Since|Because|Before|After|Der|Die|Das|Ein|Eine|Bei|Im|Le|La|Les|L|Un|Une|El|Los|Las|Il|Lo)(?:,? ))+/

/** The, and one word before: "The National Bank of". */
const ONE_BEFORE = /(?:^|[^\p{L}\d])((?:The )?(?:(?!The |An? |At |In |From |My |Our )\p{Lu}\p{L}+ )?)$/u

/** Organisations by their form: legal suffixes, "University of", "& Sons", what follows "works at". A tagger finds others. */
export const organization: Recognizer = {
  name: 'organization',
  types: ['ORGANIZATION'],
  needs: Feature.UPPER,
  priority: 1,
  find(subject, emit) {
    const { text } = subject
    const push = (start: number, end: number, score: number, rule: string): void => {
      let to = end
      while (to > start && /[ ,]/.test(text[to - 1]!)) to -= 1
      emit({ start, end: to, type: 'ORGANIZATION', score, rule })
    }
    const { lower } = subject
    forEachWord(text, (start, end) => {
      if (!isCapital(text.charCodeAt(start))) {
        if (end - start >= 3 && end - start <= 12 && TOLD_STARTS.test(text.slice(start, end))) told(start)
        // a.s., s.r.o., d.o.o., e.V.
        if (end - start === 1 && text[end] === '.') suffix(start)
        return
      }
      const word = text.slice(start, end)
      if (TAIL_STARTS.has(word)) suffix(start)
      if (OF_STARTS.test(word)) {
        const to = Math.max(endOf(OF, text, start), endOf(NOUN_FIRST, text, start))
        if (to > start)
          push(start - (ONE_BEFORE.exec(text.slice(Math.max(0, start - 24), start))?.[1]?.length ?? 0), to, 0.8, 'of')
      }
      if (AND_TAIL.test(word)) {
        const head = AND_HEAD.exec(text.slice(Math.max(0, start - 60), start))
        if (head !== null) push(start - head[1]!.length + (OPENERS.exec(head[1]!)?.[0].length ?? 0), end, 0.8, 'and')
      }
      if (TOLD_STARTS.test(lower.slice(start, end))) told(start)
    })
    if (text.includes(' & '))
      for (const match of text.matchAll(AMPERSAND)) push(match.indices![1]![0], match.indices![2]![1], 0.5, 'and')

    function told(start: number): void {
      const name = endOf(TOLD, text, start)
      const end = name < 0 ? -1 : endOf(TOLD_NAME, text, name)
      if (end > name) push(name, end, 0.6, 'told')
    }

    function suffix(start: number): void {
      TAIL.lastIndex = start
      const match = TAIL.exec(text)
      const head = match === null ? null : HEAD.exec(text.slice(Math.max(0, start - 80), start))
      if (match === null || head === null) return
      const name = head[1]!
      const opener = OPENERS.exec(name)?.[0].length ?? 0
      const words = name.slice(opener).trim()
      // "SE", "AS" after shouting are no firm.
      const legal = match[1]
      if (words === '' || (legal !== undefined && legal.length <= 2 && !/\p{Ll}/u.test(words))) return
      if (/[.!?] /.test(words.replace(/\b(?:St|Dr|Mr|Mrs|Inc|Co|U\.S)\. /g, ''))) return
      const score = legal === undefined ? 0.65 : 0.85
      push(start - name.length + opener, start + match[0].length, score, legal === undefined ? 'noun' : 'legal-form')
    }
    if (subject.hint === 'ORGANIZATION' && text.length <= 80) {
      const value = text.trim()
      if (/\p{L}{2}/u.test(value)) push(text.indexOf(value), text.indexOf(value) + value.length, 0.9, 'field')
    }
  },
}
