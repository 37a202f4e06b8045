package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// Digest is the SHA-256 of a key. Keys are 32 random bytes, so a plain hash hides
// them. The zero Digest matches no key.
type Digest [sha256.Size]byte

// DigestOf hashes a key as clients send it.
func DigestOf(key string) Digest { return sha256.Sum256([]byte(key)) }

// MatchesKey reports whether d is the digest of key, in constant time. The zero
// Digest matches no key.
func (d Digest) MatchesKey(key string) bool {
	sum := DigestOf(key)
	return d != Digest{} && subtle.ConstantTimeCompare(sum[:], d[:]) == 1
}

// Role is what a key may do. The empty Role may do nothing.
type Role string

// The roles.
const (
	RoleAPI   Role = "api"   // ask questions
	RoleAdmin Role = "admin" // that, and manage the sessions

	// RoleMetrics may read the metrics alone. No key of a key file has it.
	RoleMetrics Role = "metrics"
)

// Key is one key as it is kept: its name, and not the key itself.
type Key struct {
	Name   string
	Role   Role
	Digest Digest
}

// Match is the result of comparing presented keys with those that are kept.
type Match struct {
	// Role is the best role among the presented keys, empty if none is known.
	Role Role
	// Key is the digest of the first presented key that is known, else zero.
	Key Digest
	// Stray reports whether an unknown key was among them.
	Stray bool
}

// matchDigests compares every presented key with every kept one, so that the time
// it takes shows nothing about either.
func matchDigests(kept []Key, presented []string) Match {
	var m Match
	var api, admin int
	for _, p := range presented {
		sum, known := DigestOf(p), 0
		for i := range kept {
			same := subtle.ConstantTimeCompare(sum[:], kept[i].Digest[:])
			if kept[i].Role == RoleAdmin {
				admin |= same
			} else {
				api |= same
			}
			known |= same
		}
		switch {
		case known == 0:
			m.Stray = true
		case m.Key == Digest{}:
			m.Key = sum
		}
	}
	switch {
	case admin == 1:
		m.Role = RoleAdmin
	case api == 1:
		m.Role = RoleAPI
	}
	return m
}

// GenerateKey makes a key: 32 random bytes behind a prefix by which scanners for
// leaked secrets know it.
func GenerateKey() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return "gmd_" + base64.RawURLEncoding.EncodeToString(secret)
}
