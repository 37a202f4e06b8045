package standin

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// page is as big as the real one, so that scraping it costs what it costs there.
var page = sync.OnceValue(func() []byte {
	var b strings.Builder
	b.WriteString(`<!doctype html><html><head><title>Gemini</title><script>window.WIZ_global_data = {` +
		`"FdrFJe":"-1234567890123456789","Im6cmf":"/_/BardChatUi","S06Grb":"100000000000000000001",` +
		`"SNlM0e":"ADR5zaBenchTokenBenchTokenBench:1764000000000","TuX5cc":"en","Ylro7b":"CgcSBWjK7pYx",` +
		`"cfb2h":"boq_assistant-bard-web-server_20260401.03_p0","qKIAYe":"feeds/mcudyrk2a4khkz"};</script></head><body>`)
	for i := 0; b.Len() < 140<<10; i++ {
		fmt.Fprintf(&b, "<div class=\"row r%d\" jsname=\"k%dQ\"><span>%d</span></div>\n", i, i, i*i)
	}
	b.WriteString("</body></html>")
	return []byte(b.String())
})

const accountRow = `[["wrb.fr","otAQ7b","[1,[false,null,false],false,null,null,null,true,null,null,null,null,null,false,false,null,` +
	`[[\"fbb127bbb056c959\",\"Fast\",\"All-around help\"],[\"9d8ca3786ebdfbea\",\"Pro\",\"Advanced math and code\"]],[],[19]]",null,null,null,"generic"]]`

func (s *Server) app(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page()) // a client that left is no fault of ours
}

// batch answers every RPC it is asked for: the account with its models, all
// others with an empty list.
func (s *Server) batch(w http.ResponseWriter, r *http.Request) {
	b := []byte(preamble)
	for id := range strings.SplitSeq(r.URL.Query().Get("rpcids"), ",") {
		if id == "otAQ7b" {
			b = appendFrame(b, accountRow)
			continue
		}
		b = appendFrame(b, fmt.Sprintf(`[["wrb.fr",%q,"[]",null,null,null,"generic"]]`, id))
	}
	b = appendFrame(b, timeFrame)
	b = appendFrame(b, `[["e",4,null,null,512]]`)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(b)
}

func (s *Server) rotate(w http.ResponseWriter, _ *http.Request) {
	http.SetCookie(w, &http.Cookie{
		Name: "__Secure-1PSIDTS", Value: fmt.Sprintf("sidts-CjBenchRotated%d", time.Now().UnixNano()),
		Domain: ".google.com", Path: "/", Expires: time.Now().AddDate(1, 0, 0), Secure: true, HttpOnly: true,
	})
	_, _ = w.Write([]byte(preamble + `[["identity.hfcr",600],["di",44]]`))
}
