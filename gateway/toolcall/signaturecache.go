package toolcall

import (
	"hash/maphash"
	"slices"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/geminid/geminid/chat"
)

// The signatures that are kept. Programs send the same tools with each request.
const (
	cachedSignatures     = 8
	cachedSignatureBytes = 256 << 10 // more of tools is written each time
)

// signatureCache keeps the signatures of tools.
type signatureCache struct {
	seed maphash.Seed
	kept *lru.Cache[uint64, writtenTools]
}

// writtenTools are tools and their signatures.
type writtenTools struct {
	tools []chat.OfferedTool // without Field
	text  string
}

func newSignatureCache() *signatureCache {
	kept, err := lru.New[uint64, writtenTools](cachedSignatures)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return &signatureCache{seed: maphash.MakeSeed(), kept: kept}
}

// render returns the signatures of tools, each behind an empty line.
func (c *signatureCache) render(tools []*tool) string {
	var hash maphash.Hash
	hash.SetSeed(c.seed)
	size := 0
	offered := make([]chat.OfferedTool, len(tools))
	for i, t := range tools {
		offered[i] = chat.OfferedTool{Name: t.Name, Description: t.Description, Schema: t.Schema, Freeform: t.Freeform}
		for _, text := range []string{t.Name, t.Description, t.Schema} {
			_, _ = hash.WriteString(text)
			size += len(text)
		}
	}
	key := hash.Sum64()
	if known, ok := c.kept.Get(key); ok && slices.Equal(known.tools, offered) {
		return known.text
	}
	text := writeSignatures(tools, toolBudget(offered))
	if size <= cachedSignatureBytes {
		for i := range offered {
			offered[i].Name, offered[i].Description, offered[i].Schema = strings.Clone(offered[i].Name), strings.Clone(offered[i].Description), strings.Clone(offered[i].Schema)
		}
		c.kept.Add(key, writtenTools{offered, text})
	}
	return text
}
