package geminiweb_test

import (
	"context"
	"fmt"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// A client asks a question with the cookies of a session. The simulator stands in
// for the upstream; without Transport it is the real one.
func Example() {
	sim := simulator.New(simulator.Config{Seed: 1})
	session := sim.AddSession(simulator.SessionConfig{Name: "owner"})
	client, err := geminiweb.New(geminiweb.Config{Transport: sim})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close(context.Background())

	set := cookie.NewSet(cookie.NewValue(session.PSID), cookie.NewValue(session.PSIDTS), nil)
	fmt.Println(client.Probe(context.Background(), set).Evidence)
	req := &chat.Request{Model: "gemini-2.5-flash", Stream: true, Turns: []chat.Turn{
		{Role: chat.User, Parts: []chat.Part{{Text: "[say hello]"}}},
	}}
	for event, err := range client.Stream(context.Background(), set, req) {
		switch {
		case err != nil:
			fmt.Println(err)
		case event.Kind == chat.Text:
			fmt.Println(event.Text)
		}
	}
	// Output:
	// signed_in
	// hello
}
