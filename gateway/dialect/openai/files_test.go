package openai_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

// The first bytes of files of each kind.
const (
	gif = "R0lGODlh"
	mp4 = "AAAAGGZ0eXBtcDQyAAAAAG1wNDJpc29t"
	ogg = "T2dnUwACAAAAAAAAAAA="
	pdf = "JVBERi0xLjQ="
)

// TestFilesOfClients: wherever clients put a file into a message, it arrives, and
// its bytes say what it is.
func TestFilesOfClients(t *testing.T) {
	for message, want := range map[string]string{
		`"content":[{"type":"video_url","video_url":{"url":"data:video/mp4;base64,` + mp4 + `"}}]`:                                        `[video/mp4 "" 24 bytes]`,
		`"content":[{"type":"input_video","input_video":"data:video/mp4;base64,` + mp4 + `"}]`:                                            `[video/mp4 "" 24 bytes]`,
		`"content":[{"type":"input_audio","input_audio":{"data":"` + ogg + `","format":"ogg"}}]`:                                          `[audio/ogg "" 14 bytes]`,
		`"content":[{"type":"input_audio","input_audio":{"data":"` + ogg + `","format":"wav"}}]`:                                          `[audio/ogg "" 14 bytes]`,
		`"content":[{"type":"input_audio","input_audio":{"data":"` + ogg + `"}}]`:                                                         `[audio/ogg "" 14 bytes]`,
		`"content":[{"type":"input_audio","input_audio":{"data":"AAEC","format":"amr"}}]`:                                                 `[audio/amr "" 3 bytes]`,
		`"content":[{"type":"input_audio","input_audio":{"data":"data:audio/ogg;base64,` + ogg + `","format":"ogg"}}]`:                    `[audio/ogg "" 14 bytes]`,
		`"content":[{"type":"audio_url","audio_url":{"url":"data:audio/ogg;base64,` + ogg + `"}}]`:                                        `[audio/ogg "" 14 bytes]`,
		`"content":[{"type":"image_url","image_url":{"url":"` + gif + `","detail":"auto"}}]`:                                              `[image/gif "" 6 bytes]`,
		`"content":[{"type":"image_url","image_url":{"url":"https://x.example/a.png"}}]`:                                                  `[https://x.example/a.png in messages[0].content[0].image_url.url]`,
		`"content":[{"type":"image_url","image_url":{"url":"data:application/pdf;base64,` + pdf + `"}}]`:                                  `[application/pdf "" 8 bytes]`,
		`"content":[{"type":"image","image":"data:image/gif;base64,` + gif + `"}]`:                                                        `[image/gif "" 6 bytes]`,
		`"content":[{"type":"image","source":{"type":"base64","media_type":"image/gif","data":"` + gif + `"}}]`:                           `[image/gif "" 6 bytes]`,
		`"content":[{"type":"image","source":{"type":"url","url":"https://x.example/a.png"}}]`:                                            `[https://x.example/a.png in messages[0].content[0].source.url]`,
		`"content":[{"type":"image","mimeType":"image/gif","data":"` + gif + `"}]`:                                                        `[image/gif "" 6 bytes]`,
		`"content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"` + pdf + `"}}]`:                  `[application/pdf "" 8 bytes]`,
		`"content":[{"type":"file","file":{"filename":"a.pdf","file_data":"` + pdf + `"}}]`:                                               `[application/pdf "a.pdf" 8 bytes]`,
		`"content":[{"type":"file","file":{"url":"https://x.example/a.pdf","name":"b"}}]`:                                                 `[https://x.example/a.pdf in messages[0].content[0].file.url]`,
		`"content":[{"type":"file","data":"` + pdf + `","mediaType":"application/pdf","filename":"a.pdf"}]`:                               `[application/pdf "a.pdf" 8 bytes]`,
		`"content":[{"type":"input_file","file_url":"https://x.example/a.pdf"}]`:                                                          `[https://x.example/a.pdf in messages[0].content[0].file_url]`,
		`"content":[{"type":"text","text":"b","image_url":{"url":"data:image/gif;base64,` + gif + `"}}]`:                                  `"b" [image/gif "" 6 bytes]`,
		`"content":[{"inline_data":{"mime_type":"image/gif","data":"` + gif + `"}}]`:                                                      `[image/gif "" 6 bytes]`,
		`"content":"b","images":[{"type":"image_url","image_url":{"url":"data:image/gif;base64,` + gif + `"}}]`:                           `"b" [image/gif "" 6 bytes]`,
		`"content":"b","images":["` + gif + `"]`:                                                                                          `"b" [image/gif "" 6 bytes]`,
		`"content":"b","files":[{"type":"file","name":"a.pdf","url":"data:application/pdf;base64,` + pdf + `"}]`:                          `"b" [application/pdf "a.pdf" 8 bytes]`,
		`"content":"b","experimental_attachments":[{"name":"a.gif","contentType":"image/gif","url":"data:image/gif;base64,` + gif + `"}]`: `"b" [image/gif "a.gif" 6 bytes]`,
	} {
		call, err := decodeChat(`{"model":"m","messages":[{"role":"user",` + message + `}]}`)
		if err != nil {
			t.Errorf("%s: %v", message, err)
			continue
		}
		if got := string(dialecttest.DescribeCall(call)); !strings.HasSuffix(got, "ignored=[]\nuser: "+want+"\n") {
			t.Errorf("%s: got\n%s\nwant user: %s", message, got, want)
		}
	}
}

// TestFilesInText: pictures inside of a text become files, in every role.
func TestFilesInText(t *testing.T) {
	data := base64.StdEncoding.EncodeToString([]byte("GIF89a\x01\x00\x01\x00" + strings.Repeat("x", 56)))
	png := base64.StdEncoding.EncodeToString([]byte(bomb(1, 1) + strings.Repeat("\xff", 35)))
	url := "data:image/gif;base64," + data
	user := `,{"role":"user","content":"b"}]}`
	for _, tt := range []struct{ name, messages, want string }{
		{"an answer's picture", `{"role":"assistant","content":"![image](` + url + `)"}` + user, `model: [image/gif "" 66 bytes]` + "\n" + `user: "b"`},
		{"with words around it", `{"role":"assistant","content":"Here:\n\n![a fox.gif](` + url + ` \"a title\")\n\nDone."}` + user, `model: "Here:\n\n" [image/gif "a fox.gif" 66 bytes] "\n\nDone."`},
		{"two", `{"role":"user","content":"![](` + url + `)![](` + url + `)"}]}`, `user: [image/gif "" 66 bytes] [image/gif "" 66 bytes]`},
		{"in HTML", `{"role":"user","content":"<img src='` + url + `'>"}]}`, `user: "<img src='" [image/gif "" 66 bytes] "'>"`},
		{"in a part", `{"role":"user","content":[{"type":"text","text":"x ` + url + `"}]}]}`, `user: "x " [image/gif "" 66 bytes]`},
		{"in the system text", `{"role":"system","content":"s ![x](` + url + `)"}` + user, "system: \"s \"\nuser: [image/gif \"x\" 66 bytes] \"b\""},
		{"a tool's result", `{"role":"tool","tool_call_id":"c1","content":"{\"type\":\"image\",\"data\":\"` + png + `\",\"mimeType\":\"image/png\"}"}]}`,
			`tool: result of "c1" "" failed=false "{\"type\":\"image\",\"data\":\"" [image/png "" 68 bytes] "\",\"mimeType\":\"image/png\"}"`},
		{"a tool's result with escaped slashes", `{"role":"tool","content":"[{\"data\":\"` + strings.ReplaceAll(png, "/", `\\/`) + `\"}]"}]}`,
			`tool: result of "" "" failed=false "[{\"data\":\"" [image/png "" 68 bytes] "\"}]"`},
		{"a part of a tool's result", `{"role":"tool","content":[{"type":"image","data":"` + png + `","mimeType":"image/png"}]}]}`, `tool: result of "" "" failed=false [image/png "" 68 bytes]`},
		{"a bomb", `{"role":"user","content":"data:image/png;base64,` + base64.StdEncoding.EncodeToString([]byte(bomb(50_000, 50_000)+strings.Repeat("x", 35))) + `"}]}`, "!100 million"},
		{"no picture by its bytes", `{"role":"user","content":"data:image/gif;base64,` + strings.Repeat("abcd", 30) + `"}]}`, `user: "data:image/gif;base64,` + strings.Repeat("abcd", 30) + `"`},
		{"an example", `{"role":"user","content":"data:image/gif;base64,R0lGODlh"}]}`, `user: "data:image/gif;base64,R0lGODlh"`},
		{"words about one", `{"role":"user","content":"what does ;base64, mean in data:image/png;base64,?"}]}`, `user: "what does ;base64, mean in data:image/png;base64,?"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call, err := decodeChat(`{"model":"m","messages":[` + tt.messages)
			if words, refused := strings.CutPrefix(tt.want, "!"); refused {
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("not refused with %q: %v", words, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := string(dialecttest.DescribeCall(call)); !strings.Contains(got, "\n"+tt.want+"\n") {
				t.Errorf("got:\n%s\nwant %s", got, tt.want)
			}
		})
	}
}
