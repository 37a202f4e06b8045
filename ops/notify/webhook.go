package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// Webhook posts each Message as JSON.
type Webhook struct {
	// URL is where to; nil or empty is no webhook. It may hold a key, as those of
	// chat services do.
	URL Secret
	// Secret signs the calls; nil or empty leaves them unsigned. The signature is
	// the HMAC-SHA256 of the timestamp, a dot and the body, in hex.
	Secret Secret
}

// The headers of a signed call.
const (
	TimestampHeader = "X-Geminid-Timestamp"
	SignatureHeader = "X-Geminid-Signature"
)

// SignBody is the signature of a body that is sent at a Unix time.
func SignBody(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

type webhook struct {
	Webhook
	client *http.Client
	now    func() time.Time
}

func newWebhook(c Config, client *http.Client) (notifier, error) {
	if revealSecret(c.Webhook.URL) == "" {
		return nil, nil
	}
	_, err := parseWebURL(revealSecret(c.Webhook.URL))
	return &webhook{c.Webhook, client, c.Now}, err
}

func (w *webhook) notify(ctx context.Context, m Message) error {
	request, body, err := newJSONRequest(ctx, revealSecret(w.URL), m)
	if err != nil {
		return err
	}
	if secret := revealSecret(w.Secret); secret != "" {
		timestamp := strconv.FormatInt(w.now().Unix(), 10)
		request.Header.Set(TimestampHeader, timestamp)
		request.Header.Set(SignatureHeader, SignBody(secret, timestamp, body))
	}
	return sendRequest(w.client, request)
}
