/** What stands around a name and tells it from other capitalised words. */
export type Cue = 'strong' | 'some' | 'weak' | 'none'

/** Titles. */
export const HONORIFIC =
  /^(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|herr|frau|fr|hr|monsieur|madame|mme|mlle|m|señora?|sra?|srta|don|doña|signora?|sig|dott|ing|dhr|mevr|mw|pan|pani|rev|capt|sgt|lt|col|doctor|doktor|bay|bayan|shri|smt)\.?$/
/** What stands before a name and says that one follows; compared with the last one to three words before it. */
const INTRODUCED = new Set(
  "name|name's|name is|name was|named|called|this is|it's|hi|hello|hey|hiya|ciao|gracias|danke|merci|thanks|thank you|thx|cheers|regards|sincerely|cc|attn|contact|customer|client|agent|caller|speak to|speak with|speaking to|speaking with|talk to|talked to|talk with|chat with|chatted with|chatting with|ask for|asked for|manager|son|mother|father|mom|dad|brother|sister|friend|boss|signed|recipient|passenger|beneficiary|addressed to|belongs to|care of|user|patient|employee|mit|told|tell|met|meet|cousin|uncle|aunt|partner|boyfriend|girlfriend|assistant|engineer|rep|representative".split(
    '|',
  ),
)
const STRONG = new Set(
  "name's|name is|name was|named|i am|i'm|im|dear|hi|hello|hey|liebe|lieber|estimado|estimada|cher|chère|hola|hallo|bonjour|spoke to|spoke with|heiße|name ist|me llamo|nombre es|m'appelle|mi chiamo|nome é|holder|name of|behalf of|registered to|wife|husband|daughter|colleague|c/o|attn".split(
    '|',
  ),
)
/** They stand before names and before much else: good enough for a known name, not for an unknown word. */
const PREPOSITIONS = new Set([
  'from',
  'to',
  'by',
  'with',
  'and',
  'best',
  'for',
  'told',
  'said',
  'says',
  'asked',
  'wrote',
])
/** The end of a letter: the line after it is a name. */
export const SIGN_OFF =
  /(?:regards|cheers|thanks|thank you|thx|sincerely|faithfully|truly|best|wishes|love|grüßen|grüße|gruß|lg|vg|mfg|cordialement|saludos|atentamente|saluti|groet(?:en)?|hälsningar|pozdrawiam|abraços?|saygılarımla|yours|--|—)[ ,.!]{0,3}\n[\s>]{0,6}$/
/** A word that makes what stands before it an organisation, a street or a thing. */
export const THING =
  /^(?:inc|ltd|llc|gmbh|ag|corp|co|company|plc|sa|bv|bank|university|college|school|hospital|airport|station|street|st|road|rd|avenue|ave|lane|drive|blvd|boulevard|square|park|hotel|museum|church|county|river|lake|mountain|island|islands|bridge|tower|center|centre|institute|foundation|association|department|ministry|committee|council|party|times|post|news|magazine|award|prize|cup|league|club|fc|united|act|law|theorem|syndrome|disease|edition|version|pro|plus|max|mini|series|model|app|store|support|team|service|services|games?|studios?|records|airlines?|motors|pharmaceuticals|industries|group|holdings|partners|systems|technologies|software|solutions|day|festival|show|tv|radio|fm|hall|house|court|cafe|restaurant|bar|pizza|beach|valley|hills?|creek|springs|heights)\.?$/

/** A word before that makes a capitalised word a thing: "the Logan", "my Chester Suitcase". */
export const OWNED =
  /(?:^|[\s("'])(?:the|an?|my|your|our|his|her|their|this|these|those|of the|some|every|another|new|old|one|\d+|\d+ ?x|which|what|no|any|mein(?:e|en|er)?|dein(?:e|er)?|die|das|der|den|le|la|el|mi|un|une|ein(?:e|en)?) $/

/** What comes after a name and after little else: "Era Lesch, born …", "Ada Byron <ada@…>", "… | +44 20 …", "X wrote:". */
export function afterCue(text: string, end: number): boolean {
  return /^(?:,? \(?(?:born|geboren|geb\.|née?|wrote|writes|schrieb|a écrit|escribió|dob)(?![\p{L}])|,? ?[<(|•·,-] ?(?:\+\d|\(?0\d|[\w.+-]{1,40}@))/u.test(
    text.slice(end, end + 48),
  )
}

/** Alone on its line or in its cell, as names in signatures and tables are. */
export function isAlone(text: string, start: number, end: number): boolean {
  return (
    /(?:^|\n|\| ?)[>\s]{0,4}$/.test(text.slice(Math.max(0, start - 6), start)) &&
    /^ {0,3}(?:$|\n|\|)/.test(text.slice(end, end + 5))
  )
}

/** How clearly the words before say that a name follows. */
export function cueOf(before: string): Cue {
  const match = /([^\s]+\s+)?([^\s]+?)[,:>*_"“(-]{0,3}\s{0,3}["“*_('>]{0,3}$/.exec(before)
  if (match === null) return 'none'
  const last = match[2]!.replace(/’/g, "'").replace(/^[^\p{L}]+/u, '')
  const two = `${(match[1] ?? '').trim().replace(/’/g, "'")} ${last}`
  if (STRONG.has(last) || STRONG.has(two)) return 'strong'
  if (INTRODUCED.has(last) || INTRODUCED.has(two)) return 'some'
  return PREPOSITIONS.has(last) ? 'weak' : 'none'
}
