package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// writeBody answers with an encoded body.
func writeBody(w http.ResponseWriter, status int, body dialect.Body) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.FormatInt(body.Len(), 10))
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // an error means that the reader is gone
}

// writeJSON answers with v on the server's own routes.
func (a *API) writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // none of it is shown as a page
	if err := encoder.Encode(v); err != nil {
		a.log.Error("an answer could not be encoded", "request_id", stateOf(r).id, "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // an error means that the reader is gone
}

// errorBody is an error on the routes that are not a dialect's.
type errorBody struct {
	Error errorDetail `json:"error"`
}

type errorDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// writeError answers with an error in the format of the route, and records it.
func (a *API) writeError(w http.ResponseWriter, r *http.Request, err *chat.Error) {
	st := stateOf(r)
	st.failure = err
	header := w.Header()
	for name, values := range dialect.ErrorHeader(err) {
		header[name] = values
	}
	if err.Kind == chat.Unauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="geminid"`)
	}
	if st.dialect != nil {
		status, body := st.dialect.EncodeError(err, st.id)
		writeBody(w, status, body)
		return
	}
	info := dialect.LookupKind(err.Kind)
	a.writeJSON(w, r, info.Status, errorBody{errorDetail{Code: info.Code, Message: err.Message}})
}
