/** Printed in `VERIFY.md`: checks notes, entries and growth of the log with Go's `x/mod/sumdb` and nothing of Sluice. */
export const GO_PROGRAM = `package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, what string) {
	if err != nil {
		fmt.Println("BAD", what, err)
		os.Exit(1)
	}
}

func read(parts ...string) []byte {
	data, err := os.ReadFile(filepath.Join(parts...))
	check(err, strings.Join(parts, "/"))
	return data
}

func hashes(text string) (list []tlog.Hash) {
	for _, line := range strings.Fields(text) {
		raw, err := base64.StdEncoding.DecodeString(line)
		check(err, line)
		var hash tlog.Hash
		copy(hash[:], raw)
		list = append(list, hash)
	}
	return list
}

func tree(msg []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(msg, note.VerifierList(verifier))
	check(err, "checkpoint")
	lines := strings.Split(opened.Text, "\\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	return tlog.Tree{N: size, Hash: hashes(lines[2])[0]}
}

// included checks a tlog-proof of an entry and returns the tree that its checkpoint signs.
func included(entry, proof []byte, verifier note.Verifier, what string) tlog.Tree {
	head, msg, _ := strings.Cut(string(proof), "\\n\\n")
	lines := strings.SplitN(head, "\\n", 3)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	check(err, what)
	path := ""
	if len(lines) == 3 {
		path = lines[2]
	}
	top := tree([]byte(msg), verifier)
	check(tlog.CheckRecord(hashes(path), top.N, top.Hash, index, tlog.RecordHash(entry)), what)
	return top
}

func main() {
	dir := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(dir, "keys/ledger.vkey"))))
	check(err, "keys/ledger.vkey")
	base := tree(read(dir, "audit/checkpoint"), verifier)
	entries, err := filepath.Glob(filepath.Join(dir, "audit/entries/*.json"))
	check(err, "audit/entries")
	for _, file := range entries {
		top := included(read(file), read(strings.TrimSuffix(file, ".json")+".tlog-proof"), verifier, file)
		if top != base {
			check(fmt.Errorf("is for another checkpoint"), file)
		}
	}
	built := read(dir, "audit/release.json-entry")
	top := included(built, read(dir, "audit/release.tlog-proof"), verifier, "audit/release.json-entry")
	growth := hashes(string(read(dir, "audit/release.consistency")))
	check(tlog.CheckTree(growth, top.N, top.Hash, base.N, base.Hash), "audit/release.consistency")
	digest := sha256.Sum256(read(dir, "release.json"))
	if !bytes.Contains(built, []byte("\\"payload\\":\\""+hex.EncodeToString(digest[:])+"\\"")) {
		check(fmt.Errorf("is not of this release.json"), "audit/release.json-entry")
	}
	fmt.Println(len(entries)+1, "entries are in the log", verifier.Name(), "of", top.N)
}
`
