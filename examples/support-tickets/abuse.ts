/** What an abusive line is mostly about. Words that the toxicity stage has heads for. */
export type AbuseKind = 'insult' | 'obscene' | 'threat' | 'identity_attack' | 'severe'

/**
 * Abusive lines as a support desk gets them, written for this data set: material that a toxicity stage must find.
 * No slurs: the identity attacks are contempt in plain words.
 */
export const ABUSE: readonly { readonly kind: AbuseKind; readonly text: string }[] = [
  { kind: 'insult', text: 'You {people|lot} are {complete|total|utter} {idiots|morons|clowns}.' },
  { kind: 'insult', text: 'Are you {stupid|dumb|brain-dead} or just {lazy|pretending}? {Read my message, you fool.|}' },
  { kind: 'insult', text: 'What a bunch of {useless|pathetic|incompetent} {liars|losers|thieves}.' },
  { kind: 'insult', text: '{agent}, you are a {worthless|ridiculous|miserable} {clown|liar|idiot}.' },
  { kind: 'insult', text: 'My {dog|toaster} is smarter than your whole {stupid|idiotic} team.' },
  { kind: 'obscene', text: 'This is {fucking|goddamn fucking} {ridiculous|unbelievable}.' },
  { kind: 'obscene', text: 'Your {bullshit|shitty} answers {make me sick|help nobody}. {Fix this shit.|}' },
  { kind: 'obscene', text: 'What the f*ck is wrong with you? {F.u.c.k this company.|}' },
  { kind: 'obscene', text: 'Stop sending me this crap, you {assholes|bastards}.' },
  { kind: 'obscene', text: 'holy sh1t, {are you kidding me|again}? {kiss my a$$.|}' },
  { kind: 'threat', text: 'I know where your office is and I will {come and smash everything|make you regret this}.' },
  { kind: 'threat', text: 'If I ever meet you, I will {punch you in the face|break your nose}.' },
  { kind: 'threat', text: 'Watch your back, {agent}. {I will find you.|Somebody will get hurt.}' },
  { kind: 'threat', text: 'I hope your warehouse burns down, {and maybe I will help|with you in it}.' },
  {
    kind: 'identity_attack',
    text: '{Typical|No wonder}, women {should not be allowed to work in|are too stupid for} support.',
  },
  {
    kind: 'identity_attack',
    text: 'You {foreigners|immigrants} are all {thieves|liars}, go back to where you came from.',
  },
  {
    kind: 'identity_attack',
    text: 'I do not want to talk to a {Muslim|Jew|gay}, {they disgust me|give me a normal person}.',
  },
  {
    kind: 'identity_attack',
    text: '{Old people|Disabled people} like you are a burden and should not be allowed to work.',
  },
  { kind: 'severe', text: 'Go to hell and die, you {filthy piece of shit|worthless piece of garbage}.' },
  { kind: 'severe', text: 'Fuck you, fuck your {family|company}, I hope you {choke|all rot}.' },
]

/** The desk stays calm, says where the line is and goes on helping. */
export const ANSWER_TO_ABUSE = [
  'I understand that you are upset, and I want to help. Please let us keep the conversation respectful. ',
  'I can see that this has made you angry, and I am sorry. I will help you, but please do not insult the team. ',
  'I am sorry that it came to this. Please stay respectful, then we can solve it together. ',
  'I hear that you are angry. Threats and insults do not help us to solve this, so please leave them out. ',
]
