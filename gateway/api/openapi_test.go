package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/dialect/registry"
	"github.com/geminid/geminid/supervisor"
)

// described is the part of docs/openapi.yaml that tells the routes.
type described struct {
	Paths      map[string]map[string]yaml.Node
	Components struct {
		Parameters map[string]struct {
			Schema struct{ Enum []string }
		}
		Schemas map[string]struct {
			Required   []string
			Properties map[string]yaml.Node
		}
	}
}

func readDescribed(t *testing.T) described {
	t.Helper()
	content, err := os.ReadFile("../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d described
	if err := yaml.Unmarshal(content, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// routes are the methods and patterns that the document describes, aliases and
// versions written out.
func (d described) routes(t *testing.T) []string {
	t.Helper()
	var found []string
	for path, item := range d.Paths {
		paths := []string{path}
		if aliases, ok := item["x-aliases"]; ok {
			var more []string
			if err := aliases.Decode(&more); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			paths = append(paths, more...)
		}
		for method := range item {
			if method = strings.ToUpper(method); !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"}, method) {
				continue
			}
			for _, path := range paths {
				for _, version := range d.Components.Parameters["version"].Schema.Enum {
					found = append(found, method+" "+pattern(strings.ReplaceAll(path, "{version}", version)))
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var (
	wildcard = regexp.MustCompile(`\{(\w+)\}`)
	modelTo  = regexp.MustCompile(`/models/\{model\}(:\w+)?$`)
)

// pattern is a path of the document as the router has it. Model and verb are one
// wildcard there.
func pattern(path string) string {
	return wildcard.ReplaceAllString(modelTo.ReplaceAllString(path, "/models/*call"), ":$1")
}

// TestOpenAPIHasEveryRoute holds the document against the table of routes, both
// ways.
func TestOpenAPIHasEveryRoute(t *testing.T) {
	var served []string
	for _, route := range api.OwnRoutes() {
		served = append(served, route[0]+" "+route[1])
	}
	for _, open := range []string{"/", "/health", "/readyz", "/livez", "/metrics", "/files/:file"} {
		served = append(served, http.MethodHead+" "+open)
	}
	for _, d := range registry.All {
		for _, m := range d.Mounts {
			served = append(served, m.Method+" "+m.Pattern)
			if m.Method == http.MethodGet {
				served = append(served, http.MethodHead+" "+m.Pattern)
			}
		}
	}
	slices.Sort(served)
	served = slices.Compact(served)
	described := readDescribed(t).routes(t)
	for _, route := range served {
		if !slices.Contains(described, route) {
			t.Errorf("docs/openapi.yaml lacks %s", route)
		}
	}
	for _, route := range described {
		if !slices.Contains(served, route) {
			t.Errorf("docs/openapi.yaml describes %s, which is not served", route)
		}
	}
}

// TestOpenAPIHasEveryVerb: the verbs of a Gemini model share one route, so each
// is asked for. One that is described is understood, whatever becomes of it; one
// that the model list offers is described.
func TestOpenAPIHasEveryVerb(t *testing.T) {
	g := newRig(t)
	d := readDescribed(t)
	var verbs []string
	for path := range d.Paths {
		if _, verb, ok := strings.Cut(path, "{model}:"); ok {
			verbs = append(verbs, verb)
		}
	}
	if len(verbs) < 3 {
		t.Fatalf("the document has the verbs %q", verbs)
	}
	for _, verb := range verbs {
		w := g.do(call{method: http.MethodPost, path: "/v1beta/models/gemini-2.5-flash:" + verb, body: "{}", key: apiKey})
		if w.Code == http.StatusNotFound || w.Code == http.StatusUnauthorized {
			t.Errorf(":%s is described and answers %d: %s", verb, w.Code, w.Body)
		}
	}
	var list struct {
		Models []struct{ SupportedGenerationMethods []string }
	}
	if err := json.Unmarshal(g.do(call{path: "/v1beta/models", key: apiKey}).Body.Bytes(), &list); err != nil || len(list.Models) == 0 {
		t.Fatalf("the model list has %d models: %v", len(list.Models), err)
	}
	for _, m := range list.Models {
		for _, verb := range m.SupportedGenerationMethods {
			if !slices.Contains(verbs, verb) {
				t.Errorf("the model list offers :%s, which docs/openapi.yaml lacks", verb)
			}
		}
	}
}

// TestOpenAPIHasEveryField holds the schemas of the server's own routes against
// the types that are written there: a field that is seldom sent is described too.
func TestOpenAPIHasEveryField(t *testing.T) {
	d := readDescribed(t)
	for name, value := range map[string]any{
		"Account": supervisor.Account{}, "Event": supervisor.Event{}, "Generation": supervisor.Generation{},
		"Verdict": supervisor.Verdict{}, "Glimpse": api.AccountSummary{}, "Request": api.Entry{},
		"Checked": api.FileCheck{}, "Found": api.Found{},
	} {
		schema, ok := d.Components.Schemas[name]
		if !ok {
			t.Errorf("docs/openapi.yaml lacks the schema %s", name)
			continue
		}
		var always, all []string
		for field := range reflect.TypeOf(value).Fields() {
			key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			if all = append(all, key); options == "" {
				always = append(always, key)
			}
		}
		slices.Sort(all)
		slices.Sort(always)
		slices.Sort(schema.Required)
		if got := slices.Sorted(maps.Keys(schema.Properties)); !slices.Equal(got, all) {
			t.Errorf("%s: docs/openapi.yaml has the fields %q, the server sends %q", name, got, all)
		}
		if !slices.Equal(schema.Required, always) {
			t.Errorf("%s: docs/openapi.yaml requires %q, the server always sends %q", name, schema.Required, always)
		}
	}
}
