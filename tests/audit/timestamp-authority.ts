import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const hasOpenssl: boolean = spawnSync('openssl', ['ts', '-help']).status === 0

export interface SignerChoice {
  readonly key?: 'ec' | 'ec384' | 'rsa' | 'rsa1024'
  /** Line of the extended key usage. */
  readonly purpose?: string
  /** openssl's form: 20200101000000Z */
  readonly from?: string
  readonly to?: string
  readonly digest?: string
  readonly essHash?: string
  readonly keyUsage?: string
  /** Put an intermediate CA between root and signer. */
  readonly intermediate?: 'good' | 'not_a_ca'
}

/** A time stamping authority on this disk, made with openssl: a root, a signer, and `openssl ts` in front of them. */
export interface Authority {
  readonly caFile: string
  readonly ca: string
  readonly signer: string
  /** `openssl ts -reply` for a request file; the reply's bytes. */
  reply(request: Buffer, options?: readonly string[]): Buffer
  /** Signs a TSTInfo with `openssl cms`, which does not ask what the certificate is for; a bare token. */
  signAnyway(content: Uint8Array): Buffer
  /** What `openssl ts -verify` says about a reply to our request. */
  verify(request: Buffer, reply: Buffer): boolean
}

const KEYS = {
  ec: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ec384: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  rsa: ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  rsa1024: ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
} as const

export function newAuthority(choice: SignerChoice = {}): Authority {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-tsa-'))
  const at = (name: string): string => join(dir, name)
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const purpose = choice.purpose ?? 'critical,timeStamping'
  const usage = choice.keyUsage === undefined ? '' : `keyUsage=${choice.keyUsage}\n`
  const ca =
    choice.intermediate === 'not_a_ca' ? 'basicConstraints=critical,CA:false' : 'basicConstraints=critical,CA:true'
  mkdirSync(at('new'))
  writeFileSync(at('index.txt'), '')
  writeFileSync(at('serial'), '1000\n')
  writeFileSync(at('tsaserial'), '01\n')
  writeFileSync(
    at('ca.cnf'),
    `[ca]\ndefault_ca=d\n[d]\ndir=.\nnew_certs_dir=new\ndatabase=index.txt\nserial=serial\ndefault_md=sha256\npolicy=p\nunique_subject=no\n` +
      `[p]\ncommonName=supplied\n[tsa]\n${purpose === '' ? '' : `extendedKeyUsage=${purpose}\n`}${usage}[sub]\n${ca}\n` +
      `[req]\ndistinguished_name=dn\nx509_extensions=root\n[dn]\n[root]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n`,
  )
  writeFileSync(
    at('ts.cnf'),
    `[tsa]\ndefault_tsa=t\n[t]\nserial=tsaserial\nsigner_digest=${choice.digest ?? 'sha256'}\ndefault_policy=1.2.3.4.1\n` +
      `digests=sha256,sha512\naccuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=${choice.essHash ?? 'sha256'}\n`,
  )
  openssl(...KEYS.ec, '-out', 'ca.key')
  openssl(
    'req',
    '-config',
    'ca.cnf',
    '-new',
    '-x509',
    '-key',
    'ca.key',
    '-subj',
    '/CN=Test root',
    '-days',
    '9000',
    '-out',
    'ca.pem',
  )
  const issue = (name: string, section: string, issuer: string, from: string, to: string): void => {
    openssl(
      'req',
      '-config',
      'ca.cnf',
      '-new',
      '-key',
      `${name}.key`,
      '-subj',
      `/CN=Test ${name}`,
      '-out',
      `${name}.csr`,
    )
    openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      'ca.cnf',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-keyfile',
      `${issuer}.key`,
      '-cert',
      `${issuer}.pem`,
      '-extensions',
      section,
      '-startdate',
      from,
      '-enddate',
      to,
    )
  }
  const [from, to] = [choice.from ?? '20200101000000Z', choice.to ?? '20490101000000Z']
  const issuer = choice.intermediate === undefined ? 'ca' : 'sub'
  if (issuer === 'sub') {
    openssl(...KEYS.ec, '-out', 'sub.key')
    issue('sub', 'sub', 'ca', '20200101000000Z', '20490101000000Z')
  }
  openssl(...KEYS[choice.key ?? 'ec'], '-out', 'tsa.key')
  issue('tsa', 'tsa', issuer, from, to)
  const chain = issuer === 'sub' ? ['-chain', 'sub.pem'] : []
  return {
    caFile: at('ca.pem'),
    ca: readFileSync(at('ca.pem'), 'utf8'),
    signer: readFileSync(at('tsa.pem'), 'utf8'),
    reply(request, options = []) {
      writeFileSync(at('q.tsq'), request)
      openssl(
        'ts',
        '-reply',
        '-config',
        'ts.cnf',
        '-queryfile',
        'q.tsq',
        '-signer',
        'tsa.pem',
        '-inkey',
        'tsa.key',
        ...chain,
        '-out',
        'r.tsr',
        ...options,
      )
      return readFileSync(at('r.tsr'))
    },
    signAnyway(content) {
      writeFileSync(at('content'), content)
      openssl(
        'cms',
        '-sign',
        '-binary',
        '-nodetach',
        '-cades',
        '-md',
        'sha256',
        '-outform',
        'DER',
        '-econtent_type',
        'id-smime-ct-TSTInfo',
        '-in',
        'content',
        '-signer',
        'tsa.pem',
        '-inkey',
        'tsa.key',
        '-out',
        'r.tsr',
      )
      return readFileSync(at('r.tsr'))
    },
    verify(request, reply) {
      writeFileSync(at('q.tsq'), request)
      writeFileSync(at('r.tsr'), reply)
      return (
        spawnSync('openssl', ['ts', '-verify', '-queryfile', 'q.tsq', '-in', 'r.tsr', '-CAfile', 'ca.pem'], {
          cwd: dir,
        }).status === 0
      )
    },
  }
}
