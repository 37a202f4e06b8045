package api_test

import (
	"net/http"
	"testing"
	"testing/synctest"
)

// TestInteractionInBackground: it is made although no one waits for it, can be ended, and
// is gone on with once it is complete.
func TestInteractionInBackground(t *testing.T) {
	inBackground(t, func(t *testing.T, g *rig, _ string) {
		const path = "/v1beta/interactions"
		ask := func(fields string) call {
			return call{path: path, key: apiKey, body: `{"model":"` + flash + `",` + fields + `}`}
		}
		see := func(c call, want int, steps ...any) any {
			t.Helper()
			w := g.do(c)
			if w.Code != want {
				t.Fatalf("%s: status %d, want %d: %s", c.path, w.Code, want, w.Body)
			}
			return at(fields(t, w.Body.Bytes()), steps...)
		}
		goOn := make(chan struct{})
		g.actor.plays(waitsFor(goOn, "Hel", "lo"))
		id, _ := see(ask(`"input":"hi","background":true`), 200, "id").(string)
		goOn <- struct{}{}
		synctest.Wait()
		one := call{path: path + "/" + id, key: apiKey}
		if got := see(one, 200, "status"); got != "in_progress" {
			t.Errorf("half of it is %v", got)
		}
		see(ask(`"input":"x","previous_interaction_id":"`+id+`"`), 400)
		goOn <- struct{}{}
		synctest.Wait()
		if got := see(one, 200, "steps", 0, "content", 0, "text"); got != "Hello" || see(one, 200, "status") != "completed" {
			t.Errorf("at the end %v", got)
		}
		g.actor.plays(waits(make(chan struct{}, 1), "half"))
		id, _ = see(ask(`"input":"hi","background":true,"stream":false`), 200, "id").(string)
		synctest.Wait()
		stop := call{method: http.MethodPost, path: path + "/" + id + "/cancel", key: adminKey, body: " "}
		see(stop, 404) // of another key
		if stop.key = apiKey; see(stop, 200, "status") != "cancelled" {
			t.Errorf("after cancel %v", see(call{path: path + "/" + id, key: apiKey}, 200))
		}
		see(call{method: http.MethodDelete, path: path + "/" + id, key: apiKey}, 200)
		see(call{path: path + "/" + id, key: apiKey}, 404)
	})
}
