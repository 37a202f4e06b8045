package docs_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// unseen are promises of the document that the calls below do not bring about,
// with the tests that keep them.
var unseen = map[string]string{
	"bringCookies 202":       "an upstream that fails: gateway/api/admin_test.go",
	"bringCookiesByName 202": "an upstream that fails: gateway/api/admin_test.go",
	"rollback 202":           "an upstream that fails: gateway/api/admin_test.go",
	"rollback 422":           "an earlier session that has died: gateway/api/admin_test.go",
	"metrics 401":            "a public listener: gateway/api/guard_test.go",
	"headMetrics 401":        "a public listener: gateway/api/guard_test.go",
	"metrics 429":            "20 wrong keys in a minute: gateway/api/guard_test.go",
	"headMetrics 429":        "20 wrong keys in a minute: gateway/api/guard_test.go",
	"notifyTest 400":         "a server without a channel: daemon/notices_test.go",
}

// visitor asks a daemon and holds every answer against the document.
type visitor struct {
	*harness.Daemon
	o      *openAPI
	client string // an api key
}

// ask makes a call with the admin key, unless the headers say otherwise.
func (v visitor) ask(t *testing.T, operation string, status int, path, body string, headers ...string) harness.Reply {
	t.Helper()
	where := v.o.where[operation]
	method := strings.ToUpper(where[strings.LastIndex(where, "/")+1:])
	reply := v.Do(t, method, path, body, headers...)
	if reply.Status != status {
		t.Errorf("%s: %s answers %d, want %d: %s", operation, path, reply.Status, status, reply.Body)
	}
	v.o.hold(t, answer{operation, reply})
	if status < 300 {
		v.o.allows(t, operation, body)
	}
	return reply
}

// cancelInBackground asks for a response in the background and cancels it, or comes too
// late for that.
func (v visitor) cancelInBackground(t *testing.T) {
	t.Helper()
	begun := v.ask(t, "createResponse", 200, "/v1/responses", `{"model":"gemini-2.5-flash","input":"Hello","background":true}`)
	var response struct{ ID string }
	if err := json.Unmarshal([]byte(begun.Body), &response); err != nil {
		t.Fatal(err)
	}
	v.ask(t, "cancelResponse", 200, "/v1/responses/"+response.ID+"/cancel", "")
}

// talk makes a conversation and does with it what can be done.
func (v visitor) talk(t *testing.T) {
	t.Helper()
	read := func(reply harness.Reply) (id string) {
		var got struct {
			ID    string
			First string `json:"first_id"`
		}
		if err := json.Unmarshal([]byte(reply.Body), &got); err != nil {
			t.Fatal(err)
		}
		return got.ID + got.First
	}
	const item = `{"items":[{"type":"message","role":"user","content":"Hello"}]}`
	path := "/v1/conversations/" + read(v.ask(t, "createConversation", 200, "/v1/conversations", item))
	v.ask(t, "getConversation", 200, path, "")
	v.ask(t, "headConversation", 200, path, "")
	v.ask(t, "updateConversation", 200, path, `{"metadata":{"a":"b"}}`)
	v.ask(t, "listConversationItems", 200, path+"/items", "")
	v.ask(t, "headConversationItems", 200, path+"/items", "")
	added := path + "/items/" + read(v.ask(t, "addConversationItems", 200, path+"/items", item))
	v.ask(t, "getConversationItem", 200, added, "")
	v.ask(t, "headConversationItem", 200, added, "")
	v.ask(t, "deleteConversationItem", 200, added, "")
	v.ask(t, "deleteConversation", 200, path, "")
}

// TestOpenAPIFitsTheAnswers calls every operation of the document on the built
// binary and holds what comes back against it: the status, the type and the
// whole shape.
func TestOpenAPIFitsTheAnswers(t *testing.T) {
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(hook.Close)
	sim := harness.Simulate(t)
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+sim.URL, "notify_webhook: "+hook.URL)
	client, admin := home.AddKey(t, "client"), home.AddKey(t, "owner", "--admin")
	v := visitor{harness.Launch(t, home), readOpenAPI(t), client}
	v.Key = admin

	visitHealth(t, v, http.StatusServiceUnavailable)
	v.ask(t, "createChatCompletion", 403, "/v1/chat/completions", chatBody)
	v.ask(t, "generateContent", 403, gemini+":generateContent", geminiBody)
	visitFiles(t, v, sim.Session(t, "first"), sim.Session(t, "second"))
	visitHealth(t, v, http.StatusOK)
	visitOpenAI(t, v)
	visitAnthropic(t, v)
	visitGemini(t, v)
	visitInteractions(t, v)
	visitUploads(t, v)
	visitPictures(t, v)
	visitSession(t, v, client)
	visitConfiguration(t, v, home)
	sim.Fault(t, map[string]any{"kind": "status", "code": 429, "operations": []string{"generate"}})
	v.ask(t, "createChatCompletion", 429, "/v1/chat/completions", chatBody)
	v.ask(t, "generateContent", 429, gemini+":generateContent", geminiBody)
	v.ask(t, "createImage", 429, "/v1/images/generations", `{"model":"gemini-2.5-flash-image","prompt":"a fox"}`)
	v.ask(t, "removeAccount", 200, "/api/accounts/default", "")

	for _, promise := range v.o.expected() {
		if !v.o.seen[promise] && unseen[promise] == "" {
			t.Errorf("no answer was held against %s", promise)
		}
		if v.o.seen[promise] && unseen[promise] != "" {
			t.Errorf("%s is seen and need not be excused", promise)
		}
	}
}

const (
	chatBody   = `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"Hello"}]}`
	geminiBody = `{"contents":[{"parts":[{"text":"Hello"}]}]}`
	gemini     = "/gemini/v1beta/models/gemini-2.5-flash"
	wrongKey   = "Authorization: Bearer gmd_wrong"
)

func visitHealth(t *testing.T, v visitor, status int) {
	v.ask(t, "health", status, "/health", "")
	v.ask(t, "headHealth", status, "/health", "")
	v.ask(t, "ready", status, "/readyz", "")
	v.ask(t, "headReady", status, "/readyz", "")
	v.ask(t, "alive", 200, "/livez", "")
	v.ask(t, "headAlive", 200, "/livez", "")
	v.ask(t, "statusPage", 200, "/", "")
	v.ask(t, "headStatusPage", 200, "/", "")
	v.ask(t, "metrics", 200, "/metrics", "")
	v.ask(t, "headMetrics", 200, "/metrics", "")
}

func visitFiles(t *testing.T, v visitor, first, second harness.Session) {
	v.ask(t, "checkFile", 200, "/api/cookies/check?name=cookies.txt", first.Netscape())
	v.ask(t, "checkFile", 422, "/api/cookies/check", "no cookies")
	v.ask(t, "bringCookies", 200, "/api/accounts/default/cookies", first.Netscape())
	v.ask(t, "bringCookies", 422, "/api/accounts/default/cookies", harness.Stranger().JSON())
	v.ask(t, "bringCookies", 422, "/api/accounts/default/cookies", "no cookies")
	v.ask(t, "bringCookies", 200, "/api/accounts/default/cookies", second.JSON())
	v.ask(t, "bringCookiesByName", 200, "/api/cookies?name=cookies.json", second.JSON())
	v.ask(t, "bringCookiesByName", 422, "/api/cookies", "no cookies")
}

func visitOpenAI(t *testing.T, v visitor) {
	v.ask(t, "listModels", 200, "/v1/models", "")
	v.ask(t, "listModels", 401, "/v1/models", "", wrongKey)
	v.ask(t, "getModel", 200, "/v1/models/gemini-2.5-flash", "")
	v.ask(t, "getModel", 404, "/openai/v1/models/none", "")
	v.ask(t, "headModels", 200, "/openai/v1/models", "")
	v.ask(t, "headOneModel", 200, "/v1/models/gemini-2.5-flash", "")
	v.ask(t, "headOneModel", 404, "/v1/models/none", "")
	v.ask(t, "createChatCompletion", 200, "/v1/chat/completions", chatBody)
	v.ask(t, "createChatCompletion", 200, "/v1/chat/completions",
		`{"model":"gemini-2.5-pro","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hello"}]}`)
	kept := v.ask(t, "createResponse", 200, "/v1/responses", `{"model":"gemini-2.5-flash","input":"Hello"}`)
	var response struct{ ID string }
	if err := json.Unmarshal([]byte(kept.Body), &response); err != nil {
		t.Fatal(err)
	}
	v.ask(t, "getResponse", 200, "/v1/responses/"+response.ID, "")
	v.ask(t, "listInputItems", 200, "/v1/responses/"+response.ID+"/input_items", "")
	v.ask(t, "cancelResponse", 400, "/v1/responses/"+response.ID+"/cancel", "")
	v.cancelInBackground(t)
	v.talk(t)
	v.ask(t, "headResponse", 200, "/v1/responses/"+response.ID, "")
	v.ask(t, "headInputItems", 200, "/v1/responses/"+response.ID+"/input_items", "")
	v.ask(t, "deleteResponse", 200, "/v1/responses/"+response.ID, "")
	v.ask(t, "getResponse", 404, "/v1/responses/"+response.ID, "")
	v.ask(t, "createResponse", 200, "/v1/responses", `{"model":"gemini-2.5-flash","stream":true,"reasoning":{"summary":"auto"},"input":[{"role":"user","content":"Hello"}]}`)
	v.ask(t, "createResponse", 400, "/v1/responses", `{"model":"gemini-2.5-flash","input":[{"type":"hologram"}]}`)
	v.ask(t, "createChatCompletion", 400, "/v1/chat/completions", `{"model":"gemini-2.5-flash"}`)
	v.ask(t, "createChatCompletion", 404, "/v1/chat/completions", `{"model":"none","messages":[{"role":"user","content":"Hello"}]}`)
}

func visitAnthropic(t *testing.T, v visitor) {
	const version = "anthropic-version: 2023-06-01"
	v.ask(t, "listModels", 200, "/v1/models", "", version)
	v.ask(t, "getModel", 200, "/v1/models/gemini-2.5-flash", "", version)
	v.ask(t, "createMessage", 200, "/v1/messages", chatBody)
	v.ask(t, "createMessage", 200, "/v1/messages",
		`{"model":"gemini-2.5-pro","stream":true,"max_tokens":1024,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"[think] Hello"}]}`)
	v.ask(t, "createMessage", 400, "/v1/messages", `{"model":"gemini-2.5-flash"}`)
	v.ask(t, "createMessage", 401, "/v1/messages", chatBody, wrongKey)
	v.ask(t, "countMessageTokens", 200, "/v1/messages/count_tokens", chatBody)
}

func visitGemini(t *testing.T, v visitor) {
	v.ask(t, "geminiListModels", 200, "/gemini/v1/models", "")
	v.ask(t, "geminiListModels", 401, "/v1beta/models", "", wrongKey)
	v.ask(t, "geminiGetModel", 200, gemini, "")
	v.ask(t, "geminiGetModel", 404, "/gemini/v1alpha/models/none", "")
	v.ask(t, "geminiHeadModels", 200, "/v1beta/models", "")
	v.ask(t, "geminiHeadOneModel", 200, gemini, "")
	v.ask(t, "geminiHeadOneModel", 404, "/gemini/v1/models/none", "")
	v.ask(t, "generateContent", 200, gemini+":generateContent", geminiBody)
	v.ask(t, "generateContent", 400, gemini+":generateContent", `{"contents":[]}`)
	v.ask(t, "streamGenerateContent", 200, gemini+":streamGenerateContent", geminiBody)
	v.ask(t, "streamGenerateContent", 200, gemini+":streamGenerateContent?alt=sse", geminiBody)
	v.ask(t, "countTokens", 200, gemini+":countTokens", geminiBody)
}

func visitInteractions(t *testing.T, v visitor) {
	const path = "/gemini/v1beta/interactions"
	reply := v.ask(t, "createInteraction", 200, path, `{"model":"gemini-2.5-flash","input":"Hello"}`)
	_, rest, _ := strings.Cut(reply.Body, `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	v.ask(t, "createInteraction", 200, "/v1beta/interactions",
		`{"model":"gemini-2.5-flash","stream":true,"previous_interaction_id":"`+id+`","generation_config":{"thinking_summaries":"auto"},"input":[{"type":"text","text":"[think] Hello"}]}`)
	v.ask(t, "createInteraction", 400, path, `{"model":"gemini-2.5-flash"}`)
	v.ask(t, "getInteraction", 200, path+"/"+id+"?include_input=true", "")
	v.ask(t, "headInteraction", 200, path+"/"+id, "")
	v.ask(t, "cancelInteraction", 400, path+"/"+id+"/cancel", "")
	reply = v.ask(t, "createInteraction", 200, path, `{"model":"gemini-2.5-flash","input":"Hello","background":true}`)
	_, rest, _ = strings.Cut(reply.Body, `"id":"`)
	later, _, _ := strings.Cut(rest, `"`)
	v.ask(t, "cancelInteraction", 200, path+"/"+later+"/cancel", "")
	v.ask(t, "deleteInteraction", 200, "/v1alpha/interactions/"+id, "")
	v.ask(t, "getInteraction", 404, path+"/"+id, "")
}

func visitUploads(t *testing.T, v visitor) {
	const path = "/gemini/upload/v1beta/files"
	started := v.ask(t, "uploadFile", 200, path, `{"file":{"displayName":"notes"}}`, "X-Goog-Upload-Protocol: resumable", "X-Goog-Upload-Command: start")
	where := strings.TrimPrefix(started.Header.Get("X-Goog-Upload-URL"), v.URL)
	v.ask(t, "uploadFile", 400, where, `{}`, "X-Goog-Upload-Command: upload", "X-Goog-Upload-Offset: 9")
	v.ask(t, "uploadFile", 200, where, `{}`, "X-Goog-Upload-Command: upload, finalize")
	v.ask(t, "uploadFile", 200, "/upload/v1beta/files", `{"file":{}}`, "X-Goog-Upload-Protocol: raw")
	v.ask(t, "uploadFile", 401, path, `{}`, wrongKey)
	v.ask(t, "listFiles", 401, "/v1beta/files", "", wrongKey)
	v.ask(t, "listFiles", 200, "/v1beta/files?pageSize=1", "")
	name := fileLink.FindString(v.ask(t, "listFiles", 200, "/gemini/v1beta/files", "").Body)
	v.ask(t, "describeFile", 200, "/v1beta"+name, "")
	v.ask(t, "describeFile", 401, "/v1beta"+name, "", wrongKey)
	v.ask(t, "deleteFile", 401, "/v1beta"+name, "", wrongKey)
	v.ask(t, "deleteFile", 200, "/v1beta"+name, "")
	v.ask(t, "deleteFile", 404, "/v1beta"+name, "")
}

var fileLink = regexp.MustCompile(`/files/[^)\s"\\]+`)

func visitPictures(t *testing.T, v visitor) {
	reply := v.ask(t, "createChatCompletion", 200, "/v1/chat/completions",
		`{"model":"gemini-2.5-flash-image","messages":[{"role":"user","content":"Draw a kingfisher"}]}`)
	link := fileLink.FindString(reply.Body)
	if link == "" {
		t.Fatalf("the answer has no picture: %.300s", reply.Body)
	}
	whole := v.ask(t, "file", 200, link, "")
	v.ask(t, "headFile", 200, link, "")
	v.ask(t, "file", 206, link, "", "Range: bytes=0-3")
	v.ask(t, "file", 304, link, "", "If-None-Match: "+whole.Header.Get("ETag"))
	v.ask(t, "file", 416, link, "", "Range: bytes=99999999-")
	v.ask(t, "file", 404, "/files/none", "")
	v.ask(t, "headFile", 404, "/files/none", "")
	visitPainter(t, v)
	v.ask(t, "generateContent", 200, "/v1beta/models/gemini-2.5-flash-image:generateContent", `{"contents":[{"parts":[{"text":"Draw a kingfisher"}]}]}`)
}

// dot is a picture of one pixel.
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func visitPainter(t *testing.T, v visitor) {
	const painter = "/gemini/v1beta/models/gemini-2.5-flash-image"
	v.ask(t, "createImage", 200, "/v1/images/generations", `{"model":"gemini-2.5-flash-image","prompt":"a fox"}`)
	v.ask(t, "createImage", 200, "/openai/v1/images/generations", `{"model":"gemini-2.5-flash-image","prompt":"a fox","response_format":"url"}`)
	v.ask(t, "createImage", 400, "/v1/images/generations", `{"model":"gemini-2.5-flash-image"}`)
	v.ask(t, "createImageEdit", 200, "/v1/images/edits", `{"model":"gemini-2.5-flash-image","prompt":"make it blue","images":[{"image_url":"data:image/png;base64,`+dot+`"}]}`)
	v.ask(t, "createImageEdit", 400, "/v1/images/edits", `{"model":"gemini-2.5-flash-image","prompt":"make it blue"}`)
	v.ask(t, "predict", 200, painter+":predict", `{"instances":[{"prompt":"a fox"}]}`)
	v.ask(t, "editImage", 200, painter+":editImage", `{"prompt":"make it blue","image":{"mimeType":"image/png","data":"`+dot+`"}}`)
	v.ask(t, "editImage", 400, painter+":editImage", `{"prompt":"make it blue"}`)
}

func visitSession(t *testing.T, v visitor, client string) {
	v.ask(t, "cookieStatus", 200, "/api/cookies/status", "")
	v.ask(t, "cookieStatus", 200, "/api/cookies/status", "", "Authorization: Bearer "+client)
	v.ask(t, "cookieStatus", 401, "/api/cookies/status", "", wrongKey)
	v.ask(t, "accounts", 200, "/api/cookies", "")
	v.ask(t, "accounts", 403, "/api/cookies", "", "Authorization: Bearer "+client)
	v.ask(t, "probe", 200, "/api/accounts/default/probe", "")
	v.ask(t, "probe", 404, "/api/accounts/nobody/probe", "")
	v.ask(t, "rollback", 200, "/api/accounts/default/rollback", "")
	v.ask(t, "rotate", 200, "/api/accounts/default/rotate", "")
	v.ask(t, "rotate", 429, "/api/accounts/default/rotate", "")
	v.ask(t, "pause", 200, "/api/accounts/default/pause", "")
	v.ask(t, "resume", 200, "/api/accounts/default/resume", "")
	v.ask(t, "history", 200, "/api/cookies/history", "")
	v.ask(t, "history", 404, "/api/cookies/history?account=nobody", "")
	v.ask(t, "events", 200, "/api/events", "")
	v.ask(t, "report", 200, "/api/report", "")
	v.ask(t, "report", 400, "/api/report?since=yesteryear", "")
	v.ask(t, "requests", 200, "/api/requests", "")
}

func visitConfiguration(t *testing.T, v visitor, home harness.Home) {
	v.ask(t, "notifyTest", 200, "/api/notify/test", "")
	v.ask(t, "reload", 200, "/api/reload", "")
	if err := os.WriteFile(home.Config(), []byte("lisen: 127.0.0.1:8100\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	v.ask(t, "reload", 400, "/api/reload", "")
}
