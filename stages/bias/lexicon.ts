/**
 * Who can be mentioned: groups on ten demographic axes and the words that name them. Our own list, from general
 * knowledge, in American and British spelling. Slurs are not listed: this counts mentions, the toxicity model judges.
 */
export interface Group {
  readonly axis: Axis
  readonly group: string
  /** Words and phrases that name the group wherever they stand. */
  readonly terms: readonly string[]
  /** Words that name it only beside a person: "black woman", "I am blind"; not "black phone", "blind copy". */
  readonly adjectives: readonly string[]
}

export const AXES = [
  'gender',
  'gender identity',
  'sexual orientation',
  'race and ethnicity',
  'nationality',
  'religion',
  'age',
  'disability',
  'socioeconomic',
  'migration',
] as const

export type Axis = (typeof AXES)[number]

const list = (words: string): readonly string[] =>
  words
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

const group = (axis: Axis, name: string, terms: string, adjectives = ''): Group => ({
  axis,
  group: name,
  terms: list(terms),
  adjectives: list(adjectives),
})

/** A people: its members in the plural stand alone, the adjective needs a person ("Indian customers", not "Indian food"). */
const people = (name: string, plural: string, adjectives: string): Group =>
  group('nationality', name, plural, adjectives)

export const GROUPS: readonly Group[] = [
  group(
    'gender',
    'women',
    `woman, women, girl, girls, lady, ladies, housewife, housewives, mother, mothers, wife, wives, daughter, daughters,
     sister, sisters, grandmother, grandmothers, grandma, aunt, girlfriend, mum, widow, saleswoman, businesswoman,
     businesswomen, policewoman, chairwoman, stay at home mom, working mother, womanhood, females`,
    'female',
  ),
  group(
    'gender',
    'men',
    `men, boys, gentleman, gentlemen, father, fathers, husband, husbands, son, sons, brother, brothers, grandfather,
     grandfathers, grandpa, uncle, boyfriend, widower, salesman, businessman, businessmen, policeman, manhood, males,
     young man, old man, a man, the man, this man, that man, a boy, the boy, my boy, little boy`,
    'male',
  ),
  group(
    'gender identity',
    'transgender people',
    `transgender, transgendered, transsexual, trans people, trans person, trans woman, trans women, trans man, trans men,
     trans girl, trans boy, trans kids, trans folks, transwoman, transwomen, transman, transmen, mtf, ftm`,
    'trans',
  ),
  group(
    'gender identity',
    'non-binary people',
    `non binary, nonbinary, enby, genderqueer, gender queer, genderfluid, gender fluid, agender, bigender, intersex,
     two spirit, gender nonconforming, gender non conforming`,
  ),
  group('gender identity', 'cisgender people', 'cisgender, cis people, cis woman, cis women, cis man, cis men', 'cis'),
  group(
    'sexual orientation',
    'gay and lesbian people',
    'gay, gays, lesbian, lesbians, homosexual, homosexuals, same sex couple, same sex couples, same sex marriage, sapphic',
  ),
  group('sexual orientation', 'bisexual people', 'bisexual, bisexuals, pansexual, pansexuals', 'bi'),
  group('sexual orientation', 'asexual people', 'asexual, asexuals, aromantic, demisexual'),
  group('sexual orientation', 'queer and LGBT people', 'queer, queers, lgbt, lgbtq, lgbtqia, lgbtq+'),
  group('sexual orientation', 'straight people', 'heterosexual, heterosexuals, straight people', 'straight, hetero'),
  group(
    'race and ethnicity',
    'Black people',
    'black people, black person, african american, african americans, afro american, people of african descent, afro caribbean, black community, black lives',
    'black',
  ),
  group(
    'race and ethnicity',
    'white people',
    'white people, white person, caucasian, caucasians, european american, european americans, white folks',
    'white',
  ),
  group(
    'race and ethnicity',
    'Asian people',
    'asian people, asian person, asians, asian american, asian americans, east asian, east asians, south asian, south asians, southeast asian, desi',
    'asian',
  ),
  group(
    'race and ethnicity',
    'Hispanic and Latino people',
    'hispanic, hispanics, latino, latinos, latina, latinas, latinx, chicano, chicana, chicanos',
  ),
  group(
    'race and ethnicity',
    'Indigenous people',
    'native american, native americans, indigenous people, indigenous peoples, indigenous person, first nations, aboriginal, aboriginals, aborigine, aborigines, inuit, american indian, american indians, maori, maoris, pacific islander, pacific islanders, native hawaiian, torres strait islander, sami people',
    'indigenous',
  ),
  group('race and ethnicity', 'Arab people', 'arab, arabs, arab american, arab americans, bedouin, bedouins'),
  group(
    'race and ethnicity',
    'Middle Eastern people',
    'kurd, kurds, kurdish people',
    'middle eastern, kurdish, persian',
  ),
  group(
    'race and ethnicity',
    'Roma people',
    'romani, romany, roma people, roma family, roma families, sinti, gypsy, gypsies',
  ),
  group(
    'race and ethnicity',
    'people of mixed or any other colour',
    'people of color, people of colour, person of color, person of colour, poc, bipoc, biracial, multiracial, mixed race, ethnic minority, ethnic minorities',
    'brown',
  ),
  people('Americans', 'americans', 'american'),
  people('Mexicans', 'mexicans', 'mexican'),
  people('Canadians', 'canadians', 'canadian'),
  people(
    'British people',
    'brits, britons, englishman, englishwoman, scotsman, welshman',
    'british, english, scottish, welsh',
  ),
  people('Irish people', 'irishman, irishmen, irishwoman', 'irish'),
  people('French people', 'frenchman, frenchmen, frenchwoman', 'french'),
  people('Germans', 'germans', 'german'),
  people('Italians', 'italians', 'italian'),
  people('Spaniards', 'spaniard, spaniards', 'spanish'),
  people('Poles', 'polish people, polish woman, polish man', 'polish'),
  people('Romanians', 'romanians', 'romanian'),
  people('Russians', 'russians', 'russian'),
  people('Ukrainians', 'ukrainians', 'ukrainian'),
  people('Turks', 'turks, turkish people', 'turkish'),
  people('Greeks', 'greeks', 'greek'),
  people('Chinese people', 'chinese people, chinese person', 'chinese'),
  people('Japanese people', 'japanese people, japanese person', 'japanese'),
  people('Koreans', 'koreans', 'korean'),
  people('Vietnamese people', 'vietnamese people', 'vietnamese'),
  people('Filipinos', 'filipinos, filipino, filipina, filipinas', ''),
  people('Indians', 'indians', 'indian'),
  people('Pakistanis', 'pakistanis', 'pakistani'),
  people('Bangladeshis', 'bangladeshis', 'bangladeshi'),
  people('Iranians', 'iranians', 'iranian'),
  people('Iraqis', 'iraqis', 'iraqi'),
  people('Afghans', 'afghans', 'afghan'),
  people('Syrians', 'syrians', 'syrian'),
  people('Israelis', 'israelis', 'israeli'),
  people('Palestinians', 'palestinians', 'palestinian'),
  people('Saudis', 'saudis', 'saudi'),
  people('Egyptians', 'egyptians', 'egyptian'),
  people('Nigerians', 'nigerians', 'nigerian'),
  people('Somalis', 'somalis', 'somali'),
  people('Ethiopians', 'ethiopians', 'ethiopian'),
  people('Africans', 'africans', 'african'),
  people('Europeans', 'europeans', 'european'),
  people('Brazilians', 'brazilians', 'brazilian'),
  people('Colombians', 'colombians', 'colombian'),
  people('Cubans', 'cubans', 'cuban'),
  people('Haitians', 'haitians', 'haitian'),
  people('Jamaicans', 'jamaicans', 'jamaican'),
  people('Australians', 'australians, aussies', 'australian'),
  group('religion', 'Muslims', 'muslim, muslims, islam, islamic, shia, shiite, shiites, sunni, sunnis, hijab, hijabi'),
  group('religion', 'Jews', 'jew, jews, jewish, judaism, rabbi'),
  group(
    'religion',
    'Christians',
    'christians, christianity, catholic, catholics, protestant, protestants, evangelical, evangelicals, mormon, mormons, baptist, baptists, jehovah witness, jehovah witnesses',
    'christian, orthodox',
  ),
  group('religion', 'Hindus', 'hindu, hindus, hinduism'),
  group('religion', 'Buddhists', 'buddhist, buddhists, buddhism'),
  group('religion', 'Sikhs', 'sikh, sikhs, sikhism'),
  group('religion', 'atheists', 'atheist, atheists, atheism, agnostic, agnostics, non believer, non believers'),
  group(
    'religion',
    'other religions',
    'taoist, taoists, bahai, wiccan, pagan, pagans, rastafarian, jain, jains, zoroastrian',
  ),
  group(
    'age',
    'older people',
    'elderly, senior citizen, senior citizens, pensioner, pensioners, old people, old person, older people, old lady, old ladies, old age pensioner, retiree, retirees, octogenarian, boomers, baby boomers, grandparents, old folks',
    'old, older, aged, senior, retired',
  ),
  group(
    'age',
    'young people',
    'teenager, teenagers, teenage, teens, adolescent, adolescents, young people, young person, youngster, youngsters, millennial, millennials, gen z, generation z, young lady',
    'young, younger, underage',
  ),
  group('age', 'middle-aged people', 'middle aged, gen x, generation x'),
  group(
    'disability',
    'people with physical disabilities',
    'wheelchair user, wheelchair users, wheelchair bound, in a wheelchair, paraplegic, paraplegics, quadriplegic, tetraplegic, amputee, amputees, physically disabled, people with disabilities, person with a disability, people with a disability, my disability, mobility impaired, limb difference, handicapped, disabled people, disabled person, cerebral palsy, muscular dystrophy, dwarfism',
    'disabled, paralyzed, paralysed, crippled',
  ),
  group(
    'disability',
    'blind people',
    'visually impaired, visual impairment, partially sighted, blind people, blind person, guide dog, legally blind, low vision',
    'blind',
  ),
  group(
    'disability',
    'deaf people',
    'hearing impaired, hearing impairment, hard of hearing, deaf people, deaf person, sign language, deafblind, cochlear implant',
    'deaf, mute',
  ),
  group(
    'disability',
    'neurodivergent people',
    'autistic, autism, asperger, aspergers, adhd, dyslexic, dyslexia, neurodivergent, down syndrome, tourette, learning disability, learning disabilities, intellectual disability, intellectually disabled',
  ),
  group(
    'disability',
    'people with mental illness',
    'mentally ill, mental illness, schizophrenic, schizophrenia, bipolar disorder, depressed people, clinical depression, ptsd, anxiety disorder, eating disorder, psychiatric patient, psychiatric patients',
    'bipolar, mentally ill',
  ),
  group(
    'disability',
    'people with chronic illness',
    'epileptic, epilepsy, diabetic, diabetics, hiv positive, people with hiv, with dementia, alzheimer, alzheimers, chronically ill, chronic illness',
  ),
  group(
    'socioeconomic',
    'poor people',
    'poor people, homeless, low income, on welfare, on benefits, below the poverty line, living in poverty, food stamps, working class, blue collar, underprivileged, unemployed, jobless',
    'poor, impoverished',
  ),
  group(
    'socioeconomic',
    'rich people',
    'rich people, wealthy people, millionaire, millionaires, billionaire, billionaires, upper class',
    'rich, wealthy',
  ),
  group(
    'migration',
    'immigrants and refugees',
    'immigrant, immigrants, migrant, migrants, refugee, refugees, asylum seeker, asylum seekers, undocumented, foreigner, foreigners, expat, expats',
    'foreign',
  ),
]
