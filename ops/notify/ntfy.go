package notify

import (
	"context"
	"errors"
	"net/http"
	"path"
	"strings"
)

// Ntfy publishes to a topic of an ntfy server.
type Ntfy struct {
	// URL is the topic's address, such as https://ntfy.sh/topic; nil or empty is
	// none. Everyone who knows the topic can read it.
	URL Secret
	// Token is sent if the topic is protected; nil or empty is none.
	Token Secret
}

type ntfy struct {
	root, topic string
	token       Secret
	client      *http.Client
}

func newNtfy(c Config, client *http.Client) (notifier, error) {
	address := revealSecret(c.Ntfy.URL)
	if address == "" {
		return nil, nil
	}
	u, err := parseWebURL(address)
	if err != nil {
		return nil, err
	}
	topic := path.Base(u.Path)
	if strings.Trim(topic, "/.") == "" {
		return nil, errors.New("needs the topic's address, such as https://ntfy.sh/topic")
	}
	u.Path, u.RawQuery = path.Dir(strings.TrimRight(u.Path, "/")), ""
	return &ntfy{u.String(), topic, c.Ntfy.Token, client}, nil
}

// ntfyPriorities are ntfy's priorities and tags.
var ntfyPriorities = map[Urgency]struct {
	priority int
	tag      string
}{Critical: {5, "rotating_light"}, Warning: {4, "warning"}, Info: {3, "information_source"}}

// notify publishes as JSON to the server's root, because a header cannot hold a
// Chinese title.
func (n *ntfy) notify(ctx context.Context, m Message) error {
	loud := ntfyPriorities[m.Urgency]
	request, _, err := newJSONRequest(ctx, n.root, map[string]any{
		"topic": n.topic, "title": m.Title, "message": m.textWithServer(), "priority": loud.priority, "tags": []string{loud.tag},
	})
	if err != nil {
		return err
	}
	if token := revealSecret(n.token); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return sendRequest(n.client, request)
}
