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

// share gives tools the strings of equal ones that are kept, so that the questions that
// are asked at a time hold them once.
func (c *signatureCache) share(tools []chat.OfferedTool) {
	key, _ := c.hash(tools)
	known, ok := c.kept.Get(key)
	if !ok || !slices.EqualFunc(known.tools, tools, sameTool) {
		return
	}
	for i, t := range known.tools {
		tools[i].Name, tools[i].Description, tools[i].Schema = t.Name, t.Description, t.Schema
	}
}

func sameTool(a, b chat.OfferedTool) bool {
	return a.Name == b.Name && a.Description == b.Description && a.Schema == b.Schema && a.Freeform == b.Freeform
}

// hash returns the key of tools, and how many bytes they have.
func (c *signatureCache) hash(tools []chat.OfferedTool) (key uint64, size int) {
	var hash maphash.Hash
	hash.SetSeed(c.seed)
	for _, t := range tools {
		for _, text := range []string{t.Name, t.Description, t.Schema} {
			_, _ = hash.WriteString(text)
			size += len(text)
		}
	}
	return hash.Sum64(), size
}

// render returns the signatures of tools below a heading, each behind an empty line.
func (c *signatureCache) render(tools []*tool) string {
	offered := make([]chat.OfferedTool, len(tools))
	for i, t := range tools {
		offered[i] = t.OfferedTool
	}
	key, size := c.hash(offered)
	if known, ok := c.kept.Get(key); ok && slices.EqualFunc(known.tools, offered, sameTool) {
		return known.text
	}
	text := toolsHeading + strings.TrimSuffix(writeSignatures(tools, toolBudget(offered)), "\n")
	if size <= cachedSignatureBytes {
		for i, t := range offered {
			offered[i] = chat.OfferedTool{Name: strings.Clone(t.Name), Description: strings.Clone(t.Description), Schema: strings.Clone(t.Schema), Freeform: t.Freeform}
		}
		c.kept.Add(key, writtenTools{offered, text})
	}
	return text
}
