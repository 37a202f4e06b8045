package dialect

import "net/http"

// OpenAI is the format of chat completions and the Images API. /openai/v1 is an alias of /v1.
var OpenAI = Dialect{
	Name:   "openai",
	Mounts: openaiMounts("/v1", "/openai/v1"),
	Beside: []Operation{Stream},
	Claims: openaiClaims,
	Decode: openaiDecode,
	Lost:   openaiLost,
	List:   openaiList,
	One:    openaiOne,
	Count:  openaiTokens,
	Answer: openaiWhole,
	Fail:   openaiFail,
	Stream: openaiEncoder,
}

func openaiMounts(prefixes ...string) []Mount {
	var mounts []Mount
	for _, prefix := range prefixes {
		mounts = append(mounts,
			Mount{http.MethodGet, prefix + "/models", Models},
			Mount{http.MethodGet, prefix + "/models/*call", Models},
			Mount{http.MethodPost, prefix + "/chat/completions", Generate},
			Mount{http.MethodPost, prefix + "/images/generations", Images},
			Mount{http.MethodPost, prefix + "/images/edits", Edits},
		)
	}
	return mounts
}

// openaiClaims takes all of /v1 and /openai that no dialect before took, and
// the balance page that NextChat asks for.
func openaiClaims(r *http.Request) bool {
	path := r.URL.Path
	return under(path, "/v1") || under(path, "/openai") || under(path, "/dashboard/billing")
}
