package notify

import (
	"errors"
	"time"
)

// permanentError is an answer that no retry will change.
type permanentError struct{ error }

func (r permanentError) Unwrap() error { return r.error }

// partialError is a message that was accepted for some receivers and not for others.
type partialError struct{ error }

func (p partialError) Unwrap() error { return p.error }

// retryAfterError is a failure whose receiver said when to come back.
type retryAfterError struct {
	error
	after time.Duration
}

func (l retryAfterError) Unwrap() error { return l.error }

// ConfigError is a channel that cannot be used as it is set up.
type ConfigError struct {
	Channel string // webhook, ntfy, telegram or mail
	Err     error
}

// Error implements error.
func (e *ConfigError) Error() string { return e.Channel + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

var errIncomplete = errors.New("is only half set up")
