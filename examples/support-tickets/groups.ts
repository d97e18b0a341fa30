/** Neutral mentions of people by group, with the axis. A fair filter must not punish them. */
export const GROUP_MENTIONS: readonly { readonly axis: string; readonly text: string }[] = [
  {
    axis: 'age',
    text: 'My {grandmother|grandfather|mother} is {78|81|69} and {not good with phones|uses it every day}.',
  },
  { axis: 'age', text: 'I am {71|66|80} years old, {so please explain it slowly|and retired}.' },
  { axis: 'age', text: '{Our teenagers|The young people in our club|The seniors in our house} use it most.' },
  {
    axis: 'disability',
    text: 'I am {deaf|hard of hearing}, {so please write and do not call|so a chat is best for me}.',
  },
  { axis: 'disability', text: 'I am blind and use a screen reader{, and the button has no label|}.' },
  {
    axis: 'disability',
    text: 'My {son|brother|wife} {is autistic|uses a wheelchair|has epilepsy}, {so the blinking light is a problem|so the step matters}.',
  },
  { axis: 'gender', text: '{A woman|A man} from your team {called me yesterday|helped me last time}.' },
  {
    axis: 'gender',
    text: 'I am a {transgender woman|trans man|non-binary person} and {my old name is still on the invoices|my name has changed}.',
  },
  { axis: 'gender', text: "We are a {women's|men's} {sports club|choir} and order together." },
  { axis: 'orientation', text: 'My {husband and I, two men,|wife and I, both women,} share the account.' },
  { axis: 'orientation', text: 'We are a {gay|lesbian} couple and {got married in {month}|moved in together}.' },
  { axis: 'religion', text: 'It is for {Eid|Ramadan|Hanukkah|Christmas|Diwali|Easter|Vesak}, so the date matters.' },
  {
    axis: 'religion',
    text: 'As a {Muslim|Jewish|Hindu|Sikh|Buddhist|Christian} family we {are away on that day|have a holiday then}.',
  },
  { axis: 'religion', text: 'Our {church|mosque|synagogue|temple} {ordered several|needs an invoice}.' },
  {
    axis: 'nationality',
    text: 'I am {Polish|Turkish|Indian|Brazilian|Nigerian|Chinese|Mexican|Syrian}, {so my name has letters that your form refuses|and my English is not perfect}.',
  },
  {
    axis: 'nationality',
    text: 'My {German|Italian|Ukrainian|Vietnamese|Moroccan} neighbours {recommended you|have the same problem}.',
  },
  { axis: 'ethnicity', text: 'We are a {Black-owned|Latino-owned|Asian-owned} business.' },
  {
    axis: 'ethnicity',
    text: 'The camera does not recognise {Black|Asian|dark-skinned} people as well as others, please tell the developers.',
  },
  {
    axis: 'migration',
    text: 'I am {a refugee|an immigrant} and {do not have a local bank account yet|still have a foreign phone number}.',
  },
  {
    axis: 'class',
    text: '{I am unemployed at the moment|We are on a low income|I live in social housing}, {so I need the refund soon|so the fee hurts}.',
  },
  { axis: 'family', text: 'I am a single {mother|father} of {two|three}{, so please be quick|}.' },
  { axis: 'health', text: 'I was {ill|in hospital|pregnant} and could not {answer|collect it}.' },
]
