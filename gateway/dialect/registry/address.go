package registry

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Address is the path of a request as its dialect serves it.
type Address struct {
	Path string
	// Deployment is the model that a path of Azure's names, empty in all others.
	Deployment string
}

// endpoints are the paths of OpenAI's API that a client appends to its base URL,
// whatever stands in that.
var endpoints = []string{
	"/chat/completions", "/images/generations", "/images/edits", "/completions", "/embeddings", "/responses",
	"/messages", "/messages/count_tokens", "/moderations", "/audio/speech", "/audio/transcriptions", "/rerank",
}

var (
	// baseSegment matches the segments of base URLs that the presets of clients
	// end in: versions, and the names of APIs and of services with the same format.
	baseSegment = regexp.MustCompile(`^(v\d+((alpha|beta)\d*)?|api|openai|gemini|google|anthropic|proxy|compatible-mode|compatible|paas)$`)
	talkAtEnd   = regexp.MustCompile(`^(.*?)(/interactions(?:/[^/]+(?:/cancel)?)?)/?$`)
	filesAtEnd  = regexp.MustCompile(`^(.*?)((?:/upload/v\d+(?:alpha|beta)?)?)/files(/[^/]+)?/?$`)
	verbAtEnd   = regexp.MustCompile(`^(.*)/models/([^/]+(?:/[^/]+)*:[A-Za-z]+)/?$`)
	vertex      = regexp.MustCompile(`/projects/[^/]+/locations/[^/]+/endpoints/[^/]+$`)
	deployed    = regexp.MustCompile(`^(.*)/deployments/([^/]+)$`)
)

// foreign are the endpoints of Ollama's API, which clients with a preset for it ask
// for. They lead to the error that names the substitute.
var foreign = []string{"/api/chat", "/api/generate", "/api/tags", "/api/show", "/api/ps", "/api/pull", "/api/embed", "/api/embeddings"}

// ResolveAddress returns the address that is meant by the path of a request. The
// presets of many clients build other paths than the API's own: they leave the
// version out, name it twice, or put the path of another service in front. A path
// that no preset builds is returned as it is.
func ResolveAddress(method, path string) Address {
	here := Address{Path: path}
	if isServed(path) {
		return here
	}
	if slices.Contains(foreign, path) {
		return Address{Path: "/v1/ollama" + strings.TrimPrefix(path, "/api")}
	}
	if m := verbAtEnd.FindStringSubmatch(path); m != nil && method == http.MethodPost {
		return Address{Path: "/gemini/v1beta/models/" + m[2]}
	}
	trimmed := strings.TrimSuffix(path, "/")
	for _, endpoint := range endpoints {
		base, ok := strings.CutSuffix(trimmed, endpoint)
		if !ok {
			continue
		}
		here.Path = "/v1" + endpoint
		if m := deployed.FindStringSubmatch(base); m != nil {
			base, here.Deployment = m[1], m[2]
		}
		if ok, _ := isBase(base); ok {
			return here
		}
		return Address{Path: path}
	}
	if here = resolveModels(path); here.Path != path {
		return here
	}
	if m := talkAtEnd.FindStringSubmatch(path); m != nil {
		if known, _ := isBase(m[1]); known {
			return Address{Path: "/gemini/v1beta" + m[2]}
		}
	}
	if here = resolveFiles(path); here.Path != path {
		return here
	}
	if base, rest, ok := strings.Cut(path, "/openai/"); ok {
		if known, _ := isBase(base); known {
			return Address{Path: "/v1/" + strings.TrimPrefix(rest, "v1/")} // for the error in its format
		}
	}
	return here
}

// isServed reports whether path is, or lies below, one of the API's own, so that
// nothing has to be guessed.
func isServed(path string) bool {
	for _, d := range All {
		for _, m := range d.Mounts {
			fixed, _, wild := strings.Cut(m.Pattern, "*")
			if path == m.Pattern || wild && strings.HasPrefix(path, fixed) {
				return true
			}
		}
	}
	return false
}

// resolveModels resolves the path of the model list, or of one model: in Gemini's
// format if the base URL is one of Gemini's and does not say otherwise.
func resolveModels(path string) Address {
	base, name, ok := strings.Cut(path+"/", "/models/")
	known, gemini := isBase(base)
	if !ok || !known {
		return Address{Path: path}
	}
	if name = strings.TrimSuffix(name, "/"); name != "" {
		name = "/" + name
	}
	if gemini {
		return Address{Path: "/gemini/v1beta/models" + name}
	}
	return Address{Path: "/v1/models" + name}
}

// resolveFiles resolves the paths of Gemini's Files API, which has one place under all of
// its base URLs. Others have an API of that name too, so that the base must be one of
// Gemini's, unless the path says upload.
func resolveFiles(path string) Address {
	m := filesAtEnd.FindStringSubmatch(path)
	if m == nil {
		return Address{Path: path}
	}
	known, gemini := isBase(m[1])
	switch {
	case known && m[2] != "" && m[3] == "":
		return Address{Path: "/gemini/upload/v1beta/files"}
	case known && gemini && m[2] == "":
		return Address{Path: "/gemini/v1beta/files" + m[3]}
	}
	return Address{Path: path}
}

// isBase reports whether base is the path of a base URL as presets have it, and
// whether it is one of Gemini's. Some users enter the whole address of an endpoint.
func isBase(base string) (known, gemini bool) {
	openAI := vertex.MatchString(base)
	base = vertex.ReplaceAllString(base, "")
	for _, endpoint := range endpoints {
		base = strings.Replace(base, endpoint, "", 1)
	}
	for segment := range strings.SplitSeq(strings.TrimPrefix(base, "/"), "/") {
		if segment != "" && !baseSegment.MatchString(segment) {
			return false, false
		}
		gemini = gemini || segment == "gemini" || segment == "google" || strings.HasPrefix(segment, "v1beta") || strings.HasPrefix(segment, "v1alpha")
		openAI = openAI || segment == "openai" || strings.HasPrefix(segment, "compatible")
	}
	return true, gemini && !openAI
}
