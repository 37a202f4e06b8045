package config

import (
	"errors"
	"os"

	"github.com/geminid/geminid/ops/notify"
)

// NotifyConfig returns the settings of the notices as notify takes them. They were
// checked by [Load].
func (s *Settings) NotifyConfig() notify.Config {
	c := notify.Config{
		Webhook:  notify.Webhook{URL: s.NotifyWebhook, Secret: s.NotifyWebhookSecret},
		Ntfy:     notify.Ntfy{URL: s.NotifyNtfy, Token: s.NotifyNtfyToken},
		Telegram: notify.Telegram{Token: s.NotifyTelegramToken, Chat: s.NotifyTelegramChat, API: s.NotifyTelegramAPI},
		Mail: notify.Mail{Server: s.NotifyMailServer, Password: s.NotifyMailPassword,
			From: s.NotifyMailFrom, To: s.NotifyMailTo, Hello: s.NotifyMailHello},
		Language: s.NotifyLanguage, Server: s.NotifyName, PerHour: s.NotifyPerHour,
	}
	c.QuietHours, _ = notify.ParseQuietHours(s.NotifyQuietHours)
	if c.Server == "" {
		c.Server, _ = os.Hostname() // a message without it is one too
	}
	return c
}

func (s *Settings) checkWebhook() string {
	return checkChannel(notify.Config{Webhook: s.NotifyConfig().Webhook})
}

func (s *Settings) checkNtfy() string {
	return checkChannel(notify.Config{Ntfy: s.NotifyConfig().Ntfy})
}

func (s *Settings) checkTelegram() string {
	return checkChannel(notify.Config{Telegram: s.NotifyConfig().Telegram})
}

func (s *Settings) checkMail() string {
	return checkChannel(notify.Config{Mail: s.NotifyConfig().Mail})
}

// checkChannel returns the flaw that keeps a channel of notices from being used.
func checkChannel(c notify.Config) string {
	_, err := notify.New(c)
	if channel, ok := errors.AsType[*notify.ConfigError](err); ok {
		err = channel.Err
	}
	return textOf(err)
}
