import type { Recognizer } from '../recognizer.ts'
import { Feature } from '../subject.ts'

const CAP = "(?:\\p{Lu}[\\p{L}\\p{M}\\d'’.&-]*|\\d{1,3}[A-Z]\\p{L}*)"
const JOIN = '(?:,? (?:& |and |und |et |y |e |of |the |de |der |des |du |della |del |for |für |van )?|, )'
/** Legal forms: what stands before them is a firm. */
const LEGAL =
  'Inc|Incorporated|LLC|L\\.L\\.C|Ltd|Limited|LLP|L\\.L\\.P|LP|PLC|plc|Corp|Corporation|Co(?=\\.)|Company|GmbH(?: & Co\\.? KG)?|gGmbH|AG|KG|KGaA|OHG|UG|e\\.V|eG|mbH|SE|S\\.A|SA|SAS|S\\.A\\.S|SASU|SARL|S\\.A\\.R\\.L|S\\.à r\\.l|EURL|SNC|SpA|S\\.p\\.A|Srl|S\\.r\\.l|SRL|BV|B\\.V|NV|N\\.V|VOF|Pty(?:\\.? Ltd)?|Pvt(?:\\.? Ltd)?|AB|AS|ASA|Oy|Oyj|A/S|ApS|S\\.L|SL|S\\.L\\.U|S\\.A\\. de C\\.V|Ltda|Lda|S/A|Sp\\. z o\\.o|s\\.r\\.o|a\\.s|Kft|Zrt|d\\.o\\.o|Sdn Bhd|Bhd|A\\.Ş|Ltd\\. Şti|K\\.K|PJSC|OOO|ООО|ЗАО|ПАО'
/** Nouns that end the name of an organisation. */
const NOUN =
  'Group|Holdings?|Partners|Associates|Solutions|Technologies|Technology|Industries|Enterprises|Ventures|Consulting|Consultants|Logistics|Systems|Software|Labs|Laboratories|Studios|Foundation|Institute|Trust|Bank|Insurance|Assurance|Airlines|Airways|Motors|Pharmaceuticals|Pharma|Pharmacy|Hospital|Clinic|Medical Center|Medical Centre|Health System|Healthcare|University|College|Polytechnic|School|High School|Primary School|Academy|Kindergarten|Council|City Council|County Council|Church|Cathedral|Association|Society|Federation|Union|Agency|Authority|Commission|Committee|Ministry|Department|Club|Orchestra|Museum|Library|Hotel|Resort|Brewery|Bakery|Dental|Realty|Properties|Universität|Hochschule|Klinik|Klinikum|Krankenhaus|Gymnasium|Grundschule|Sparkasse|Volksbank|Versicherung|Verlag|Stadtwerke|Verein'
const TAIL = new RegExp(`(?<![\\p{L}\\d])(?:(${LEGAL})(?![\\p{L}\\d])\\.?|(${NOUN})(?![\\p{L}\\d]))`, 'gu')
const HEAD = new RegExp(`(?:^|[^\\p{L}\\d])((?:(?:The )?${CAP})(?:${JOIN}${CAP}){0,4},? )$`, 'u')
/** University of X, Bank of X, Hôpital X */
const OF = new RegExp(
  `(?<![\\p{L}\\d])(?:The )?(?:(?:\\p{Lu}\\p{L}+ )?(?:University|College|Institute|School|Academy|Bank|Church|Ministry|Department|Bureau|Board|Council|Embassy|Museum|Republic Bank|Society|Association|City|County) of (?:the )?|Universit(?:y|é|ät|à|eit) (?:de |degli Studi di |di |van )?|Univers(?:idad|idade) (?:de |do |da )?|H[ôo]pital |Hospital |Klinik |Clinique |Cl[ií]nica |Banco |Banque |Banca |Lyc[ée]e |Coll[èe]ge |[ÉE]cole |Colegio |Liceo |Ospedale |Mairie d[e’'] ?)${CAP}(?: (?:and |of |de |di |la |le |du |del |& )?${CAP}){0,3}`,
  'gu',
)
/** Miller & Sons, Smith and Co, Lee, Park & Kim */
const AND = new RegExp(
  `(?<![\\p{L}\\d])${CAP}(?:, ${CAP})? (?:&|and|und|et) (?:Sons?|Daughters?|Söhne|Sohn|Brothers|Bros|Cie|Fils|Figli|Partners?|Associates|Company|Co\\b\\.?)(?![\\p{L}\\d])`,
  'gu',
)
const FIRM_AND = new RegExp(`(?<![\\p{L}\\d])${CAP} & ${CAP}(?: & ${CAP})?(?![\\p{L}\\d])`, 'gu')
/** What the text says is one: works at X, employer: X. */
const TOLD = new RegExp(
  `(?<![\\p{L}])(?:[Ww]ork(?:s|ed|ing)? (?:at|for)|[Ee]mployed (?:at|by)|[Ee]mployer(?: is|:)|[Cc]ompany(?: name)?(?: is|:)|[Oo]rgani[sz]ation(?: is|:)|(?:CEO|CTO|CFO|founder|president|director|manager|employee|head|partner) (?:of|at)|[Jj]oin(?:ed|ing)|[Ff]irma:|[Aa]rbeite bei(?: der)?|[Aa]rbeitgeber(?: ist|:)|[Tt]ravaille (?:chez|pour)|[Tt]rabajo (?:en|para)|[Ll]avoro (?:per|presso)) ((?:the |The )?${CAP}(?: (?:& |and |of )?${CAP}){0,4})`,
  'dgu',
)
/** Capitalised words that begin a sentence rather than a name. */
const OPENERS =
  /^(?:(?:The|A|An|Our|My|Your|His|Her|Their|This|That|These|Dear|Hi|Hello|From|At|In|On|For|To|By|With|And|But|So|If|When|While|As|Is|Are|Was|Please|Contact|Call|Visit|Ask|Tell|I|We|You|He|She|They|It|Thanks|Yes|No|Not|Also|Since|Because|Before|After|Der|Die|Das|Ein|Eine|Bei|Im|Le|La|Les|L|Un|Une|El|Los|Las|Il|Lo)(?:,? ))+/

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
    for (const match of text.matchAll(TAIL)) {
      const head = HEAD.exec(text.slice(Math.max(0, match.index - 80), match.index))
      if (head === null) continue
      const name = head[1]!
      const opener = OPENERS.exec(name)?.[0].length ?? 0
      const words = name.slice(opener).trim()
      // "SE", "AS", "Co" and "Group" alone, or after shouting, are no firm.
      const legal = match[1]
      if (words === '' || (legal !== undefined && legal.length <= 2 && !/\p{Ll}/u.test(words))) continue
      if (/[.!?] /.test(words.replace(/\b(?:St|Dr|Mr|Mrs|Inc|Co|U\.S)\. /g, ''))) continue
      push(
        match.index - name.length + opener,
        match.index + match[0].length,
        legal === undefined ? 0.65 : 0.85,
        legal === undefined ? 'noun' : 'legal-form',
      )
    }
    for (const match of text.matchAll(OF)) push(match.index, match.index + match[0].length, 0.8, 'of')
    for (const match of text.matchAll(AND)) push(match.index, match.index + match[0].length, 0.8, 'and')
    if (text.includes('&'))
      for (const match of text.matchAll(FIRM_AND)) push(match.index, match.index + match[0].length, 0.5, 'and')
    for (const match of text.matchAll(TOLD)) {
      const [start, end] = match.indices![1]!
      push(start, end, 0.6, 'told')
    }
    if (subject.hint === 'ORGANIZATION' && text.length <= 80) {
      const value = text.trim()
      if (/\p{L}{2}/u.test(value)) push(text.indexOf(value), text.indexOf(value) + value.length, 0.9, 'field')
    }
  },
}
