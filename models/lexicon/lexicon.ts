import { ownedText } from '../../util/owned-text.ts'
import { englishTags, topicTags } from './word-tags.ts'

/**
 * Words with what they can be: names and places from `compromise`'s lexicon, plain English words from the tagger lexicon
 * of `natural`, both read at run time. On top of them two things of our own: which given names are also plain words, and
 * a likeness to names learned from the lexicons themselves (see `likeness`).
 */
export const Kind = { GIVEN: 1, SURNAME: 2, COMMON: 4, FUNCTION: 8, PLACE: 16, COUNTRY: 32 } as const

export interface Lexicon {
  /** Bits of `Kind`; 0 for an unknown word. */
  kindOf(lower: string): number
  isGiven(lower: string): boolean
  isSurname(lower: string): boolean
  /** A word of the language that is no name: verbs, nouns, adjectives, months, products … */
  isCommon(lower: string): boolean
  /** A plain word that is no noun or adjective: it never is a surname ("Emily Will", "Jack Please"). */
  isFunction(lower: string): boolean
  /** A city, region or district; several words joined by spaces. */
  isPlace(lower: string): boolean
  isCountry(lower: string): boolean
  /** Log-odds per trigram that an unknown word is a person's name and not another word; about −1…1. */
  likeness(lower: string): number
}

let shared: Lexicon | undefined

/** The lexicon, built on first use (about 0.5 s, once per thread). */
export function lexicon(): Lexicon {
  shared ??= build()
  return shared
}

const GIVEN = new Set(['MaleName', 'FemaleName', 'FirstName'])
const PLACE = new Set(['City', 'Region', 'Place'])
const NAMES = new Set([...GIVEN, 'LastName', 'Person', ...PLACE, 'Country'])

/** Given names that are more often something else in running text: they need a word of introduction or a surname. */
const AMBIGUOUS = new Set(
  'pat skip wade pierce spike blaze blossom buck chase chuck foster grant lance marshal rob peg stew sue grace mark drew will may june april august rose hope faith joy dawn eve art bill bob gene guy max ray rich rod sky star sunny summer autumn winter crystal amber ruby pearl jade olive ivy lily daisy violet iris heather holly ginger penny dot page paige tab tony chip cliff dale glen forest dean earl duke king prince major baron bishop angel christian trinity destiny harmony melody victor ace jet jay rocky rusty sandy sonny stormy bay cody kit levi lane ward reed sage cash colt love honey precious candy cherry misty viola bond mercedes paris sydney chelsea florence jordan austin dallas houston london brooklyn savannah georgia virginia carolina india china asia america israel kenya chad ali al don josh dell lex sterling treasure wren miracle noble patience mason mercy link chance charity clay delta echo gale liberty cal buddy buster homer heath'.split(
    ' ',
  ),
)

/** In the lexicon as names, but hardly ever names in English text. */
const NO_NAMES = new Set(
  'an the do so my see van von di del la le son min sol tai lien song kai ora era reta ok maha pm am wise young long short brown white black green gray grey moe mac evens biff tui tula skip in is it be bea'.split(
    ' ',
  ),
)

/** Given names beyond the lexicon, written down from general knowledge. */
const GIVEN_TOO =
  'frank randy leo finn jan jurgen horst uwe gunter renate anke birgit heike thorsten torsten bjorn jean francoise josé maria pilar lucia giulia katarzyna malgorzata agnieszka ayse fatma raj priya ming hiroshi yuki kurt heinz bernd jutta gisela svenja maike wiebke hauke sven rainer reiner matthias andreas lutz detlef manfred sigrid silke elke britta anja katja tanja nadine sandrine cedric thibault guillaume mathieu aurelie amelie celine delphine elodie solene camille manon mathilde ines paloma rocio alvaro gonzalo inigo ignacio rafael ramon raul ruben sergio xavier ximena yolanda zulema alessandro alessia beppe davide elisabetta federica federico filippo gennaro ilaria lorenzo ludovica luigi massimo matteo nicolo paola pietro salvatore silvia simona tommaso valentina vittorio joana joao leticia luana rafaela renata rodrigo thais vinicius bartosz grzegorz jakub kacper lukasz maciej mateusz michal pawel przemyslaw rafal slawomir tomasz wojciech zbigniew ewa kinga magdalena zuzanna zofia wieslaw fredrik gustav hakan henrik ingrid jorgen kristoffer lennart magnus mikael niklas oskar rasmus solveig torbjorn viggo wilma ylva emre hakan hasan huseyin ibrahim kemal merve murat mustafa mehmet omer orhan osman selim serkan sevgi sibel ugur yusuf zeynep ahmed ahmet abdul abdullah amina aisha fatima hamza khadija khalid mohammad mohammed muhammad mahmoud nasser rashid salma tariq yasmin zainab ajay amitabh anand anil anita arjun arun ashok deepa deepika dinesh divya ganesh gopal harish karan kavita kiran lakshmi madhu mahesh manish meera mohan mukesh naveen neha nikhil nisha pooja pradeep prakash prashant preeti rahul rajesh rakesh ramesh ravi rekha rohit sachin sandeep sanjay santosh shilpa shreya sneha sumit sunil suresh swati uma vijay vikas vikram vinod vivek akira daichi haruka haruto kaori kenji makoto naoki satoshi sakura takeshi yoko chen jing jun lei ling mei xiao xin yan yun zhen hyun jisoo minjun seo soyeon bao duc hoa huong linh mai minh nga nguyet phuong quang thanh thao tuan adaeze chidi chinedu chukwuemeka emeka folake funmi ifeoma kehinde ngozi obinna olu oluwaseun segun tunde uche yemi akosua kofi kojo kwabena kwame kweku amani baraka juma kamau njeri wanjiru wangari lerato mandla sipho thabo themba zanele siobhan aoife ciara eoghan niamh oisin roisin saoirse sinead angharad bronwyn carys dylan ffion gareth gwyneth llewellyn rhiannon deshawn jamal keisha lakisha latoya malik shanice tyrone tamika'.split(
    ' ',
  )

/** Towns beyond the lexicon, likewise. */
const PLACES_TOO =
  'aachen aberdeen adelaide albuquerque alicante almere amiens ankara antalya antwerp apeldoorn arnhem augsburg bakersfield bari basel bath bergamo bergen bern besancon bielefeld bilbao birmingham bochum boise bologna bonn bordeaux bradford braga braunschweig breda bremen brest brighton bristol bruges brno bursa bydgoszcz caen calgary campinas cardiff catania charleroi chemnitz cincinnati clermont-ferrand cleveland coimbra cologne cork coventry curitiba dallas darmstadt delft denver derby detroit dijon dortmund dresden dublin duisburg dundee dunedin dusseldorf eindhoven erfurt espoo essen exeter faro fortaleza frankfurt freiburg fresno gdansk gdynia geneva ghent gijon glasgow goiania gothenburg granada grenoble groningen haarlem halifax hamburg hamilton hanover heidelberg helsinki hobart houston hull hyderabad innsbruck ipswich izmir jacksonville jaipur kalamazoo karlsruhe kassel katowice kiel kingston kirkcaldy kochi lausanne leeds leicester leiden leipzig leuven liege lille limerick limoges linz lisbon liverpool ljubljana llanelli lodz lubeck lublin lucerne lucknow lugano luton lyon maastricht magdeburg mainz malaga malmo mannheim maribor memphis metz miami middlesbrough milan minneapolis modena montreal munich munster murcia nagpur nantes naples newcastle nice nijmegen nimes norwich nottingham nuremberg oakland odense oldenburg omaha orlando osnabruck ottawa oulu oviedo oxford padua palermo parma patna perth perugia pforzheim phoenix plymouth portland porto portsmouth poughkeepsie pune quebec ravenna reading recife reims rennes richmond rimini rochester rostock rouen saarbrucken sacramento salford salvador salzburg santander saskatoon seattle sheffield southampton spokane stavanger stoke-on-trent strasbourg stuttgart sunderland surat swansea szczecin tacoma tampere tilburg toledo toronto toulon toulouse tours trento trier trondheim tucson tulsa turin turku uppsala utrecht valladolid vancouver vasteras venice verona vienna vigo vijayawada wellington wiesbaden winnipeg winterthur wolfsburg wolverhampton worcester wuppertal wurzburg york zaragoza zurich zwolle abidjan abuja accra agra ahmedabad aleppo algiers almaty amman amritsar amsterdam anchorage antananarivo ashgabat asmara asuncion athens atlanta auckland baghdad baguio baku bamako bangalore bangkok bangui banjul barcelona barranquilla basra beijing beirut belfast belgrade bengaluru berlin bhopal bishkek bissau bogota boston brasilia bratislava brazzaville brisbane brussels bucharest budapest bujumbura bulawayo busan cairo calcutta canberra cancun caracas casablanca cebu chandigarh chengdu chennai chicago chittagong chongqing cochin coimbatore conakry copenhagen cusco dakar dalian damascus darwin davao delhi dhaka doha donetsk dongguan dubai durban dushanbe edinburgh edmonton erbil fallujah freetown fukuoka gaborone gaza glasgow goa guadalajara guangzhou guayaquil haifa hangzhou hanoi harare harbin havana helsinki hiroshima honolulu iguazu incheon indore irkutsk isfahan islamabad istanbul jakarta jeddah jerusalem jinan johannesburg juba kabul kampala kandahar kano kanpur karachi karbala kathmandu kawasaki khartoum kigali kingston kinshasa kirkuk kolkata krakow kunming kyiv kyoto lagos lahore libreville lima lisbon lome london luanda lusaka macau madrid managua manama manchester mandalay manila maputo maracaibo marrakech mashhad mecca medellin melbourne minsk mogadishu mombasa monrovia montevideo monterrey moscow mosul multan mumbai muscat mysore nagasaki nagoya nairobi najaf nanjing nassau nazareth niamey nicosia noida nouakchott odessa osaka oslo palembang paramaribo paris penang peshawar pittsburgh podgorica pondicherry prague pretoria pyongyang quito rabat ramallah rangoon rawalpindi reykjavik riga riyadh rome rotterdam salvador samara samarkand samarra sanaa sapporo sarajevo semarang seoul seville shanghai sharjah shenzhen skopje sofia surabaya suva taipei tallinn tashkent tbilisi tegucigalpa tehran thimphu tijuana tikrit timisoara tirana tokyo tripoli tunis ulaanbaatar valletta valparaiso varanasi varna vientiane vilnius visakhapatnam vladivostok volgograd warsaw windhoek wuhan yangon yaounde yerevan yokohama zagreb zanzibar zhengzhou'.split(
    ' ',
  )

/** Surnames beyond the lexicon, written down from general knowledge: the most frequent ones of some twenty countries. */
const SURNAMES = new Set(
  'smith johnson williams jones brown davis miller wilson moore taylor anderson thomas jackson white harris martin thompson garcia martinez robinson clark rodriguez lewis lee walker hall allen young hernandez king wright lopez hill scott green adams baker gonzalez nelson carter mitchell perez roberts turner phillips campbell parker evans edwards collins stewart sanchez morris rogers reed cook morgan bell murphy bailey rivera cooper richardson cox howard ward torres peterson gray ramirez james watson brooks kelly sanders price bennett wood barnes ross henderson coleman jenkins perry powell long patterson hughes flores washington butler simmons foster gonzales bryant alexander russell griffin diaz hayes müller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schäfer koch bauer richter klein wolf schröder neumann schwarz zimmermann braun krüger hofmann hartmann lange werner krause lehmann köhler dubois durand leroy moreau simon laurent lefebvre michel bertrand roux vincent fournier morel girard andre mercier dupont lambert bonnet martinez rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti costa giordano mancini rizzo lombardi moretti silva santos oliveira souza pereira ferreira rodrigues almeida nascimento lima araujo fernandes carvalho gomes ribeiro wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo lin luo tan wong chan cheung lam leung ng kumar singh sharma gupta verma patel shah mehta reddy rao nair iyer khan ahmed hussain malik sheikh chaudhary das bose ghosh banerjee mukherjee kim park choi jeong kang cho yoon jang lim tanaka suzuki sato watanabe ito yamamoto nakamura kobayashi kato yoshida yamada nguyen tran pham hoang phan vu dang bui do ho ngo duong ivanov petrov sidorov smirnov kuznetsov popov vasiliev novak kowalski nowak wisniewski wojcik kaminski lewandowski zielinski hansen johansen olsen larsen andersen pedersen nilsen kristiansen jensen nielsen christensen rasmussen andersson karlsson nilsson eriksson olsson persson svensson korhonen virtanen de jong jansen de vries van den berg bakker janssen visser smit meijer okafor adeyemi okeke adeoye balogun eze nwosu mensah owusu mwangi otieno kamau abdi mohamed ali hassan ibrahim yilmaz kaya demir celik sahin ozturk aydin papadopoulos horvat nagy szabo toth kovacs'.split(
    ' ',
  ),
)

function build(): Lexicon {
  const kinds = new Map<string, number>()
  const add = (word: string, kind: number): void => {
    kinds.set(word, (kinds.get(word) ?? 0) | kind)
  }
  const has = (word: string, kind: number): boolean => ((kinds.get(word) ?? 0) & kind) !== 0
  for (const word of GIVEN_TOO) add(word, Kind.GIVEN)
  for (const word of SURNAMES) add(word, Kind.SURNAME)
  for (const word of PLACES_TOO) add(word, Kind.PLACE)
  for (const [word, tag] of Object.entries(topicTags())) {
    const tags = typeof tag === 'string' ? [tag] : tag
    if (tags.some((name) => GIVEN.has(name))) add(word, Kind.GIVEN)
    else if (tags.includes('LastName')) add(word, Kind.SURNAME)
    else if (tags.includes('Country')) add(word, Kind.COUNTRY)
    else if (tags.some((name) => PLACE.has(name))) {
      if (word.length > 3) add(word, Kind.PLACE)
    } else if (!tags.some((name) => NAMES.has(name))) add(word, Kind.COMMON)
  }
  const english = englishTags()
  for (const word of Object.keys(english)) {
    const tag = english[word]![0]
    if (tag === undefined || !/^[a-z][a-z'-]*$/.test(word) || has(word, Kind.GIVEN)) continue
    const nounLike = tag.startsWith('NN') || tag.startsWith('JJ') || tag.startsWith('VBG')
    add(word, nounLike ? Kind.COMMON : Kind.COMMON | Kind.FUNCTION)
  }
  for (const word of AMBIGUOUS) {
    add(word, has(word, Kind.PLACE | Kind.COUNTRY) ? Kind.COMMON : Kind.COMMON | Kind.GIVEN)
  }
  for (const word of EXTRA_COMMON) add(word, Kind.COMMON)
  for (const word of NO_NAMES) kinds.set(word, ((kinds.get(word) ?? 0) & ~Kind.GIVEN) | Kind.COMMON)
  const likeness = learnLikeness(kinds)
  // "José" may be in the lexicon as "jose", and the other way round.
  const accented = [...kinds.keys()].filter((word) => ACCENTED.test(word))
  for (const word of accented) {
    const named = kinds.get(word)! & (Kind.GIVEN | Kind.SURNAME | Kind.PLACE)
    if (named !== 0) add(fold(word), named)
  }
  const kindOf = (word: string): number => {
    const kind = kinds.get(word)
    if (kind !== undefined) return kind
    // Of a word with accents only names and places are looked up without them.
    return ACCENTED.test(word) ? (kinds.get(fold(word)) ?? 0) & (Kind.GIVEN | Kind.SURNAME | Kind.PLACE) : 0
  }
  return {
    kindOf,
    isGiven: (word) => (kindOf(word) & Kind.GIVEN) !== 0,
    isSurname: (word) => (kindOf(word) & Kind.SURNAME) !== 0,
    isCommon: (word) => (kindOf(word) & Kind.COMMON) !== 0,
    isFunction: (word) => (kindOf(word) & Kind.FUNCTION) !== 0,
    isPlace: (word) => (kindOf(word) & Kind.PLACE) !== 0,
    isCountry: (word) => (kindOf(word) & Kind.COUNTRY) !== 0,
    likeness: (word) => likeness(ACCENTED.test(word) ? fold(word) : word),
  }
}

const ACCENTED = /[\u0080-\uffff]/

function fold(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ł/g, 'l')
    .replace(/ø/g, 'o')
    .replace(/ı/g, 'i')
    .replace(/đ/g, 'd')
}

/** Words of software, support and commerce that stand in capitals and are no names. */
const EXTRA_COMMON =
  'dont cant wont didnt doesnt isnt wasnt im ive id ill youre theyre lets hi hello hey dear thanks thank cheers regards please team support service customer account order ticket invoice app android windows iphone ipad mac apple google microsoft amazon facebook twitter instagram whatsapp youtube netflix spotify adobe dropbox yahoo gmail outlook hotmail chrome firefox safari edge linux ubuntu xbox playstation nintendo samsung sony huawei nokia dell lenovo asus acer intel nvidia amd paypal visa mastercard stripe slack zoom teams discord github gitlab docker kubernetes python java javascript typescript redis postgres mysql mongodb kafka nginx error warning info debug fatal trace null true false monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december bluetooth wifi internet premium basic pro plus enterprise starter version update login password email phone subject date sent bank router modem english french german spanish italian dutch chinese japanese korean russian arabic hindi turkish portuguese polish swedish christmas easter ramadan diwali covid coronavirus fedex ups dhl usps hermes yes no okay ok sorry welcome hallo guten tag liebe lieber sehr geehrte geehrter bonjour hola buenos gracias danke merci bitte mit freundlichen grüßen und der die das ich wir sie ist nicht ein eine für auf von zu den dem mein meine ihr ihre les des une est pas pour dans avec vous nous je el los las una por para con que del su mi'.split(
    ' ',
  )

/** Naive Bayes over letter trigrams: names of the lexicon against its other words (Laplace smoothing). */
function learnLikeness(kinds: ReadonlyMap<string, number>): (word: string) => number {
  const names = new TrigramCounts()
  const others = new TrigramCounts()
  for (const [word, kind] of kinds) {
    if (word.includes(' ')) continue
    if ((kind & Kind.GIVEN) !== 0) names.add(word)
    if ((kind & Kind.SURNAME) !== 0) names.add(word)
    if ((kind & Kind.COMMON) !== 0) others.add(word)
  }
  const odds = new Map<string, number>()
  const [a, b] = [names.counts(), others.counts()]
  const grams = new Set([...a.keys(), ...b.keys()])
  for (const gram of grams) {
    const p = ((a.get(gram) ?? 0) + 0.5) / (names.total + 0.5 * grams.size)
    const q = ((b.get(gram) ?? 0) + 0.5) / (others.total + 0.5 * grams.size)
    odds.set(gram, Math.log(p / q))
  }
  const cache = new Map<string, number>()
  return (word) => {
    const known = cache.get(word)
    if (known !== undefined) return known
    let sum = 0
    let n = 0
    for (const gram of trigrams(word)) {
      sum += odds.get(gram) ?? 0.3
      n += 1
    }
    const result = n === 0 ? 0 : sum / n
    if (cache.size > 20_000) cache.clear()
    cache.set(ownedText(word), result)
    return result
  }
}

/** Counts trigrams of words with their ends marked; those of ASCII without making a string of each. */
class TrigramCounts {
  total = 0
  readonly #ascii = new Int32Array(1 << 21)
  readonly #wide = new Map<string, number>()

  add(word: string): void {
    if (ACCENTED.test(word)) {
      for (const gram of trigrams(word)) this.#wide.set(gram, (this.#wide.get(gram) ?? 0) + 1)
    } else {
      let gram = (START << 7) | word.charCodeAt(0)
      for (let i = 1; i <= word.length; i++) {
        gram = ((gram << 7) | (i < word.length ? word.charCodeAt(i) : END)) & 0x1fffff
        this.#ascii[gram]! += 1
      }
    }
    this.total += word.length
  }

  counts(): ReadonlyMap<string, number> {
    const counts = new Map(this.#wide)
    for (let index = 0; index < this.#ascii.length; index++) {
      const count = this.#ascii[index]!
      if (count === 0) continue
      const gram = String.fromCharCode(index >> 14, (index >> 7) & 127, index & 127)
      counts.set(gram, (counts.get(gram) ?? 0) + count)
    }
    return counts
  }
}

const START = 94
const END = 36

function trigrams(word: string): readonly string[] {
  const padded = `^${word}$`
  const out: string[] = []
  for (let i = 0; i + 3 <= padded.length; i++) out.push(padded.slice(i, i + 3))
  return out
}
