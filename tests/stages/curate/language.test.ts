import { describe, expect, it } from 'vitest'
import { openLanguageIdentifier } from '../../../stages/curate/language.ts'
import { leastTime } from '../../support/least-time.ts'

const SENTENCES: Readonly<Record<string, readonly string[]>> = {
  en: [
    'My order has not arrived yet, can you check?',
    'I cannot log in to my account',
    'Please cancel my subscription',
  ],
  de: ['Meine Bestellung ist noch nicht angekommen', 'Ich kann mich nicht anmelden', 'Das Paket war beschädigt'],
  fr: ["Ma commande n'est pas encore arrivée", 'Je ne peux pas me connecter', 'Merci, ça marche maintenant'],
  es: ['Mi pedido todavía no ha llegado', 'No puedo iniciar sesión en mi cuenta', 'El paquete estaba dañado'],
  it: ['Il mio ordine non è ancora arrivato', 'Non riesco ad accedere al mio account', 'Il pacco era danneggiato'],
  nl: ['Mijn bestelling is nog niet aangekomen', 'Bedankt, het werkt nu', 'Gelieve mijn abonnement op te zeggen'],
  pt: ['O meu pedido ainda não chegou', 'Não consigo entrar na minha conta', 'O pacote estava danificado'],
  pl: ['Moje zamówienie jeszcze nie dotarło', 'Nie mogę się zalogować', 'Paczka była uszkodzona'],
  ja: ['注文した商品がまだ届いていません'],
  ru: ['Мой заказ ещё не пришёл'],
}

describe('language', async () => {
  const identify = await openLanguageIdentifier({ minLetters: 12, minConfidence: 0.3 })

  it('is told for one short sentence', () => {
    const told = Object.values(SENTENCES).map((list) => list.map((text) => identify({ text })))
    expect(told).toEqual(Object.entries(SENTENCES).map(([language, list]) => list.map(() => language)))
  })

  it('is undetermined where there are too few letters', () => {
    for (const text of [
      '',
      'ok',
      'merci!',
      '12345 67890',
      '<EMAIL> <PERSON_0a1b2c3d>',
      'https://example.org/a/very/long/link',
    ])
      expect(identify({ text })).toBe('und')
  })

  it('is that of most of a conversation, not of its greeting or system prompt', () => {
    const messages = [
      { role: 'system', content: 'Sei höflich, kurz und genau. Gib nie Daten anderer Kunden heraus.' },
      {
        role: 'user',
        content:
          'Dzień dobry, nazywam się Izajasz Mróz. Hello team, here is the log of my device, it loses the connection every evening.',
      },
      {
        role: 'assistant',
        content:
          'Thank you for the log. It connects to the router and then loses the internet. In most cases a restart helps.',
      },
      { role: 'user', content: 'That fixed it. Thanks in advance.' },
    ] as const
    expect(identify({ messages })).toBe('en')
  })

  it('does not take long for long words or text without letters', () => {
    const texts = ['a'.repeat(2_000_000), '1'.repeat(2_000_000), 'x1 '.repeat(700_000), ' '.repeat(2_000_000)]
    const all = (): void => {
      for (const text of texts) identify({ text })
    }
    expect(leastTime(() => all, 3, 1000)).toBeLessThan(1000)
  })
})
