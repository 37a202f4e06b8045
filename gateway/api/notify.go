package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
)

// Delivery is the result of a test message on one channel.
type Delivery struct {
	Channel string `json:"channel"`
	OK      bool   `json:"ok"`
	Error   string `json:"error,omitempty"`
}

// notifyTest sends a test message and waits for every channel's answer.
func (a *API) notifyTest(w http.ResponseWriter, r *http.Request) {
	var deliveries []Delivery
	if a.testNotify != nil {
		deliveries = a.testNotify(r.Context())
	}
	if len(deliveries) == 0 {
		a.writeError(w, r, chat.NewError(chat.BadRequest, "no channel is set up; set notify_webhook, notify_ntfy, notify_telegram_token or notify_mail_server and reload"))
		return
	}
	a.writeJSON(w, r, http.StatusOK, struct {
		Channels []Delivery `json:"channels"`
	}{deliveries})
}
