package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/files"
)

// serveFile serves a kept file. Its name is the only key to it.
func (a *API) serveFile(w http.ResponseWriter, r *http.Request) {
	if a.files == nil {
		a.writeError(w, r, fileNotFound())
		return
	}
	f, err := a.files.OpenFile(r.PathValue("file"))
	if errors.Is(err, files.ErrNotFound) {
		a.writeError(w, r, fileNotFound())
		return
	}
	if err != nil {
		a.writeError(w, r, chat.AsError(err))
		return
	}
	defer f.Close()
	name := r.PathValue("file")
	header := w.Header()
	header.Set("Content-Type", f.MIME)
	header.Set("ETag", `"`+name+`"`) // a name never gets other bytes
	header.Set("Cache-Control", "private, immutable, max-age="+strconv.Itoa(int(max(0, f.Expires.Sub(a.now())).Seconds())))
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("Content-Disposition", dispositionOf(f.MIME)+`; filename="`+name+`"`)
	http.ServeContent(w, r, name, time.Time{}, f)
}

// dispositionOf lets browsers show the types that are safe to show.
func dispositionOf(mime string) string {
	if kind, _, _ := strings.Cut(mime, "/"); kind == "image" || kind == "video" || kind == "audio" {
		return "inline"
	}
	return "attachment"
}

func fileNotFound() *chat.Error {
	return chat.NewError(chat.UnknownPath, "there is no such file, or not any more; ask for a new one")
}

// newLinker returns the function that makes links to files of an answer, nil if none
// are kept. A file that cannot be kept gets an empty link.
func (a *API) newLinker(r *http.Request) func(*chat.Blob) string {
	st := stateOf(r)
	base := st.settings.baseURL(r)
	if a.files == nil || base == "" {
		return nil
	}
	return func(blob *chat.Blob) string {
		name, err := a.files.SaveFile(blob.MIME, blob.Data)
		if err != nil {
			a.log.Warn("a picture could not be kept; the answer holds it itself", "request_id", st.id, "err", err)
			return ""
		}
		return base + "/files/" + name
	}
}

// baseURL returns the address at which the client finds this server, as far as can
// be known: the public URL, the host that a trusted proxy was asked for, or the host
// of the request. It is empty if that is not a plain host.
func (s *settings) baseURL(r *http.Request) string {
	if s.PublicURL != "" {
		return strings.TrimRight(s.PublicURL, "/")
	}
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if containsAddr(s.TrustedProxies, parseAddr(r.RemoteAddr)) {
		if proto := lastValue(r.Header["X-Forwarded-Proto"]); proto == "http" || proto == "https" {
			scheme = proto
		}
		if forwarded := lastValue(r.Header["X-Forwarded-Host"]); forwarded != "" && isHost(forwarded) {
			host = forwarded
		}
	}
	if host == "" || !isHost(host) {
		return ""
	}
	return scheme + "://" + host
}

// lastValue returns the value that the nearest proxy added.
func lastValue(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	line := lines[len(lines)-1]
	return strings.TrimSpace(line[strings.LastIndexByte(line, ',')+1:])
}

// isHost reports whether a host may stand in a link as it is.
func isHost(host string) bool {
	if len(host) > 255 || strings.Trim(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:[]") != "" {
		return false
	}
	u, err := url.Parse("http://" + host)
	if err != nil || u.Host != host {
		return false
	}
	name := u.Hostname()
	return strings.Trim(name, ".") != "" && !strings.HasPrefix(name, ".") && !strings.Contains(name, "..")
}
