package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/geminid/geminid/daemon/config"
)

func TestNotifySettings(t *testing.T) {
	tests := []struct{ lines, want string }{
		{"notify_webhook: hooks.example/s3cret", "notify_webhook: needs an http or https address"},
		{"notify_telegram_chat: -1001234567890", "notify_telegram_token: is only half set up"},
		{"notify_telegram_chat: -1001234567890\nnotify_telegram_token: 1:s3cret", ""},
		{"notify_mail_server: mail.example", "notify_mail_server: the server is not smtps://"},
		{"notify_mail_server: smtps://me@mail.example\nnotify_mail_from: me@mail.example\nnotify_mail_to: [you@mail.example]", ""},
		{"notify_quiet_hours: 23:00-07:00", ""},
		{"notify_quiet_hours: nights", `notify_quiet_hours: "nights" is not a span`},
		{"notify_per_hour: 0", "notify_per_hour: must be at least 1"},
		{"notify_language: de", `notify_language: "de" is not one of en, zh`},
	}
	for _, test := range tests {
		s, err := config.Load(config.Sources{File: write(t, test.lines+"\n")})
		if got := fmt.Sprint(err); test.want == "" && err != nil || test.want != "" && !strings.Contains(got, test.want) || strings.Contains(got, "s3cret") {
			t.Errorf("%s\ngot %v, want %q", test.lines, err, test.want)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v %v", s, s, s, &s), "s3cret") {
			t.Errorf("%s: the settings print the secret", test.lines)
		}
	}
}

// TestSettingsPrintNoSecret: a secret is in no print of the settings, whichever
// source it came from.
func TestSettingsPrintNoSecret(t *testing.T) {
	const secret = "s3cret-s3cret-s3cret"
	for name, src := range map[string]config.Sources{
		"file":        {File: write(t, "metrics_key: "+secret+"\n")},
		"environment": {File: write(t, ""), Environ: []string{"GEMINID_METRICS_KEY=" + secret}},
		"flag":        {File: write(t, ""), Flags: map[string]any{"metrics_key": secret}},
	} {
		s, err := config.Load(src)
		if err != nil || s.MetricsKey.Reveal() != secret {
			t.Fatalf("%s: %v", name, err)
		}
		if text := fmt.Sprintf("%v %+v %#v %+v", s, s, s, &s); strings.Contains(text, secret) {
			t.Errorf("%s: printed: %s", name, text)
		}
	}
}
