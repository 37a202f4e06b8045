package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/ops/doctor"
)

type doctorCmd struct {
	settingFlags
	JSON     bool `name:"json" help:"Print the findings as JSON."`
	Offline  bool `help:"Ask nobody on the network."`
	Upstream bool `help:"Instead of the installation, examine Google: ask one question for each of its abilities, which counts against the account's quota."`
}

// Help implements kong.HelpProvider.
func (doctorCmd) Help() string {
	return `It changes nothing. What it prints holds no address, account name or key and can be pasted anywhere. Run it as root, or as the user of the service, to see everything.

Exit code 1 when something is bad; notes and warnings alone are 0.`
}

// upstreamProbe answers without cookies.
const upstreamProbe = "https://gemini.google.com/robots.txt"

// featureTimeout bounds the answer to one question: pictures take minutes.
const featureTimeout = 6 * time.Minute

// Run examines the installation and prints the findings.
func (c *doctorCmd) Run(ctx context.Context) error {
	settings, problem := c.loadSettings()
	examination := c.examinationConfig(settings, problem)
	var findings []doctor.Finding
	if c.Upstream {
		server, err := (&remoteFlags{settingFlags: c.settingFlags}).openRemote()
		if err != nil {
			return err
		}
		server.client.Timeout = featureTimeout
		findings = doctor.ExamineFeatures(ctx, examination, func(ctx context.Context, body []byte) (int, []byte, error) {
			a, err := server.fetchAnswer(ctx, http.MethodPost, "/v1/chat/completions", body)
			return a.status, a.body, err
		})
	} else {
		findings = doctor.Examine(ctx, examination)
	}
	if c.JSON {
		if err := json.NewEncoder(stdout).Encode(findings); err != nil {
			return err
		}
	} else {
		printFindings(stdout, findings)
	}
	if doctor.WorstLevel(findings) == doctor.Bad {
		return &silentExit{exitFailure}
	}
	return nil
}

// examinationConfig returns the places that the doctor looks at.
func (c *doctorCmd) examinationConfig(s config.Settings, problem error) doctor.Config {
	home, _ := os.UserHomeDir()
	out := doctor.Config{
		Synchronised: doctor.ClockSynchronised,
		File:         cmp.Or(c.Config, config.ConfigPath(os.Getenv)), Problem: problem, Version: version, Home: home,
		StateDir: s.StateDir, InboxDir: s.InboxDir, Socket: s.Socket, KeysFile: config.KeysPath(s), Secrets: s.HoldsSecrets(),
	}
	out.ProxyEnv = config.UnreadProxies(os.Getenv)
	if problem != nil {
		return out
	}
	out.ZoneProblem = config.ZoneProblem(s, os.LookupEnv)
	out.Listen, out.Loopback, out.Open = s.Listen, config.IsLoopback(s.Listen), s.InsecureNoAuth
	out.PublicURL, out.Poll = s.PublicURL, s.Watch == "poll"
	out.TLSCert, out.TLSKey = s.TLSCert, s.TLSKey
	keys, err := config.OpenKeys(s)
	if out.KeysProblem = err; err == nil {
		out.Keys, out.Client, out.Admin = len(keys.ListKeys()) > 0, keys.HasRole(auth.RoleAPI), keys.HasRole(auth.RoleAdmin)
		out.Keyless, out.KeysProblem = keys.IsKeyless(), keys.Err()
	}
	if s.UpstreamProxy != "" {
		out.Proxy, _ = url.Parse(s.UpstreamProxy)
	}
	if transport, err := daemon.ProxyTransport(s); err == nil && !c.Offline {
		out.Transport, out.Upstream, out.ExitURL = transport, cmp.Or(s.UpstreamURL, upstreamProbe), s.ExitIPURL
	}
	remote := remoteFlags{settingFlags: c.settingFlags}
	if server, err := remote.openRemote(); err == nil {
		server.client.Timeout = 10 * time.Second
		out.Ask = server.askServer
	}
	return out
}

// askServer is callJSON, or returns the body as it came if out is a *[]byte.
func (r *remote) askServer(ctx context.Context, path string, out any) error {
	if raw, ok := out.(*[]byte); ok {
		a, err := r.fetchAnswer(ctx, http.MethodGet, path, nil)
		*raw = a.body
		return err
	}
	_, _, err := r.callJSON(ctx, http.MethodGet, path, nil, out)
	return err
}

// levelMarks stand before the findings.
var levelMarks = map[doctor.Level]string{doctor.Good: "ok     ", doctor.Note: "note   ", doctor.Warning: "warning", doctor.Bad: "BAD    "}

func printFindings(w io.Writer, findings []doctor.Finding) {
	count := make(map[doctor.Level]int)
	for _, f := range findings {
		count[f.Level]++
		fmt.Fprintf(w, "%s  %-12s  %s\n", levelMarks[f.Level], f.Group, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(w, "%23s  fix: %s\n", "", f.Fix)
		}
	}
	fmt.Fprintf(w, "\n%d bad, %d warnings, %d notes, %d fine\n", count[doctor.Bad], count[doctor.Warning], count[doctor.Note], count[doctor.Good])
}
