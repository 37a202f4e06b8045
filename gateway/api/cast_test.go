package api_test

import (
	"context"
	"iter"
	"strings"
	"sync"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// script is what the provider answers: each call gets the next reply, and the
// last one again when there are no more.
type script func(ctx context.Context, set cookie.Set, req *chat.Request, yield func(chat.Event, error) bool)

// actor is a Provider that plays a script and notes what it was asked.
type actor struct {
	mu    sync.Mutex
	asked []*chat.Request
	sets  []cookie.Set
	play  script

	models []chat.Model // nil for the usual three
}

func (p *actor) Models(cookie.Set) []chat.Model {
	if p.models != nil {
		return p.models
	}
	return []chat.Model{{ID: flash, Name: "Flash"}, {ID: pro, Name: "Pro"}, {ID: painter, Name: "Painter", Image: true}}
}

func (p *actor) Stream(ctx context.Context, set cookie.Set, req *chat.Request) iter.Seq2[chat.Event, error] {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.sets = append(p.asked, req), append(p.sets, set)
	play := p.play
	return func(yield func(chat.Event, error) bool) { play(ctx, set, req, yield) }
}

func (p *actor) calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

func (p *actor) plays(s script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.play = s
}

// says answers with the pieces and a proper end.
func says(pieces ...string) script {
	return func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		if !yield(chat.Event{Kind: chat.Meta, Served: chat.Served{ID: "up-1", Name: "2.5 Flash"}}, nil) {
			return
		}
		for _, piece := range pieces {
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
	}
}

// breaks says the pieces and then fails.
func breaks(err error, pieces ...string) script {
	return func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		for _, piece := range pieces {
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		yield(chat.Event{}, err)
	}
}

// waits says the pieces and then nothing until its context ends.
func waits(left chan<- struct{}, pieces ...string) script {
	return func(ctx context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		for _, piece := range pieces {
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		<-ctx.Done()
		if left != nil {
			left <- struct{}{}
		}
		yield(chat.Event{}, ctx.Err())
	}
}

// judge is the supervisor's upstream: every session is what finding says.
type judge struct {
	mu      sync.Mutex
	finding cookie.Finding
}

func (j *judge) says(f cookie.Finding) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.finding = f
}

func (j *judge) Probe(context.Context, cookie.Set) cookie.Finding {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.finding
}

func (j *judge) Rotate(_ context.Context, set cookie.Set) cookie.Finding {
	return cookie.Finding{Evidence: cookie.Rotated, Detail: "new value", Set: set.WithPSIDTS(cookie.NewValue("sidts-next-" + strings.Repeat("z", 40)))}
}

func (j *judge) Renew(context.Context, cookie.Set, cookie.Set) {}
