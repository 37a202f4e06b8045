package notify

import (
	"cmp"
	"context"
	"net/http"
	"strings"
)

// Telegram sends as a bot.
type Telegram struct {
	// Token is the bot's; nil or empty is no Telegram.
	Token Secret
	// Chat is the id of the chat, or @name of a channel.
	Chat string
	// API is the server; empty means https://api.telegram.org.
	API string
}

type telegram struct {
	Telegram
	client *http.Client
}

// telegramLimit is how many characters a message may have, with some to spare.
const telegramLimit = 4000

func newTelegram(c Config, client *http.Client) (notifier, error) {
	token := revealSecret(c.Telegram.Token)
	if token == "" && c.Telegram.Chat == "" {
		return nil, nil
	}
	if token == "" || c.Telegram.Chat == "" {
		return nil, errIncomplete
	}
	c.Telegram.API = strings.TrimRight(cmp.Or(c.Telegram.API, "https://api.telegram.org"), "/")
	_, err := parseWebURL(c.Telegram.API)
	return &telegram{c.Telegram, client}, err
}

func (g *telegram) notify(ctx context.Context, m Message) error {
	text := []rune(m.Title + "\n\n" + m.textWithServer())
	if len(text) > telegramLimit {
		text = append(text[:telegramLimit], '…')
	}
	request, _, err := newJSONRequest(ctx, g.API+"/bot"+revealSecret(g.Token)+"/sendMessage", map[string]any{
		"chat_id": g.Chat, "text": string(text), "disable_notification": m.Urgency == Info,
	})
	if err != nil {
		return err
	}
	return sendRequest(g.client, request)
}
