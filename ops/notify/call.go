package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// newClient makes calls without cookies, redirects or the environment's proxies.
func newClient(transport http.RoundTripper) *http.Client {
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.Proxy, own.DisableKeepAlives = nil, true
		transport = own
	}
	return &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// newJSONRequest makes a call with a JSON body.
func newJSONRequest(ctx context.Context, address string, body any) (*http.Request, []byte, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, nil, permanentError{err}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(raw))
	if err != nil {
		return nil, nil, permanentError{errors.New("the address cannot be used")}
	}
	request.Header.Set("User-Agent", "geminid")
	request.Header.Set("Content-Type", "application/json")
	return request, raw, nil
}

// sendRequest sends a request and judges how it was taken. Errors hold neither the
// address nor the answer: both may hold a key.
func sendRequest(client *http.Client, request *http.Request) error {
	response, err := client.Do(request)
	if err != nil {
		var bare *url.Error
		if errors.As(err, &bare) {
			err = bare.Err
		}
		return fmt.Errorf("no answer: %w", err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // only the status counts
	status := response.StatusCode
	err = fmt.Errorf("answered with status %d", status)
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	switch {
	case status < 300:
		return nil
	case status == http.StatusTooManyRequests && seconds > 0:
		return retryAfterError{err, time.Duration(seconds) * time.Second}
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= 500:
		return err
	}
	return permanentError{err}
}

// parseWebURL reads an http or https address without repeating it in the error.
func parseWebURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("needs an http or https address")
	}
	return u, nil
}
