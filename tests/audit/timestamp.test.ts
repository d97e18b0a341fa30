import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { anchorsOf, askForAnchor, takeAnchorReply } from '../../audit/timestamp/anchored-ledger.ts'
import { parseCertificates } from '../../audit/timestamp/certificate.ts'
import { der, derInteger, derOid, readDer, readInteger, readOid } from '../../audit/timestamp/der.ts'
import { parseTimestampRequest, timestampRequest } from '../../audit/timestamp/request.ts'
import { postTimestampRequest } from '../../audit/timestamp/timestamp-client.ts'
import { parseTimestampReply } from '../../audit/timestamp/token.ts'
import { verifyTimestamp } from '../../audit/timestamp/verify.ts'
import { group, newLog } from './setup.ts'
import { type Authority, hasOpenssl, newAuthority } from './timestamp-authority.ts'

const DIGEST = createHash('sha256').update('a checkpoint').digest('hex')
const NONCE = Buffer.from('f1f2f3f4f5f6f7f8', 'hex')
const QUERY = timestampRequest(DIGEST, NONCE)
const expectation = (authority: Authority) => ({
  digest: DIGEST,
  nonce: BigInt('0xf1f2f3f4f5f6f7f8'),
  trusted: parseCertificates(authority.ca),
  now: new Date(),
})
let good: Authority | undefined
const theGood = (): Authority => {
  good ??= newAuthority()
  return good
}
const codeOf = (reply: Buffer, expected: Parameters<typeof verifyTimestamp>[1]) => {
  const checked = verifyTimestamp(reply, expected)
  return checked.ok ? 'ok' : checked.code
}

describe('DER', () => {
  test('numbers, object identifiers and lengths come back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (n) => {
        expect(readInteger(readDer(derInteger(n)))).toBe(n)
      }),
    )
    for (const oid of ['1.2.840.113549.1.9.16.1.4', '2.16.840.1.101.3.4.2.1', '0.9.2342', '2.999.3', '1.39.128']) {
      expect(readOid(readDer(derOid(oid)))).toBe(oid)
    }
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      expect(readDer(der(4, Buffer.alloc(length))).value.length).toBe(length)
    }
  })

  test('a second spelling of a value is refused', () => {
    const refused = expect.objectContaining({ code: 'TIMESTAMP_MALFORMED', exit: 4 })
    // Cut, left over, indefinite, long length for a short one, length with a zero in front, long tag.
    for (const hex of ['', '04', '0402ff', '040000', '30800000', '048101ff', '0482008000', '1f0100']) {
      expect(() => readDer(Buffer.from(hex, 'hex')), hex).toThrow(refused)
    }
    for (const hex of ['0200', '02020001', '0202ff80']) {
      expect(() => readInteger(readDer(Buffer.from(hex, 'hex'))), hex).toThrow(refused)
    }
    for (const hex of ['0600', '06028001', '06012a80', '060181']) {
      expect(() => readOid(readDer(Buffer.from(hex, 'hex'))), hex).toThrow(refused)
    }
  })
})

test('a request reads back', () => {
  expect(parseTimestampRequest(QUERY)).toEqual({ digest: DIGEST, nonce: 0xf1f2f3f4f5f6f7f8n, wantsCertificate: true })
})

test('reading bytes that are no time stamp never throws', () => {
  const expected = { digest: DIGEST, nonce: undefined, trusted: [], now: new Date() }
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(codeOf(Buffer.from(bytes), expected)).toBe('TIMESTAMP_MALFORMED')
    }),
  )
})

describe.skipIf(!hasOpenssl)('beside openssl (skipped where it is absent)', () => {
  test('openssl reads our request as its own, and we read its', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-tsq-'))
    writeFileSync(join(dir, 'our.tsq'), QUERY)
    const text = execFileSync('openssl', ['ts', '-query', '-in', 'our.tsq', '-text'], { cwd: dir, encoding: 'utf8' })
    expect(text).toContain('Hash Algorithm: sha256')
    expect(text).toContain('Nonce: 0xF1F2F3F4F5F6F7F8')
    expect(text).toContain('Certificate required: yes')
    const theirs = execFileSync('openssl', ['ts', '-query', '-digest', DIGEST, '-sha256', '-cert'], { cwd: dir })
    expect(parseTimestampRequest(theirs)).toMatchObject({ digest: DIGEST, wantsCertificate: true })
  })

  test.each([
    { key: 'ec' },
    { key: 'ec384', digest: 'sha384' },
    { key: 'rsa', digest: 'sha512', essHash: 'sha1' },
    { key: 'ec', intermediate: 'good', keyUsage: 'critical,digitalSignature' },
  ] as const)('a reply of openssl to our request holds for both: %o', (choice) => {
    const authority = newAuthority(choice)
    const reply = authority.reply(QUERY)
    expect(authority.verify(QUERY, reply)).toBe(true)
    const checked = verifyTimestamp(reply, expectation(authority))
    expect(checked).toMatchObject({ ok: true, info: { imprint: DIGEST, policy: '1.2.3.4.1', serial: 2n } })
    // The bare token too, and with the signer's certificate itself as what is trusted.
    const token = authority.reply(QUERY, ['-token_out'])
    expect(codeOf(token, { ...expectation(authority), trusted: parseCertificates(authority.signer) })).toBe('ok')
  })

  test('each thing that is wrong has its own code', () => {
    const authority = theGood()
    const reply = authority.reply(QUERY)
    const expected = expectation(authority)
    expect(codeOf(reply, expected)).toBe('ok')
    expect(codeOf(reply, { ...expected, nonce: undefined })).toBe('ok')
    expect(codeOf(reply, { ...expected, digest: '0'.repeat(64) })).toBe('TIMESTAMP_IMPRINT')
    expect(codeOf(reply, { ...expected, nonce: 1n })).toBe('TIMESTAMP_NONCE')
    expect(codeOf(reply, { ...expected, now: new Date('2021-01-01') })).toBe('TIMESTAMP_FUTURE')
    expect(codeOf(reply, { ...expected, trusted: parseCertificates(newAuthority().ca) })).toBe('TIMESTAMP_CHAIN')
    expect(codeOf(reply, { ...expected, trusted: [] })).toBe('TIMESTAMP_CHAIN')
    // status 2, rejection, with no token
    expect(codeOf(Buffer.from('30053003020102', 'hex'), expected)).toBe('TIMESTAMP_REFUSED')
    const without = timestampRequest(DIGEST, NONCE).subarray(0, -3)
    without[1]! -= 3
    const bare = authority.reply(without)
    expect(codeOf(bare, expected)).toBe('TIMESTAMP_SIGNER')
    expect(codeOf(bare, { ...expected, trusted: [...expected.trusted, ...parseCertificates(authority.signer)] })).toBe(
      'ok',
    )
  })

  test.each([
    [{ to: '20210101000000Z' }, 'TIMESTAMP_EXPIRED'],
    [{ from: '20480101000000Z' }, 'TIMESTAMP_EXPIRED'],
    [{ key: 'rsa1024' }, 'TIMESTAMP_ALGORITHM'],
    [{ intermediate: 'not_a_ca' }, 'TIMESTAMP_CHAIN'],
  ] as const)('a signer with %o gives %s', (choice, code) => {
    const authority = newAuthority(choice)
    const reply = authority.reply(QUERY)
    expect(codeOf(reply, expectation(authority))).toBe(code)
    expect(authority.verify(QUERY, reply)).toBe(code === 'TIMESTAMP_ALGORITHM')
  })

  test.each([
    ['critical,timeStamping', undefined, 'ok'],
    ['timeStamping', undefined, 'TIMESTAMP_PURPOSE'],
    ['critical,timeStamping,codeSigning', undefined, 'TIMESTAMP_PURPOSE'],
    ['critical,codeSigning', undefined, 'TIMESTAMP_PURPOSE'],
    ['', undefined, 'TIMESTAMP_PURPOSE'],
    ['critical,timeStamping', 'critical,keyEncipherment', 'TIMESTAMP_PURPOSE'],
  ] as const)('a certificate for “%s” (usage %s) gives %s', (purpose, keyUsage, code) => {
    const [good, authority] = [theGood(), newAuthority({ purpose, ...(keyUsage === undefined ? {} : { keyUsage }) })]
    const stamped = parseTimestampReply(good.reply(QUERY))
    const token = authority.signAnyway(stamped.granted ? stamped.token.content : Buffer.alloc(0))
    expect(codeOf(token, expectation(authority))).toBe(code)
  })

  test('an anchor is kept and logged only if the reply answers a question of this store', async () => {
    const authority = theGood()
    const trusted = parseCertificates(authority.ca)
    const { dir, keys } = newLog()
    const ledger = openLedger(dir, keys)
    ledger.append(group(4))
    const store = mkdtempSync(join(tmpdir(), 'sluice-anchor-'))
    const asked = askForAnchor(store, ledger, NONCE)
    ledger.append(group(2))
    const take = (reply: Buffer, certificates = trusted) => {
      try {
        return takeAnchorReply(store, ledger, reply, certificates, new Date()).anchor.size
      } catch (error) {
        expect(error).toMatchObject({ exit: 4 })
        return (error as { code: string }).code
      }
    }
    const reply = authority.reply(asked.query)
    const changed = Buffer.from(reply)
    changed[reply.length - 1]! ^= 1
    expect([
      take(authority.reply(timestampRequest(parseTimestampRequest(asked.query).digest, Buffer.alloc(8, 1)))),
      take(authority.reply(QUERY)),
      take(reply, parseCertificates(newAuthority().ca)),
      take(Buffer.from('30053003020102', 'hex')),
      take(changed),
      take(Buffer.from('no time stamp')),
    ]).toEqual([
      'TIMESTAMP_NONCE',
      'TIMESTAMP_IMPRINT',
      'TIMESTAMP_CHAIN',
      'TIMESTAMP_REFUSED',
      'TIMESTAMP_SIGNATURE',
      'TIMESTAMP_MALFORMED',
    ])
    expect([ledger.size, anchorsOf(store)[0]?.reply]).toEqual([6, undefined])
    expect(take(reply)).toBe(4)
    expect(anchorsOf(store)).toEqual([{ ...asked, reply }])
    expect([...ledger.entries(6)]).toMatchObject([
      { type: 'log.anchored', subject: { size: '4', imprint: parseTimestampRequest(asked.query).digest } },
    ])
  })

  test('asks an authority over HTTP, the address that it was given and no other', async () => {
    const authority = theGood()
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (request.url !== '/tsa') return void response.writeHead(302, { location: '/tsa' }).end()
        expect(request.headers['content-type']).toBe('application/timestamp-query')
        response.end(authority.reply(Buffer.concat(chunks)))
      })
    })
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const unreachable = expect.objectContaining({ code: 'TIMESTAMP_UNREACHABLE', transient: true })
    expect(codeOf(await postTimestampRequest(`${base}/tsa`, QUERY), expectation(authority))).toBe('ok')
    await expect(postTimestampRequest(`${base}/moved`, QUERY)).rejects.toEqual(unreachable)
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    await expect(postTimestampRequest(`${base}/tsa`, QUERY)).rejects.toEqual(unreachable)
  })

  test('no byte of a time stamp can be changed or cut off unseen', () => {
    const authority = theGood()
    const reply = authority.reply(QUERY)
    const expected = expectation(authority)
    const unseen: number[] = []
    for (let at = 0; at < reply.length; at++) {
      const changed = Buffer.from(reply)
      changed[at]! ^= 1
      if (codeOf(changed, expected) === 'ok') unseen.push(at)
      if (at % 16 === 0) expect(codeOf(reply.subarray(0, at), expected)).toBe('TIMESTAMP_MALFORMED')
    }
    // Only the status in front of the token: nobody signs it, and 1 is "granted, with modifications".
    expect(unseen).toEqual([8])
    expect(parseTimestampReply(reply).granted).toBe(true)
  })
})
