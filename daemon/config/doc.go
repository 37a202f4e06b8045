// Package config is the configuration of the server: which settings there are, and
// how they are read and checked.
//
// [Settings] is the one place of each setting: its field, its key, its default, its
// bounds and choices, and in its comment its meaning; docs/configuration.md and
// the packaged example are made from it. To start reading, follow [Load]: the
// sources are laid over one another key by key (load.go), the file with the lines
// of its keys (yaml.go), each value is decoded by the type of its field (decode.go)
// and checked by the tags of its field (check.go).
//
// # Errors
//
// [Load] and [Check] report every mistake, one line each, always in the same order:
// those of the file by line, then those of credentials, environment and flags. Each
// says where the setting stands, its key, and the values that are allowed. [errors.Is] finds
// [os.ErrPermission] if a file may not be read by this user.
//
// # Concurrency
//
// Settings are plain values. All functions may be called at the same time.
package config
