package toolcall

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"iter"
	"slices"
	"strings"

	"github.com/geminid/geminid/chat"
)

// Outcome says how a call of a tool came to the client, or why it did not. Its text
// is a metrics label.
type Outcome string

// The outcomes.
const (
	Exact    Outcome = "exact"    // as it was taught, and valid
	Repaired Outcome = "repaired" // known damage of its text was undone
	Coerced  Outcome = "coerced"  // a value was given the type that the schema asks for
	Retried  Outcome = "retried"  // valid when the model was asked once more
	Failed   Outcome = "failed"   // no valid call, when asked once more too
	Forged   Outcome = "forged"   // a block with another tag, left as text
	Invented Outcome = "invented" // text behind the last call, such as a made-up result; dropped
)

// Outcomes are all outcomes.
var Outcomes = []Outcome{Exact, Repaired, Coerced, Retried, Failed, Forged, Invented}

// Config holds what an [Engine] needs. The zero value will do.
type Config struct {
	// Key makes the tags of calls. If it is nil, New makes one, and tags change with
	// each start.
	Key []byte
	// Count is called for each call that a model makes; nil counts nothing. It must be
	// safe for concurrent use.
	Count func(Outcome)
}

// Engine makes text of tools, and calls of text.
type Engine struct {
	key     []byte
	count   func(Outcome)
	schemas *schemaCache

	signatures *signatureCache
}

// New returns an engine.
func New(cfg Config) *Engine {
	e := &Engine{key: cfg.Key, count: cfg.Count, schemas: newSchemaCache(), signatures: newSignatureCache()}
	if e.key == nil {
		e.key = []byte(rand.Text())
	}
	if e.count == nil {
		e.count = func(Outcome) {}
	}
	return e
}

// Ask asks a provider and returns the events of its answer.
type Ask func(ctx context.Context, req *chat.Request) iter.Seq2[chat.Event, error]

// Question is a request that is ready to be asked. It is not changed by asking.
type Question struct {
	engine *Engine
	tag    string           // empty if the provider can be asked with the request as it is
	tools  map[string]*tool // those that may be called, by name
	choice chat.ToolChoice
	format *format       // nil for any text
	client *chat.Request // as the client sent it
}

// tool is a tool that may be called.
type tool struct {
	chat.OfferedTool
	schema *schema // nil for freeform tools
}

// Prepare checks the tools and the format of req. req is kept; its files may still be
// fetched, and nothing else of it be changed. Its tools take the strings of equal ones
// that were seen before.
func (e *Engine) Prepare(req *chat.Request) (*Question, error) {
	e.signatures.share(req.Tools)
	q := &Question{engine: e, choice: req.ToolChoice, client: req}
	if err := q.compileTools(); err != nil {
		return nil, err
	}
	var err error
	if q.format, err = e.compileFormat(req.Format); err != nil {
		return nil, err
	}
	if len(req.Tools) > 0 || q.format != nil || hasCalls(req.Turns) {
		q.tag = e.makeTag(req)
	}
	return q, nil
}

// compileTools finds the tools that may be called.
func (q *Question) compileTools() error {
	if len(q.client.Tools) == 0 || q.choice.Mode == chat.ToolsNone {
		return nil
	}
	q.tools = make(map[string]*tool, len(q.client.Tools))
	for _, offered := range q.client.Tools {
		if len(q.choice.Only) > 0 && !slices.Contains(q.choice.Only, offered.Name) {
			continue
		}
		t := &tool{OfferedTool: offered}
		if !offered.Freeform {
			var err error
			if t.schema, err = q.engine.schemas.compile(offered.Schema, offered.Field); err != nil {
				return err
			}
			if !allowsObject(offered.Schema) {
				return &chat.Error{Kind: chat.BadRequest, Param: offered.Field, Message: offered.Field + " must allow an object, as the arguments of a call are one"}
			}
		}
		q.tools[offered.Name] = t
	}
	return nil
}

func hasCalls(turns []chat.Turn) bool {
	for _, turn := range turns {
		if len(turn.Calls) > 0 || turn.Result != nil {
			return true
		}
	}
	return false
}

// makeTag returns the tag of a conversation: the same for all questions that begin
// with the same system text and the same first turn.
func (e *Engine) makeTag(req *chat.Request) string {
	mac := hmac.New(sha256.New, e.key)
	for _, text := range req.System {
		_, _ = mac.Write([]byte(text + "\x00"))
	}
	for _, part := range req.Turns[0].Parts {
		_, _ = mac.Write([]byte(part.Text + "\x00"))
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:5]))
}

// callsPossible reports whether an answer may hold calls.
func (q *Question) callsPossible() bool { return len(q.tools) > 0 }
