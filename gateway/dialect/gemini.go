package dialect

import (
	"net/http"
	"strings"
)

// Gemini is the native format of generativelanguage.googleapis.com. The SDKs
// disagree about the version in the path and some users leave out the /gemini
// prefix, so every version is served alike under both.
var Gemini = Dialect{
	Name:   "gemini",
	Mounts: geminiMounts("/gemini/v1beta", "/gemini/v1", "/gemini/v1alpha", "/v1beta", "/v1alpha", "/v1"),
	Beside: []Operation{Stream, CountTokens, Images, Edits},
	Claims: geminiClaims,
	Decode: geminiDecode,
	Lost:   geminiLost,
	List:   geminiList,
	One:    geminiOne,
	Count:  geminiTokens,
	Answer: geminiWhole,
	Fail:   geminiFail,
	Stream: geminiEncoder,
}

// geminiMounts are the routes under each prefix. The verb of
// models/M:generateContent is no path segment, so a catch-all takes model and
// verb together.
func geminiMounts(prefixes ...string) []Mount {
	var mounts []Mount
	for _, prefix := range prefixes {
		mounts = append(mounts,
			Mount{http.MethodGet, prefix + "/models", Models},
			Mount{http.MethodGet, prefix + "/models/*call", Models},
			Mount{http.MethodPost, prefix + "/models/*call", Generate},
		)
	}
	return mounts
}

// geminiClaims takes what only this dialect has. What lies below /v1 it shares
// with OpenAI: there a verb decides, or the key that came the way the Gemini SDKs
// send it, so that each client reads its own errors.
func geminiClaims(r *http.Request) bool {
	path := r.URL.Path
	for _, prefix := range []string{"/gemini", "/v1beta", "/v1alpha", "/upload/v1beta", "/upload/v1alpha", "/upload/v1"} {
		if under(path, prefix) {
			return true
		}
	}
	below, ok := strings.CutPrefix(path, "/v1/")
	collection, rest, _ := strings.Cut(below, "/")
	switch {
	case !ok:
		return false
	case collection == "models":
		return geminiKey(r) || r.Method == http.MethodPost && strings.Contains(rest, ":")
	default:
		return geminiKey(r) && (collection == "tunedModels" || geminiAbsent[collection] != "")
	}
}

func geminiKey(r *http.Request) bool {
	return r.Header.Get("X-Goog-Api-Key") != "" || r.Header.Get("X-Goog-Api-Client") != "" || r.URL.Query().Get("key") != ""
}

// under reports whether path is prefix or lies below it.
func under(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (rest == "" || rest[0] == '/')
}
