// The house keeps its walls: which room may import which is written here and
// nowhere else. docs/architecture.md draws the same picture.
package geminid_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/geminid/geminid/"

// arrows lists, for each room, the rooms it may import.
var arrows = map[string][]string{
	"chat":          {},
	"cookie":        {"statefile"},
	"metrics":       {},
	"statefile":     {},
	"audit":         {"statefile"},
	"files":         {"media"},
	"media":         {},
	"notify":        {"statefile"},
	"remote":        {"media"},
	"keepalive":     {},
	"doctor":        {"statefile"},
	"peers":         {},
	"report":        {"statefile"},
	"simulator":     {},
	"manual":        {},
	"page":          {},
	"supervisor":    {"cookie", "metrics"},
	"geminiweb":     {"cookie", "chat", "keepalive", "media"},
	"dialect":       {"chat", "media"},
	"daemon":        {"api", "supervisor", "geminiweb", "metrics", "cookie", "chat", "audit", "files", "notify", "report", "doctor", "statefile"},
	"api":           {"dialect", "supervisor", "metrics", "chat", "cookie", "files", "page", "remote"},
	"packages/sbom": {},
	"cmd/geminid":   {"daemon", "simulator", "cookie", "manual", "report", "doctor", "peers"},
	"cmd/gchat":     {"cookie", "keepalive", "manual", "media"},
}

// owners says which rooms alone may import a library.
var owners = map[string][]string{
	"github.com/prometheus/client_golang": {"metrics"},
	"github.com/go-co-op/gocron":          {"daemon"},
	"github.com/jonboulle/clockwork":      {"daemon"},
	"github.com/fsnotify/fsnotify":        {"cookie"},
	"github.com/julienschmidt/httprouter": {"api"},
	"github.com/coreos/go-systemd":        {"daemon"},
}

// listed is one package as go list tells it.
type listed struct {
	ImportPath string
	Imports    []string
}

func TestArrows(t *testing.T) {
	rooms := list(t)
	if len(rooms) < len(arrows) {
		t.Fatalf("go list found %d rooms, the house has at least %d", len(rooms), len(arrows))
	}
	for _, room := range rooms {
		name := strings.TrimPrefix(room.ImportPath, module)
		allowed, known := arrows[name]
		if parent, _, inner := strings.Cut(name, "/internal/"); inner {
			allowed, known = arrows[parent]
		}
		if !known {
			t.Errorf("room %s has no row in arrows: say what it may import", name)
			continue
		}
		for _, path := range room.Imports {
			if target, ours := strings.CutPrefix(path, module); ours && !slices.Contains(allowed, target) &&
				!strings.HasPrefix(target, name+"/") {
				t.Errorf("%s imports %s: the arrow is not in the house", name, target)
			}
			for library, may := range owners {
				if strings.HasPrefix(path, library) && !slices.Contains(may, name) {
					t.Errorf("%s imports %s, which belongs to %v", name, path, may)
				}
			}
		}
	}
}

// TestNoCircle walks the table itself: a row that pointed up would close one.
func TestNoCircle(t *testing.T) {
	var visit func(room string, path []string)
	visit = func(room string, path []string) {
		if slices.Contains(path, room) {
			t.Fatalf("circle: %s", strings.Join(append(path, room), " -> "))
		}
		for _, next := range arrows[room] {
			visit(next, append(slices.Clone(path), room))
		}
	}
	for room := range arrows {
		visit(room, nil)
	}
}

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var rooms []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var room listed
		if err := decoder.Decode(&room); errors.Is(err, io.EOF) {
			return rooms
		} else if err != nil {
			t.Fatalf("reading go list: %v", err)
		}
		if room.ImportPath+"/" != module {
			rooms = append(rooms, room)
		}
	}
}
