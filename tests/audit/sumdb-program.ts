import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where Debian's `golang-golang-x-mod-dev` puts its sources. */
const GOPATH = '/usr/share/gocode'

/** True if Go and `x/mod/sumdb` are installed here. */
export function hasSumdb(): boolean {
  if (!existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog'))) return false
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * Reads a log's verifier key, then its checkpoints, proofs and tiles line by line, and says of each what Go's sumdb says.
 * Each proof that holds must also fail when a bit of it is changed: a program that accepts everything proves nothing.
 */
const PROGRAM = `package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder struct{ dir string }

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// The height is in Go's path and not in that of C2SP.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(f.dir, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func bytesOf(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

func hashesOf(text string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, part := range strings.Split(text, ",") {
		if part == "" {
			continue
		}
		var hash tlog.Hash
		copy(hash[:], bytesOf(part))
		hashes = append(hashes, hash)
	}
	return hashes
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<24)
	in.Scan()
	verifier, err := note.NewVerifier(in.Text())
	if err != nil {
		panic(err)
	}
	roots := map[int64]tlog.Hash{}
	counts := map[string]int{}
	fail := func(what string, err error) {
		fmt.Println("refused:", what, err)
		os.Exit(1)
	}
	for in.Scan() {
		part := strings.Split(in.Text(), " ")
		counts[part[0]]++
		switch part[0] {
		case "checkpoint":
			text := bytesOf(part[1])
			opened, err := note.Open(text, note.VerifierList(verifier))
			if err != nil {
				fail(in.Text(), err)
			}
			lines := strings.Split(opened.Text, "\\n")
			if lines[0] != verifier.Name() {
				fail(in.Text(), fmt.Errorf("origin"))
			}
			roots[number(lines[1])] = hashesOf(lines[2])[0]
			text[len(lines[0])+1] ^= 1
			if _, err := note.Open(text, note.VerifierList(verifier)); err == nil {
				fail(in.Text(), fmt.Errorf("a changed checkpoint was accepted"))
			}
		case "record":
			size, seq := number(part[1]), number(part[2])
			leaf, proof := tlog.RecordHash(bytesOf(part[3])), tlog.RecordProof(hashesOf(part[4]))
			if err := tlog.CheckRecord(proof, size, roots[size], seq, leaf); err != nil {
				fail(in.Text(), err)
			}
			leaf[7] ^= 4
			if tlog.CheckRecord(proof, size, roots[size], seq, leaf) == nil {
				fail(in.Text(), fmt.Errorf("a changed entry was accepted"))
			}
		case "tree":
			size, old := number(part[1]), number(part[2])
			proof := tlog.TreeProof(hashesOf(part[3]))
			if err := tlog.CheckTree(proof, size, roots[size], old, roots[old]); err != nil {
				fail(in.Text(), err)
			}
			other := roots[old]
			other[7] ^= 4
			if tlog.CheckTree(proof, size, roots[size], old, other) == nil {
				fail(in.Text(), fmt.Errorf("another old tree was accepted"))
			}
		case "folder":
			size := number(part[2])
			tree := tlog.Tree{N: size, Hash: roots[size]}
			reader := tlog.TileHashReader(tree, folder{string(bytesOf(part[1]))})
			for seq := int64(0); seq < size; seq += 7 {
				if _, err := tlog.ProveRecord(size, seq, reader); err != nil {
					fail(in.Text(), err)
				}
			}
		default:
			fail(in.Text(), fmt.Errorf("unknown"))
		}
	}
	fmt.Println(counts["checkpoint"], counts["record"], counts["tree"], counts["folder"])
}
`

/** Builds the program in a folder, without a network, and runs it with lines to read. Returns what it prints. */
export function runSumdb(folder: string, lines: readonly string[]): string {
  mkdirSync(folder, { recursive: true })
  const program = join(folder, 'check')
  writeFileSync(`${program}.go`, PROGRAM)
  const env = { ...process.env, GO111MODULE: 'off', GOPATH, GOFLAGS: '', GOPROXY: 'off', CGO_ENABLED: '0' }
  execFileSync('go', ['build', '-o', program, `${program}.go`], { env, stdio: 'pipe' })
  return execFileSync(program, { input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 2 ** 26 })
}
