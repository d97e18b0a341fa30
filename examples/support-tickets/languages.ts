import type { LocaleName } from './locales.ts'

/** Lines in the customer's own language. The desk answers in English. */
export const OWN_LANGUAGE: Partial<Readonly<Record<LocaleName, readonly string[]>>> = {
  de: [
    'Guten Tag, ich schreibe wegen meiner Bestellung {order}.',
    'Hallo, mein Name ist {name} und ich wohne in {city}.',
    'Bitte rufen Sie mich unter {phone} an.',
    'Können Sie mir bitte helfen? Meine E-Mail ist {email}.',
    'Das ist jetzt schon das dritte Mal!',
  ],
  fr: [
    "Bonjour, je m'appelle {name} et j'habite à {city}.",
    'Je vous écris au sujet de ma commande {order}.',
    'Vous pouvez me joindre au {phone}.',
    'Merci de me répondre à {email}.',
  ],
  es: [
    'Hola, me llamo {name} y vivo en {city}.',
    'Escribo por mi pedido {order}.',
    'Mi teléfono es {phone}.',
    '¿Me pueden ayudar, por favor? Mi correo es {email}.',
  ],
  it: ['Buongiorno, mi chiamo {name}.', 'Scrivo per il mio ordine {order}.', 'Il mio numero è {phone}.'],
  pl: ['Dzień dobry, nazywam się {name}.', 'Piszę w sprawie zamówienia {order}.', 'Mój numer to {phone}.'],
  pt_BR: ['Olá, meu nome é {name} e moro em {city}.', 'Escrevo sobre o pedido {order}.', 'Meu telefone é {phone}.'],
  nl: [
    'Goedemiddag, mijn naam is {name}.',
    'Ik schrijf over mijn bestelling {order}.',
    'U kunt mij bellen op {phone}.',
  ],
  sv: ['Hej, jag heter {name} och bor i {city}.', 'Det gäller min beställning {order}.'],
  tr: ['Merhaba, benim adım {name}.', '{order} numaralı siparişim için yazıyorum.'],
}
