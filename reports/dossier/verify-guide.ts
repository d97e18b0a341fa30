import type { ReleaseDraft } from './seal.ts'
import { GO_PROGRAM } from './verify-guide-go.ts'

/** What a dossier has that not every one has. */
export interface GuideParts {
  readonly approvals: readonly { readonly id: string; readonly reviewer: string }[]
  readonly waivers: boolean
  readonly anchored: boolean
}

interface Block {
  readonly title: string
  /** What it shows, and what it does not. */
  readonly says: string
  /** Programs that it needs: after the language of the block, so that a script can tell why it cannot run one. */
  readonly needs: readonly string[]
  readonly commands: string
}

/**
 * `VERIFY.md`: how to check the dossier with stock programs only, block by block, each to be pasted into a shell in the
 * folder of the dossier. Each block ends with an error where something does not hold.
 */
export function renderVerifyGuide(release: ReleaseDraft, parts: GuideParts): string {
  const blocks = [
    FILES,
    OTHERS,
    SIGNATURES,
    SUBJECT,
    CHECKPOINT,
    LOG,
    DECISIONS,
    ...(parts.approvals.length > 0 ? [approvals(release, parts.approvals)] : []),
    ...(parts.waivers ? [WAIVERS] : []),
    ...(parts.anchored ? [ANCHOR] : []),
    SIGSTORE,
    ...(release.candidate === undefined ? [] : [CYCLONEDX]),
    WHOLE,
  ]
  return `${INTRODUCTION(release)}${blocks.map(renderBlock).join('\n')}${LIMITS}`
}

const INTRODUCTION = (release: ReleaseDraft): string => `# How to verify this release without trusting who made it

Release \`${release.id}\`, made ${release.created} from run \`${release.run}\`, state **${release.state}**${
  release.state === 'blocked' ? ': a gate blocked it, so this is no release; it is here to be looked into' : ''
}.

Each block below stands alone: paste it into a POSIX shell in the folder of this file. It prints what it found, and ends
with an error where something does not hold. The words after \`sh\` are the programs that it needs beside coreutils; all
are in Debian, those that begin with \`npm:\` in npm. Nothing here reaches the network.

**First get the two public keys from somewhere else than this folder**: from the producer's website, from an earlier
release, from a colleague. Compare them with \`keys/ledger.pub\` and \`keys/bundle.pub\`. If you do not, all that follows
shows that the folder agrees with itself, and no more: whoever made another folder made another key.

`

function renderBlock({ title, says, needs, commands }: Block, index: number): string {
  return `## ${index + 1}. ${title}\n\n${says}\n\n\`\`\`sh ${needs.join(' ')}\nset -eu\n${commands.trim()}\n\`\`\`\n`
}

const FILES: Block = {
  title: 'The files are those that release.json lists',
  says: '`release.json` is canonical JSON (RFC 8785), so `grep` can read its list.',
  needs: ['grep', 'sed'],
  commands: String.raw`
grep -o '"bytes":[0-9]*,"path":"[^"]*","sha256":"[0-9a-f]*"' release.json |
  sed 's/.*"path":"\([^"]*\)","sha256":"\([0-9a-f]*\)"/\2  \1/' > /tmp/listed.$$
test -s /tmp/listed.$$
sha256sum --check --strict --quiet /tmp/listed.$$
echo "$(wc -l < /tmp/listed.$$) files are as listed"
rm /tmp/listed.$$
`,
}

const OTHERS: Block = {
  title: 'Nothing else is here',
  says: 'Only the seals that were made after the list, and what a witness or a time stamping authority added, may be unlisted.',
  needs: ['grep', 'sed', 'find'],
  commands: String.raw`
grep -o '"path":"[^"]*","sha256"' release.json | cut -d'"' -f4 > /tmp/known.$$
printf '%s\n' release.json release.sigstore.json audit/release.json-entry audit/release.tlog-proof \
  audit/release.consistency audit/cosignatures audit/anchor.note audit/anchor.tsq audit/anchor.tsr >> /tmp/known.$$
sort -o /tmp/known.$$ /tmp/known.$$
find . ! -type d | sed 's#^\./##' | sort | comm -23 - /tmp/known.$$ > /tmp/extra.$$
cat /tmp/extra.$$
test ! -s /tmp/extra.$$
rm /tmp/known.$$ /tmp/extra.$$
echo 'nothing is here that is not listed'
`,
}

const SIGNATURES: Block = {
  title: 'Every attestation, the release and the model are signed',
  says: 'DSSE over ECDSA P-256, with OpenSSL alone: `DSSEv1 LENGTH TYPE LENGTH PAYLOAD` is what was signed.',
  needs: ['openssl', 'grep'],
  commands: `
T=$(mktemp -d)
set -- release.sigstore.json attestations/*.sigstore.json
test ! -e model.sig || set -- "$@" model.sig
for file in "$@"; do
  grep -o '"payload":"[^"]*"' "$file" | cut -d'"' -f4 | base64 -d > "$T/payload"
  grep -o '"sig":"[^"]*"' "$file" | cut -d'"' -f4 | base64 -d > "$T/sig"
  { printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < "$T/payload")"; cat "$T/payload"; } > "$T/signed"
  openssl dgst -sha256 -verify keys/bundle.pub -signature "$T/sig" "$T/signed" > "$T/said" || { echo "BAD $file"; exit 1; }
done
rm -r "$T"
echo "$# signatures hold"
`,
}

const SUBJECT: Block = {
  title: 'What was signed is this release.json',
  says: 'The signed result (SVR) names the SHA-256 of `release.json`, which names everything else.',
  needs: ['grep'],
  commands: String.raw`
digest=$(sha256sum < release.json | cut -c1-64)
grep -o '"payload":"[^"]*"' release.sigstore.json | cut -d'"' -f4 | base64 -d > /tmp/said.$$
grep -q "\"sha256\":\"$digest\"},\"name\":\"release.json\"" /tmp/said.$$
grep -o '"properties":\[[^]]*\]' /tmp/said.$$
rm /tmp/said.$$
`,
}

const CHECKPOINT: Block = {
  title: 'The checkpoint is signed by the key of the log',
  says: 'A signed note (C2SP): the text up to the empty line, Ed25519, the first four bytes of the signature line name the key.',
  needs: ['openssl', 'sed'],
  commands: String.raw`
T=$(mktemp -d)
name=$(cut -d+ -f1 keys/ledger.vkey)
for note in audit/checkpoint audit/release.tlog-proof; do
  sed -n "/^$(printf %s "$name" | sed 's/[].[*^$/]/\\&/g')\$/,/^\$/p" "$note" | sed '/^$/d' > "$T/text"
  sed -n "s#^— $name ##p" "$note" | tail -n 1 | base64 -d | tail -c +5 > "$T/sig"
  openssl pkeyutl -verify -pubin -inkey keys/ledger.pub -rawin -in "$T/text" -sigfile "$T/sig" > "$T/said"
  test "$(wc -l < "$T/text")" = 3
done
rm -r "$T"
echo "both checkpoints are signed by $name"
`,
}

const LOG: Block = {
  title: 'Every entry is in the log, and the log only grew',
  says: 'The program is printed here in full. It uses nothing but Go’s own `x/mod/sumdb` (Debian: `golang-go`, `golang-golang-x-mod-dev`), which knows nothing of Sluice.',
  needs: ['go', 'go:golang.org/x/mod/sumdb'],
  commands: `
T=$(mktemp -d)
cat > "$T/verify.go" <<'END'
${GO_PROGRAM.trim()}
END
export GOCACHE="$T/cache" GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=
go run "$T/verify.go" .
rm -rf "$T"
`,
}

const DECISIONS: Block = {
  title: 'Each decision was logged, and judged the evidence and the policies that are here',
  says: 'The entry of a gate holds the SHA-256 of its decision; the decision holds those of its evidence, waivers and policies.',
  needs: ['grep', 'sed'],
  commands: String.raw`
digest() { sha256sum < "$1" | cut -c1-64; }
for decision in decisions/*.json; do
  gate=$(basename "$decision" .json)
  grep -l "\"gate\":\"$gate\"" audit/entries/*.json | xargs grep -l '"type":"gate.decided"' |
    xargs grep -q "\"payload\":\"$(digest "$decision")\""
  grep -q "\"evidence\":\"$(digest "evidence/$gate.json")\"" "$decision"
  grep -q "\"waivers\":\"$(digest "evidence/$gate.waivers.json")\"" "$decision"
  grep -o '"policies":\[[^]]*\]' "$decision" | grep -o '"digest":"[0-9a-f]*","name":"[^"]*"' |
    sed 's/"digest":"\([0-9a-f]\{12\}\)\([0-9a-f]*\)","name":"\([^"]*\)"/\1\2  policies\/\3@\1.json/' |
    sha256sum --check --strict --quiet
  echo "$gate: $(grep -o '"outcome":"[a-z]*"' "$decision" | cut -d'"' -f4)"
done
`,
}

function approvals(release: ReleaseDraft, given: GuideParts['approvals']): Block {
  const time = `${release.created.replaceAll(/\D/g, '').slice(0, 14)}Z`
  const lines = given.map(
    ({ id, reviewer }) =>
      `ssh-keygen -Y verify -f approvals/allowed_signers -I '${reviewer.replaceAll("'", '')}' -n sluice-approval -O verify-time=${time} -s approvals/${id}.json.sig < approvals/${id}.json`,
  )
  return {
    title: 'The people who approved signed this very release',
    says: 'SSH signatures. Compare `approvals/allowed_signers` with the list that you know; each approval names the model, the policies and the decisions.',
    needs: ['ssh-keygen', 'grep'],
    commands: `${lines.join('\n')}
for approval in approvals/*.json; do grep -q '"digest":"${release.candidate?.model ?? ''}"' "$approval"; done`,
  }
}

const WAIVERS: Block = {
  title: 'Waivers are signed by two people',
  says: 'Each waiver that counted has the signature of who asked for it and of who allowed it.',
  needs: ['ssh-keygen', 'grep'],
  commands: String.raw`
for waiver in waivers/*.json; do
  for end in requested approved; do
    test -e "$waiver.$end.sig" || { echo "$waiver: $end: not signed, so it did not count"; continue; }
    who=$(grep -o "\"${'$'}{end}_by\":\"[^\"]*\"" "$waiver" | cut -d'"' -f4)
    now=$(cat decisions/*.json | grep -o '"now":"[^"]*"' | head -n 1 | tr -dc 0-9 | cut -c1-14)Z
    ssh-keygen -Y verify -f waivers/allowed_signers -I "$who" -n sluice-waiver -O verify-time="$now" \
      -s "$waiver.$end.sig" < "$waiver"
  done
done
`,
}

const ANCHOR: Block = {
  title: 'The log was there at the time of the time stamp',
  says: 'RFC 3161. Set `TSA_CA` to the certificate of a time stamping authority that you trust.',
  needs: ['openssl', 'TSA_CA'],
  commands: 'openssl ts -verify -data audit/anchor.note -in audit/anchor.tsr -CAfile "$TSA_CA"',
}

const SIGSTORE: Block = {
  title: 'The same signatures, by Sigstore’s own verifier',
  says: 'Needs `npm install @sigstore/verify @sigstore/bundle` in a folder of yours; point `NODE_PATH` at its `node_modules`.',
  needs: ['node', 'npm:@sigstore/verify', 'npm:@sigstore/bundle'],
  commands: `
node - <<'END'
const { readFileSync, readdirSync } = require('node:fs')
const { createPublicKey } = require('node:crypto')
const { bundleFromJSON } = require('@sigstore/bundle')
const { toSignedEntity, Verifier } = require('@sigstore/verify')
const publicKey = createPublicKey(readFileSync('keys/bundle.pub'))
const none = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] }
const trust = { ...none, publicKey: () => ({ publicKey, validFor: () => true }) }
const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
const files = ['release.sigstore.json', ...readdirSync('attestations').map((name) => 'attestations/' + name)]
for (const file of files) verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(readFileSync(file, 'utf8')))))
console.log(files.length + ' bundles hold')
END
`,
}

const CYCLONEDX: Block = {
  title: 'The bill of materials is valid CycloneDX and names the files of the model',
  says: 'Needs `npm install @cyclonedx/cyclonedx-library`; point `NODE_PATH` at its `node_modules`.',
  needs: ['node', 'npm:@cyclonedx/cyclonedx-library'],
  commands: `
node - <<'END'
const { readFileSync, readdirSync } = require('node:fs')
const { createHash } = require('node:crypto')
const { Spec, Validation } = require('@cyclonedx/cyclonedx-library')
const text = readFileSync('bom.cdx.json', 'utf8')
const version = { 1.6: Spec.Version.v1dot6, 1.7: Spec.Version.v1dot7 }[JSON.parse(text).specVersion]
new Validation.JsonStrictValidator(version).validate(text).then((problem) => {
  if (problem !== null) throw new Error('bom.cdx.json is not valid')
  const files = readdirSync('model', { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  for (const { parentPath, name } of files) {
    const digest = createHash('sha256').update(readFileSync(parentPath + '/' + name)).digest('hex')
    if (!text.includes('"' + digest + '"')) throw new Error('not in the bill of materials: ' + name)
  }
  console.log('valid, and names ' + files.length + ' files')
})
END
`,
}

const WHOLE: Block = {
  title: 'All of it, and more, by one program',
  says: '`sluice-verify` is three files that import nothing but Node; read them first. `sluice verify . --replay` also makes every decision again. Give both the keys that you know: `--key FILE --key FILE`.',
  needs: ['sluice-verify'],
  commands: 'sluice-verify .',
}

const LIMITS = `
## What this does not show

- That what was recorded is true. A recorder that lied from the beginning signs its lies. What helps: run the pipeline
  again from the same inputs (the stage keys and digests must come out the same), and ask who could change the machine.
- That the log was not rewritten by who holds its key, unless a checkpoint was kept elsewhere, a witness cosigned it, or a
  time stamping authority stamped it, before that.
- That the release was not revoked later: ask for a newer checkpoint and the entries since.
- Whether the policies are the right ones, and the data what its owner says it is.
`
