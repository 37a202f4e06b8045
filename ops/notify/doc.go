// Package notify sends the owner notices about the sessions, for people who run one
// small server and no Alertmanager: by webhook, ntfy, Telegram and e-mail, in English
// or Chinese. Start with [New]; [Dispatcher.HandleEvent] takes events, [Dispatcher.Run]
// delivers.
//
// # Delivery
//
// A caller reports the present state again and again, and need not know if it is new:
// the delivery log leaves out a trouble that was notified already (dedup), notifies its
// end on the channels that notified its beginning, and survives restarts. A channel
// that fails is retried with growing pauses for a day (backoff); if it refuses a
// message, the message is dropped. Nothing is sent in quiet hours, and a trouble that
// is over before its message was attempted is never sent.
//
// # Concurrency
//
// All methods of a [Dispatcher] are safe for concurrent use. Each channel has a
// goroutine of [Dispatcher.Run], so that a slow one delays no other.
//
// # Errors
//
// A channel that is set up wrongly is a *[ConfigError]. Failures of deliveries are
// logged if they begin and if they end. No error holds a token, a password or the
// address of a webhook.
package notify
