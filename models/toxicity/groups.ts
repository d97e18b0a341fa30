/**
 * Words that name a group of people without judging it. The featuriser replaces them by one placeholder, so the score
 * cannot depend on *which* group a sentence names: "I am gay", "I am deaf" and "I am Canadian" are the same input.
 * Slurs are not in this list: they stay visible to the model. Our own list, from general knowledge.
 *
 * Single words only: of "middle eastern" both halves are masked and runs of placeholders become one.
 */
const ADJECTIVES = `
gay lesbian bisexual pansexual asexual queer homosexual heterosexual straight lgbt lgbtq lgbtqia transgender trans
transsexual transexual nonbinary non-binary enby cisgender cis intersex genderqueer genderfluid
male female masculine feminine
black white asian african latino latina latinx hispanic mexican caucasian biracial multiracial mixed-race
african-american asian-american mexican-american afro indigenous aboriginal native arab arabic persian kurdish
indian pakistani bangladeshi nepali chinese japanese korean vietnamese thai filipino filipina indonesian malaysian
american canadian european british english irish scottish welsh french german italian spanish portuguese dutch belgian
swiss austrian swedish norwegian danish finnish polish czech slovak hungarian romanian bulgarian serbian croatian
bosnian albanian greek turkish russian ukrainian belarusian georgian armenian iranian iraqi syrian lebanese jordanian
palestinian israeli saudi yemeni egyptian moroccan algerian tunisian libyan sudanese somali ethiopian eritrean kenyan
ugandan rwandan congolese nigerian ghanaian senegalese cameroonian zimbabwean brazilian argentinian argentine chilean
peruvian colombian venezuelan bolivian cuban haitian jamaican dominican guatemalan honduran salvadoran nicaraguan
australian aussie samoan hawaiian maori romani roma slavic nordic middle eastern western latinos
muslim islamic jewish christian catholic protestant orthodox evangelical mormon buddhist hindu sikh taoist daoist
atheist agnostic jain bahai shia sunni pagan quaker amish baptist lutheran methodist
blind deaf paralyzed paralysed disabled handicapped autistic epileptic dyslexic neurodivergent bipolar schizophrenic
paraplegic quadriplegic amputee wheelchair-bound
old older young younger elderly teenage teen senior millennial middle-aged
foreign immigrant refugee migrant undocumented homeless poor unemployed working-class
`
const SINGULAR_NOUNS = `
woman man girl boy lady guy jew immigrant refugee migrant foreigner homosexual lesbian bisexual transwoman transman
mom mother dad father wife husband
american canadian european african asian teenager pensioner retiree veteran
`
const PLURAL_NOUNS = `
women men girls boys ladies gays lesbians bisexuals homosexuals heterosexuals transwomen transmen trannsexuals
females males jews muslims christians catholics protestants mormons buddhists hindus sikhs taoists atheists agnostics
blacks whites asians africans latinos latinas hispanics mexicans caucasians arabs persians kurds indians pakistanis
americans canadians europeans brits irishmen germans italians spaniards swedes poles romanians serbs croats greeks turks
russians ukrainians iranians iraqis syrians palestinians israelis egyptians moroccans somalis ethiopians nigerians
brazilians colombians cubans haitians jamaicans australians aborigines natives slavs gypsies
immigrants refugees migrants foreigners teenagers teens seniors millennials boomers pensioners veterans amputees
mothers fathers wives husbands
`

const words = (list: string): readonly string[] => list.trim().split(/\s+/)

export const GROUP = '\u00abgroup\u00bb'
export const GROUPS = '\u00abgroups\u00bb'

const PLACEHOLDERS: ReadonlyMap<string, string> = new Map([
  ...words(ADJECTIVES).map((word) => [word, GROUP] as const),
  ...words(SINGULAR_NOUNS).map((word) => [word, GROUP] as const),
  ...words(PLURAL_NOUNS).map((word) => [word, GROUPS] as const),
])

/** The placeholder for a lower-case word that names a group, else `undefined`. */
export function groupPlaceholder(word: string): string | undefined {
  return PLACEHOLDERS.get(word)
}
