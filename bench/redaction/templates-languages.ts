import type { TemplateGroup } from './template.ts'

/** Other languages than English. */
export const LANGUAGES: readonly TemplateGroup[] = [
  {
    domain: 'de',
    language: 'de',
    templates: [
      'Sehr geehrter {title} {last},\n\nIhre Bestellung {order} liegt für Sie bereit. Bei Fragen rufen Sie {phone} an.\n\nMit freundlichen Grüßen\n{name2}',
      'Hallo, hier ist {name}. Ich wohne jetzt in der {street}, {city}. Bitte ändern Sie das.',
      'Name: {name}\nGeburtsdatum: {dob}\nAnschrift: {address}\nTelefon: {phone}\nE-Mail: {email}',
      'Bitte überweisen Sie {amount} auf das Konto {iban} von {name}.',
      'Meine Kollegin {first} aus {city} hat Ihnen am {date} geschrieben ({email}).',
      'ich bin {first} und meine nummer ist {phone}, der {product} kam nie an',
    ],
  },
  {
    domain: 'fr',
    language: 'fr',
    templates: [
      'Bonjour {title} {last},\n\nnous avons bien reçu votre demande du {date}. Votre conseiller, {name2}, vous appellera au {phone}.\n\nCordialement',
      "Je m'appelle {name} et j'habite à {city}. Mon adresse e-mail est {email}.",
      'Nom : {last}\nPrénom : {first}\nNé(e) le : {dob}\nAdresse : {address}\nTéléphone : {phone}',
      'Merci de virer {amount} sur le compte {iban} au nom de {name}.',
      'Ma sœur {first} a payé la commande {order}, mais {first2} ne l’a jamais reçue.',
    ],
  },
  {
    domain: 'es',
    language: 'es',
    templates: [
      'Hola, soy {name} y vivo en {city}. Mi teléfono es {phone}.',
      'Estimada {title} {last}: su pedido {order} se enviará a {address}. Un saludo, {first2}',
      'Nombre: {name}\nFecha de nacimiento: {dob}\nCorreo: {email}\nIBAN: {iban}',
      'Mi hermano {first} habló con {name2} el {date} y nadie le ha devuelto la llamada.',
      'Por favor, cambien el apellido de {last} a {last2} en la factura {order}.',
    ],
  },
  {
    domain: 'it',
    language: 'it',
    templates: [
      'Buongiorno, mi chiamo {name}, abito a {city} in {street}. Il numero è {phone}.',
      'Gentile {title} {last}, il pacco {tracking} è in arrivo. Saluti, {name2}',
      'Nome e cognome: {name}\nData di nascita: {dob}\nE-mail: {email}\nIBAN: {iban}',
      'Ho già scritto a {first} ({email}) il {date}, ma non risponde.',
    ],
  },
  {
    domain: 'nl',
    language: 'nl',
    templates: [
      'Beste {title} {last}, uw bestelling {order} wordt op {date} bezorgd op {address}.',
      'Mijn naam is {name}, ik woon in {city} en mijn nummer is {phone}.',
      'Naam: {name}\nGeboortedatum: {dob}\nE-mail: {email}\nRekening: {iban}',
      'Groeten van {first} en {first2} uit {city}!',
    ],
  },
  {
    domain: 'pt',
    language: 'pt',
    templates: [
      'Olá, meu nome é {name} e moro em {city}. Meu telefone é {phone}.',
      'Prezada {title} {last}, o pedido {order} foi entregue na {street}. Atenciosamente, {name2}',
      'Nome: {name}\nNascimento: {dob}\nE-mail: {email}\nEndereço: {address}',
      'Falei com {first} no dia {date}; ela prometeu devolver {amount}.',
    ],
  },
  {
    domain: 'pl',
    language: 'pl',
    templates: [
      'Dzień dobry, nazywam się {name} i mieszkam w {city}. Mój numer to {phone}.',
      'Imię i nazwisko: {name}\nAdres: {address}\nE-mail: {email}\nKonto: {iban}',
    ],
  },
  {
    domain: 'sv',
    language: 'sv',
    templates: [
      'Hej, jag heter {name} och bor i {city}. Mitt nummer är {phone}.',
      'Namn: {name}\nAdress: {address}\nE-post: {email}\nKonto: {iban}',
    ],
  },
]
