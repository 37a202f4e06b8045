package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/geminid/geminid/internal/provenance"
)

// remoteFlags say which server a command talks to: by default the one on this
// machine, over its control socket, with admin rights and no key.
type remoteFlags struct {
	settingFlags
	Server string `help:"Talk to this server instead of the control socket." placeholder:"URL"`
	Key    string `env:"GEMINID_ADMIN_KEY" help:"Admin key for --server." placeholder:"KEY"`
	JSON   bool   `name:"json" help:"Print the server's JSON."`
}

// remote is a server that can be asked.
type remote struct {
	client *http.Client
	base   string
	key    string
	where  string // for messages
}

// maxAnswer bounds how much of an answer is read, in bytes.
const maxAnswer = 16 << 20

func (f *remoteFlags) openRemote() (*remote, error) {
	if f.Server != "" {
		return &remote{client: &http.Client{Timeout: 2 * time.Minute, CheckRedirect: showRedirect},
			base: strings.TrimRight(f.Server, "/"), key: f.Key, where: f.Server}, nil
	}
	settings, err := f.loadSettings()
	if err != nil {
		return nil, err
	}
	return newSocketRemote(settings.Socket), nil
}

// newSocketRemote returns the server behind a control socket.
func newSocketRemote(path string) *remote {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}
	return &remote{client: &http.Client{Transport: transport, Timeout: 2 * time.Minute},
		base: "http://localhost", where: path}
}

// showRedirect lets a redirect be an answer: following it could carry the key and the
// cookies to another host.
func showRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// callJSON asks and decodes the JSON answer into out, also that of a refusal that
// carries a verdict. It returns the status and the body as it came.
func (r *remote) callJSON(ctx context.Context, method, path string, body []byte, out any) (int, []byte, error) {
	a, err := r.fetchAnswer(ctx, method, path, body)
	if err != nil {
		return 0, nil, err
	}
	status, raw := a.status, a.body
	if status >= 300 && a.foreign != nil {
		return status, raw, a.foreign
	}
	var refusal struct {
		Error *struct{ Message string }
	}
	if json.Unmarshal(raw, &refusal) == nil && refusal.Error != nil {
		return status, raw, &exitError{exitCodeFor(status), errors.New(refusal.Error.Message)}
	}
	if err := json.Unmarshal(raw, out); err == nil {
		return status, raw, nil
	}
	if a.foreign != nil {
		return status, raw, a.foreign
	}
	return status, raw, &exitError{exitTemporary, fmt.Errorf("the answer of %s was cut off on its way; try again", r.where)}
}

// answer is the answer to a request.
type answer struct {
	status  int
	body    []byte
	foreign error // explains an answer that something else gave in the server's place
}

// fetchAnswer asks and returns the answer as it came.
func (r *remote) fetchAnswer(ctx context.Context, method, path string, body []byte) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, r.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, &exitError{exitUsage, fmt.Errorf("%s is not an address: %w", r.where, err)}
	}
	if r.key != "" {
		request.Header.Set("Authorization", "Bearer "+r.key)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return answer{}, r.explainUnreachable(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{}, &exitError{exitUnavailable, fmt.Errorf("reading the server's answer: %w", err)}
	}
	a := answer{status: response.StatusCode, body: raw}
	if !provenance.IsOwn(response.Header) {
		e := provenance.ExplainForeign(response)
		a.foreign = &exitError{exitUnavailable, fmt.Errorf("%s: %s; %s", r.where, e.What, e.Next)}
	}
	return a, nil
}

func (r *remote) explainUnreachable(err error) error {
	if errors.Is(err, os.ErrPermission) {
		return &exitError{exitNoPerm, fmt.Errorf("opening %s: %w; run this as root or as a member of the group geminid", r.where, os.ErrPermission)}
	}
	if request := (*url.Error)(nil); errors.As(err, &request) {
		err = request.Err // the method and an address that stands for the socket are no help
	}
	return &exitError{exitUnavailable, fmt.Errorf("no answer from %s: %w; is it running? Start it with geminid serve, or systemctl start geminid", r.where, err)}
}

func exitCodeFor(status int) int {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return exitNoPerm
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return exitTemporary
	}
	return exitFailure
}
