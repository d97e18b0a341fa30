import type { Random } from '../../util/random.ts'
import type { Example } from './corpora.ts'
import { WORDS } from './template-words.ts'

/**
 * Sentences made from our own templates, to teach what labelled comments rarely show: groups named without malice,
 * negation, quotation, hate of things rather than people, words such as "kill" in harmless use, names of all origins,
 * and each next to its abusive twin. Labels follow from the template.
 */
interface Template {
  /** Places in braces take a word of that list. */
  readonly texts: readonly string[]
  /** toxicity, severe_toxicity, obscene, threat, insult, identity_attack */
  readonly y: readonly number[]
  readonly weight?: readonly number[]
  /** How often it is drawn against the others. */
  readonly often: number
}

const lines = (text: string): readonly string[] => text.trim().split('\n')

const TEMPLATES: readonly Template[] = [
  {
    often: 14, // a group named, nothing said against it
    y: [0, 0, 0, 0, 0, 0],
    texts: lines(`
I am {group}.
I am a {group} {person}
My {relative} is {group} and works as a {job}.
We hired a {group} {job} last month.
The {job} who helped me was a {group} {person}, very {good}.
Being {group} is {good}.
Being {group} and {group} is {good}
{groups} are {good}.
I love {groups}
You are a {good} {group} {person}
You are {good}
She is a {good} {group} {person} who likes {thing}.
Many {groups} live in this city.
Do you have {product} made for {group} people?
I respect {groups} and their families.
{groups} deserve the same rights as everyone else.
As a {group} {person}, I would like to know about {thing}.
There is a meeting for {groups} on {day}.
My {relative} married a {group} {person} in spring.
The survey asked {groups} about {thing}.
Is the {product} suitable for {group} customers?
{groups} and {groups} met to talk about {thing}
I met a {good} {group} {person} at {thing}
It is {good} to be {group}.
Proud to be a {group} {person}!
The film tells the story of a {group} {job}.
`),
  },
  {
    often: 7, // hate denied, reported or opposed
    y: [0.08, 0, 0, 0, 0, 0],
    texts: lines(`
I do not hate {groups}.
I don't hate {group} people at all
I would never say that {groups} are {bad}.
No one should ever say that {groups} are {bad}.
{groups} are not {bad}.
Not all {groups} are {bad}, that is a cliche
It is wrong to say that {groups} are {bad}.
Nobody deserves to be called {bad} for being {group}.
Who says that being {group} is {bad}? It is not.
Saying "{groups} are {bad}" is unacceptable.
"I hate {groups}" is what he said to me, and I reported it.
He told me that {groups} should be {removed}. I was shocked.
They shouted "{groups} are {vermin}" at my {relative}, please do something.
You cannot write "all {groups} are {bad}" here; your comment was deleted.
It is never right to attack {groups}.
Stop saying {groups} are {bad}
We will not tolerate hatred of {groups}.
Nobody wants {groups} to be {removed}, calm down.
I used to think {groups} were {bad}. I was wrong.
People who hate {groups} should think again.
There is nothing wrong with being {group}.
`),
  },
  {
    often: 18, // hate of a group
    y: [1, 0.1, 0, 0, 0.5, 1],
    weight: [1, 0.2, 0, 0.6, 0.2, 1],
    texts: lines(`
I hate {groups}.
I really hate {group} people
I can't stand {groups}
I despise every {group} {person} I meet.
{groups} are {bad}.
{groups} are so {bad}
all {groups} are {vermin}
{groups} are nothing but {vermin}.
Being {group} is {bad}.
Being {group} and {group} is {bad}
It is {bad} to be {group}
You are a {bad} {group} {person}
you {bad} {group} {person}
{groups} make me sick
{groups} disgust me
We don't want any {groups} here.
{groups} do not belong in this country
{groups} should be {removed}.
{groups} don't deserve to live
No {groups} should be allowed to work here, they are too {bad}.
We need to get rid of {groups} once and for all
The world would be better without {groups}
{groups} are inferior to us
{groups} are a disease
If you are {group}, you are {bad}
every single {group} {person} is a {insult}
{groups} are only good for cleaning our toilets
This city is full of {bad} {groups}
Typical {group} {person}, always {bad}
Never trust {groups}, they are all {insult}s
I hope all the {groups} get {removed}
Why are {groups} always so {bad}?
you can't tell me {groups} aren't {bad}
Everyone knows that {groups} are {bad}
How dare {groups} ask for rights, they are {vermin}
Let's be honest, {groups} are {bad}
I wish there were no {groups} any more
`),
  },
  {
    often: 4, // threats to a group
    y: [1, 0.5, 0, 1, 0.3, 1],
    weight: [1, 0.2, 0, 1, 0, 1],
    texts: lines(`
I am going to {harm} every {group} {person} in this town
Let's {harm} all {groups}
we will {harm} you {groups}
Someone should {harm} those {groups}
I will {harm} the next {group} {person} I see
Time to {harm} the {groups}
If I see {groups} again I'll {harm} them
`),
  },
  {
    often: 9, // abuse of a person
    y: [1, 0, 0, 0, 1, 0],
    weight: [1, 0.1, 0, 0.6, 1, 0.6],
    texts: lines(`
You are {bad}.
You are {bad} and {bad}.
You are such a {insult}
you're a {bad} {insult}
What a {insult} you are
Shut up, you {insult}.
only a {insult} would write this
You are a {bad} {person}
You're nothing but a {insult}, and everybody knows it
Are you always this {bad}, you {insult}?
He is a {bad} {insult}
Your {job}s are {bad} {insult}s
I have never met anyone as {bad} as you
Go away you {bad} {insult}
`),
  },
  {
    often: 5, // threats to a person
    y: [1, 0.3, 0, 1, 0.3, 0],
    weight: [1, 0.2, 0, 1, 0, 0.6],
    texts: lines(`
I will {harm} you
I'm going to {harm} you and your {relative}
I will find you and {harm} you.
you'd better watch your back, I know where you live
I am coming to your office to {harm} you
Do that again and I'll {harm} you
I hope somebody {harm}s you
You will regret this. I will {harm} your {relative}.
Next time I see you I will {harm} you
I swear I'll {harm} every {job} in your shop
`),
  },
  {
    often: 3, // swearing at nobody
    y: [0.45, 0, 1, 0, 0, 0],
    weight: [0.15, 0.3, 0.6, 0.6, 0.6, 1],
    texts: lines(`
this {product} is {swear} great
I'm so {swear} happy with {thing}
{swear} hell, what a day
holy shit, that {product} is {good}
That was {swear} {good}!
I am {swear} tired of {thing}
damn, the {product} broke again
you are {swear} {good}
oh shit, I forgot {thing}
`),
  },
  {
    often: 9, // strong words about things, harmless uses of violent words, words of apology
    y: [0.03, 0, 0, 0, 0, 0],
    texts: lines(`
I hate {thing}.
I hate it when the {product} does not work
I really hate {thing} on {day}s
I hate {thing} so much
{thing} is {bad}
The {product} is {bad}.
Your {product} is {bad} and I want my money back.
I absolutely despise {thing}
{thing} should be abolished
I can't stand {thing}
This {product} is the worst I ever bought.
Please kill the process and start it again.
The battery dies after an hour.
This deadline is killing me
I would kill for a {product} now
Shoot me an e-mail when it is ready
We shot the film on {day}.
I killed the old task, it was stuck.
The new {product} is to die for
The {product} blew up my bill
Kill the lights, please
Sorry, I was stupid.
I feel like an idiot, I forgot {thing}.
Silly me, I was so dumb to forget {thing}
I am so worthless today, I cannot find {thing}.
I'm bad at {thing}
The book is about slavery in the last century.
The film deals with rape and its victims.
Her grandparents survived the genocide.
The museum shows the history of racism.
The court heard a case of sexual assault.
He was killed in an accident on {day}.
The report counts victims of terrorism.
I was insulted by one of your {job}s and want to complain.
`),
  },
  {
    often: 8, // names and everyday requests
    y: [0, 0, 0, 0, 0, 0],
    texts: lines(`
Hello, my name is {name}.
Hi, this is {name}, I have a question about {thing}
My name is {name} and I live with my {relative} {name}.
{name} and {name} ordered a {product} on {day}.
Please ask {name} to call me back.
Thank you {name}, that was {good}!
Dear {name}, your {product} is on its way.
I talked to {name} about {thing}.
Can {name} come on {day}?
who is selling the {product}
When will my {product} arrive?
Could you tell me about {thing}?
Regards, {name}
The {product} that I ordered on {day} has not arrived.
I would like to return the {product}, please.
Is the {product} in stock?
You can find {thing} in your account.
Of course, I am happy to help you with {thing}.
`),
  },
  {
    often: 3, // strong words aimed at things, by group or person words that change the meaning
    y: [0.05, 0, 0, 0, 0, 0],
    texts: lines(`
I need a {colour} {product}
Do you have the {product} in {colour} or {colour}?
The old {product} was better than the new one
straight to the point: where is my {product}?
The {colour} {product} is {bad}
I hate the {colour} {product}
my old {product} is dead
`),
  },
]

const TYPES = ['toxicity', 'severe_toxicity', 'obscene', 'threat', 'insult', 'identity_attack'] as const

/** `count` sentences, the same for the same generator state. */
export function templateExamples(count: number, rng: Random): readonly Example[] {
  const urn = TEMPLATES.flatMap((template) => new Array<Template>(template.often).fill(template))
  return Array.from({ length: count }, () => {
    const template = rng.pick(urn)
    return {
      text: vary(fill(rng.pick(template.texts), rng), rng),
      y: template.y,
      weight: template.weight ?? TYPES.map(() => 1),
      source: 'templates',
    }
  })
}

function fill(template: string, rng: Random): string {
  return template.replace(/\{(\w+)\}/g, (place, list: string) => {
    const words = WORDS[list]
    if (words === undefined) throw new RangeError(`no list for ${place}`)
    return rng.pick(words)
  })
}

/** Writing habits: lower case, no full stop, capitals, leet, spaces, a doubled letter, an opening. */
function vary(text: string, rng: Random): string {
  const die = rng.integer(20)
  if (die < 4) return text.toLowerCase()
  if (die < 6) return text.replace(/[.!]$/, '')
  if (die === 6) return text.toUpperCase()
  if (die === 7) return `${text} ${rng.pick(WORDS['tail']!)}`
  if (die < 10) return `${rng.pick(WORDS['opening']!)} ${text}`
  return text
}
